// Calls to the system that fail while a file is replaced, or written where it cannot be replaced.
#include <gradus/core/error.h>
#include <gradus/data/replace_file.h>
#include <sys/file.h>

#include <filesystem>

#include "support/file_faults.h"
#include "support/naive.h"
#include "support/temp_folder.h"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;
using test::contents;
using test::FaultyCalls;

std::string cannot_be_written(const std::string& path, const std::string& reason) {
  return "f: " + path + " must be a file that can be written, got \"" + reason +
         "\"; is the folder there, and is there room?";
}

/// The call of that number fails.
FaultyCalls failing(int call, int error) {
  FaultyCalls calls;
  calls.fail_at = call;
  calls.error = error;
  return calls;
}

TEST(ReplaceFileFaults, a_name_is_needed) {
  test::expect_error<FileError>([] { replace_file("f", "", {"x"}); },
                                "f: the path must name a file, got \"\"");
}

TEST(ReplaceFileFaults, a_write_of_no_byte_is_an_error) {
  struct NoByte : FileCalls {
    std::ptrdiff_t write(int, const void*, std::size_t) override { return 0; }
  };
  const test::TempFolder folder;
  const std::string path = folder.write("a", "old");
  NoByte calls;
  test::expect_error<FileError>([&] { replace_file("f", path, {"x"}, calls); },
                                cannot_be_written(path, "Input/output error"));
  EXPECT_EQ(contents(path), "old");
}

TEST(ReplaceFileFaults, a_name_of_a_temporary_that_is_taken_is_left_for_another) {
  const test::TempFolder folder;
  FaultyCalls calls = failing(0, EEXIST);
  replace_file("f", folder / "a", {"new"}, calls);
  EXPECT_EQ(contents(folder / "a"), "new");
  EXPECT_EQ(calls.log, (std::vector<std::string>{"open", "open", "write", "fsync", "rename",
                                                 "close", "open", "fsync", "close"}));
}

TEST(ReplaceFileFaults, a_folder_that_cannot_be_synced_is_none_where_there_is_no_such_thing) {
  const test::TempFolder folder;
  FaultyCalls calls = failing(6, EINVAL);
  replace_file("f", folder / "a", {"new"}, calls);
  EXPECT_EQ(contents(folder / "a"), "new");
  EXPECT_EQ(calls.log[6], "fsync");
}

TEST(ReplaceFileFaults, a_long_name_without_the_start_of_a_character_has_a_temporary_too) {
  const test::TempFolder folder;
  const std::string path = folder / std::string(120, '\x80');
  replace_file("f", path, {"new"});
  EXPECT_EQ(contents(path), "new");
}

TEST(ReplaceFileFaults, leftovers_that_are_links_or_have_other_endings_stay) {
  const test::TempFolder folder;
  const std::string other = folder.write("other", "another file's");
  fs::create_symlink(other, folder / ".a.123-0.part");
  folder.write(".a.123-1.parts", "not ours");
  folder.write(".a.123-x.part", "not ours");
  folder.write(".a.123-2.part", "half");
  replace_file("f", folder / "a", {"x"});
  EXPECT_TRUE(fs::is_symlink(folder / ".a.123-0.part"));
  EXPECT_TRUE(fs::exists(folder / ".a.123-1.parts"));
  EXPECT_TRUE(fs::exists(folder / ".a.123-x.part"));
  EXPECT_FALSE(fs::exists(folder / ".a.123-2.part"));
  EXPECT_EQ(contents(other), "another file's");
}

TEST(ReplaceFileFaults, of_a_device_are_named_and_an_interrupted_close_is_none) {
  const std::string path = "/dev/null";
  const char* const kCalls[] = {"open", "write", "close"};
  for (const int call : {0, 1, 2}) {
    FaultyCalls calls = failing(call, ENOSPC);
    test::expect_error<FileError>([&] { replace_file("f", path, {"x"}, calls); },
                                  cannot_be_written(path, "No space left on device"));
    EXPECT_EQ(calls.log[static_cast<std::size_t>(call)], kCalls[call]);
  }
  FaultyCalls calls = failing(2, EINTR);
  replace_file("f", path, {"x"}, calls);
  EXPECT_EQ(calls.log, (std::vector<std::string>{"open", "write", "close"}));
}

}  // namespace
}  // namespace gradus::data
