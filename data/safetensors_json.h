#pragma once
// The JSON of a safetensors header, by its structure alone: what the numbers must be is checked by
// who uses it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::data {

/// A tensor, as its entry describes it.
struct SafetensorsJsonEntry {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> offsets;
};

struct SafetensorsJson {
  std::vector<SafetensorsJsonEntry> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// The longest name or text of a header, as JSON has it, and the longest run of blanks, in bytes:
/// the parser holds one several times.
inline constexpr std::size_t kMaxJsonToken = 2 << 20;

/// Throws FileError, beginning with `label`, unless the text is JSON in UTF-8 and an object of the
/// form that safetensors_header.h shows, without a key that comes twice, with at most `max_entries`
/// tensors and texts, none longer than kMaxJsonToken.  Nothing deeper than that form is ever looked
/// at.
SafetensorsJson parse_safetensors_json(std::string_view json, std::uint64_t max_entries,
                                       const std::string& label);

/// The text in quotes, as JSON writes it.  Throws ValueError unless it is UTF-8 and no longer than
/// kMaxJsonToken.
std::string json_string(const std::string& text, const std::string& label);

}  // namespace gradus::data
