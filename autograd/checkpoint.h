#pragma once
// Checkpointed segments: memory for time.  Of what runs inside, backward keeps the inputs alone and
// computes the rest a second time when it needs it.
//
//   h = checkpoint([&](const std::vector<Tensor>& x) { return block(x[0]); }, {h});
//
// Chen, Xu, Zhang, Guestrin: Training Deep Nets with Sublinear Memory Cost. arXiv:1604.06174, 2016.
#include <gradus/core/random.h>

#include <functional>
#include <vector>

namespace gradus {

using Segment = std::function<Tensor(const std::vector<Tensor>&)>;

/// f(inputs), with the same bits and the same gradients as without: of the inputs and of all that f
/// refers to.  f runs once now, recording nothing, and once in each backward sweep; what it refers
/// to must live, and stay as it is, until then.  Numbers drawn from an Rng that note_drawing()
/// knows are drawn again.  Differentiable to any order.  Backward throws GraphError if the second
/// run gives other bits than the first.  Costs a pass over the result, each time.
Tensor checkpoint(const Segment& f, const std::vector<Tensor>& inputs);

/// Says that the caller is about to draw from `rng`: a checkpoint around it sets it to the same
/// state for its second run, and back afterwards.  `rng` must still be there then.
void note_drawing(Rng& rng);

/// True during the second run of a checkpoint on this thread: what counts or averages what passes
/// must not do so twice.
bool is_recomputing();

}  // namespace gradus
