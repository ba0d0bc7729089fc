#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/layer_norm.h>
#include <gradus/nn/require_dtype.h>

namespace gradus::nn {

LayerNorm::LayerNorm(const Shape& shape, const LayerNormOptions& options)
    : shape_(shape), eps_(options.eps) {
  require(shape.rank() >= 1 && count(shape) >= 1 && options.eps > 0,
          "LayerNorm: sizes must be at least 1 and eps positive, got ", shape, " and ",
          options.eps);
  if (options.affine) {
    weight = ones(shape).set_requires_grad();
  }
  if (options.affine && options.bias) {
    bias = zeros(shape).set_requires_grad();
  }
}

Tensor LayerNorm::forward(const Tensor& x) {
  const int first = x.rank() - shape_.rank();
  bool fits = first >= 0;
  Shape rows;  // x with the normalised dimensions as one
  for (int d = 0; fits && d < x.rank(); ++d) {
    fits = d < first || x.shape()[d] == shape_[d - first];
    d < first ? rows.push_back(x.shape()[d]) : void();
  }
  require<ShapeError>(fits, "LayerNorm: x must end in the dimensions ", shape_, ", got ",
                      x.shape());
  require_floating("LayerNorm", "x", x);
  require_dtype_of("LayerNorm", "x", x, "weight", weight);
  require_dtype_of("LayerNorm", "bias", bias, "weight", weight);
  rows.push_back(count(shape_));
  const bool both = weight && bias;
  const auto as_row = [](const Tensor& p) { return p.rank() == 1 ? p : reshape(p, {p.numel()}); };
  const Tensor in = shape_.rank() == 1 ? x : reshape(x, rows);
  const Tensor y = both ? layer_norm(in, as_row(weight), as_row(bias), eps_)
                        : layer_norm(in, Tensor(), Tensor(), eps_);
  const Tensor back = shape_.rank() == 1 ? y : reshape(y, x.shape());
  return weight && !bias ? back * weight : back;
}

void LayerNorm::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
}

}  // namespace gradus::nn
