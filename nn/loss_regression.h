#pragma once
// Losses of a difference d = prediction - target.  Errors: ShapeError, DtypeError, and ValueError
// for beta or delta out of range.
#include <gradus/nn/reduction.h>

namespace gradus::nn {

/// d^2
Tensor mse(const Tensor& prediction, const Tensor& target, Reduction reduction = Reduction::mean);

/// |d|; the derivative at 0 is 0.
Tensor l1(const Tensor& prediction, const Tensor& target, Reduction reduction = Reduction::mean);

struct SmoothL1Options {
  double beta = 1;  ///< at least 0; with 0 it is l1
  Reduction reduction = Reduction::mean;
};
/// d^2 / (2 beta) where |d| < beta, otherwise |d| - beta / 2.
/// Girshick: Fast R-CNN. ICCV 2015, arXiv:1504.08083, equation 3.
Tensor smooth_l1(const Tensor& prediction, const Tensor& target, const SmoothL1Options& o = {});

struct HuberOptions {
  double delta = 1;  ///< above 0
  Reduction reduction = Reduction::mean;
};
/// d^2 / 2 where |d| < delta, otherwise delta (|d| - delta / 2).
/// Huber: Robust estimation of a location parameter. Annals of Mathematical Statistics 35, 1964.
Tensor huber(const Tensor& prediction, const Tensor& target, const HuberOptions& o = {});

}  // namespace gradus::nn
