#pragma once
// The gradients of many parameters as one list of pieces, for clipping and checks: a model of many
// small tensors costs one parallel loop, not one a tensor.  Pieces depend on the shapes alone.
#include <gradus/core/elementwise.h>
#include <gradus/core/parameter.h>

#include <vector>

namespace gradus::optim {

/// The gradients there are, each under its parameter's name, dense and in memory that no other of
/// them and no parameter shares, so that each can be scaled by itself.  (Where set_grad() was given
/// another one, the parameter gets a copy of it.)  Throws ValueError, naming `where`, for an
/// undefined parameter and for one that is given twice.
Parameters own_gradients(const char* where, const Parameters& parameters);

struct GradientPiece {
  std::size_t gradient;  ///< its place among the gradients
  void* first;           ///< of n elements
  Index n;
  Dtype dtype;
};

/// All elements of the gradients, in order, in pieces of about core::kPieceElements.
std::vector<GradientPiece> cut(const Parameters& gradients);

/// Calls f(k, x, n) for each piece: x points to the first of the n elements of the k-th.  Changes
/// are not counted: whoever writes calls bump_version() on the storage.
template <class F>
void for_each_piece(const std::vector<GradientPiece>& pieces, const F& f) {
  const auto visit = [&](Index k) {
    const GradientPiece& piece = pieces[static_cast<std::size_t>(k)];
    visit_floating("gradients", piece.dtype, [&](auto zero) {
      f(static_cast<std::size_t>(k), static_cast<decltype(zero)*>(piece.first), piece.n);
    });
  };
  Index elements = 0;
  for (const GradientPiece& piece : pieces) {
    elements += piece.n;
  }
  const auto count = static_cast<Index>(pieces.size());
  if (elements >= 2 * core::kPieceElements) {
    return parallel_for(count, visit);
  }
  for (Index k = 0; k < count; ++k) {  // not worth a second thread
    visit(k);
  }
}

}  // namespace gradus::optim
