#pragma once
// IDX, the file format of MNIST: two zero bytes, one byte for the element type, one for the rank,
// the sizes as 32-bit numbers, then the elements in row-major order; all numbers big-endian.  gzip
// compressed or not, which is seen from the content.
//
// A file is not trusted: its size is compared with what its header declares before anything is
// allocated, and reading needs the result, and the bytes read so far besides, never more.
#include <gradus/core/tensor.h>

#include <cstddef>
#include <string>

namespace gradus::data {

struct IdxOptions {
  std::size_t max_bytes = std::size_t{2} << 30;  ///< refuse a result of more bytes than this
  bool check_finite = false;                     ///< refuse infinities and NaN among f32 and f64
};

/// What an IDX file says of itself: the dtype and shape that read_idx gives.
struct IdxHeader {
  Dtype dtype;
  Shape shape;
};

/// Reads the header alone.  Throws FileError as read_idx does for what can be seen from it and from
/// the size of the file.
IdxHeader read_idx_header(const std::string& path);

/// The array in an IDX file.  u8 (type 0x08), f32 (0x0D) and f64 (0x0E) as they are; i8 (0x09), i16
/// (0x0B) and i32 (0x0C) become i64.  Rank 1 to 8; a size may be 0.  Throws FileError, naming file
/// and reason, for everything that is not one whole and undamaged file.
Tensor read_idx(const std::string& path, const IdxOptions& options = {});

/// The same from memory; errors call the data `name`.
Tensor read_idx_bytes(const void* bytes, std::size_t size, const std::string& name,
                      const IdxOptions& options = {});

}  // namespace gradus::data
