// Rules of the safetensors format, each broken once.
#include <gradus/core/memory.h>
#include <gradus/data/safetensors.h>
#include <gradus/data/safetensors_header.h>
#include <gradus/data/safetensors_json.h>

#include "data/files.h"
#include "support/naive.h"
#include "support/peak_memory.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Bytes;

Bytes file_of(const Bytes& json, std::size_t data_bytes) {
  return test::little_endian(json.size(), 8) + json + Bytes(data_bytes, '\1');
}

Safetensors tensors_of(const Bytes& bytes) {
  return read_safetensors_bytes(bytes.data(), bytes.size(), "x");
}

Bytes entry(const Bytes& dtype, const Bytes& shape, const Bytes& offsets) {
  return R"({"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}
Bytes a_tensor(const Bytes& dtype, const Bytes& shape, const Bytes& offsets) {
  return R"({"a":)" + entry(dtype, shape, offsets) + "}";
}

struct Broken {
  Bytes bytes;
  std::string message;  // behind "read_safetensors: x"
};

const std::string kName100(100, 'n');
const std::string kNoJson = " must have a header of valid JSON, got an error at byte ";
const std::string kStart =
    " must have a header that begins with '{', got something else; it is not a safetensors file";
const std::string kWhole = " must have whole numbers from 0 to 2^64 - 1 in ";
const std::string kBytes =
    " must give 'a' the 8 bytes of its shape [2] f32, got data_offsets from ";

