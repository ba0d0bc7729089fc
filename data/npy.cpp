#include <gradus/core/error.h>
#include <gradus/data/declared_bytes.h>
#include <gradus/data/npy.h>
#include <gradus/data/replace_file.h>
#include <gradus/data/source.h>

#include <algorithm>
#include <charconv>

namespace gradus::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint64_t kMaxNpyHeader = 65536;
constexpr std::size_t kNpyBlock = 64;  // data begins at a multiple of it

struct NpyType {
  const char* name;
  Dtype dtype;
};
constexpr NpyType kNpyTypes[] = {{"<f4", f32}, {"<f8", f64}, {"<i8", i64}, {"|u1", u8}};

/// The dictionary of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class NpyHeader {
 public:
  NpyHeader(std::string_view text, const std::string& label) : left_(text), label_(label) {
    expect("{");
    while (!take("}")) {
      read_item();
      if (!take(",")) {
        expect("}");
        break;
      }
    }
    skip_space();
    check(left_.empty() && has_dtype_ && has_order_ && has_shape_);
  }
  Dtype dtype = f32;
  Shape shape;

 private:
  void read_item() {
    const std::string_view key = quoted();
    expect(":");
    if (key == "descr" && !has_dtype_) {
      read_dtype(quoted());
    } else if (key == "fortran_order" && !has_order_) {
      has_order_ = true;
      const bool by_columns = take("True");
      require<FileError>(!by_columns, label_,
                         " must be row-major, got fortran_order True; save "
                         "numpy.ascontiguousarray(x)");
      expect("False");
    } else if (key == "shape" && !has_shape_) {
      read_shape();
    } else {
      check(false);
    }
  }
  void read_dtype(std::string_view text) {
    has_dtype_ = true;
    const auto* const found = std::find_if(std::begin(kNpyTypes), std::end(kNpyTypes),
                                           [&](const NpyType& t) { return text == t.name; });
    require<FileError>(found != std::end(kNpyTypes), label_,
                       " must have data type <f4, <f8, <i8 or |u1, got '", text.substr(0, 40),
                       "'; convert it with astype");
    dtype = found->dtype;
  }
  void read_shape() {
    has_shape_ = true;
    expect("(");
    while (!take(")")) {
      require<FileError>(shape.rank() < kMaxRank, label_, " must have rank 0 to ", kMaxRank,
                         ", got more");
      skip_space();
      Index size = 0;
      const auto [stop, error] = std::from_chars(left_.data(), left_.data() + left_.size(), size);
      check(error == std::errc() && size >= 0);
      left_.remove_prefix(static_cast<std::size_t>(stop - left_.data()));
      shape.push_back(size);
      if (!take(",")) {
        expect(")");
        break;
      }
    }
  }
  std::string_view quoted() {
    skip_space();
    check(!left_.empty() && (left_[0] == '\'' || left_[0] == '"'));
    const std::size_t end = left_.find(left_[0], 1);
    check(end != std::string_view::npos);
    const std::string_view text = left_.substr(1, end - 1);
    left_.remove_prefix(end + 1);
    return text;
  }
  void skip_space() {
    left_.remove_prefix(std::min(left_.find_first_not_of(" \t\r\n"), left_.size()));
  }
  bool take(std::string_view token) {
    skip_space();
    const bool found = left_.starts_with(token);
    left_.remove_prefix(found ? token.size() : 0);
    return found;
  }
  void expect(std::string_view token) { check(take(token)); }
  void check(bool holds) const {
    require<FileError>(holds, label_,
                       " must have a header {'descr': ..., 'fortran_order': False, 'shape': ...}, "
                       "got something else at '",
                       left_.substr(0, 20), "'");
  }

  std::string_view left_;
  const std::string& label_;
  bool has_dtype_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};

/// Throws FileError unless the data that the header declares has that many bytes.
void check_npy_size(const NpyHeader& header, std::uint64_t data_bytes, const std::string& label) {
  const std::uint64_t declared = declared_bytes(header.shape, item_size(header.dtype));
  require<FileError>(declared != kTooManyBytes, label, " must have a possible shape, got ",
                     header.shape, ", which has more than 2^56 elements");
  require<FileError>(declared == data_bytes, label, " must be as long as its header says: shape ",
                     header.shape, " of ", header.dtype, " has ", declared, " bytes, the file has ",
                     data_bytes,
                     data_bytes < declared ? "; it is cut short" : "; it goes on after");
}

/// "bytes 50 4b 03 04".
std::string hexadecimal(std::string_view bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text = bytes.empty() ? "an empty file" : "bytes";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {' ', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

Tensor read_npy_from(ByteSource& source, std::uint64_t file_bytes, const std::string& label) {
  char start[8] = {};
  const std::string_view found(start, source.read(start, sizeof start));
  require<FileError>(found.size() == sizeof start && found.starts_with(kMagic), label,
                     " must begin with \\x93NUMPY and a version, got ", hexadecimal(found),
                     "; it is no .npy file");
  require<FileError>(start[6] >= 1 && start[6] <= 3, label, " must be of version 1, 2 or 3, got ",
                     int{static_cast<unsigned char>(start[6])});
  unsigned char length_bytes[4] = {};
  const std::size_t width = start[6] == 1 ? 2 : 4;
  const bool has_length = source.read(length_bytes, width) == width;
  std::uint64_t length = 0;
  for (std::size_t k = width; k-- > 0;) {
    length = length << 8 | length_bytes[k];
  }
  const std::uint64_t before = sizeof start + width;
  require<FileError>(has_length && length <= kMaxNpyHeader && length <= file_bytes - before, label,
                     " must hold its header of at most ", kMaxNpyHeader, " bytes, got length ",
                     length, " in a file of ", file_bytes, " bytes");
  std::string text(length, '\0');
  read_all(source, text.data(), length, label);
  const NpyHeader header(text, label);
  check_npy_size(header, file_bytes - before - length, label);
  Tensor x(header.shape, header.dtype);
  read_all(source, x.address(), static_cast<std::size_t>(x.numel() * item_size(x.dtype())), label);
  return x;
}

}  // namespace

Tensor read_npy(const std::string& path) {
  const std::string label = "read_npy: " + path;
  FileSource file(path, label);
  Tensor x = read_npy_from(file, file.bytes(), label);
  file.require_unchanged();
  return x;
}

Tensor read_npy_bytes(const void* bytes, std::size_t size, const std::string& name) {
  MemorySource memory(bytes, size);
  return read_npy_from(memory, size, "read_npy: " + name);
}

void write_npy(const std::string& path, const Tensor& x, FileCalls& calls) {
  const Tensor dense = x.dense();
  const auto* const type = std::find_if(std::begin(kNpyTypes), std::end(kNpyTypes),
                                        [&](const NpyType& t) { return t.dtype == x.dtype(); });
  std::string sizes;
  for (const Index size : x.shape()) {
    sizes += join({sizes.empty() ? "" : ", ", size});
  }
  std::string text = join({"{'descr': '", type->name, "', 'fortran_order': False, 'shape': (",
                           sizes, x.rank() == 1 ? ",), }" : "), }"});
  const std::size_t before = kMagic.size() + 4;
  const std::size_t all = (before + text.size() + 1 + kNpyBlock - 1) / kNpyBlock * kNpyBlock;
  text.resize(all - before - 1, ' ');
  text += '\n';
  std::string head(kMagic);
  head += {1, 0, static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  replace_file("write_npy", path,
               {head,
                text,
                {static_cast<const char*>(dense.address()),
                 static_cast<std::size_t>(x.numel() * item_size(x.dtype()))}},
               calls);
}

}  // namespace gradus::data
