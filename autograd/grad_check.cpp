#include <gradus/autograd/backward.h>
#include <gradus/autograd/grad_check.h>
#include <gradus/core/random.h>

#include <cmath>

namespace gradus {
namespace {

double weighted_sum(const Tensor& y, const Tensor& weights) {
  const std::vector<double> a = y.to_vector<double>();
  const std::vector<double> w = weights.to_vector<double>();
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * w[i];
  }
  return sum;
}

// The place of the i-th element in row-major order, relative to the tensor's first.
Index place(const Tensor& x, Index i) {
  Index at = 0;
  for (int d = x.rank() - 1; d >= 0; --d) {
    at += i % x.shape()[d] * x.strides()[d];
    i /= x.shape()[d];
  }
  return at;
}

// Takes the gradients of all inputs away again.
class Cleared {
 public:
  explicit Cleared(const std::vector<Tensor>& inputs) : inputs_(inputs) { clear(); }
  ~Cleared() { clear(); }
  Cleared(const Cleared&) = delete;
  Cleared& operator=(const Cleared&) = delete;

 private:
  void clear() {
    for (const Tensor& x : inputs_) {
      x.requires_grad() ? x.set_grad(Tensor()) : void();
    }
  }
  const std::vector<Tensor>& inputs_;
};

// An element that is another for a while.
class Moved {
 public:
  Moved(double* element, double value) : element_(element), before_(*element) { *element = value; }
  ~Moved() { *element_ = before_; }
  Moved(const Moved&) = delete;
  Moved& operator=(const Moved&) = delete;

 private:
  double* element_;
  const double before_;
};

}  // namespace

GradCheckResult check_gradients(const std::function<Tensor(const std::vector<Tensor>&)>& function,
                                const std::vector<Tensor>& inputs,
                                const GradCheckOptions& options) {
  for (const Tensor& x : inputs) {
    require(!x.requires_grad() || x.dtype() == f64,
            "check_gradients: inputs must be f64, in f32 differences drown in rounding, got ",
            x.dtype());
  }
  const Cleared gradients(inputs);
  const Tensor y = function(inputs);
  Rng rng(1);
  const Tensor weights = rand(y.shape(), rng, 0.5, 1.5, f64);
  backward(y, {.upstream = weights});

  GradCheckResult result;
  double worst = 0;  // the error over what is allowed
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Tensor& x = inputs[k];
    if (!x.requires_grad()) {
      continue;
    }
    // A leaf that the result does not depend on has no gradient: zero is expected.
    const Tensor grad = x.grad() ? x.grad() : zeros_like(x);
    const std::vector<double> dx = grad.to_vector<double>();
    for (Index i = 0; i < x.numel(); ++i) {
      const NoGrad numbers_only;
      double* element = x.mutable_data<double>() + place(x, i);
      const double before = *element;
      const auto loss_at = [&](double value) {
        const Moved moved(element, value);
        return weighted_sum(function(inputs), weights);
      };
      const double up = loss_at(before + options.step);
      const double down = loss_at(before - options.step);
      const double expected = (up - down) / (2 * options.step);
      const double found = dx[static_cast<std::size_t>(i)];
      const double error = std::fabs(found - expected);
      const double share = error / (options.absolute + options.relative * std::fabs(expected));
      result.largest_error = std::fmax(result.largest_error, error);
      if (!(share <= 1) && !(share <= worst)) {
        worst = share;
        result.ok = false;
        result.report = join({"input ", k, " of shape ", x.shape(), ", element ", i,
                              ": backward gives ", found, ", central difference ", expected});
      }
    }
  }
  return result;
}

}  // namespace gradus
