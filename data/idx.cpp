#include <gradus/data/declared_bytes.h>
#include <gradus/data/gzip.h>
#include <gradus/data/idx.h>
#include <gradus/data/source.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace gradus::data {
namespace {

/// Calls f(wire, element): one zero of the type in the file and one of the type in the tensor.
template <class F>
decltype(auto) visit_type(unsigned code, const std::string& label, F&& f) {
  switch (code) {
    case 0x08:
      return f(std::uint8_t{}, std::uint8_t{});
    case 0x09:
      return f(std::int8_t{}, std::int64_t{});
    case 0x0B:
      return f(std::int16_t{}, std::int64_t{});
    case 0x0C:
      return f(std::int32_t{}, std::int64_t{});
    case 0x0D:
      return f(float{}, float{});
    case 0x0E:
      return f(double{}, double{});
    default:
      constexpr const char* kDigits = "0123456789ABCDEF";
      fail<FileError>({label,
                       " must have element type 0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E, "
                       "got unknown type 0x",
                       kDigits[code >> 4], kDigits[code & 15]});
  }
}

/// The big-endian number of type Wire at `from`.
template <class Wire>
Wire decode(const unsigned char* from) {
  std::uint64_t bits = 0;
  for (std::size_t k = 0; k < sizeof(Wire); ++k) {
    bits = bits << 8 | from[k];
  }
  if constexpr (sizeof(Wire) == 8) {
    return std::bit_cast<Wire>(bits);
  } else if constexpr (sizeof(Wire) == 4) {
    return std::bit_cast<Wire>(static_cast<std::uint32_t>(bits));
  } else {
    return static_cast<Wire>(bits);
  }
}

struct WireHeader {
  unsigned type = 0;
  Shape shape;
  Index bytes = 0;  // its own
};

WireHeader read_header(ByteSource& source, const std::string& label) {
  unsigned char magic[4];
  const std::size_t got = source.read(magic, 4);
  require<FileError>(got > 0, label, " must be an IDX file, got an empty one");
  require<FileError>(got == 4, label, " must be an IDX file of at least 8 bytes, got ", got);
  require<FileError>(magic[0] == 0 && magic[1] == 0, label, " must begin with two zero bytes, got ",
                     int{magic[0]}, " and ", int{magic[1]}, "; it is not an IDX file");
  const int rank = magic[3];
  visit_type(magic[2], label, [](auto, auto) {});
  require<FileError>(rank >= 1 && rank <= kMaxRank, label, " must have rank 1 to ", kMaxRank,
                     ", got rank ", rank);

  unsigned char sizes[4 * kMaxRank];
  const auto size_bytes = static_cast<std::size_t>(4 * rank);  // NOLINT: of at most 8
  const std::size_t got_sizes = source.read(sizes, size_bytes);
  require<FileError>(got_sizes == size_bytes, label, " must have a header of ", 4 + size_bytes,
                     " bytes for rank ", rank, ", got ", 4 + got_sizes, " bytes");
  WireHeader header{magic[2], {}, 4 + 4 * Index{rank}};
  for (int d = 0; d < rank; ++d) {
    header.shape.push_back(decode<std::uint32_t>(sizes + 4 * d));
  }
  return header;
}

/// Elements of the shape.  Throws FileError where the sizes above 0 multiply to more than a tensor
/// can have.
Index checked_count(const WireHeader& header, const std::string& label) {
  constexpr Index kBytes = 2 * 8;
  const std::uint64_t bytes = declared_bytes(header.shape, kBytes);
  require<FileError>(bytes != kTooManyBytes, label, " must have a possible shape, got ",
                     header.shape, ", which declares more than 2^56 elements");
  return static_cast<Index>(bytes) / kBytes;
}

/// Throws FileError unless `bytes` of a file can hold what the header declares.
void check_declared(const WireHeader& header, Index item_bytes, std::uint64_t file_bytes,
                    bool is_gzip, const std::string& label) {
  const auto declared =
      static_cast<std::uint64_t>(header.bytes + checked_count(header, label) * item_bytes);
  if (is_gzip) {
    require<FileError>(declared / kMaxInflation <= file_bytes, label,
                       " must be as large as its header says: shape ", header.shape, " declares ",
                       declared, " bytes, file has ", file_bytes,
                       " compressed ones, which cannot hold them");
    return;
  }
  require<FileError>(declared == file_bytes, label, " must be as large as its header says: shape ",
                     header.shape, " declares ", declared, " bytes, file has ", file_bytes,
                     file_bytes < declared ? "; it is cut short" : "; it goes on after its data");
}

template <class Wire, class T>
void read_elements(ByteSource& source, const Tensor& x, const WireHeader& header,
                   const std::string& label) {
  T* to = x.mutable_data<T>();
  const Index n = x.numel();
  constexpr Index kBlock = 8192;
  constexpr bool kSame = sizeof(Wire) == 1 && sizeof(T) == 1;
  unsigned char buffer[kSame ? 1 : kBlock * sizeof(Wire)];
  for (Index first = 0; first < n;) {
    const Index block = kSame ? n : std::min(kBlock, n - first);
    const auto bytes = static_cast<std::size_t>(block) * sizeof(Wire);
    unsigned char* from = kSame ? reinterpret_cast<unsigned char*>(to) : buffer;
    const std::size_t got = source.read(from, bytes);
    require<FileError>(got == bytes, label, " must hold what its header declares: shape ",
                       header.shape, " declares ", n * Index{sizeof(Wire)},
                       " bytes of data, file has ",
                       static_cast<std::size_t>(first) * sizeof(Wire) + got);
    for (Index i = 0; i < block && !kSame; ++i) {
      // NOLINTNEXTLINE: signed numbers keep their sign
      to[first + i] = decode<Wire>(from + static_cast<std::size_t>(i) * sizeof(Wire));
    }
    first += block;
  }
}

template <class T>
void check_finite(const Tensor& x, const std::string& label) {
  if constexpr (std::numeric_limits<T>::has_infinity) {
    const T* values = x.data<T>();
    for (Index i = 0; i < x.numel(); ++i) {
      require<FileError>(std::isfinite(values[i]), label, " must hold finite numbers, got ",
                         double{values[i]}, " at element ", i);
    }
  }
}

Tensor read_from(ByteSource& raw, std::uint64_t raw_bytes, const std::string& label,
                 const IdxOptions& options) {
  GunzipSource source(raw, label);
  const WireHeader header = read_header(source, label);
  return visit_type(header.type, label, [&](auto wire, auto element) {
    using T = decltype(element);
    check_declared(header, sizeof wire, raw_bytes, source.is_gzip(), label);
    const auto result_bytes = static_cast<std::size_t>(checked_count(header, label)) * sizeof(T);
    require<FileError>(result_bytes <= options.max_bytes, label, " must need at most ",
                       options.max_bytes, " bytes of memory, got shape ", header.shape, " of ",
                       dtype_of<T>, ", which needs ", result_bytes, "; set max_bytes to allow it");
    Tensor x(header.shape, dtype_of<T>);
    read_elements<decltype(wire), T>(source, x, header, label);
    char extra = 0;
    require<FileError>(source.read(&extra, 1) == 0, label,
                       " must end with the data that its header declares: shape ", header.shape,
                       ", got bytes after it");
    if (options.check_finite) {
      check_finite<T>(x, label);
    }
    return x;
  });
}

}  // namespace

IdxHeader read_idx_header(const std::string& path) {
  const std::string label = "read_idx: " + path;
  FileSource file(path, label);
  GunzipSource source(file, label);
  const WireHeader header = read_header(source, label);
  return visit_type(header.type, label, [&](auto wire, auto element) {
    check_declared(header, sizeof wire, file.bytes(), source.is_gzip(), label);
    return IdxHeader{dtype_of<decltype(element)>, header.shape};
  });
}

Tensor read_idx(const std::string& path, const IdxOptions& options) {
  const std::string label = "read_idx: " + path;
  FileSource file(path, label);
  Tensor x = read_from(file, file.bytes(), label, options);
  file.require_unchanged();
  return x;
}

Tensor read_idx_bytes(const void* bytes, std::size_t size, const std::string& name,
                      const IdxOptions& options) {
  MemorySource memory(bytes, size);
  return read_from(memory, size, "read_idx: " + name, options);
}

}  // namespace gradus::data
