#include <gradus/data/csv_scanner.h>

#include <algorithm>

namespace gradus::data {

std::string unquoted(const CsvField& field) {
  std::string text(field.raw);
  if (field.has_pairs) {
    std::size_t to = 0;
    for (std::size_t from = 0; from < text.size(); ++from) {
      text[to++] = text[from];
      from += text[from] == '"';
    }
    text.resize(to);
  }
  return text;
}

std::string quoted_start(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::size_t size = std::min(text.size(), kMost);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) >> 6) == 2) {
    --size;  // not in the middle of a character of UTF-8
  }
  return join({"\"", text.substr(0, size), size < text.size() ? "...\"" : "\""});
}

CsvScanner::CsvScanner(std::string_view bytes, const std::string& label, char separator,
                       std::size_t first)
    : bytes_(bytes), label_(label), separator_(separator), position_(first) {
  for (const char stop : {separator, '\n', '\r', '"', '\0'}) {
    stops_[static_cast<unsigned char>(stop)] = true;
  }
}

std::string CsvScanner::place(const CsvField& field) const {
  const char* const begin = bytes_.data();
  const auto line = 1 + std::count(begin, std::max(begin, field.raw.data()), '\n');
  return join({label_, ", line ", line, ", column ", field.column + 1});
}

bool CsvScanner::next(CsvField& field) {
  while (!in_row_ && position_ < bytes_.size()) {
    const bool is_return = bytes_[position_] == '\r' && bytes_.substr(position_ + 1, 1) == "\n";
    if (!is_return && bytes_[position_] != '\n') {
      break;
    }
    position_ += is_return ? 2 : 1;
  }
  if (!in_row_ && position_ == bytes_.size()) {
    return false;
  }
  field = {.raw = bytes_.substr(position_, 0), .column = column_};
  if (position_ < bytes_.size() && bytes_[position_] == '"') {
    scan_quoted(field);
  } else {
    scan_plain(field);
  }
  field.ends_row = true;
  if (position_ < bytes_.size()) {
    const char stop = bytes_[position_];
    if (stop == '\r' && bytes_.substr(position_ + 1, 1) != "\n") {
      refuse(field, "have line ends \\n or \\r\\n, got \\r alone after ", quoted_start(field.raw));
    }
    field.ends_row = stop != separator_;
    position_ += stop == '\r' ? 2 : 1;
  }
  in_row_ = !field.ends_row;
  column_ = in_row_ ? column_ + 1 : 0;
  return true;
}

void CsvScanner::scan_quoted(CsvField& field) {
  field.is_quoted = true;
  const std::size_t begin = ++position_;
  field.raw = bytes_.substr(begin, 0);
  for (;; position_ += 2) {
    position_ = bytes_.find('"', position_);
    if (position_ == bytes_.npos) {
      refuse(field, "end with a quote, got the end of the data after ",
             quoted_start(bytes_.substr(begin - 1)));
    }
    if (bytes_.substr(position_ + 1, 1) != "\"") {
      break;
    }
    field.has_pairs = true;
  }
  field.raw = bytes_.substr(begin, position_ - begin);
  ++position_;
  if (field.raw.find('\0') != field.raw.npos) {
    refuse(field, "be text, got a zero byte; save the table as UTF-8");
  }
  if (position_ < bytes_.size()) {
    const char stop = bytes_[position_];
    if (stop != separator_ && stop != '\n' && stop != '\r') {
      refuse(field, "end at its second quote, got ", quoted_start(bytes_.substr(position_, 1)),
             " after it; double a quote that belongs to the text");
    }
  }
}

void CsvScanner::scan_plain(CsvField& field) {
  const std::size_t begin = position_;
  while (position_ < bytes_.size() && !stops_[static_cast<unsigned char>(bytes_[position_])]) {
    ++position_;
  }
  field.raw = bytes_.substr(begin, position_ - begin);
  if (position_ < bytes_.size()) {
    if (bytes_[position_] == '\0') {
      refuse(field, "be text, got a zero byte; save the table as UTF-8");
    }
    if (bytes_[position_] == '"') {
      refuse(field, "begin with a quote to hold one, got a quote after ", quoted_start(field.raw));
    }
  }
}

}  // namespace gradus::data
