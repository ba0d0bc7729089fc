// safetensors files that are written and read back, damaged, and exchanged with Python.
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gradus/data/npy.h>
#include <gradus/data/safetensors.h>
#include <gradus/data/state_file.h>

#include <cmath>

#include "data/files.h"
#include "data/same_bits.h"
#include "support/naive.h"
#include "support/peak_memory.h"
#include "support/sanitizer.h"
#include "support/temp_folder.h"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;
using test::Bytes;
using test::contents;
using test::expect_same_bits;

// One of every type and of every strange shape.
StateDict all_kinds() {
  Rng rng(1);
  StateDict state;
  state.set("u8", from_vector<std::uint8_t>({0, 1, 255}, {3}));
  state.set("f32", randn({2, 3}, rng));
  state.set("f64", from_vector<double>({-0.0, 5e-324, HUGE_VAL, std::nan("")}, {4}));
  state.set("i64", from_vector<std::int64_t>({INT64_MIN, INT64_MAX}, {1, 2, 1}));
  state.set("scalar", full({}, 7));
  state.set("nothing", empty({3, 0, 2}));
  state.set("a.b/c \"\xc3\xa9\"", core::slice(randn({4, 4}, rng), 1, 1, 3));  // not contiguous
  return state;
}

TEST(SafetensorsFile, gives_back_every_type_and_shape_bit_for_bit) {
  const test::TempFolder folder;
  write_safetensors(folder / "a", all_kinds(), {{"by", "a test"}});
  const Safetensors file = read_safetensors(folder / "a");
  expect_same_bits(all_kinds(), file.tensors);
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"by", "a test"}}));
  write_safetensors(folder / "a", StateDict());
  EXPECT_TRUE(read_safetensors(folder / "a").tensors.empty());
}

TEST(SafetensorsFile, takes_ten_thousand_tensors) {
  const test::TempFolder folder;
  StateDict state;
  for (int i = 0; i < 10'000; ++i) {
    state.set("layer." + std::to_string(i), full({1}, i));
  }
  write_safetensors(folder / "a", state);
  expect_same_bits(state, read_safetensors(folder / "a").tensors);
}

TEST(SafetensorsFile, can_replace_the_file_that_its_tensors_were_read_from) {
  const test::TempFolder folder;
  write_safetensors(folder / "a", all_kinds());
  const Safetensors file = read_safetensors(folder / "a");
  write_safetensors(folder / "a", file.tensors);
  expect_same_bits(all_kinds(), file.tensors);
  expect_same_bits(all_kinds(), read_safetensors(folder / "a").tensors);
}

TEST(SafetensorsFile, refuses_what_could_not_be_read_back) {
  const auto write = [](const std::string& name, const StateDict::Value& value,
                        const std::map<std::string, std::string>& metadata = {}) {
    StateDict state;
    state.set(name, value);
    write_safetensors("never", state, metadata);
  };
  const std::string start = "write_safetensors: never must ";
  const std::string names = start + "be given names of tensors that can be read, got ";
  test::expect_error<ValueError>([&] { write("a", 1.0); },
                                 start + "be given tensors alone, got something else under 'a'");
  test::expect_error<ValueError>([&] { write("a\n", ones({1})); },
                                 names + "one with a control character");
  test::expect_error<ValueError>([&] { write("__metadata__", ones({1})); },
                                 names + "'__metadata__', which the format keeps for texts");
  test::expect_error<ValueError>(
      [&] { write("\xff", ones({1})); },
      start + "be given names and texts in UTF-8, got bytes that are not");
  for (const std::string key : {"gradus.crc32", "gradus.format"}) {
    test::expect_error<ValueError>(
        [&] {
          write("a", ones({1}), {{key, "x"}});
        },
        start + "be given metadata without '" + key + "', which it writes itself");
  }
  StateDict many;
  for (int i = 0; i < 20'000; ++i) {
    many.set(std::to_string(i), empty({0}, u8));
  }
  test::expect_error<ValueError>(
      [&] { write_safetensors("never", many); },
      start + "be given at most 18549 tensors and texts of this size, got 20002");
  EXPECT_FALSE(fs::exists("never"));
}

// It can be read though the system calls it empty, and begins with eight bytes that would do as
// length.
TEST(SafetensorsFile, of_a_size_that_its_system_does_not_say_is_too_small) {
  const std::string path = "/proc/self/auxv";
  if (!fs::exists(path)) {
    GTEST_SKIP() << "/proc is not mounted";
  }
  test::expect_error<FileError>([&] { read_safetensors(path); },
                                "read_safetensors: " + path +
                                    " must be a safetensors file: header too small, got 0 bytes "
                                    "where its length takes 8");
}

