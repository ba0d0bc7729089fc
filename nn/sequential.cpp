#include <gradus/nn/activation.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/sequential.h>
#include <gradus/nn/unseen.h>

namespace gradus::nn {

Module& Sequential::operator[](std::size_t i) {
  require<IndexError>(i < layers_.size(), "Sequential: index must be below ", layers_.size(),
                      ", got ", i);
  return *layers_[i];
}

// The layer, where there is such a one that can be taken together with its neighbours.
template <class Layer>
Layer* Sequential::unseen(std::size_t i) const {
  return i < layers_.size() && runs_unseen<Layer>(*layers_[i])
             ? static_cast<Layer*>(layers_[i].get())
             : nullptr;
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (std::size_t i = 0; i < layers_.size();) {
    Conv2d* const conv = unseen<Conv2d>(i);
    if (!conv || !unseen<ReLU>(i + 1)) {
      y = (*layers_[i])(y);
      i += 1;
    } else if (MaxPool2d* const pool = unseen<MaxPool2d>(i + 2)) {
      y = conv->with_relu_and_max_pool(y, *pool);
      i += 3;
    } else {
      y = conv->with_relu(y);
      i += 2;
    }
  }
  return y;
}

void Sequential::fields(Fields& visit) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    visit(std::to_string(i), *layers_[i]);
  }
}

}  // namespace gradus::nn
