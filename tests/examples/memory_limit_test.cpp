// The programs within less and less memory: an error in one line, never a signal, never a hang.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include "examples/process.h"
#include "support/emulator.h"
#include "support/temp_folder.h"
#include "support/trials.h"

namespace gradus::test {
namespace {

struct Program {
  std::string name;
  std::vector<std::string> arguments;
};

// All but xor, which is the shortest program that trains and catches nothing: what it throws ends
// it by abort(), with the message.
std::vector<Program> programs(const TempFolder& folder) {
  const std::string file = folder / "a";
  return {{"train_mnist",
           {"--dataset", "digits", "--train-size", "300", "--validation", "50", "--epochs", "1",
            "--threads", "2", "--quiet", "--checkpoint", file}},
          {"tabular", {}},
          {"custom_function", {}},
          {"custom_optimizer", {}},
          {"mnist", {}},
          {"mnist_cnn", {}},
          {"char_lm", {"/nowhere", "50"}},
          {"recommender", {}},
          {"dna", {}},
          {"gradient_descent", {file}},
          {"trajectories", {file}},
          {"effective_rate", {file}},
          {"article_figures", {folder.path()}}};
}

/// Milliseconds that the first thread of a process has worked.
long worked(pid_t process) {
  const std::string id = std::to_string(process);
  std::ifstream file("/proc/" + id + "/task/" + id + "/schedstat");
  long nanoseconds = 0;
  file >> nanoseconds;
  return nanoseconds / 1'000'000;
}

enum class Ending { error, success, still_at_work, not_loaded };

/// Runs the program for some seconds at most.
Ending run_within(const Program& program, rlim_t megabytes) {
  Call call;
  call.program = std::filesystem::path(GRADUS_EXAMPLES_FOLDER) / program.name;
  call.arguments = program.arguments;
  std::FILE* const err = std::tmpfile();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::fileno(err), STDERR_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    const rlimit limit = {megabytes << 20, megabytes << 20};
    ::setrlimit(RLIMIT_AS, &limit);
    become(call);
  }
  int status = 0;
  bool ended = false;
  for (int k = 0; k < 800 && !ended; ++k) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ended = ::waitpid(child, &status, WNOHANG) == child;
  }
  const std::string note = program.name + " within " + std::to_string(megabytes) + " MB";
  if (!ended) {
    // OpenBLAS's threads work for ever where they get no memory: the first thread must.
    const long before = worked(child);
    for (int k = 0; k < 100 && worked(child) == before; ++k) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_GT(worked(child), before) << note << " hangs";
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    std::fclose(err);
    return Ending::still_at_work;
  }
  const std::string message = read_all(err);
  std::fclose(err);
  status = exit_status(status);
  if (status == 0) {
    return Ending::success;
  }
  // Before main(): the libraries do not fit, or OpenBLAS gets no thread and interrupts the process.
  if (status == 127 || (status == 128 + SIGINT && message.rfind("OpenBLAS", 0) == 0)) {
    return Ending::not_loaded;
  }
  EXPECT_EQ(status, 1) << note << ": " << message;
  EXPECT_TRUE(std::regex_match(message, std::regex("(train_mnist: warning: .*\n)*" + program.name +
                                                   ": .*memory.*\n|.*128 MiB.*\n")))
      << note << ": " << message;
  return Ending::error;
}

TEST(MemoryLimit, is_an_error_of_one_line_for_every_program) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "sanitizers take terabytes of addresses for themselves";
  }
  if (kEmulated) {
    GTEST_SKIP() << "the address space is the emulator's";
  }
  const TempFolder folder;
  const bool all = trials("GRADUS_MEMORY_LIMITS", 0) != 0;
  int runs = 0, errors = 0, not_loaded = 0;
  rlim_t most = 0;
  for (const Program& program : programs(folder)) {
    if (!all && program.name != "train_mnist") {
      break;
    }
    Ending ending = Ending::error;
    for (rlim_t megabytes = 32; megabytes < 1024; megabytes += 16) {
      if (!all && megabytes != 64 && megabytes != 112 && megabytes != 208) {
        continue;
      }
      ending = run_within(program, megabytes);
      ++runs;
      errors += ending == Ending::error ? 1 : 0;
      not_loaded += ending == Ending::not_loaded ? 1 : 0;
      if (all && (ending == Ending::success || ending == Ending::still_at_work)) {
        most = std::max(most, megabytes);
        break;
      }
    }
    if (all) {
      EXPECT_TRUE(ending == Ending::success || ending == Ending::still_at_work) << program.name;
    }
  }
  if (all) {
    std::printf(
        "%d runs: %d errors of one line, %d ended by the system before main(), no signal, "
        "no hang; every program works from %d MB on\n",
        runs, errors, not_loaded, static_cast<int>(most));
  }
}

}  // namespace
}  // namespace gradus::test
