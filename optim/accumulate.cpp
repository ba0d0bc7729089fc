#include <gradus/optim/accumulate.h>
#include <gradus/optim/gradient_pieces.h>

namespace gradus::optim {

void check_micro_batches(Index micro_batches) {
  require(micro_batches >= 1, "Accumulation: micro_batches must be at least 1, got ",
          micro_batches);
}

void divide_gradients(const Parameters& parameters, Index count) {
  if (count == 1) {
    return;
  }
  const Parameters gradients = own_gradients("Accumulation", parameters);
  for (const Parameter& g : gradients) {
    g.tensor.storage().bump_version();
  }
  for_each_piece(cut(gradients), [c = double(count)](std::size_t, auto* x, Index n) {
    using T = std::remove_pointer_t<decltype(x)>;
    core::run_elements<T>(
        n, [c](auto& g) { g /= c; }, x);
  });
}

}  // namespace gradus::optim
