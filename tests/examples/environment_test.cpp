// The program where what surrounds it is not as usual: closed streams, no folders, few descriptors,
// threads or rights.
#include <sys/stat.h>

#include <filesystem>
#include <regex>

#include "examples/process.h"
#include "support/emulator.h"
#include "support/temp_folder.h"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kRun = {
    "--dataset", "digits", "--train-size", "100", "--validation", "20",     "--epochs", "1",
    "--hidden",  "8",      "--threads",    "2",   "--json",       "--quiet"};

Call small_run(const std::vector<std::string>& more = {}) {
  Call call;
  call.arguments = kRun;
  call.arguments.insert(call.arguments.end(), more.begin(), more.end());
  return call;
}

std::string without_times(const std::string& json) {
  return std::regex_replace(json, std::regex("\"(train_seconds|images_per_second)\": [^,]*"), "");
}

/// What it prints where nothing is unusual.
const std::string& usual() {
  static const std::string text = without_times(run(small_run()).out);
  return text;
}

void expect_as_usual(const Call& call) {
  const Outcome outcome = run(call);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(without_times(outcome.out), usual());
}

TEST(Environment, of_other_languages_places_and_times_changes_nothing) {
  ASSERT_NE(usual().find("weights_hash"), std::string::npos);
  Call call = small_run();
  call.environment = {{"LC_ALL", "de_DE.UTF-8"},
                      {"TZ", "Asia/Kathmandu"},
                      {"HOME", "/nowhere"},
                      {"TMPDIR", "/nowhere"}};
  expect_as_usual(call);
  call.environment = {};
  call.prepare = [] {
    for (const char* name : {"LANG", "LC_ALL", "TZ", "HOME", "TMPDIR", "PATH"}) {
      ::unsetenv(name);
    }
  };
  expect_as_usual(call);
}

TEST(Environment, without_its_folder_needs_full_paths_alone) {
  const TempFolder folder;
  const std::string gone = folder / "gone";
  const auto leave = [&] {
    fs::create_directory(gone);
    fs::current_path(gone);
    fs::remove(gone);
  };
  Call call = small_run({"--checkpoint", folder / "a"});
  call.prepare = leave;
  expect_as_usual(call);
  EXPECT_TRUE(fs::exists(folder / "a"));
  call = small_run({"--checkpoint", "a"});
  call.prepare = leave;
  const Outcome outcome = run(call);
  EXPECT_EQ(outcome.status, 1);
  const std::string message =
      "write_safetensors: a must be a file that can be written, got \"No such file or directory\"; "
      "is the folder there, and is there room?\n";
  EXPECT_EQ(outcome.err, "train_mnist: warning: " + message + "train_mnist: " + message);
}

// Files that are opened then take the numbers of the streams.
TEST(Environment, without_stdin_and_stderr_saves_as_usual) {
  const TempFolder folder;
  Call call = small_run({"--checkpoint", folder / "a"});
  call.prepare = [] {
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
  };
  expect_as_usual(call);
  call = small_run();
  call.arguments = {"--resume", folder / "a", "--json", "--quiet"};
  const Outcome resumed = run(call);
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  const std::regex hash("\"weights_hash\": \"\\w+\"");
  std::smatch found, expected;
  ASSERT_TRUE(std::regex_search(resumed.out, found, hash));
  ASSERT_TRUE(std::regex_search(usual(), expected, hash));
  EXPECT_EQ(found.str(), expected.str());
  call.arguments = {"--bogus"};
  call.prepare = [] { ::close(STDERR_FILENO); };
  EXPECT_EQ(run(call).status, 2);
}

