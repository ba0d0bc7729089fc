#pragma once
// Clipping gradients, between backward() and step().  g_k: gradient of the k-th parameter.
//
//   clip_grad_norm       n <- norm of (norm of g_1, norm of g_2, ...)
//                        g_k <- g_k * min(1, max_norm / (n + 1e-6))       one factor for all
//   clip_each_grad_norm  g_k <- g_k * max_norm / max(norm of g_k, max_norm)
//   clip_grad_value      g <- min(max(g, -limit), limit)                  element by element
//
// The first keeps the direction of the whole gradient, the second that of each parameter's own
// alone, the third neither.
//
// Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks. ICML 2013,
//   arXiv:1211.5063, algorithm 1 (clip_grad_norm).
// Conventions are PyTorch's (torch.nn.utils.clip_grad_norm_, whose 1e-6 shrinks a norm of just
// max_norm a little, and clip_grad_value_) and Keras's for the second: `clipnorm` there means each
// variable by itself, `global_clipnorm` what PyTorch does.
//
// Three departures.  A gradient that is not finite is an error and nothing changes: PyTorch makes
// of one infinite element NaN and of all other gradients 0, without a word, and clamps an infinite
// element to the limit.  A max_norm or limit of 0 or below is refused: PyTorch turns gradients
// around with a negative max_norm.  Norms of f32 are summed in double, so that squares do not
// overflow.
//
// Parameters without gradient are skipped.  Gradients are changed in place; where set_grad() gave
// one tensor to two parameters, each gets its own.  The results are the same bits for any number of
// threads.
#include <gradus/core/parameter.h>

namespace gradus::optim {

/// Of a vector x: sum of |x_i|, square root of the sum of x_i^2, or the largest |x_i|.
enum class Norm { one, two, infinity };

/// Scales all gradients by one factor, so that their common norm is at most max_norm.  Returns the
/// norm before; 0 if there are no gradients.  Throws ValueError, changing nothing, unless max_norm
/// is finite and above 0 and the norm finite; it names the first parameter whose gradient is not.
double clip_grad_norm(const Parameters& parameters, double max_norm, Norm norm = Norm::two);

/// Scales each parameter's gradient by itself, so that its Euclidean norm is at most max_norm.
/// Returns the largest norm before; 0 if there are no gradients.  Throws as clip_grad_norm.
double clip_each_grad_norm(const Parameters& parameters, double max_norm);

/// Moves every element of the gradients into [-limit, limit].  Throws ValueError, changing nothing,
/// unless the limit is finite and above 0 and all elements are finite.
void clip_grad_value(const Parameters& parameters, double limit);

}  // namespace gradus::optim
