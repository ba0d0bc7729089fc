#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/group_norm.h>
#include <gradus/nn/per_channel.h>
#include <gradus/nn/require_dtype.h>

namespace gradus::nn {

RMSNorm::RMSNorm(Index n, double eps, bool affine) : n_(n), eps_(eps) {
  require(n >= 1 && eps > 0, "RMSNorm: n must be at least 1 and eps positive, got ", n, " and ",
          eps);
  if (affine) {
    weight = ones({n}).set_requires_grad();
  }
}

Tensor RMSNorm::forward(const Tensor& x) {
  require<ShapeError>(x.rank() >= 1 && x.size(-1) == n_,
                      "RMSNorm: x must be [..., n] with n = ", n_, ", got ", x.shape());
  require_floating("RMSNorm", "x", x);
  require_dtype_of("RMSNorm", "x", x, "weight", weight);
  const Tensor y = x * rsqrt(mean(x * x, {-1}, true) + eps_);
  return weight ? y * weight : y;
}

void RMSNorm::fields(Fields& visit) { visit("weight", weight); }

GroupNorm::GroupNorm(Index groups, Index channels, double eps, bool affine)
    : groups_(groups), channels_(channels), eps_(eps) {
  require(groups >= 1 && channels >= 1 && channels % groups == 0,
          "GroupNorm: groups must divide channels, got ", groups, " and ", channels);
  require(eps > 0, "GroupNorm: eps must be positive, got ", eps);
  if (affine) {
    weight = ones({channels}).set_requires_grad();
    bias = zeros({channels}).set_requires_grad();
  }
}

Tensor GroupNorm::forward(const Tensor& x) {
  require<ShapeError>(x.rank() >= 2 && x.size(1) == channels_,
                      "GroupNorm: x must be [batch, channels, ...] with ", channels_,
                      " channels, got ", x.shape());
  require_floating("GroupNorm", "x", x);
  require_dtype_of("GroupNorm", "x", x, "weight", weight);
  require_dtype_of("GroupNorm", "bias", bias, "weight", weight);
  const Index batch = x.size(0);
  if (x.numel() == 0) {
    return scale_and_shift(x, weight, bias);
  }
  const Tensor rows = reshape(x, {batch * groups_, x.numel() / (batch * groups_)});
  return scale_and_shift(reshape(layer_norm(rows, Tensor(), Tensor(), eps_), x.shape()), weight,
                         bias);
}

void GroupNorm::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
}

}  // namespace gradus::nn
