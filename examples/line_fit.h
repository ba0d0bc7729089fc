#pragma once
// A task of which everything is known: to fit y = w . x with two features and the loss
//
//   L(w) = 1/(2n) sum_i (w . x_i - y_i)^2,  where 1/n sum_i x_ij x_ik = h_j if j = k, and 0 if not.
//
// So L(w) = L(w*) + 1/2 sum_j h_j (w_j - w*_j)^2, and its gradient is g_j = h_j (w_j - w*_j).
#include <gradus/gradus.h>

#include <cmath>
#include <vector>

namespace line_fit {

using namespace gradus;
using Numbers = std::vector<double>;

constexpr int n = 256;  // samples
constexpr double h[] = {1, 0.05};

struct Task {
  Tensor x, y, w;  // [n, 2], [n, 1], [1, 2], all f64; w starts at 0

  Task() {
    Rng rng(1);
    Numbers xs, ys;
    for (int i = 0; i < n; ++i) {  // sine and cosine around a circle: sum_i x_i1 x_i2 = 0
      const double angle = 2 * std::acos(-1.0) * i / n;
      xs.insert(xs.end(),
                {std::sqrt(2 * h[0]) * std::cos(angle), std::sqrt(2 * h[1]) * std::sin(angle)});
      ys.push_back(2 * xs[xs.size() - 2] - 3 * xs.back() + 0.3 * rng.normal());
    }
    x = from_vector(xs, {n, 2});
    y = from_vector(ys, {n, 1});
    w = zeros({1, 2}, f64).set_requires_grad();
  }

  Tensor loss(const data::Batch& b) const { return 0.5 * nn::mse(linear(b.x, w, {}), b.y); }
  Numbers gradient(const data::Batch& b) const {
    w.set_grad({});
    loss(b).backward();
    return w.grad().to_vector<double>();
  }
};

}  // namespace line_fit
