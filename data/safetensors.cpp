#include <gradus/core/error.h>
#include <gradus/data/crc32.h>
#include <gradus/data/replace_file.h>
#include <gradus/data/safetensors.h>
#include <gradus/data/safetensors_header.h>
#include <gradus/data/source.h>

#include <algorithm>
#include <bit>

namespace gradus::data {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr const char* kChecksum = "gradus.crc32";
constexpr const char* kFormat = "gradus.format";
constexpr const char* kVersion = "1";
constexpr std::string_view kStart = "{\"__metadata__\":{\"gradus.crc32\":\"";
constexpr std::string_view kZeros = "00000000";

std::string length_bytes(std::uint64_t length) {
  return {reinterpret_cast<const char*>(&length), sizeof length};
}

/// The checksum that the file must have; empty for a file of others.  Its digits in the header
/// become the zeros that it was computed with.
std::string take_checksum(std::string& text, const SafetensorsHeader& header,
                          const std::string& label) {
  const bool is_ours = std::any_of(header.metadata.begin(), header.metadata.end(),
                                   [](auto& item) { return item.first.starts_with("gradus."); });
  if (!is_ours) {
    return "";
  }
  const std::string* const digits = header.find(kChecksum);
  require<FileError>(digits && digits->size() == kZeros.size() && text.starts_with(kStart) &&
                         text.compare(kStart.size(), kZeros.size(), *digits) == 0,
                     label,
                     " must have its checksum at the start, as its metadata has keys of "
                     "Gradus, got none there; it is damaged, or was written anew by a program that "
                     "copied them");
  const std::string* const version = header.find(kFormat);
  require<FileError>(version && *version == kVersion, label, " must be of format version ",
                     kVersion, ", got ",
                     version ? join({"'", version->substr(0, 40), "'"}) : "none",
                     "; it is damaged, or a newer Gradus wrote it");
  std::string taken = *digits;
  text.replace(kStart.size(), kZeros.size(), kZeros);
  return taken;
}

Safetensors read_from(ByteSource& source, std::uint64_t file_bytes, const std::string& label) {
  std::uint64_t length = 0;
  require<FileError>(
      file_bytes >= sizeof length && source.read(&length, sizeof length) == sizeof length, label,
      " must be a safetensors file: header too small, got ", file_bytes,
      " bytes where its length takes 8");
  require<FileError>(length <= kMaxSafetensorsHeader, label,
                     " must be a safetensors file: a header has at most ", kMaxSafetensorsHeader,
                     " bytes, got header length ", length);
  require<FileError>(length <= file_bytes - sizeof length, label,
                     " must hold its header: invalid header length ", length, ", the file has ",
                     file_bytes - sizeof length,
                     " bytes after it; it is cut short, or no "
                     "safetensors file");
  std::string text(length, '\0');
  read_all(source, text.data(), length, label);
  SafetensorsHeader header =
      parse_safetensors_header(text, file_bytes - sizeof length - length, label);

  const std::string checksum = take_checksum(text, header, label);
  Crc32 crc;
  crc.add(&length, sizeof length);
  crc.add(text.data(), text.size());
  std::string().swap(text);  // its memory too
  Safetensors file;
  for (const SafetensorsEntry& entry : header.tensors) {
    const Tensor x(entry.shape, entry.dtype);
    const auto bytes = static_cast<std::size_t>(entry.end - entry.begin);
    read_all(source, x.address(), bytes, label);
    if (!checksum.empty()) {
      crc.add(x.address(), bytes);
    }
    file.tensors.set(entry.name, x);
  }
  require<FileError>(checksum.empty() || crc.digits() == checksum, label,
                     " must have the checksum that it was written with, ", checksum, ", got ",
                     crc.digits(), "; it is damaged");
  for (auto& [key, value] : header.metadata) {
    if (key != kChecksum && key != kFormat) {
      file.metadata.emplace(key, std::move(value));
    }
  }
  return file;
}

}  // namespace

Safetensors read_safetensors(const std::string& path) {
  const std::string label = "read_safetensors: " + path;
  FileSource file(path, label);
  Safetensors read = read_from(file, file.bytes(), label);
  file.require_unchanged();
  return read;
}

Safetensors read_safetensors_bytes(const void* bytes, std::size_t size, const std::string& name) {
  MemorySource memory(bytes, size);
  return read_from(memory, size, "read_safetensors: " + name);
}

void write_safetensors(const std::string& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata, FileCalls& calls) {
  const std::string where = "write_safetensors";
  const std::string label = where + ": " + path;
  std::vector<std::pair<std::string, Tensor>> dense;
  for (const auto& [name, value] : tensors) {
    const auto* x = std::get_if<Tensor>(&value);
    require(x, label, " must be given tensors alone, got something else under '", name, "'");
    dense.emplace_back(name, x->dense());
  }
  // Then all numbers are aligned.
  std::stable_sort(dense.begin(), dense.end(), [](const auto& a, const auto& b) {
    return item_size(a.second.dtype()) > item_size(b.second.dtype());
  });

  SafetensorsHeader header;
  header.metadata = {{kChecksum, std::string(kZeros)}, {kFormat, kVersion}};
  for (const auto& [key, value] : metadata) {
    require(key != kChecksum && key != kFormat, label, " must be given metadata without '", key,
            "', which it writes itself");
    header.metadata.emplace_back(key, value);
  }
  std::uint64_t at = 0;
  for (const auto& [name, x] : dense) {
    const auto bytes = static_cast<std::uint64_t>(x.numel() * item_size(x.dtype()));
    header.tensors.push_back({name, x.dtype(), x.shape(), at, at + bytes});
    at += bytes;
  }
  std::string text = safetensors_header_text(header, label);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  require(text.size() <= kMaxSafetensorsHeader, label, " must get a header of at most ",
          kMaxSafetensorsHeader, " bytes, got ", text.size(), "; use fewer or shorter names");
  const std::size_t entries = header.tensors.size() + header.metadata.size();
  require(entries <= max_safetensors_entries(text.size() + at), label, " must be given at most ",
          max_safetensors_entries(text.size() + at), " tensors and texts of this size, got ",
          entries);

  const std::string length = length_bytes(text.size());
  std::vector<std::string_view> pieces = {length, text};
  for (const auto& [name, x] : dense) {
    pieces.emplace_back(static_cast<const char*>(x.address()),
                        static_cast<std::size_t>(x.numel() * item_size(x.dtype())));
  }
  Crc32 crc;
  for (const std::string_view piece : pieces) {
    crc.add(piece.data(), piece.size());
  }
  text.replace(kStart.size(), kZeros.size(), crc.digits());
  replace_file(where, path, pieces, calls);
}

}  // namespace gradus::data
