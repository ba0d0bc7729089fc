// Signals at any moment of a training that saves.
#include <random>

#include "examples/checkpoints.h"
#include "support/sanitizer.h"
#include "support/trials.h"

namespace gradus::test {
namespace {

/// Starts the program, waits until it has printed so many lines, then so many milliseconds, sends
/// the signal and waits.
int run_and_signal_behind(const std::vector<std::string>& flags, int lines, int milliseconds,
                          int signal) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    Call call;
    call.arguments = flags;
    become(call);
  }
  ::close(ends[1]);
  char c = 0;
  while (lines > 0 && ::read(ends[0], &c, 1) == 1) {
    lines -= c == '\n' ? 1 : 0;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  ::kill(child, signal);
  while (::read(ends[0], &c, 1) == 1) {
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  return exit_status(status);
}

TEST(Checkpoints, of_runs_that_a_signal_ends_at_any_moment_go_on_to_the_same_end) {
  const bool is_slow = kAddressSanitizer || kThreadSanitizer;
  const int signals = trials("GRADUS_SIGNALS", is_slow ? 5 : 20);
  constexpr int kEpochs = 6;
  constexpr int kLines = 5 + kEpochs;  // what is trained, then the epochs
  std::vector<std::string> flags = kRun;
  flags.back() = std::to_string(kEpochs);
  const std::string expected = undisturbed(flags);
  ASSERT_FALSE(expected.empty());
  std::mt19937 random(1);
  int stopped = 0;
  for (int k = 0; k < signals; ++k) {
    const TempFolder folder;
    const std::string file = folder / "a";
    const int signal = k % 2 == 0 ? SIGINT : SIGTERM;
    const int lines = 1 + k % kLines;
    const int milliseconds = static_cast<int>(random() % 20);
    const int status =
        run_and_signal_behind(start_or_resume(flags, file), lines, milliseconds, signal);
    ASSERT_TRUE(status == 0 || status == 128 + signal) << status;
    stopped += status == 0 ? 0 : 1;
    EXPECT_EQ(undisturbed({"--resume", file}), expected)
        << "signal " << signal << ", " << milliseconds << " ms behind line " << lines;
  }
  EXPECT_GT(stopped, 0);
  std::printf("%d signals, %d of them before the end: all runs went on to the same weights\n",
              signals, stopped);
}

}  // namespace
}  // namespace gradus::test
