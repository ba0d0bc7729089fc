#include <gradus/data/csv_text.h>

#include <charconv>

namespace gradus::data {
namespace {

template <class T>
void append(std::string& text, T value) {
  char digits[40];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

template <class T>
void append_rows(std::string& text, const T* from, Index rows, Index width, char separator) {
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < width; ++k) {
      if (k > 0) {
        text += separator;
      }
      const T value = *from++;
      if (value != value) {
        text += "nan";  // without its sign
      } else {
        append(text, value);
      }
    }
    text += '\n';
  }
}

}  // namespace

std::string csv_field(std::string_view text, char separator) {
  // An empty field in quotes keeps a line of one column from being an empty line.  What begins like
  // a UTF-8 mark or a gzip file would be taken for it at the start of a file.
  const bool is_start = text.starts_with("\xef\xbb\xbf") || text.starts_with("\x1f\x8b");
  if (!text.empty() && !is_start && text.find_first_of("\"\r\n") == text.npos &&
      text.find(separator) == text.npos) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  quoted += '"';
  return quoted;
}

std::string csv_text(const std::vector<std::string>& names, const Tensor& x, char separator) {
  const auto width = static_cast<Index>(names.size());
  require<ShapeError>(
      width >= 1 && (x.rank() == 2 ? x.size(1) == width : x.rank() == 1 && width == 1),
      "csv_text: x must be [rows, names], got ", x.shape(), " and ", width, " names");
  std::string text;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (k > 0) {
      text += separator;
    }
    text += csv_field(names[k], separator);
  }
  text += '\n';
  const Tensor dense = x.dense();
  switch (x.dtype()) {
    case f32:
      append_rows(text, dense.data<float>(), x.size(0), width, separator);
      break;
    case f64:
      append_rows(text, dense.data<double>(), x.size(0), width, separator);
      break;
    case i64:
      append_rows(text, dense.data<std::int64_t>(), x.size(0), width, separator);
      break;
    case u8:
      append_rows(text, dense.data<std::uint8_t>(), x.size(0), width, separator);
      break;
  }
  return text;
}

}  // namespace gradus::data