// --- Python --------------------------------------------------------------------------------------

// tests/reference/safetensors_numpy.py, which shares nothing with this library.
int python(const std::string& arguments) {
  const fs::path script =
      fs::path(__FILE__).parent_path().parent_path() / "reference" / "safetensors_numpy.py";
  return std::system(("/usr/bin/python3 " + script.string() + " " + arguments).c_str());
}

class Python : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("/usr/bin/python3 -c 'import numpy' 2> /dev/null") != 0) {
      GTEST_SKIP() << "needs NumPy for /usr/bin/python3 (python3-numpy)";
    }
  }
  test::TempFolder folder_;
};

TEST_F(Python, reads_what_is_written_here_and_finds_the_checksum_right) {
  write_safetensors(folder_ / "a", all_kinds());
  ASSERT_EQ(python("copy " + (folder_ / "a") + " " + (folder_ / "b")), 0);
  const Safetensors back = read_safetensors(folder_ / "b");  // written anew, without checksum
  expect_same_bits(all_kinds(), back.tensors);
  EXPECT_EQ(contents(folder_ / "b").find("gradus"), Bytes::npos);
}

TEST_F(Python, writes_what_is_read_here) {
  for (const int seed : {1, 2, 3}) {
    ASSERT_EQ(python("random " + (folder_ / "a") + " " + std::to_string(seed)), 0);
    const StateDict tensors = read_safetensors(folder_ / "a").tensors;
    EXPECT_FALSE(tensors.empty());
    write_safetensors(folder_ / "b", tensors);
    EXPECT_EQ(python("same " + (folder_ / "a") + " " + (folder_ / "b")), 0);
  }
}

TEST_F(Python, exchanges_npy_files_of_every_type) {
  for (const auto& [name, value] : all_kinds()) {
    const auto& x = std::get<Tensor>(value);
    write_npy(folder_ / "a.npy", x);
    ASSERT_EQ(python("npy " + (folder_ / "a.npy") + " " + (folder_ / "b.npy")), 0) << name;
    StateDict before, after;
    before.set("x", x);
    after.set("x", read_npy(folder_ / "b.npy"));
    expect_same_bits(before, after);
    EXPECT_EQ(contents(folder_ / "a.npy"), contents(folder_ / "b.npy")) << name;
  }
}

TEST(SafetensorsFile, takes_at_most_two_times_its_size_and_16_mib) {
  if (test::kAddressSanitizer || test::kThreadSanitizer) {
    GTEST_SKIP() << "sanitizers need memory of their own";
  }
  constexpr std::size_t kLong = 60'000'000;
  const std::string tensor = R"(:{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  std::string texts = R"({"__metadata__":{)";
  for (int k = 0; k < 40; ++k) {
    texts += (k ? ",\"" : "\"") + std::to_string(k) + "\":\"" + std::string(1'500'000, 't') + "\"";
  }
  const struct {
    const char* what;
    std::string header;
    std::size_t data;
    bool loads;
  } files[] = {
      {"one name", "{\"" + std::string(kLong, 'n') + "\"" + tensor, 1, false},
      {"escapes", "{\"" + std::string(kLong, '\\') + "\"" + tensor, 1, false},
      {"one text", R"({"__metadata__":{"a":")" + std::string(kLong, 't') + "\"}}", 0, false},
      {"blanks", "{" + std::string(kLong, ' ') + "}", 0, false},
      {"digits", R"({"a":{"dtype":"U8","shape":[)" + std::string(kLong, '1') + "]}}", 0, false},
      {"many texts", texts + "}}", 0, true},
      {"data", R"({"a":{"dtype":"U8","shape":[60000000],"data_offsets":[0,60000000]}})", kLong,
       true},
  };
  const test::TempFolder folder;
  for (const auto& file : files) {
    const std::string path = folder.write("a", test::little_endian(file.header.size(), 8) +
                                                   file.header + std::string(file.data, '1'));
    const std::uint64_t peak =
        test::peak_bytes_of_reading(file.loads, [&] { read_safetensors(path); });
    EXPECT_LT(peak, 2 * (file.header.size() + file.data) + (16 << 20)) << file.what;
    EXPECT_GT(peak, kLong / 2) << file.what << ": the measure sees nothing";
  }
}

}  // namespace
}  // namespace gradus::data
