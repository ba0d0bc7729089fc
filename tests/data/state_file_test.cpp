// Files of StateDicts whose metadata is not what write_state() makes, under a right checksum.
#include <gradus/data/state_file.h>

#include "data/files.h"
#include "support/file_checksum.h"
#include "support/naive.h"

namespace gradus::data {
namespace {

using test::Bytes;

/// Writes a file with that metadata, ",\"key\":\"text\"..." behind the checksum's, and a tensor
/// "a".
std::string file_with(const test::TempFolder& folder, const std::string& metadata) {
  const Bytes header = R"({"__metadata__":{"gradus.crc32":"00000000","gradus.format":"1")" +
                       metadata + R"(},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  Bytes file = test::little_endian(header.size(), 8) + header + "x";
  EXPECT_TRUE(test::set_checksum(file));
  return folder.write("a", file);
}

TEST(StateFile, is_read_without_the_texts_of_others) {
  const test::TempFolder folder;
  const StateDict state = read_state(
      file_with(folder, R"(,"gradus.number.n":"-1.5e3","gradus.text.t":"x","by":"a test")"));
  EXPECT_EQ(state.size(), 3U);
  EXPECT_EQ(state.tensor("a").item(), 'x');
  EXPECT_EQ(state.number("n"), -1500);
  EXPECT_EQ(state.text("t"), "x");
}

TEST(StateFile, is_refused_with_the_reason) {
  struct Case {
    std::string metadata;
    std::string message;
  };
  const Case cases[] = {
      {R"(,"gradus.number.n":"1,5")", ": 'gradus.number.n' must hold a number, got '1,5'"},
      {R"(,"gradus.number.n":"")", ": 'gradus.number.n' must hold a number, got ''"},
      {R"(,"gradus.number.n":"1e999")", ": 'gradus.number.n' must hold a number, got '1e999'"},
      {R"(,"gradus.number.a":"1")", " must have each name once, got 'a' twice"},
      {R"(,"gradus.text.t":"","gradus.number.t":"1")", " must have each name once, got 't' twice"},
      {R"(,"gradus.text.":"x")", " must have names that are not empty, got an empty one"}};
  for (const Case& c : cases) {
    const test::TempFolder folder;
    const std::string path = file_with(folder, c.metadata);
    test::expect_error<FileError>([&] { read_state(path); }, "read_state: " + path + c.message);
  }
}

}  // namespace
}  // namespace gradus::data
