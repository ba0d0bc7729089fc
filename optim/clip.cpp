#include <gradus/core/blas.h>
#include <gradus/optim/check_gradients.h>
#include <gradus/optim/clip.h>
#include <gradus/optim/gradient_pieces.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::optim {
namespace {

// Sixteen results side by side, which the compiler keeps in vector registers, folded into one.
template <class T, class F>
double fold(const T* x, Index n, F f) {
  constexpr Index kLanes = 16;
  double lanes[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index j = 0; j < kLanes; ++j) {
      lanes[j] = f(lanes[j], std::fabs(double(x[i + j])));
    }
  }
  for (; i < n; ++i) {
    lanes[i % kLanes] = f(lanes[i % kLanes], std::fabs(double(x[i])));
  }
  double all = 0;
  for (const double lane : lanes) {
    all = f(all, lane);
  }
  return all;
}

// A NaN stays one.
double larger(double a, double b) { return a != a || a >= b ? a : b; }

// The norm of a run of elements, and as well that of the norms of several.
template <class T>
double norm_of(Norm norm, const T* x, Index n) {
  switch (norm) {
    case Norm::one:
      return fold(x, n, [](double a, double b) { return a + b; });
    case Norm::infinity:
      return fold(x, n, larger);
    default:
      return blas::nrm2<T>(n, x);
  }
}
double norm_of(Norm norm, const std::vector<double>& x) {
  return norm_of(norm, x.data(), static_cast<Index>(x.size()));
}

// Of each piece.
std::vector<double> piece_norms(Norm norm, const std::vector<GradientPiece>& pieces) {
  std::vector<double> norms(pieces.size());
  for_each_piece(pieces,
                 [&](std::size_t k, const auto* x, Index n) { norms[k] = norm_of(norm, x, n); });
  return norms;
}

// x <- factor x
template <class T>
void scale(double factor, T* x, Index n) {
  if (factor < double(std::numeric_limits<T>::min())) {
    // Such a factor has few digits or none in T, but the products may be normal numbers.
    factor = std::sqrt(factor);
    blas::scal<T>(n, T(factor), x);
  }
  blas::scal<T>(n, T(factor), x);
}

void require_limit(const char* where, const char* option, double value) {
  require(std::isfinite(value) && value > 0, where, ": ", option,
          " must be finite and above 0, got ", value);
}

void require_finite(const char* where, double norm, const Parameters& gradients,
                    const Parameters& parameters) {
  if (!std::isfinite(norm)) {
    check_gradients(parameters, where);
    fail({where, ": norm of the gradients must be finite, got ", norm, " from finite ones of ",
          gradients.size(), " parameters; lower lr or scale the loss down"});
  }
}

void count_change(const Parameters& gradients) {
  for (const Parameter& g : gradients) {
    g.tensor.storage().bump_version();
  }
}

}  // namespace

double clip_grad_norm(const Parameters& parameters, double max_norm, Norm norm) {
  require_limit("clip_grad_norm", "max_norm", max_norm);
  const Parameters gradients = own_gradients("clip_grad_norm", parameters);
  const std::vector<GradientPiece> pieces = cut(gradients);
  const double total = norm_of(norm, piece_norms(norm, pieces));
  require_finite("clip_grad_norm", total, gradients, parameters);
  const double factor = max_norm / (total + 1e-6);
  if (factor < 1) {
    count_change(gradients);
    for_each_piece(pieces, [&](std::size_t, auto* x, Index n) { scale(factor, x, n); });
  }
  return total;
}

double clip_each_grad_norm(const Parameters& parameters, double max_norm) {
  require_limit("clip_each_grad_norm", "max_norm", max_norm);
  const Parameters gradients = own_gradients("clip_each_grad_norm", parameters);
  const std::vector<GradientPiece> pieces = cut(gradients);
  const std::vector<double> parts = piece_norms(Norm::two, pieces);
  std::vector<double> norms(gradients.size());
  for (std::size_t k = 0; k < pieces.size();) {
    const std::size_t gradient = pieces[k].gradient;
    std::size_t end = k;
    while (end < pieces.size() && pieces[end].gradient == gradient) {
      ++end;
    }
    norms[gradient] = blas::nrm2(static_cast<Index>(end - k), parts.data() + k);
    k = end;
  }
  const double largest = norm_of(Norm::infinity, norms);
  require_finite("clip_each_grad_norm", largest, gradients, parameters);
  if (largest > max_norm) {
    count_change(gradients);
    for_each_piece(pieces, [&](std::size_t k, auto* x, Index n) {
      const double own = norms[pieces[k].gradient];
      if (own > max_norm) {
        scale(max_norm / own, x, n);
      }
    });
  }
  return largest;
}

void clip_grad_value(const Parameters& parameters, double limit) {
  require_limit("clip_grad_value", "limit", limit);
  check_gradients(parameters, "clip_grad_value");
  for (Parameter& g : own_gradients("clip_grad_value", parameters)) {
    core::elementwise(
        "clip_grad_value", [limit](auto& x) { x = min(max(x, -limit), limit); }, g.tensor);
  }
}

}  // namespace gradus::optim
