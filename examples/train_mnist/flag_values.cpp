#include "train_mnist/flag_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace train_mnist {
namespace {

using gradus::require;

/// True if the whole of `text` is a number of type T, which is then in `value`.
template <class T>
bool read_all(const std::string& text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

/// The fewest letters to insert, drop or replace to make `b` of `a` (Levenshtein's distance).
std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);  // row[j]: from a's first i letters to b's first j
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Index whole_number(const std::string& flag, const std::string& text, Index low, Index high) {
  Index value = 0;
  require<UsageError>(read_all(text, value) && value >= low && value <= high, flag,
                      " must be a whole number from ", low, " to ", high, ", got '", text, "'");
  return value;
}

std::uint64_t seed_number(const std::string& flag, const std::string& text) {
  std::uint64_t value = 0;
  require<UsageError>(read_all(text, value), flag, " must be a whole number from 0 to ", UINT64_MAX,
                      ", got '", text, "'");
  return value;
}

double positive_number(const std::string& flag, const std::string& text) {
  double value = 0;
  require<UsageError>(read_all(text, value) && std::isfinite(value) && value > 0, flag,
                      " must be a finite number above 0, got '", text, "'");
  return value;
}

double share(const std::string& flag, const std::string& text) {
  double value = 0;
  require<UsageError>(read_all(text, value) && value >= 0 && value < 1, flag,
                      " must be a number from 0 to below 1, got '", text, "'");
  return value;
}

std::string one_of(const std::string& flag, const std::string& text,
                   const std::vector<std::string>& choices) {
  std::string list;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    list += (i == 0 ? "" : i + 1 < choices.size() ? ", " : " or ") + choices[i];
  }
  require<UsageError>(std::find(choices.begin(), choices.end(), text) != choices.end(), flag,
                      " must be ", list, ", got '", text, "'");
  return text;
}

std::string nearest_word(const std::string& text, const std::vector<std::string>& words) {
  std::string nearest;
  std::size_t fewest = text.size() / 3 + 1;  // more would be another word
  for (const std::string& word : words) {
    const bool is_beginning = text.size() >= 2 && word.compare(0, text.size(), text) == 0;
    if (text.size() > word.size() + fewest) {
      continue;  // so many letters would have to go
    }
    const std::size_t distance = is_beginning ? 0 : edits(text, word);
    if (distance < fewest || (distance == fewest && nearest.empty() && distance < text.size())) {
      fewest = distance;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace train_mnist
