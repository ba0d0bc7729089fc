// Files that are replaced as a whole: what is left when anything fails.
#include <gradus/core/error.h>
#include <gradus/data/replace_file.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstring>
#include <sstream>
#include <thread>

#include "support/file_faults.h"
#include "support/naive.h"
#include "support/temp_folder.h"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;
using test::contents;
using test::FaultyCalls;
using test::files_in;
using test::LosesPower;

TEST(ReplaceFile, syncs_the_data_before_the_name_and_then_the_folder) {
  const test::TempFolder folder;
  FaultyCalls calls;
  replace_file("f", folder / "a", {"one ", "two"}, calls);
  EXPECT_EQ(contents(folder / "a"), "one two");
  EXPECT_EQ(calls.log, (std::vector<std::string>{"open", "write", "write", "fsync", "rename",
                                                 "close", "open", "fsync", "close"}));
  EXPECT_EQ(files_in(folder.path()), 1U);
}

// The n-th call fails, for every n and every way to fail.
TEST(ReplaceFile, leaves_the_old_file_or_the_new_one_whatever_call_fails) {
  const test::TempFolder folder;
  for (const bool for_ever : {false, true}) {
    for (const int error : {EIO, ENOSPC, EDQUOT, EFBIG, EINTR, FaultyCalls::kShortWrite}) {
      if (for_ever && error == EINTR) {
        continue;  // as it would be: without end
      }
      for (int n = 0;; ++n) {
        const std::string path = folder.write("a", "old");
        FaultyCalls calls;
        calls.fail_at = n;
        calls.error = error;
        calls.for_ever = for_ever;
        bool threw = false;
        try {
          replace_file("f", path, {"the new ", "one"}, calls);
        } catch (const FileError& thrown) {
          threw = true;
          const std::string message = thrown.what();
          EXPECT_EQ(message.rfind("f: " + path, 0), 0U) << message;
          EXPECT_NE(message.find(std::strerror(error)), std::string::npos) << message;
        }
        const std::string now = contents(path);
        const std::string call =
            n < static_cast<int>(calls.log.size()) ? calls.log[static_cast<std::size_t>(n)] : "";
        EXPECT_TRUE(now == "the new one" || (threw && now == "old")) << call << ": " << now;
        EXPECT_EQ(files_in(folder.path()), 1U) << call;
        const bool may_pass = error == EINTR || error == FaultyCalls::kShortWrite;
        EXPECT_EQ(threw, call != "" && call != "close" && !may_pass) << call << ", errno " << error;
        if (call.empty()) {
          EXPECT_GE(n, 9);
          break;
        }
      }
    }
  }
}

TEST(ReplaceFile, says_when_only_the_folder_could_not_be_made_durable) {
  const test::TempFolder folder;
  FaultyCalls calls;
  calls.fail_at = 6;
  const std::string path = folder / "a";
  test::expect_error<FileError>([&] { replace_file("f", path, {"x"}, calls); },
                                "f: " + path +
                                    " is written, but its folder must be made durable, got "
                                    "\"Input/output error\"; a power cut may bring the old file "
                                    "back");
  EXPECT_EQ(contents(path), "x");
}

TEST(ReplaceFile, survives_a_power_cut_behind_every_call) {
  for (const std::size_t size : {0U, 1000U, 1'000'000U}) {
    const test::TempFolder folder;
    const std::string whole(size, 'n');
    LosesPower calls;
    replace_file("f", folder / "a", {whole.substr(0, size / 3), whole.substr(size / 3)}, calls);
    for (std::size_t count = 0; count <= calls.calls.size(); ++count) {
      for (const std::string& left : calls.outcomes(count, "old")) {
        EXPECT_TRUE(left == "old" || left == whole) << size << " after call " << count;
      }
    }
    EXPECT_EQ(calls.outcomes(calls.calls.size(), "old"), std::vector<std::string>(3, whole));
  }
}

// A file system of 1 MB, where this process may have one of its own.
TEST(ReplaceFile, on_a_full_disk_leaves_the_old_file) {
  const test::TempFolder folder;
  constexpr int kNoRoot = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", "", MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("gradus", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
      ::_exit(kNoRoot);
    }
    const std::string path = folder / "a";
    const std::string old(600'000, 'o'), too_much(700'000, 'n');
    replace_file("f", path, {old});
    test::expect_error<FileError>([&] { replace_file("f", path, {too_much}); },
                                  "f: " + path +
                                      " must be a file that can be written, got \"No space left on "
                                      "device\"; is the folder there, and is there room?");
    EXPECT_EQ(contents(path), old);
    EXPECT_EQ(files_in(folder.path()), 1U);
    replace_file("f", path, {"it goes on"});
    EXPECT_EQ(contents(path), "it goes on");
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoRoot) {
    GTEST_SKIP() << "only root can mount a file system";
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ReplaceFile, follows_a_link_and_leaves_it_a_link) {
  const test::TempFolder folder;
  fs::create_directory(folder / "there");
  folder.write("there/a", "old");
  fs::create_symlink("there/a", folder / "link");
  replace_file("f", folder / "link", {"new"});
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(contents(folder / "there/a"), "new");
  fs::create_symlink("nowhere", folder / "loose");
  test::expect_error<FileError>(
      [&] { replace_file("f", folder / "loose", {"new"}); },
      "f: " + (folder / "loose") +
          " must be a file or a link to one, got a link that leads nowhere; remove it");
}

