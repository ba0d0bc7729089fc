#include <gradus/data/csv.h>
#include <gradus/data/csv_scanner.h>
#include <gradus/data/source.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

namespace gradus::data {
namespace {

enum class Parsed { good, no_number, not_finite, out_of_range };

bool is_nonfinite(std::string_view text) {
  if (text.empty() || text.back() < 'A') {
    return false;  // nearly always
  }
  std::string lower;
  for (const char c : text.substr(0, 10)) {
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const std::string_view word = std::string_view(lower).substr(lower.starts_with('-') ? 1 : 0);
  return word == "nan" || word == "inf" || word == "infinity";
}

/// The number that all of `text` is.
template <class T>
Parsed parse(std::string_view text, bool allow_nonfinite, T& to) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  constexpr bool kFloating = std::numeric_limits<T>::has_infinity;
  if (kFloating && !allow_nonfinite && is_nonfinite(text)) {
    return Parsed::not_finite;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return Parsed::no_number;
  }
  if (error != std::errc()) {
    return Parsed::out_of_range;  // `to` is what it was
  }
  if constexpr (kFloating) {
    if (std::isnan(to) && text.back() == ')') {
      return Parsed::no_number;  // nan(...) of C
    }
    // Whether an error is reported for what is too small depends on the standard library.
    const std::string_view digits = text.substr(0, text.find_first_of("eE"));
    if (to == 0 && digits.find_first_of("123456789") != digits.npos) {
      return Parsed::out_of_range;
    }
  }
  return Parsed::good;
}

std::string read_whole(const std::string& path, const std::string& label, std::size_t max_bytes) {
  FileSource file(path, label);
  require<FileError>(file.bytes() <= max_bytes, label, " must have at most ", max_bytes,
                     " bytes, got ", file.bytes(), "; set max_bytes to allow it");
  std::string bytes(static_cast<std::size_t>(file.bytes()), '\0');
  const std::size_t got = file.read(bytes.data(), bytes.size());
  char extra = 0;
  require<FileError>(got == bytes.size() && file.read(&extra, 1) == 0, label,
                     " must stay as it is while it is read, got another size than ", bytes.size(),
                     " bytes");
  file.require_unchanged();
  return bytes;
}

}  // namespace

Table make_table(std::string bytes, std::string label, const CsvOptions& options) {
  const char separator = options.separator;
  require(separator != '\n' && separator != '\r' && separator != '"' && separator != '\0',
          "read_csv: separator must not be a quote, a line end or zero, got code ", int{separator});
  Table table;
  table.label_ = std::move(label);
  table.options_ = options;
  table.bytes_ = std::move(bytes);
  require<FileError>(!table.bytes_.starts_with("\x1f\x8b"), table.label_,
                     " must be text, got data that gzip compressed; unpack it first");
  table.first_ = table.bytes_.starts_with("\xef\xbb\xbf") ? 3 : 0;

  CsvScanner scanner(table.bytes_, table.label_, separator, table.first_);
  CsvField field;
  bool more = true;
  while (more && (more = scanner.next(field))) {  // NOLINT: the condition reads it again
    if (static_cast<Index>(field.column) >= options.max_columns) {
      scanner.refuse(field, "be at most ", options.max_columns,
                     ", the limit of columns, got more; set max_columns to allow them");
    }
    table.names_.push_back(options.header ? unquoted(field) : std::to_string(field.column));
    more = !field.ends_row;
  }
  require<FileError>(!table.names_.empty(), table.label_,
                     options.header ? " must have a header, got no line that is not empty"
                                    : " must have a row, got no line that is not empty");
  const std::size_t width = table.names_.size();
  table.by_name_.resize(width);
  std::iota(table.by_name_.begin(), table.by_name_.end(), 0);
  std::stable_sort(table.by_name_.begin(), table.by_name_.end(),
                   [&](std::size_t a, std::size_t b) { return table.names_[a] < table.names_[b]; });
  for (std::size_t k = 1; k < width; ++k) {
    const std::size_t a = table.by_name_[k - 1];
    const std::size_t b = table.by_name_[k];
    require<FileError>(table.names_[a] != table.names_[b], table.label_, ", column ", b + 1,
                       " must have a name of its own, got ", quoted_start(table.names_[b]),
                       " as for column ", a + 1);
  }

  if (options.header) {
    table.first_ = scanner.position();
  } else {
    table.rows_ = 1;
  }
  while (scanner.next(field)) {
    if (field.column >= width) {
      scanner.refuse(field, "not be there, since the first row has ", width, " fields, got ",
                     quoted_start(field.raw));
    }
    if (field.ends_row && field.column + 1 < width) {
      scanner.refuse(field, "not be the last, since the first row has ", width,
                     " fields, got a row of ", field.column + 1);
    }
    table.rows_ += field.ends_row;
  }
  return table;
}

Table read_csv(const std::string& path, const CsvOptions& options) {
  const std::string label = "read_csv: " + path;
  return make_table(read_whole(path, label, options.max_bytes), label, options);
}

Table read_csv_bytes(std::string bytes, const std::string& name, const CsvOptions& options) {
  return make_table(std::move(bytes), "read_csv: " + name, options);
}

bool Table::has(const std::string& column) const {
  return std::find(names_.begin(), names_.end(), column) != names_.end();
}

std::size_t Table::place(const char* where, const std::string& column) const {
  const auto found =
      std::lower_bound(by_name_.begin(), by_name_.end(), column,
                       [this](std::size_t k, const std::string& name) { return names_[k] < name; });
  if (found == by_name_.end() || names_[*found] != column) {
    std::string all;
    for (std::size_t k = 0; k < std::min<std::size_t>(names_.size(), 8); ++k) {
      all += (k > 0 ? ", " : "") + quoted_start(names_[k]);
    }
    fail({where, ": the column must be one of ", all, names_.size() > 8 ? ", ..." : "", ", got ",
          quoted_start(column)});
  }
  return *found;
}

/// Calls f(scanner, field) for the fields of one column.
template <class F>
void Table::visit(std::size_t column, const F& f) const {
  CsvScanner scanner(bytes_, label_, options_.separator, first_);
  for (CsvField field; scanner.next(field);) {
    if (field.column == column) {
      f(scanner, field);
    }
  }
}

template <class T>
void Table::read_numbers(const std::vector<Index>& target, Index width, const Tensor& x) const {
  T* row = x.mutable_data<T>();
  CsvScanner scanner(bytes_, label_, options_.separator, first_);
  for (CsvField field; scanner.next(field);) {
    if (const Index to = target[field.column]; to >= 0) {
      const std::string_view text = field.raw;
      Parsed parsed = Parsed::good;
      if (std::numeric_limits<T>::has_quiet_NaN && options_.missing_as_nan && text.empty()) {
        row[to] = std::numeric_limits<T>::quiet_NaN();
      } else {
        parsed = parse(text, options_.allow_nonfinite, row[to]);
      }
      const std::string name = parsed == Parsed::good ? "" : quoted_start(names_[field.column]);
      if (parsed == Parsed::no_number) {
        scanner.refuse(field, "hold a number for ", name, " of ", dtype_of<T>, ", got ",
                       quoted_start(text),
                       text.empty() && std::numeric_limits<T>::has_quiet_NaN
                           ? "; set missing_as_nan to allow empty fields"
                           : "");
      } else if (parsed == Parsed::not_finite) {
        scanner.refuse(field, "hold a finite number for ", name, ", got ", quoted_start(text),
                       "; set allow_nonfinite to allow it");
      } else if (parsed == Parsed::out_of_range) {
        scanner.refuse(field, "hold a number for ", name, " in the range of ", dtype_of<T>,
                       ", got ", quoted_start(text));
      }
    }
    row += field.ends_row ? width : 0;
  }
}

Tensor Table::numbers(const std::vector<std::string>& columns, Dtype dtype) const {
  const auto width = static_cast<Index>(columns.empty() ? names_.size() : columns.size());
  std::vector<Index> target(names_.size(), -1);
  for (Index k = 0; k < width; ++k) {
    const std::string& name = (columns.empty() ? names_ : columns)[static_cast<std::size_t>(k)];
    Index& to = target[place("Table::numbers", name)];
    require(to < 0, "Table::numbers: a column must be named once, got ", quoted_start(name),
            " twice");
    to = k;
  }
  Tensor x({rows_, width}, dtype);
  switch (dtype) {
    case f32:
      read_numbers<float>(target, width, x);
      break;
    case f64:
      read_numbers<double>(target, width, x);
      break;
    case i64:
      read_numbers<std::int64_t>(target, width, x);
      break;
    case u8:
      read_numbers<std::uint8_t>(target, width, x);
      break;
  }
  return x;
}

Tensor Table::column(const std::string& column, Dtype dtype) const {
  const Tensor x = numbers({column}, dtype);
  return Tensor(x.storage_ref(), {rows_}, {1}, 0, dtype);
}

std::vector<std::string> Table::text(const std::string& column) const {
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(rows_));
  visit(place("Table::text", column),
        [&](const CsvScanner&, const CsvField& field) { texts.push_back(unquoted(field)); });
  return texts;
}

