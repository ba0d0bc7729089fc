#include <gradus/data/npy.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "data/files.h"
#include "support/naive.h"
#include "support/temp_folder.h"

namespace gradus::data {
namespace {

using test::Bytes;

Bytes npy(const Bytes& dictionary, const Bytes& data, char version = 1) {
  return Bytes("\x93NUMPY") + version + '\0' +
         test::little_endian(dictionary.size(), version == 1 ? 2 : 4) + dictionary + data;
}
Tensor parsed(const Bytes& bytes) { return read_npy_bytes(bytes.data(), bytes.size(), "x"); }

const Bytes kPair = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n";

TEST(Npy, of_versions_1_to_3_is_read) {
  for (const char version : {'\1', '\2', '\3'}) {
    EXPECT_EQ(parsed(npy(kPair, "ab", version)).to_vector<std::uint8_t>(),
              (std::vector<std::uint8_t>{'a', 'b'}));
  }
  EXPECT_EQ(parsed(npy("{'shape':(),\"descr\":'|u1','fortran_order':False}", "a")).rank(), 0);
}

TEST(Npy, is_refused_with_the_reason) {
  const std::string start = "read_npy: x must ";
  const std::string header =
      start +
      "have a header {'descr': ..., 'fortran_order': False, 'shape': ...}, got something "
      "else at '";
  const std::string begin = start + "begin with \\x93NUMPY and a version, got ";
  const std::string no_file = "; it is no .npy file";
  struct Case {
    Bytes bytes;
    std::string message;
  };
  const Case cases[] = {
      {"", begin + "an empty file" + no_file},
      {"\x93NUMPY\1", begin + "bytes 93 4e 55 4d 50 59 01" + no_file},
      {"PK\3\4 an archive", begin + "bytes 50 4b 03 04 20 61 6e 20" + no_file},
      {Bytes("\x93NUMPX\1\0", 8), begin + "bytes 93 4e 55 4d 50 58 01 00" + no_file},
      {npy(kPair, "ab", 0), start + "be of version 1, 2 or 3, got 0"},
      {npy(kPair, "ab", '\xff'), start + "be of version 1, 2 or 3, got 255"},
      {npy(kPair, "ab", 4), start + "be of version 1, 2 or 3, got 4"},
      {Bytes("\x93NUMPY\1\0", 8), start + "hold its header of at most 65536 bytes, got length 0 in "
                                          "a file of 8 bytes"},
      {Bytes("\x93NUMPY\1\0\x40\0", 10),
       start + "hold its header of at most 65536 bytes, got length 64 in a file of 10 bytes"},
      {npy("[]", ""), header + "[]'"},
      {npy("{'descr': '|u1'}", ""), header + "'"},
      {npy("{'descr': '|u1', 'descr': '|u1'}", ""), header + " '|u1'}'"},
      {npy("{'fortran_order': False, 'fortran_order': False}", ""), header + " False}'"},
      {npy("{'shape': (), 'shape': ()}", ""), header + " ()}'"},
      {npy("{'fortran_order': False, 'shape': ()}", ""), header + "'"},
      {npy("{'descr': '|u1', 'fortran_order': False}", ""), header + "'"},
      {npy("{", ""), header + "'"},
      {npy("{descr", ""), header + "descr'"},
      {npy("{'descr", ""), header + "'descr'"},
      {npy(Bytes(65537, ' '), "", 2),
       start + "hold its header of at most 65536 bytes, got length 65537 in a file of 65549 bytes"},
      {npy("{'descr': '>f4', 'fortran_order': False, 'shape': ()}", "1234"),
       start + "have data type <f4, <f8, <i8 or |u1, got '>f4'; convert it with astype"},
      {npy("{'descr': '|u1', 'fortran_order': True, 'shape': (1,1)}", "1"),
       start + "be row-major, got fortran_order True; save numpy.ascontiguousarray(x)"},
      {npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "1"),
       start + "have rank 0 to 8, got more"},
      {npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", "1"), header + "-1,)}'"},
      {npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", ""),
       start + "have a possible shape, got [4294967296, 4294967296], which has more than "
               "2^56 elements"},
      {npy(kPair, "a"), start + "be as long as its header says: shape [2] of u8 has 2 bytes, the "
                                "file has 1; it is cut short"},
      {npy(kPair, "abc"), start + "be as long as its header says: shape [2] of u8 has 2 bytes, the "
                                  "file has 3; it goes on after"}};
  for (const Case& c : cases) {
    test::expect_error<FileError>([&] { parsed(c.bytes); }, c.message);
  }
}

TEST(Npy, is_written_with_its_shape_and_its_data_at_a_multiple_of_64) {
  const test::TempFolder folder;
  const std::pair<Shape, std::string> cases[] = {
      {{}, "()"}, {{3}, "(3,)"}, {{2, 3}, "(2, 3)"}, {{2, 0, 3}, "(2, 0, 3)"}};
  for (const auto& [shape, text] : cases) {
    for (const Dtype dtype : {f32, f64, i64, u8}) {
      const Tensor x = ones(shape, dtype);
      write_npy(folder / "x", x);
      std::ifstream file(folder / "x", std::ios::binary);
      const Bytes bytes(std::istreambuf_iterator<char>(file), {});
      const auto data = static_cast<std::size_t>(x.numel() * item_size(dtype));
      EXPECT_EQ((bytes.size() - data) % 64, 0U);
      EXPECT_NE(bytes.find("'fortran_order': False, 'shape': " + text + ", }"), bytes.npos);
      const Tensor back = read_npy(folder / "x");
      EXPECT_EQ(back.shape(), shape);
      EXPECT_EQ(back.dtype(), dtype);
      EXPECT_EQ(bytes.substr(bytes.size() - data),
                Bytes(static_cast<const char*>(back.address()), data));
    }
  }
}

// Bytes that mean nothing: the minor version, and space in the header that is other space.
TEST(Npy, every_truncation_bit_and_byte_is_refused_or_changes_nothing_else) {
  const Bytes good = npy(kPair, "ab");
  const std::size_t data = good.size() - 2;
  for (std::size_t at = 0; at < good.size(); ++at) {
    EXPECT_THROW(parsed(good.substr(0, at)), FileError) << at;
    for (int value = 0; value < 256; ++value) {
      Bytes bytes = good;
      bytes[at] = static_cast<char>(value);
      try {
        const auto found = parsed(bytes).to_vector<std::uint8_t>();
        EXPECT_EQ(Bytes(found.begin(), found.end()), bytes.substr(data));
        const bool is_space = std::strchr(" \t\r\n,", good[at]) && std::strchr(" \t\r\n", value);
        EXPECT_TRUE(bytes == good || at == 7 || at >= data || is_space) << at << " " << value;
      } catch (const FileError&) {
        EXPECT_TRUE(at < data && bytes != good) << at << " " << value;
      }
    }
  }
}

}  // namespace
}  // namespace gradus::data
