#include <gradus/data/batch_plan.h>

#include <algorithm>
#include <exception>

namespace gradus::data {
namespace {

// Numbers that a batch may draw before they are those of the next one: 2^32.
constexpr int kBatchBits = 32;

}  // namespace

Batch BatchPlan::make(Index number) const {
  const Index first = number * batch_size;
  const Index size = std::min(batch_size, maker.samples() - first);
  Batch batch = maker.make(order.data<std::int64_t>() + first, size);
  if (!transform) {
    return batch;
  }
  Rng::State state = transforms;
  state.position += static_cast<std::uint64_t>(number) << kBatchBits;
  Rng rng(state);
  const auto failed = [&](const char* what) {
    std::throw_with_nested(Error(
        join({"DataLoader: transform failed at batch ", number, " of epoch ", epoch, ": ", what})));
  };
  try {
    transform(batch, rng);
  } catch (const std::exception& error) {
    failed(error.what());
  } catch (...) {
    failed("it threw what is no std::exception");
  }
  return batch;
}

}  // namespace gradus::data
