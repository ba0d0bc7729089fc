// A tensor in a file with holes.  scripts/soak.sh asks for one of more bytes than 32 bits can
// count, which takes 9 GB of memory; in the suite it has one megabyte.
#include <gradus/data/safetensors.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "support/temp_folder.h"
#include "support/trials.h"

namespace gradus::data {
namespace {

/// Leaves holes where there are only zeros.
struct SparseCalls : FileCalls {
  std::ptrdiff_t write(int descriptor, const void* bytes, std::size_t size) override {
    const std::size_t part = std::min<std::size_t>(size, 1 << 20);
    const auto* const first = static_cast<const char*>(bytes);
    if (part > 1 && first[0] == 0 && std::memcmp(first, first + 1, part - 1) == 0) {
      const auto end = ::lseek(descriptor, static_cast<off_t>(part), SEEK_CUR);
      return ::ftruncate(descriptor, end) == 0 ? static_cast<std::ptrdiff_t>(part) : -1;
    }
    return FileCalls::write(descriptor, bytes, part);
  }
};

TEST(LargeTensor, comes_back_byte_for_byte) {
  const Index size = (Index{test::trials("GRADUS_LARGE_TENSOR_MB", 1)} << 20) + 7;
  const test::TempFolder folder;
  StateDict state;
  const Tensor x = zeros({size}, u8);
  const Index places[] = {0, size / 2, size - 8, size - 1};
  for (const Index at : places) {
    x.mutable_data<std::uint8_t>()[at] = static_cast<std::uint8_t>(at % 251 + 1);
  }
  state.set("x", x);
  state.set("behind", full({2}, 5));
  SparseCalls calls;
  write_safetensors(folder / "a", state, {}, calls);
  struct stat status = {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_GT(status.st_size, size);

  const StateDict back = read_safetensors(folder / "a").tensors;
  EXPECT_EQ(back.tensor("behind").to_vector(), (std::vector<float>{5, 5}));
  const Tensor& y = back.tensor("x");
  ASSERT_EQ(y.shape(), Shape{size});
  EXPECT_EQ(std::memcmp(y.address(), x.address(), static_cast<std::size_t>(size)), 0);
  EXPECT_EQ(y.data<std::uint8_t>()[size - 1], static_cast<std::uint8_t>((size - 1) % 251 + 1));
  ASSERT_EQ(::truncate((folder / "a").c_str(), status.st_size - 1), 0);
  EXPECT_THROW(read_safetensors(folder / "a"), FileError);
  std::printf("a tensor of %lld bytes in a file of %lld kB on the disk\n",
              static_cast<long long>(size), static_cast<long long>(status.st_blocks / 2));
}

}  // namespace
}  // namespace gradus::data
