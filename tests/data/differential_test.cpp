// Files of random arrays, exchanged with readers and writers that share nothing with these:
// Python's with json, struct, gzip and NumPy.  One process of it reads all files of ours and writes
// its own.
#include <gradus/core/random.h>
#include <gradus/data/idx.h>
#include <gradus/data/npy.h>
#include <gradus/data/safetensors.h>

#include <cstdlib>

#include "data/files.h"
#include "data/same_bits.h"
#include "support/naive.h"
#include "support/trials.h"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

/// Leaves the files to the system's memory: nothing here is meant to outlive the test.
class Volatile : public FileCalls {
  int fsync(int) override { return 0; }
};

Tensor some_tensor(Rng& rng) {
  constexpr Dtype kDtypes[] = {f32, f64, i64, u8};
  Shape shape;
  for (Index left = rng.below(5); left > 0; --left) {
    shape.push_back(rng.below(5));
  }
  Tensor x(shape, kDtypes[rng.below(4)]);
  auto* const bytes = static_cast<unsigned char*>(x.address());
  for (Index i = 0; i < x.numel() * item_size(x.dtype()); ++i) {
    bytes[i] = static_cast<unsigned char>(rng.below(256));
  }
  return x;
}

TEST(Differential, python_reads_and_writes_the_same_arrays) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2> /dev/null") != 0) {
    GTEST_SKIP() << "needs NumPy for /usr/bin/python3 (python3-numpy)";
  }
  const int files = test::trials("GRADUS_DIFFERENTIAL", 200);
  constexpr int kTogether = 500;  // so many in a folder at a time
  for (int first = 0; first < files; first += kTogether) {
    const test::TempFolder folder;
    const int count = std::min(kTogether, files - first);
    Volatile calls;
    Rng rng(static_cast<std::uint64_t>(first));
    std::vector<StateDict> states;
    std::vector<Tensor> arrays;
    for (int k = 0; k < count; ++k) {
      const std::string path = folder / std::to_string(k);
      StateDict& state = states.emplace_back();
      for (Index n = rng.below(4); n >= 0; --n) {
        state.set("layer" + std::to_string(n) + ".\xc3\xa9 \"weight\"", some_tensor(rng));
      }
      write_safetensors(path + ".safetensors", state, {}, calls);
      write_npy(path + ".npy", arrays.emplace_back(some_tensor(rng)), calls);
    }
    const fs::path script =
        fs::path(__FILE__).parent_path().parent_path() / "reference" / "exchange_files.py";
    ASSERT_EQ(std::system(("/usr/bin/python3 -B " + script.string() + " " + folder.path() + " " +
                           std::to_string(count) + " " + std::to_string(first))
                              .c_str()),
              0);
    for (int k = 0; k < count; ++k) {
      const std::string path = folder / std::to_string(k);
      const StateDict back = read_safetensors(path + ".back.safetensors").tensors;
      const StateDict& state = states[static_cast<std::size_t>(k)];
      ASSERT_EQ(back.size(), state.size());
      for (const auto& [name, value] : state) {
        test::expect_same_bits(std::get<Tensor>(value), back.tensor(name), path);
      }
      test::expect_same_bits(arrays[static_cast<std::size_t>(k)], read_npy(path + ".back.npy"),
                             path);
      const Tensor drawn = read_npy(path + ".idx.npy");
      test::expect_same_bits(read_idx(path + ".idx"), drawn, path);
      test::expect_same_bits(read_idx(path + ".idx.gz"), drawn, path);
    }
  }
  std::printf("%d files each of safetensors, npy, IDX and gzip: all the same bits\n", files);
}

}  // namespace
}  // namespace gradus::data
