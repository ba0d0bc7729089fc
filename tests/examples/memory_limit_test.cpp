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
  std::vector<std::pair<std::string, std::string>> environment = {};
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
          {"char_lm", {"/nowhere", "2"}},
          {"recommender", {"1"}},
          {"dna", {"1"}},
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

enum class Ending { error, success, none, not_loaded };

/// Runs the program, for two minutes at most: the longest takes 20 seconds.
Ending run_within(const Program& program, rlim_t megabytes) {
  Call call;
  call.program = std::filesystem::path(GRADUS_EXAMPLES_FOLDER) / program.name;
  call.arguments = program.arguments;
  call.environment = program.environment;
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
  for (int k = 0; k < 12'000 && !ended; ++k) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ended = ::waitpid(child, &status, WNOHANG) == child;
  }
  const std::string note = program.name + " within " + std::to_string(megabytes) + " MB";
  if (!ended) {
    // OpenBLAS's threads work for ever where they get no memory: the first thread must.
    const long before = worked(child);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    ADD_FAILURE() << note << (worked(child) > before ? " is still at work" : " hangs");
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    std::fclose(err);
    return Ending::none;
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
  const std::regex expected("(train_mnist: warning: .*\n)*" + program.name +
                            ": (.*memory.*|blas: OpenBLAS must get 128 MiB of addresses for each "
                            "thread, and the system refuses; raise the limit \\(ulimit -v\\))\n");
  EXPECT_TRUE(std::regex_match(message, expected)) << note << ": " << message;
  return Ending::error;
}

/// Up to one that is surely enough.
std::vector<rlim_t> sizes(bool all) {
  if (!all) {
    return {64, 208, 4096};
  }
  std::vector<rlim_t> sizes;
  for (rlim_t megabytes = 32; megabytes < 1024; megabytes += 16) {
    sizes.push_back(megabytes);
  }
  return sizes;
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
  for (Program program : programs(folder)) {
    if (!all && program.name != "train_mnist") {
      break;
    }
    if (!all) {
      program.environment = {{"OPENBLAS_NUM_THREADS", "1"}};  // 64 MB do for them on any machine
    }
    Ending ending = Ending::error;
    for (const rlim_t megabytes : sizes(all)) {
      ending = run_within(program, megabytes);
      ++runs;
      errors += ending == Ending::error ? 1 : 0;
      not_loaded += ending == Ending::not_loaded ? 1 : 0;
      if (ending == Ending::success) {
        most = std::max(most, megabytes);
        break;
      }
    }
    EXPECT_EQ(ending, Ending::success) << program.name;
  }
  EXPECT_GT(errors, 0);
  std::printf(
      "%d runs: %d errors of one line, %d ended by the system before main(), no signal, no hang; "
      "with %d MB every program comes to its end\n",
      runs, errors, not_loaded, static_cast<int>(most));
}

}  // namespace
}  // namespace gradus::test
