#pragma once
// A batch, and how one is made from the samples of a data set.
#include <gradus/core/tensor.h>
#include <gradus/data/transforms.h>

namespace gradus::data {

/// Some samples and what belongs to them.  The tensors are the receiver's own.
struct Batch {
  Tensor x;  ///< [b, ...], a sample a row
  Tensor y;  ///< [b] for labels, [b, ...] for other targets

  Index size() const { return x.size(0); }
};

/// Gathers samples: u8 inputs are pixels and become f32 by PixelScale, other inputs and all targets
/// are copied as they are.  A value; it shares the data set's storage.
class BatchMaker {
 public:
  /// inputs: [n, ...], targets: [n, ...]; what is not dense of them is copied once.  With
  /// `flatten`, x is [b, numbers of a sample].  Throws ShapeError unless both have one n.
  BatchMaker(const Tensor& inputs, const Tensor& targets, const PixelScale& pixels, bool flatten);

  /// Samples of the data set.
  Index samples() const { return inputs_.size(0); }
  /// The samples of these numbers, in this order, in tensors of recycled memory.  A pure function,
  /// which any thread may call.  Throws IndexError unless each is in [0, samples()).
  Batch make(const Index* numbers, Index count) const;

 private:
  Tensor inputs_;
  Tensor targets_;
  PixelScale pixels_;
  bool flatten_;
};

}  // namespace gradus::data
