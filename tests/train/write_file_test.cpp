#include <gradus/train/write_file.h>

#include <filesystem>
#include <fstream>

#include "support/naive.h"
#include "support/temp_folder.h"

namespace gradus::train {
namespace {

namespace fs = std::filesystem;

using test::contents;

class WriteFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(WriteFile, leaves_the_whole_text_and_nothing_beside_it) {
  const fs::path path = folder_ / "a.svg";
  write_file(path.string(), "first, and longer");
  write_file(path.string(), std::string_view("a\0b", 3));
  EXPECT_EQ(contents(path), std::string("a\0b", 3));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(WriteFile, says_when_a_device_is_full) {
  if (!fs::exists("/dev/full")) {
    GTEST_SKIP() << "needs /dev/full";
  }
  test::expect_error<FileError>(
      [&] { write_file("/dev/full", "text"); },
      "write_file: /dev/full must be a file that can be written, got \"No space left on device\"; "
      "is the folder there, and is there room?");
}

TEST_F(WriteFile, refuses_paths_that_name_no_file) {
  test::expect_error<FileError>([&] { write_file("", "text"); },
                                "write_file: the path must name a file, got \"\"");
  test::expect_error<FileError>(
      [&] { write_file(folder_.string(), "text"); },
      "write_file: " + folder_.string() + " must be a file, got a folder; add a name to it");
  const std::string nowhere = (folder_ / "no" / "a.svg").string();
  test::expect_error<FileError>(
      [&] { write_file(nowhere, "text"); },
      "write_file: " + nowhere +
          " must be a file that can be written, got \"No such file or directory\"; is the folder "
          "there, and is there room?");
}

}  // namespace
}  // namespace gradus::train
