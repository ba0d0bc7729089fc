#include <gradus/data/batch.h>

#include <cstring>

namespace gradus::data {
namespace {

constexpr Index kCacheLine = 64;
// Rows asked of memory ahead of their use: shuffled ones are where no processor expects them.
constexpr Index kRowsAhead = 3;

void prefetch(const std::byte* from, Index bytes) {
  for (Index at = 0; at < bytes; at += kCacheLine) {
    __builtin_prefetch(from + at);
  }
}

/// Calls row(i, source) for each sample, with the first byte of its row in x.
template <class F>
void for_rows(const Tensor& x, const Index* numbers, Index count, F row) {
  const Index n = x.size(0);
  const Index row_bytes = n == 0 ? 0 : x.numel() / n * item_size(x.dtype());
  const auto* first = static_cast<const std::byte*>(x.address());
  for (Index i = 0; i < count; ++i) {
    if (i + kRowsAhead < count) {
      prefetch(first + numbers[i + kRowsAhead] * row_bytes, row_bytes);
    }
    row(i, first + numbers[i] * row_bytes);
  }
}

Tensor copy_rows(const Tensor& x, const Index* numbers, Index count, const Shape& shape) {
  const Tensor rows(shape, x.dtype());
  const auto row_bytes = static_cast<std::size_t>(rows.numel() / count * item_size(x.dtype()));
  auto* to = static_cast<std::byte*>(rows.address());
  for_rows(x, numbers, count, [&](Index i, const std::byte* from) {
    std::memcpy(to + static_cast<std::size_t>(i) * row_bytes, from, row_bytes);
  });
  return rows;
}

Tensor scale_rows(const Tensor& x, const Index* numbers, Index count, const Shape& shape,
                  const PixelScale& pixels) {
  const Tensor rows(shape, f32);
  const Index row_numel = rows.numel() / count;
  auto* to = rows.mutable_data<float>();
  for_rows(x, numbers, count, [&](Index i, const std::byte* from) {
    pixels.apply(reinterpret_cast<const std::uint8_t*>(from), row_numel, to + i * row_numel);
  });
  return rows;
}

/// The shape of x with `count` rows, flattened to two dimensions or not.
Shape batch_shape(const Tensor& x, Index count, bool flatten) {
  if (flatten) {
    return {count, x.numel() / x.size(0)};
  }
  Shape shape = x.shape();
  shape[0] = count;
  return shape;
}

Tensor checked(const char* what, const Tensor& x) {
  require<ShapeError>(x.rank() >= 1, "DataLoader: ", what,
                      " must have a row for each sample, got shape ", x.shape());
  return x.dense().detach();
}

}  // namespace

BatchMaker::BatchMaker(const Tensor& inputs, const Tensor& targets, const PixelScale& pixels,
                       bool flatten)
    : inputs_(checked("inputs", inputs)),
      targets_(checked("targets", targets)),
      pixels_(pixels),
      flatten_(flatten) {
  require<ShapeError>(inputs_.size(0) == targets_.size(0),
                      "DataLoader: there must be as many inputs as targets, got ", inputs_.size(0),
                      " and ", targets_.size(0), " of shapes ", inputs_.shape(), " and ",
                      targets_.shape());
}

Batch BatchMaker::make(const Index* numbers, Index count) const {
  require(count >= 1, "BatchMaker: a batch must have at least one sample, got ", count);
  for (Index i = 0; i < count; ++i) {
    require<IndexError>(numbers[i] >= 0 && numbers[i] < samples(),
                        "BatchMaker: sample numbers must be 0 to ", samples() - 1, ", got ",
                        numbers[i]);
  }
  const Shape shape = batch_shape(inputs_, count, flatten_);
  return {inputs_.dtype() == u8 ? scale_rows(inputs_, numbers, count, shape, pixels_)
                                : copy_rows(inputs_, numbers, count, shape),
          copy_rows(targets_, numbers, count, batch_shape(targets_, count, false))};
}

}  // namespace gradus::data