TEST(ReplaceFile, lets_who_has_the_old_file_open_keep_it) {
  const test::TempFolder folder;
  std::ifstream reader(folder.write("a", "old"));
  replace_file("f", folder / "a", {"new"});
  std::string text;
  reader >> text;
  EXPECT_EQ(text, "old");
}

TEST(ReplaceFile, names_the_reason_where_there_is_no_way) {
  const test::TempFolder folder;
  const auto fails = [&](const std::string& path, const std::string& reason) {
    test::expect_error<FileError>([&] { replace_file("f", path, {"x"}); },
                                  "f: " + path + " must be a file that can be written, got \"" +
                                      reason + "\"; is the folder there, and is there room?");
  };
  fails(folder / "no/a", "No such file or directory");
  fails(folder / std::string(300, 'n'), "File name too long");
  fails(folder.write("file", "") + "/a", "Not a directory");
  if (fs::exists("/dev/full")) {
    fails("/dev/full", "No space left on device");
  }
  if (::geteuid() != 0) {
    fs::create_directory(folder / "closed");
    ::chmod((folder / "closed").c_str(), 0500);
    fails(folder / "closed/a", "Permission denied");
  }
  test::expect_error<FileError>([&] { replace_file("f", folder.path(), {"x"}); },
                                "f: " + folder.path() +
                                    " must be a file, got a folder; add a name "
                                    "to it");
  test::expect_error<FileError>([&] { replace_file("f", std::string("a\0b", 3), {"x"}); },
                                "f: a file name must be without zero bytes, got one after \"a\"");
}

TEST(ReplaceFile, writes_to_a_pipe_that_is_read_slowly_and_waits_for_no_reader) {
  const test::TempFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  test::expect_error<FileError>([&] { replace_file("f", path, {"x"}); },
                                "f: " + path +
                                    " must be a file that can be written, got \"No such device or "
                                    "address\"; is the folder there, and is there room?");
  const std::string text(300'000, 'x');  // more than a pipe holds
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  std::thread writer([&] { replace_file("f", path, {text}); });
  std::string read;
  pollfd ready = {reader, POLLIN, 0};
  char buffer[4096];
  while (::poll(&ready, 1, -1) > 0) {
    const ssize_t n = ::read(reader, buffer, sizeof buffer);
    if (n <= 0) {
      break;
    }
    read.append(buffer, static_cast<std::size_t>(n));
  }
  writer.join();
  ::close(reader);
  EXPECT_EQ(read, text);
}

const std::string kTexts[] = {std::string(100'000, 'a'), std::string(70'000, 'b')};

void write_20_times(const std::string& path, const std::string& text) {
  for (int k = 0; k < 20; ++k) {
    replace_file("f", path, {text});
  }
}

void expect_complete(const std::string& path) {
  const std::string now = contents(path);
  EXPECT_TRUE(now == kTexts[0] || now == kTexts[1]) << now.size();
}

TEST(ThreadsReplaceFile, two_of_them_leave_one_complete_file) {
  const test::TempFolder folder;
  replace_file("f", folder / "x", {kTexts[0]});
  std::vector<std::thread> writers;
  for (const std::string& text : kTexts) {
    writers.emplace_back([&] { write_20_times(folder / "x", text); });
  }
  for (int k = 0; k < 200; ++k) {
    expect_complete(folder / "x");
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  expect_complete(folder / "x");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(ReplaceFile, of_two_processes_leaves_one_complete_file) {
  const test::TempFolder folder;
  replace_file("f", folder / "x", {kTexts[0]});
  for (const std::string& text : kTexts) {
    if (::fork() == 0) {
      write_20_times(folder / "x", text);
      ::_exit(0);
    }
  }
  for (int running = 2; running > 0;) {
    expect_complete(folder / "x");
    int status = 0;
    if (::waitpid(-1, &status, WNOHANG) > 0) {
      EXPECT_EQ(status, 0);
      --running;
    }
  }
  expect_complete(folder / "x");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(ReplaceFile, keeps_the_permissions_of_the_old_file) {
  const test::TempFolder folder;
  const std::string path = folder / "a";
  replace_file("test", path, {"old"});
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  replace_file("test", path, {"new"});
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace gradus::data
