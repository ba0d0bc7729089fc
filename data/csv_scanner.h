#pragma once
// Cuts CSV text into fields.  Used by data/csv.cpp alone.
#include <gradus/core/error.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace gradus::data {

struct CsvField {
  std::string_view raw;  ///< without the quotes around it
  bool is_quoted = false;
  bool has_pairs = false;  ///< quotes inside stand doubled in `raw`
  bool ends_row = false;
  std::size_t column = 0;  ///< from 0
};

/// The text of a field: pairs of quotes are one.
std::string unquoted(const CsvField& field);
/// Text for a message: in quotes, control characters as \xNN, cut after 40 bytes.
std::string quoted_start(std::string_view text);

class CsvScanner {
 public:
  /// `bytes` and `label` must outlive the scanner; `first` is where it begins.
  CsvScanner(std::string_view bytes, const std::string& label, char separator,
             std::size_t first = 0);

  /// The next field, or false at the end.  Throws FileError for text that breaks the rules.
  bool next(CsvField& field);
  /// Where the next field begins.
  std::size_t position() const { return position_; }

  /// Throws FileError "label, line L, column C must ...", where the field stands.
  template <class... Parts>
  [[noreturn]] void refuse(const CsvField& field, const Parts&... parts) const {
    fail<FileError>({Part(place(field)), Part(" must "), Part(parts)...});
  }

 private:
  std::string place(const CsvField& field) const;
  void scan_quoted(CsvField& field);
  void scan_plain(CsvField& field);

  std::string_view bytes_;
  const std::string& label_;
  char separator_;
  std::size_t position_;
  std::size_t column_ = 0;
  bool in_row_ = false;
  bool stops_[256] = {};
};

}  // namespace gradus::data
