#include <gradus/autograd/watch.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/sequential.h>

#include <typeinfo>

namespace gradus::nn {
namespace {

// Whether the two can be taken together: they are these classes, not others made from them, and
// nobody sees the second one run.
bool is_conv_with_relu(const Module& first, const Module& second) {
  return typeid(first) == typeid(Conv2d) && typeid(second) == typeid(ReLU) && !second.has_hooks() &&
         !is_watched();
}

}  // namespace

Module& Sequential::operator[](std::size_t i) {
  require<IndexError>(i < layers_.size(), "Sequential: index must be below ", layers_.size(),
                      ", got ", i);
  return *layers_[i];
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (i + 1 < layers_.size() && is_conv_with_relu(*layers_[i], *layers_[i + 1])) {
      y = static_cast<Conv2d&>(*layers_[i]).with_relu(y);
      ++i;
    } else {
      y = (*layers_[i])(y);
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
