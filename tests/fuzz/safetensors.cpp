// A safetensors file from any bytes: tensors that fill its data, under a header that can be written
// and read again, or a FileError.
#include <gradus/data/safetensors.h>
#include <gradus/data/safetensors_header.h>

#include <cstring>
#include <string>

#include "fuzz/target.h"
#include "support/file_checksum.h"

namespace {

using namespace gradus;

void check_header(const std::string& file, std::size_t data_bytes) {
  const auto text = file.substr(8, file.size() - 8 - data_bytes);
  const auto header = data::parse_safetensors_header(text, data_bytes, "header");
  const auto again = data::parse_safetensors_header(data::safetensors_header_text(header, "header"),
                                                    data_bytes, "header");
  test::check(again.metadata == header.metadata && again.tensors.size() == header.tensors.size());
  for (std::size_t k = 0; k < header.tensors.size(); ++k) {
    const auto& a = header.tensors[k];
    const auto& b = again.tensors[k];
    test::check(a.name == b.name && a.dtype == b.dtype && a.shape == b.shape &&
                a.begin == b.begin && a.end == b.end);
  }
}

bool read(const std::string& file) {
  data::Safetensors read;
  if (!test::expect_result_or_error(
          [&] { read = data::read_safetensors_bytes(file.data(), file.size(), "data"); })) {
    return false;
  }
  std::size_t numbers = 0;
  for (const auto& [name, value] : read.tensors) {
    const auto& x = std::get<Tensor>(value);
    numbers += static_cast<std::size_t>(x.numel() * item_size(x.dtype()));
  }
  test::check(numbers + 8 <= file.size());
  check_header(file, numbers);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string file(bytes, bytes + size);
  const std::string before = file;
  // No mutation would find the checksum by itself.
  if (test::set_checksum(file) && file != before) {
    test::check(!read(before));
  }
  read(file);
  return 0;
}
