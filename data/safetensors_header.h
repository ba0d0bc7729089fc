#pragma once
// The header of a safetensors file: which tensors it holds, of which type and shape, and where.
//
//   {"__metadata__": {"key": "text", ...},
//    "fc1.weight": {"dtype": "F32", "shape": [128, 784], "data_offsets": [0, 401408]}, ...}
//
// Offsets count bytes from the end of the header.
#include <gradus/core/dtype.h>
#include <gradus/core/shape.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::data {

/// Of the header, in bytes.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;

/// The most tensors and texts that a file of `bytes` bytes may have: what is kept of each, about
/// 700 bytes, then stays within the rule for memory (twice the file and 16 MiB).
constexpr std::uint64_t max_safetensors_entries(std::uint64_t bytes) { return 16384 + bytes / 512; }

struct SafetensorsEntry {
  std::string name;
  Dtype dtype = f32;
  Shape shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> tensors;  ///< in the order of their data
  std::vector<std::pair<std::string, std::string>> metadata;

  /// The text of that key, or nullptr.
  const std::string* find(std::string_view key) const;
};

/// Reads the JSON text of a header with `data_bytes` bytes of data behind it.  Throws FileError,
/// beginning with `label`, unless it keeps all rules of the format: the data of the tensors fills
/// data_bytes without a hole, an overlap or a rest, and no name comes twice.  Nesting takes no
/// stack.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& label);

/// The JSON text; `metadata` comes first, in its order.  Throws ValueError for a name or text that
/// is not UTF-8, or a name that no reader would take.
std::string safetensors_header_text(const SafetensorsHeader& header, const std::string& label);

}  // namespace gradus::data