std::vector<std::string> Table::categories(const std::string& column) const {
  std::set<std::string> found;
  visit(place("Table::categories", column),
        [&](const CsvScanner&, const CsvField& field) { found.insert(unquoted(field)); });
  return {found.begin(), found.end()};
}

Tensor Table::indices(const std::string& column, const std::vector<std::string>& categories) const {
  std::vector<std::pair<std::string, Index>> sorted;
  for (std::size_t k = 0; k < categories.size(); ++k) {
    sorted.emplace_back(categories[k], static_cast<Index>(k));
  }
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 1; k < sorted.size(); ++k) {
    require(sorted[k - 1].first != sorted[k].first,
            "Table::indices: each category must come once, got ", quoted_start(sorted[k].first),
            " twice");
  }
  Tensor result({rows_}, i64);
  std::int64_t* to = result.mutable_data<std::int64_t>();
  visit(place("Table::indices", column), [&](const CsvScanner& scanner, const CsvField& field) {
    const std::string text = unquoted(field);
    const auto found = std::lower_bound(sorted.begin(), sorted.end(), std::pair(text, Index{-1}));
    if (found == sorted.end() || found->first != text) {
      scanner.refuse(field, "hold one of the ", categories.size(), " categories of ",
                     quoted_start(column), ", got ", quoted_start(text));
    }
    *to++ = found->second;
  });
  return result;
}

}  // namespace gradus::data
