// A safetensors file from any bytes: tensors that can be written and read again, or a FileError.
#include <gradus/data/safetensors.h>

#include <string>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  gradus::test::expect_result_or_error([&] {
    const auto file = gradus::data::read_safetensors_bytes(bytes, size, "data");
    std::size_t numbers = 0;
    for (const auto& [name, value] : file.tensors) {
      const auto& tensor = std::get<gradus::Tensor>(value);
      numbers += static_cast<std::size_t>(tensor.numel()) * gradus::item_size(tensor.dtype());
    }
    gradus::test::check(numbers <= size);
  });
  return 0;
}
