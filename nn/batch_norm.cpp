#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/per_channel.h>
#include <gradus/nn/require_dtype.h>

#include <utility>

namespace gradus::nn {
namespace {

// x with its channels first and all else behind them: [channels, batch * places].
Tensor rows_of(const Tensor& x) {
  return reshape(transpose(x, 0, 1), {x.size(1), x.numel() / x.size(1)});
}

// Back from rows to the shape of x.
Tensor from_rows(const Tensor& rows, const Tensor& x) {
  Shape shape = x.shape();
  std::swap(shape[0], shape[1]);
  return transpose(reshape(rows, shape), 0, 1);
}

}  // namespace

BatchNorm::BatchNorm(const char* name, Index channels, const BatchNormOptions& options)
    : name_(name), options_(options) {
  require(channels >= 1, name, ": channels must be at least 1, got ", channels);
  require(options.eps > 0, name, ": eps must be positive, got ", options.eps);
  require(!options.momentum || (*options.momentum >= 0 && *options.momentum <= 1), name,
          ": momentum must be from 0 to 1, got ", options.momentum.value_or(0));
  if (options.affine) {
    weight = ones({channels}).set_requires_grad();
    bias = zeros({channels}).set_requires_grad();
  }
  running_mean = zeros({channels});
  running_var = ones({channels});
  num_batches_tracked = zeros({}, i64);
}

void BatchNorm::fail_shape(const Tensor& x, const char* expected) const {
  fail<ShapeError>({name_, ": x must be ", expected, " with ", running_mean.size(0),
                    " channels, got ", x.shape()});
}
void BatchNorm1d::check_rank(const Tensor& x) const {
  if ((x.rank() != 2 && x.rank() != 3) || x.size(1) != running_mean.size(0)) {
    fail_shape(x, "[batch, channels] or [batch, channels, length]");
  }
}
void BatchNorm2d::check_rank(const Tensor& x) const {
  if (x.rank() != 4 || x.size(1) != running_mean.size(0)) {
    fail_shape(x, "[batch, channels, height, width]");
  }
}

Tensor BatchNorm::forward(const Tensor& x) {
  check_rank(x);
  require_floating(name_, "x", x);
  require_dtype_of(name_, "x", x, "weight", weight);
  require_dtype_of(name_, "bias", bias, "weight", weight);
  if (!is_training()) {
    const Tensor scale = rsqrt(convert(running_var, x.dtype()) + options_.eps);
    const Tensor centred = x - per_channel(convert(running_mean, x.dtype()), x);
    return scale_and_shift(centred * per_channel(scale, x), weight, bias);
  }
  require<ShapeError>(x.numel() > x.size(1), name_,
                      ": training needs more than one value for each channel, got shape ",
                      x.shape(), "; use eval(), or a larger batch");
  const Tensor normal = layer_norm(rows_of(x), Tensor(), Tensor(), options_.eps);
  const Tensor y = scale_and_shift(from_rows(normal, x), weight, bias);
  if (!is_recomputing()) {  // once for each batch, and for none that failed
    track(x);
  }
  return y;
}

void BatchNorm::track(const Tensor& x) {
  const NoGrad numbers_only;
  const Tensor rows = rows_of(x.detach());
  const Tensor newest_mean = mean(rows, {1});
  const Tensor newest_var = var(rows, {1});
  const double batches = num_batches_tracked.item() + 1;
  const double share = options_.momentum.value_or(1 / batches);
  const auto moved = [share](const Tensor& running, const Tensor& newest) {
    return running * (1 - share) + convert(newest, running.dtype()) * share;
  };
  // All of them, or, where there is no memory, none: to copy takes none.
  const Tensor moved_mean = moved(running_mean, newest_mean);
  const Tensor moved_var = moved(running_var, newest_var);
  const Tensor counted = full({}, batches, num_batches_tracked.dtype());
  copy(running_mean, moved_mean);
  copy(running_var, moved_var);
  copy(num_batches_tracked, counted);
}

void BatchNorm::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
  visit.buffer("running_mean", running_mean);
  visit.buffer("running_var", running_var);
  visit.buffer("num_batches_tracked", num_batches_tracked);
}

}  // namespace gradus::nn