// As in `train_mnist | head -1`: nobody reads any more.
TEST(Environment, whose_pipe_is_closed_is_an_error_with_the_checkpoint_saved) {
  const TempFolder folder;
  Call call = small_run({"--checkpoint", folder / "a"});
  call.prepare = [] {
    int ends[2];
    ::dup2(::pipe(ends) == 0 ? ends[1] : -1, STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
  };
  const Outcome outcome = run(call);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "train_mnist: cannot write to standard output: Broken pipe\n");
  EXPECT_TRUE(fs::exists(folder / "a"));
}

TEST(Environment, decides_who_may_read_a_checkpoint) {
  const TempFolder folder;
  for (const mode_t mask : {077U, 022U}) {
    const std::string file = folder / std::to_string(mask);
    Call call = small_run({"--checkpoint", file});
    call.prepare = [=] { ::umask(mask); };
    expect_as_usual(call);
    struct stat status = {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0666 & ~mask);
  }
}

TEST(Environment, of_8_descriptors_is_enough) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "sanitizers need descriptors of their own";
  }
  const TempFolder folder;
  Call call = small_run({"--checkpoint", folder / "a", "--keep", "2"});
  call.prepare = [] {
    for (int descriptor = 3; descriptor < 64; ++descriptor) {
      ::close(descriptor);
    }
    const rlimit eight = {8, 8};
    ::setrlimit(RLIMIT_NOFILE, &eight);
  };
  expect_as_usual(call);
}

TEST(Environment, without_threads_to_be_had_gives_the_same) {
  if (kAddressSanitizer || kThreadSanitizer || kEmulated) {
    GTEST_SKIP() << "sanitizers and the emulator need threads of their own";
  }
  Call call = small_run();
  // OpenBLAS wants a thread when it is loaded, and interrupts the process that it does not get one
  // for: before main(), so that only its own setting helps.
  call.environment = {{"OPENBLAS_NUM_THREADS", "1"}};
  call.prepare = [] {
    // The limit does not hold for root, so another user; this process is all it may have.
    const rlimit one = {1, 1};
    if (::setrlimit(RLIMIT_NPROC, &one) != 0 || (::getuid() == 0 && ::setuid(65534) != 0) ||
        ::access(GRADUS_TRAIN_MNIST, X_OK) != 0) {
      ::_exit(77);
    }
  };
  if (run(call).status == 77) {
    GTEST_SKIP() << "the program is not for everyone";
  }
  expect_as_usual(call);
}

// A warning at the first save and an error at the last one.
void expect_no_checkpoint(const Outcome& outcome, const std::string& path,
                          const std::string& reason) {
  EXPECT_EQ(outcome.status, 1);
  const std::string message = "write_safetensors: " + path +
                              " must be a file that can be written, got \"" + reason +
                              "\"; is the folder there, and is there room?\n";
  EXPECT_EQ(outcome.err, "train_mnist: warning: " + message + "train_mnist: " + message);
  EXPECT_EQ(without_times(outcome.out), usual());
}

TEST(Environment, that_limits_the_size_of_files_is_an_error_in_the_end) {
  const TempFolder folder;
  Call call = small_run({"--checkpoint", folder / "a"});
  call.prepare = [] {
    const rlimit little{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &little);
  };
  expect_no_checkpoint(run(call), folder / "a", "File too large");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Environment, that_lets_nothing_be_written_is_an_error_in_the_end) {
  const TempFolder folder;
  fs::create_directory(folder / "closed");
  fs::permissions(folder.path(), fs::perms(0755));
  fs::permissions(folder / "closed", fs::perms(0555));
  Call call = small_run({"--checkpoint", folder / "closed/a"});
  call.prepare = [] {
    if ((::getuid() == 0 && ::setuid(65534) != 0) || ::access(GRADUS_TRAIN_MNIST, X_OK) != 0) {
      ::_exit(77);
    }
  };
  const Outcome outcome = run(call);
  if (outcome.status == 77) {
    GTEST_SKIP() << "the program is not for everyone";
  }
  expect_no_checkpoint(outcome, folder / "closed/a", "Permission denied");
}

}  // namespace
}  // namespace gradus::test
