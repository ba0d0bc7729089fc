#include <gradus/nn/sequential.h>

namespace gradus::nn {

Module& Sequential::operator[](std::size_t i) {
  require<IndexError>(i < layers_.size(), "Sequential: index must be below ", layers_.size(),
                      ", got ", i);
  return *layers_[i];
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (const auto& layer : layers_) {
    y = (*layer)(y);
  }
  return y;
}

void Sequential::fields(Fields& visit) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    visit(std::to_string(i), *layers_[i]);
  }
}

}  // namespace gradus::nn
