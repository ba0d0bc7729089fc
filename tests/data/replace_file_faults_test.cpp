// Calls to the system that fail while a file is replaced, or written where it cannot be replaced.
#include <gradus/core/error.h>
#include <gradus/data/replace_file.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
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

TEST(ReplaceFileFaults, a_file_that_is_open_already_is_none_to_replace_by_its_descriptor) {
  const test::TempFolder folder;
  const std::string file = folder.write("out", "what was printed");
  const int descriptor = ::open(file.c_str(), O_WRONLY);
  ASSERT_GE(descriptor, 0);
  fs::create_symlink("/dev/fd/" + std::to_string(descriptor), folder / "link");
  for (const std::string& path : {"/dev/fd/" + std::to_string(descriptor), folder / "link"}) {
    test::expect_error<FileError>([&] { replace_file("f", path, {"x"}); },
                                  "f: " + path +
                                      " must be a file or a link to one, got one that is open "
                                      "already; give its own name");
  }
  ::close(descriptor);
  EXPECT_EQ(contents(file), "what was printed");
}

TEST(FileCalls, writes_beyond_a_limit_or_to_nobody_are_errors_and_no_signals) {
  const test::TempFolder folder;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{3, before.rlim_max};
  const int file = ::open((folder / "a").c_str(), O_WRONLY | O_CREAT, 0600);
  FileCalls& calls = system_file_calls();
  ::setrlimit(RLIMIT_FSIZE, &little);  // nothing may be printed meanwhile
  const std::ptrdiff_t first = calls.write(file, "12345", 5);
  const std::ptrdiff_t second = calls.write(file, "45", 2);
  const int error = errno;
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::close(file);
  EXPECT_EQ(first, 3);
  EXPECT_EQ(second, -1);
  EXPECT_EQ(error, EFBIG);

  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(calls.write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  // A signal that the caller keeps waiting waits on.
  sigset_t pipes, waiting;
  ::sigemptyset(&pipes);
  ::sigaddset(&pipes, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipes, nullptr);
  ::raise(SIGPIPE);
  EXPECT_EQ(calls.write(ends[1], "x", 1), -1);
  EXPECT_EQ(::sigpending(&waiting), 0);
  EXPECT_EQ(::sigismember(&waiting, SIGPIPE), 1);
  const timespec at_once{};
  EXPECT_EQ(::sigtimedwait(&pipes, nullptr, &at_once), SIGPIPE);
  ::pthread_sigmask(SIG_UNBLOCK, &pipes, nullptr);
  ::close(ends[1]);
}

}  // namespace
}  // namespace gradus::data
