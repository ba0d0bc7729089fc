#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/lane_sum.h>
#include <gradus/core/lanes.h>

#include <cmath>

namespace gradus {
namespace {

struct Normal {
  Tensor x;      // (x - mean) / sqrt(var + eps)
  Tensor scale;  // 1 / sqrt(var + eps), [rows]
};

Normal normalize(const Tensor& x, double eps) {
  const Index n = x.size(-1);
  const Index rows = x.numel() / n;
  Normal normal{empty_like(x), Tensor({rows}, x.dtype())};
  visit_floating("layer_norm", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = x.dense();
    const T* from = dense.data<T>();
    T* to = normal.x.mutable_data<T>();
    T* scale = normal.scale.mutable_data<T>();
    core::for_rows(rows, n, [&](Index row) {
      const T* a = from + row * n;
      core::vectorized([&]() __attribute__((always_inline)) {
        const double mean =
            core::lane_sum(
                n, [&](Index j) __attribute__((always_inline)) { return double(a[j]); }) /
            double(n);
        const double squares = core::lane_sum(
            n, [&](Index j) __attribute__((always_inline)) {
              return (double(a[j]) - mean) * (double(a[j]) - mean);
            });
        const double factor = 1 / std::sqrt(squares / double(n) + eps);
        for (Index j = 0; j < n; ++j) {
          to[row * n + j] = T((double(a[j]) - mean) * factor);
        }
        scale[row] = T(factor);
      });
    });
  });
  return normal;
}

// dx = scale (g - mean(g) - x^ mean(g x^)) for g = dy weight and the normal x^.
Tensor fused_derivative(const Tensor& g, const Normal& normal) {
  const Index n = g.size(-1);
  Tensor dx = empty_like(g);
  visit_floating("layer_norm", g.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = g.dense();
    const T* from = dense.data<T>();
    const T* x = normal.x.data<T>();
    const T* scale = normal.scale.data<T>();
    T* to = dx.mutable_data<T>();
    core::for_rows(g.numel() / n, n, [&](Index row) {
      const T mean = T(core::sum_of(from + row * n, n) / double(n));
      const T mean_along = T(core::sum_of_products(from + row * n, x + row * n, n) / double(n));
      core::vectorized([&]() __attribute__((always_inline)) {
        for (Index j = row * n; j < (row + 1) * n; ++j) {
          to[j] = scale[row] * (from[j] - mean - x[j] * mean_along);
        }
      });
    });
  });
  return dx;
}

// The plain twin of normalize() and its derivative, of recorded operations.
Tensor plain_normal(const Tensor& x, double eps, Tensor& scale) {
  const Tensor centred = x - mean(x, {-1}, true);
  scale = pow(mean(centred * centred, {-1}, true) + eps, -0.5);
  return centred * scale;
}
Tensor plain_derivative(const Tensor& g, const Tensor& normal, const Tensor& scale) {
  return scale * (g - mean(g, {-1}, true) - normal * mean(g * normal, {-1}, true));
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  require<ShapeError>(x.rank() >= 1 && x.size(-1) >= 1,
                      "layer_norm: x must be [..., n] with n at least 1, got ", x.shape());
  require(eps > 0, "layer_norm: eps must be positive, got ", eps);
  require(bool(weight) == bool(bias), "layer_norm: weight and bias must be given both or neither");
  if (weight) {
    require<ShapeError>(weight.shape() == Shape{x.size(-1)} && bias.shape() == weight.shape(),
                        "layer_norm: weight and bias must be [n] for x ", x.shape(), ", got ",
                        weight.shape(), " and ", bias.shape());
  }
  const Normal normal = normalize(x, eps);
  const auto derive = [x = Saved(x), weight = Saved(weight), n = Saved(normal.x),
                       scale = Saved(normal.scale), eps](const Tensor& dy, Grads& dx, int inputs) {
    Tensor s;
    const Tensor normal_x = is_recording() ? plain_normal(*x, eps, s) : *n;
    if (dx.wanted(0)) {
      const Tensor g = weight ? dy * *weight : dy;
      dx[0] = is_recording() ? plain_derivative(g, normal_x, s) : fused_derivative(g, {*n, *scale});
    }
    if (inputs > 1) {
      const Shape own = {dy.size(-1)};
      if (dx.wanted(1)) {
        dx[1] = sum_to(dy * normal_x, own);  // dw = sum dy x^
      }
      if (dx.wanted(2)) {
        dx[2] = sum_to(dy, own);  // db = sum dy
      }
    }
  };
  if (!weight) {
    return record(normal.x, "layer_norm", {x},
                  [derive](const Tensor& dy, Grads& dx) { derive(dy, dx, 1); });
  }
  Tensor y = empty_like(normal.x);
  core::elementwise(
      "layer_norm", [](auto& out, const auto& a, const auto& w, const auto& b) { out = a * w + b; },
      y, normal.x, weight, bias);
  return record(y, "layer_norm", {x, weight, bias},
                [derive](const Tensor& dy, Grads& dx) { derive(dy, dx, 3); });
}

}  // namespace gradus
