#include <gradus/core/error.h>
#include <gradus/data/declared_bytes.h>
#include <gradus/data/safetensors_header.h>
#include <gradus/data/safetensors_json.h>

#include <algorithm>

namespace gradus::data {
namespace {

struct TypeName {
  const char* name;
  Dtype dtype;  // kNoDtype: of the format, but not ours
};
constexpr TypeName kTypes[] = {{"F32", f32},
                               {"F64", f64},
                               {"I64", i64},
                               {"U8", u8},
                               {"BOOL", kNoDtype},
                               {"I8", kNoDtype},
                               {"I16", kNoDtype},
                               {"U16", kNoDtype},
                               {"F16", kNoDtype},
                               {"BF16", kNoDtype},
                               {"I32", kNoDtype},
                               {"U32", kNoDtype},
                               {"U64", kNoDtype},
                               {"C64", kNoDtype},
                               {"F4", kNoDtype},
                               {"F6_E2M3", kNoDtype},
                               {"F6_E3M2", kNoDtype},
                               {"F8_E4M3", kNoDtype},
                               {"F8_E5M2", kNoDtype},
                               {"F8_E8M0", kNoDtype},
                               {"F8_E4M3FNUZ", kNoDtype},
                               {"F8_E5M2FNUZ", kNoDtype}};

Dtype read_dtype(const SafetensorsJsonEntry& entry, const std::string& label) {
  const auto* const found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                         [&](const TypeName& t) { return entry.dtype == t.name; });
  require<FileError>(found != std::end(kTypes), label,
                     " must have data types of the format (F32, F64, I64, U8, ...), got '",
                     entry.dtype.substr(0, 40), "' for '", entry.name.substr(0, 100), "'");
  require<FileError>(found->dtype != kNoDtype, label, ": ", found->name, " is not supported, got '",
                     entry.name.substr(0, 100), "' of it; convert it to F32, F64, I64 or U8");
  return found->dtype;
}

const char* name_of(Dtype dtype) {
  return std::find_if(std::begin(kTypes), std::end(kTypes),
                      [&](const TypeName& t) { return t.dtype == dtype; })
      ->name;
}

/// "[2, 3]" for sizes that a Shape may not hold.
std::string list_of(const std::vector<std::uint64_t>& sizes) {
  std::string text;
  for (const std::uint64_t size : sizes) {
    text += (text.empty() ? "" : ", ") + std::to_string(size);
  }
  return join({"[", text, "]"});
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

const char* fault_of_name(const std::string& name) {
  return name.empty()                  ? "an empty one"
         : has_control_character(name) ? "one with a control character"
                                       : nullptr;
}

SafetensorsEntry check_entry(SafetensorsJsonEntry&& entry, const std::string& label) {
  const char* const fault = fault_of_name(entry.name);
  require<FileError>(!fault, label, " must have names of tensors that can be read, got ",
                     fault ? fault : "");
  SafetensorsEntry checked;
  checked.dtype = read_dtype(entry, label);
  bool fits = true;
  for (const std::uint64_t size : entry.shape) {
    fits = fits && size <= INT64_MAX;
    checked.shape.push_back(fits ? static_cast<Index>(size) : 0);
  }
  const std::uint64_t declared =
      fits ? declared_bytes(checked.shape, item_size(checked.dtype)) : kTooManyBytes;
  const std::string shown = entry.name.substr(0, 100);
  require<FileError>(declared != kTooManyBytes, label, " must have possible shapes, got ",
                     list_of(entry.shape), " for '", shown, "', which has more than 2^56 elements");
  require<FileError>(entry.offsets.size() == 2, label,
                     " must have two data_offsets for a tensor, got ", entry.offsets.size(),
                     " for '", shown, "'");
  checked.begin = entry.offsets[0];
  checked.end = entry.offsets[1];
  require<FileError>(checked.begin <= checked.end && checked.end - checked.begin == declared, label,
                     " must give '", shown, "' the ", declared, " bytes of its shape ",
                     checked.shape, " ", checked.dtype, ", got data_offsets from ", checked.begin,
                     " to ", checked.end);
  checked.name = std::move(entry.name);
  return checked;
}

}  // namespace

const std::string* SafetensorsHeader::find(std::string_view key) const {
  const auto found = std::find_if(metadata.begin(), metadata.end(),
                                  [&](const auto& item) { return item.first == key; });
  return found == metadata.end() ? nullptr : &found->second;
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& label) {
  // A byte order mark is no white space.
  const std::size_t first = json.find_first_not_of(" \t\r\n");
  require<FileError>(first != std::string_view::npos && json[first] == '{', label,
                     " must have a header that begins with '{', got something else; it is not a "
                     "safetensors file");
  SafetensorsJson parsed =
      parse_safetensors_json(json, max_safetensors_entries(json.size() + data_bytes), label);
  SafetensorsHeader header;
  header.metadata = std::move(parsed.metadata);
  header.tensors.reserve(parsed.tensors.size());
  for (SafetensorsJsonEntry& entry : parsed.tensors) {
    header.tensors.push_back(check_entry(std::move(entry), label));
    entry = {};
  }
  std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const SafetensorsEntry& entry : header.tensors) {
    require<FileError>(entry.begin == at, label, " must have tensors without ",
                       entry.begin < at ? "overlap" : "holes between them", ", got '",
                       entry.name.substr(0, 100), "' at offset ", entry.begin,
                       " where the data before it ends at ", at);
    at = entry.end;
  }
  require<FileError>(at == data_bytes, label,
                     " must be as long as its header says: the tensors have ", at,
                     " bytes, the file has ", data_bytes, " after the header",
                     data_bytes < at ? "; it is cut short" : "; it goes on after its data");
  return header;
}

std::string safetensors_header_text(const SafetensorsHeader& header, const std::string& label) {
  std::string text = "{";
  if (!header.metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : header.metadata) {
      text += json_string(key, label) + ":" + json_string(value, label) + ",";
    }
    text.back() = '}';
    text += ",";
  }
  for (const SafetensorsEntry& entry : header.tensors) {
    const char* const fault = fault_of_name(entry.name);
    require(!fault && entry.name != "__metadata__", label,
            " must be given names of tensors that can be read, got ",
            fault ? fault : "'__metadata__', which the format keeps for texts");
    std::string shape;
    for (const Index size : entry.shape) {
      shape += shape.empty() ? "" : ",";
      shape += std::to_string(size);
    }
    text += json_string(entry.name, label) + ":{\"dtype\":\"" + name_of(entry.dtype) +
            "\",\"shape\":[" + shape + "],\"data_offsets\":[" + std::to_string(entry.begin) + "," +
            std::to_string(entry.end) + "]},";
  }
  if (text.back() == ',') {
    text.pop_back();
  }
  return text + "}";
}

}  // namespace gradus::data
