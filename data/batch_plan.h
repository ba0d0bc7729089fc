#pragma once
// The batches of an epoch, each as a pure function of its number, so that any thread may make any
// of them.
#include <gradus/core/random.h>
#include <gradus/data/batch.h>

#include <functional>

namespace gradus::data {

/// Changes a batch that was just made, such as by augmentation.  What it draws, it draws from the
/// generator given, which is the batch's own: a function of the loader's generator, the epoch and
/// the number of the batch.  With workers it is called on several threads at once.
using Transform = std::function<void(Batch&, Rng&)>;

struct BatchPlan {
  BatchMaker maker;
  Tensor order;  ///< the numbers of the samples, i64
  Index batch_size;
  Index batches;
  Transform transform;    ///< may be empty
  Rng::State transforms;  ///< of the generator of batch 0 for `transform`
  Index epoch;            ///< its number, for messages

  /// Batch `number`, from 0.  What the transform throws comes out nested in an Error that names the
  /// batch (see std::rethrow_if_nested).
  Batch make(Index number) const;
};

}  // namespace gradus::data
