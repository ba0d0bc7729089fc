#include <gradus/core/blas.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gradus/optim/linear_update.h>
#include <gradus/optim/muon.h>

#include <utility>

namespace gradus::optim {
namespace {

// The matrix d with its singular values made about 1.
Tensor orthogonalize(const Muon& rule, const Tensor& d, Number norm) {
  const bool tall = d.size(0) > d.size(1);
  const Index side = tall ? d.size(1) : d.size(0);
  Tensor x = convert(d, rule.double_products ? f64 : d.dtype());
  Tensor next = empty_like(x);
  Tensor powers({side, side}, x.dtype());
  // By the root twice: the norm of large f32 numbers need not be one.
  core::elementwise(
      "Muon", [root = sqrt(norm)](auto& to) { to = to / root / root; }, x);
  for (Index i = 0; i < rule.newton_schulz_steps; ++i) {
    const Tensor turned = core::transpose(x, 0, 1);
    const Tensor square = tall ? core::matmul(turned, x) : core::matmul(x, turned);
    copy(powers, square);
    core::gemm("Muon", square, square, powers, rule.c, rule.b);
    copy(next, x);
    core::gemm("Muon", tall ? x : powers, tall ? powers : x, next, 1, rule.a);
    std::swap(x, next);
  }
  return convert(x, d.dtype());
}

}  // namespace

void Muon::check() const {
  require_at_least_zero(name, "lr", lr);
  require_at_least_zero(name, "weight_decay", weight_decay);
  require_below_one(name, "momentum", momentum);
  require_at_least_zero(name, "eps", eps);
  require_finite(name, "a", a);
  require_finite(name, "b", b);
  require_finite(name, "c", c);
  require(newton_schulz_steps >= 1 && newton_schulz_steps < 100, name,
          ": newton_schulz_steps must be from 1 to 99, got ", newton_schulz_steps);
  require_at_least_zero(name, "matched_rms", matched_rms);
}

void Muon::check_parameter(std::string_view parameter, const Tensor& w) const {
  const char* const advice =
      w.rank() < 2
          ? "; it orthogonalizes matrices: put biases and gains into an optimizer of their own, "
            "such "
            "as AdamW's"
          : "; set flatten_filters to take it as a matrix of its first dimension and the rest";
  require(w.rank() == 2 || (w.rank() > 2 && flatten_filters), name, ": parameter ", parameter,
          " must have 2 dimensions, got shape ", w.shape(), advice);
}

void Muon::update(Number, Tensor& w, const Tensor& g, State& s) const {
  if (w.numel() == 0) {
    return;  // there is no matrix
  }
  start_at_zero(s.momentum_buffer, w);
  Tensor d = empty_like(w);
  named("d", d);
  update_linear(
      LinearForm::one_pass, "Muon",
      [rule = *this](auto& di, auto gi, auto& average) {
        const Number share = 1 - rule.momentum;
        if (rule.sum_momentum) {
          average = rule.momentum * average + gi;
          di = rule.nesterov ? gi + rule.momentum * average : average;
        } else {
          average = rule.momentum * average + share * gi;
          di = rule.nesterov ? share * gi + rule.momentum * average : average;
        }
      },
      d, g, s.momentum_buffer);
  const Number d_norm = named("|d|", core::norm(d));
  const Number norm = add_eps ? d_norm + eps : max(d_norm, eps);
  const Tensor matrix = core::reshape(d, {w.size(0), -1});
  const Tensor o = core::reshape(orthogonalize(*this, matrix, norm), w.shape());
  named("o", o);
  const auto rows = static_cast<double>(matrix.size(0));
  const auto columns = static_cast<double>(matrix.size(1));
  const Number scale = matched_rms > 0 ? matched_rms * std::sqrt(std::max(rows, columns))
                                       : Number(std::sqrt(std::max(1.0, rows / columns)));
  const Number rate = named("effective rate", lr * named("scale", scale));
  update_linear(
      weight_decay == 0 ? LinearForm::blas : LinearForm::one_pass, "Muon",
      [rule = *this, rate](auto& wi, auto oi) {
        if (rule.weight_decay != 0) {
          wi *= 1 - rule.lr * rule.weight_decay;
        }
        wi -= rate * oi;
      },
      w, o);
}

}  // namespace gradus::optim