const Broken kBroken[] = {
    {"", " must be a safetensors file: header too small, got 0 bytes where its length takes 8"},
    {"1234567",
     " must be a safetensors file: header too small, got 7 bytes where its length takes 8"},
    {test::little_endian(std::uint64_t{1} << 63, 8) + "{}",
     " must be a safetensors file: a header has at most 100000000 bytes, got header length "
     "9223372036854775808"},
    {test::little_endian(UINT64_MAX, 8) + "{}",
     " must be a safetensors file: a header has at most 100000000 bytes, got header length "
     "18446744073709551615"},
    {test::little_endian(100'000'001, 8) + "{}",
     " must be a safetensors file: a header has at most 100000000 bytes, got header length "
     "100000001"},
    {test::little_endian(3, 8) + "{}",
     " must hold its header: invalid header length 3, the file has 2 bytes after it; it is cut "
     "short, or no safetensors file"},
    {file_of("", 0), kStart},
    {file_of("[]", 0), kStart},
    {file_of("\xef\xbb\xbf{}", 0), kStart},
    {file_of("{", 0), kNoJson + "2 of it"},
    {file_of("{}}", 0), kNoJson + "3 of it"},
    {file_of("{\"a\xff\":1}", 0),
     " must have a header in valid UTF-8, got bytes that are not at byte 4 of it"},
    {file_of(R"({"\ud800":1})", 0), kNoJson + "9 of it"},
    {file_of(Bytes(R"({"a":)") + Bytes(100'000, '[') + Bytes(100'000, ']') + "}", 0),
     " must have an object for 'a', got a list"},
    {file_of(a_tensor(Bytes(100'000, '['), "[]", "[0,4]"), 4),
     " must have a text for dtype of 'a', got a list"},
    {file_of(R"({"a":1})", 0), " must have an object for 'a', got a number"},
    {file_of(R"({"a":null})", 0), " must have an object for 'a', got null"},
    {file_of(R"({"__metadata__":{"k":1}})", 0),
     " must have texts alone in __metadata__, got a number"},
    {file_of(R"({"__metadata__":{"k":{}}})", 0),
     " must have texts alone in __metadata__, got an object"},
    {file_of(R"({"__metadata__":"k"})", 0), " must have an object for '__metadata__', got a text"},
    {file_of(R"({"__metadata__":{},"__metadata__":{}})", 0),
     " must have each name once, got '__metadata__' twice"},
    {file_of(R"({"__metadata__":{"k":"1","k":"2"}})", 0),
     " must have each name once, got 'k' twice"},
    {file_of(R"({"a":)" + entry("\"U8\"", "[1]", "[0,1]") + R"(,"a":)" +
                 entry("\"U8\"", "[1]", "[1,2]") + "}",
             2),
     " must have each name once, got 'a' twice"},
    {file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"shape":[1]}})", 1),
     " must give each property of a tensor once, got shape twice for 'a'"},
    {file_of(R"({"a":{"dtype":"U8","shape":[1]}})", 0),
     " must give a tensor dtype, shape and data_offsets, got 'a' without data_offsets"},
    {file_of(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1),
     " must give a tensor dtype, shape and data_offsets, got 'a' without shape"},
    {file_of(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1),
     " must give a tensor dtype, shape and data_offsets, got 'a' without dtype"},
    {file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"size":1}})", 1),
     " must give a tensor dtype, shape and data_offsets, got 'size' for 'a'"},
    {file_of(R"({"":)" + entry("\"U8\"", "[1]", "[0,1]") + "}", 1),
     " must have names of tensors that can be read, got an empty one"},
    {file_of(R"({"a\u0000b":)" + entry("\"U8\"", "[1]", "[0,1]") + "}", 1),
     " must have names of tensors that can be read, got one with a control character"},
    {file_of(R"({"a\nb":)" + entry("\"U8\"", "[1]", "[0,1]") + "}", 1),
     " must have names of tensors that can be read, got one with a control character"},
    {file_of(R"({"a\u007f":)" + entry("\"U8\"", "[1]", "[0,1]") + "}", 1),
     " must have names of tensors that can be read, got one with a control character"},
    {file_of(a_tensor("\"BF16\"", "[1]", "[0,2]"), 2),
     ": BF16 is not supported, got 'a' of it; convert it to F32, F64, I64 or U8"},
    {file_of(a_tensor("\"f32\"", "[1]", "[0,4]"), 4),
     " must have data types of the format (F32, F64, I64, U8, ...), got 'f32' for 'a'"},
    {file_of(a_tensor("\"X7\"", "[1]", "[0,4]"), 4),
     " must have data types of the format (F32, F64, I64, U8, ...), got 'X7' for 'a'"},
    {file_of(a_tensor("\"F\\n\\u001b[2J\"", "[1]", "[0,4]"), 4),
     " must have data types of the format (F32, F64, I64, U8, ...), got 'F\\x0a\\x1b[2J' for 'a'"},
    {file_of(a_tensor("32", "[1]", "[0,4]"), 4),
     " must have a text for dtype of 'a', got a number"},
    {file_of(a_tensor("\"F32\"", "[-1]", "[0,4]"), 4),
     kWhole + "shape of 'a', got a negative number"},
    {file_of(a_tensor("\"F32\"", "[1.5]", "[0,4]"), 4),
     kWhole + "shape of 'a', got the number 1.5"},
    {file_of(a_tensor("\"F32\"", "[1e300]", "[0,4]"), 4),
     kWhole + "shape of 'a', got the number 1e300"},
    {file_of(a_tensor("\"F32\"", "[18446744073709551616]", "[0,4]"), 4),
     kWhole + "shape of 'a', got the number 18446744073709551616"},
    {file_of(a_tensor("\"F32\"", "[\"1\"]", "[0,4]"), 4), kWhole + "shape of 'a', got a text"},
    {file_of(a_tensor("\"F32\"", "[true]", "[0,4]"), 4),
     kWhole + "shape of 'a', got true or false"},
    {file_of(a_tensor("\"F32\"", "1", "[0,4]"), 4),
     " must have a list for shape of 'a', got a number"},
    {file_of(a_tensor("\"F32\"", "\"1\"", "[0,4]"), 4),
     " must have a list for shape of 'a', got a text"},
    {file_of(a_tensor("\"F32\"", "[1]", "[0,-4]"), 4),
     kWhole + "data_offsets of 'a', got a negative number"},
    {file_of(a_tensor("\"F32\"", "[1]", "[0,4.0]"), 4),
     kWhole + "data_offsets of 'a', got the number 4.0"},
    {file_of(a_tensor("\"F32\"", "[1]", "[0,4,8]"), 4),
     " must have two data_offsets for a tensor, got more for 'a'"},
    {file_of(a_tensor("\"F32\"", "[1]", "[4]"), 4),
     " must have two data_offsets for a tensor, got 1 for 'a'"},
    {file_of(a_tensor("\"U8\"", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1),
     " must have tensors of rank 0 to 8, got more for 'a'"},
    {file_of(a_tensor("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0),
     " must have possible shapes, got [4294967296, 4294967296] for 'a', which has more than 2^56 "
     "elements"},
    {file_of(a_tensor("\"F32\"", "[9223372036854775808,1]", "[0,0]"), 0),
     " must have possible shapes, got [9223372036854775808, 1] for 'a', which has more than 2^56 "
     "elements"},
    {file_of(a_tensor("\"F32\"", "[2305843009213693952]", "[0,0]"), 0),
     " must have possible shapes, got [2305843009213693952] for 'a', which has more than 2^56 "
     "elements"},
    {file_of(a_tensor("\"F32\"", "[2]", "[0,4]"), 4), kBytes + "0 to 4"},
    {file_of(a_tensor("\"F32\"", "[2]", "[8,0]"), 8), kBytes + "8 to 0"},
    {file_of(a_tensor("\"F32\"", "[2]", "[4,12]"), 12),
     " must have tensors without holes between them, got 'a' at offset 4 where the data before it "
     "ends at 0"},
    {file_of(R"({"a":)" + entry("\"U8\"", "[4]", "[0,4]") + R"(,"b":)" +
                 entry("\"U8\"", "[4]", "[2,6]") + "}",
             6),
     " must have tensors without overlap, got 'b' at offset 2 where the data before it ends at 4"},
    {file_of(a_tensor("\"F32\"", "[2]", "[0,8]"), 7),
     " must be as long as its header says: the tensors have 8 bytes, the file has 7 after the "
     "header; it is cut short"},
    {file_of(a_tensor("\"F32\"", "[2]", "[0,8]"), 9),
     " must be as long as its header says: the tensors have 8 bytes, the file has 9 after the "
     "header; it goes on after its data"},
    {file_of("{}", 1),
     " must be as long as its header says: the tensors have 0 bytes, the file has 1 after the "
     "header; it goes on after its data"},
};

TEST(Safetensors, say_what_is_wrong_with_a_file) {
  for (const Broken& broken : kBroken) {
    test::expect_error<FileError>([&] { tensors_of(broken.bytes); },
                                  "read_safetensors: x" + broken.message);
  }
}

TEST(Safetensors, have_a_header_that_is_an_object_and_may_be_empty) {
  test::expect_error<FileError>([] { parse_safetensors_json("[]", 1, "f"); },
                                "f must have a header that is an object, got a list");
  EXPECT_EQ(safetensors_header_text({}, "f"), "{}");
}

TEST(Safetensors, have_names_texts_and_blanks_of_at_most_2_mib) {
  const auto with = [](const Bytes& blanks, const Bytes& text) {
    return file_of("{" + blanks + "\"__metadata__\":{\"a\":\"" + text + "\"}}", 0);
  };
  EXPECT_EQ(tensors_of(with(Bytes(kMaxJsonToken - 1, ' '), "t")).metadata.size(), 1U);
  EXPECT_EQ(tensors_of(with("", Bytes(kMaxJsonToken - 2, 't'))).metadata.at("a").size(),
            kMaxJsonToken - 2);
  for (const Bytes& file :
       {with(Bytes(kMaxJsonToken + 1, ' '), "t"), with("", Bytes(kMaxJsonToken + 1, 't')),
        with("", Bytes(2 * kMaxJsonToken, '\\'))}) {
    EXPECT_THROW(tensors_of(file), FileError);
  }
  test::expect_error<FileError>(
      [&] { tensors_of(with("", Bytes(kMaxJsonToken + 1, 't'))); },
      "read_safetensors: x must have a header whose names, texts and blanks take at most 2097152 "
      "bytes each, got more from byte 21 on");
  test::expect_error<ValueError>(
      [] { json_string(Bytes(kMaxJsonToken - 1, 't'), "f"); },
      "f must be given names and texts of at most 2097152 bytes in quotes, got 2097153");
}

// With other digits, behind a space, and with a digit that is written as an escape.
TEST(Safetensors, with_keys_of_gradus_have_their_checksum_where_it_is_written) {
  const std::string format = R"(,"gradus.format":"1"}})";
  for (const std::string start : {R"({"__metadata__":{"gradus.crc32":"1234567")",
                                  R"({"__metadata__": {"gradus.crc32":"12345678")",
                                  R"({"__metadata__":{"gradus.crc32":"\u00312345678")"}) {
    test::expect_error<FileError>(
        [&] { tensors_of(file_of(start + format, 0)); },
        "read_safetensors: x must have its checksum at the start, as its metadata has keys of "
        "Gradus, got none there; it is damaged, or was written anew by a program that copied them");
  }
}

TEST(Safetensors, of_others_load_without_checksum_after_white_space_and_with_any_names) {
  const Bytes json = R"(  {"../b\u00e9":)" + entry("\"U8\"", "[2]", "[0,2]") + R"(,"s":)" +
                     entry("\"U8\"", "[]", "[2,3]") + R"(,"none":)" +
                     entry("\"F32\"", "[2,0]", "[3,3]") + R"(,"__metadata__":{"format":"pt"}} )";
  const Safetensors file = tensors_of(file_of(json, 3));
  EXPECT_EQ(file.tensors.size(), 3U);
  EXPECT_EQ(file.tensors.tensor("../b\xc3\xa9").to_vector<std::uint8_t>(),
            (std::vector<std::uint8_t>{1, 1}));
  EXPECT_EQ(file.tensors.tensor("s").rank(), 0);
  EXPECT_EQ(file.tensors.tensor("none").shape(), (Shape{2, 0}));
  EXPECT_EQ(file.metadata.at("format"), "pt");
  EXPECT_EQ(tensors_of(file_of("{}", 0)).tensors.size(), 0U);
  const Bytes longest =
      "{\"" + Bytes(1'000'000, 'n') + "\":" + entry("\"U8\"", "[1]", "[0,1]") + "}";
  EXPECT_EQ(tensors_of(file_of(longest, 1)).tensors.size(), 1U);
}

// A header, and a tensor, that there could be.
TEST(Safetensors, take_no_memory_for_what_a_file_only_claims) {
  const Bytes header = test::little_endian(99'999'999, 8) + "{}";
  const Bytes tensor = file_of(a_tensor(R"("F32")", "[67108864]", "[0,268435456]"), 4);
  release_cached_memory();
  const std::uint64_t before = memory_stats().system_allocations;
  for (const Bytes& bytes : {header, tensor}) {
    EXPECT_THROW(tensors_of(bytes), FileError);
  }
  EXPECT_EQ(memory_stats().system_allocations, before);
  if (test::kAddressSanitizer || test::kThreadSanitizer || test::kUndefinedBehaviorSanitizer) {
    GTEST_SKIP() << "sanitizers need memory of their own";
  }
  const auto peak = [](const Bytes& bytes, bool loads) {
    return test::peak_bytes_of_reading(loads, [&] { tensors_of(bytes); });
  };
  constexpr std::uint64_t kLittle = 4 << 20;
  EXPECT_LT(peak(header, false), kLittle);
  EXPECT_LT(peak(tensor, false), kLittle);
  const Bytes honest = file_of(a_tensor(R"("U8")", "[16777216]", "[0,16777216]"), 16'777'216);
  EXPECT_GT(peak(honest, true), kLittle) << "the measure sees nothing";
}

TEST(Safetensors, have_a_number_of_entries_that_fits_their_size) {
  const auto many = [](int n) {
    Bytes json = "{\"__metadata__\":{";
    for (int i = 0; i < n; ++i) {
      json += (i ? ",\"" : "\"") + std::to_string(i) + "\":\"\"";
    }
    return file_of(json + "}}", 0);
  };
  EXPECT_EQ(tensors_of(many(16384)).metadata.size(), 16384U);
  const Bytes bytes = many(20000);
  test::expect_error<FileError>([&] { tensors_of(bytes); },
                                "read_safetensors: x must have at most " +
                                    std::to_string(16384 + (bytes.size() - 8) / 512) +
                                    " tensors and texts for its size, got more");
}

}  // namespace
}  // namespace gradus::data
