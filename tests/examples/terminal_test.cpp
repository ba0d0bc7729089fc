// The program on a terminal: a pseudo-terminal plays it.
#include <regex>

#include "examples/process.h"

namespace gradus::test {
namespace {

// Long enough for the bar to be drawn several times.
Call long_run() {
  Call call;
  call.arguments = {"--dataset",    "digits", "--train-size", "3000", "--validation", "100",
                    "--epochs",     "3",      "--hidden",     "512",  "--threads",    "1",
                    "--batch-size", "16"};
  return call;
}

/// What the terminal was made to show, line by line; a line that was drawn again counts again.
std::vector<std::string> shown_lines(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\r' || c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

class Terminal : public testing::Test {
 protected:
  void SetUp() override {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    const bool usable = terminal >= 0 && ::grantpt(terminal) == 0;
    if (terminal >= 0) {
      ::close(terminal);
    }
    if (!usable) {
      GTEST_SKIP() << "this system gives no pseudo-terminal: is /dev/pts mounted?";
    }
  }
};

TEST_F(Terminal, of_80_columns_shows_a_bar_and_no_line_wraps) {
  const Outcome outcome = run_on_terminal(long_run(), 80);
  EXPECT_EQ(outcome.status, 0);
  const std::regex bar(
      "epoch \\d/3 \\[=*>? *\\] loss \\d\\.\\d{4}  accuracy \\d+\\.\\d %  \\d+ images/s  "
      "\\d:\\d\\d left *");
  int bars = 0;
  for (const std::string& line : shown_lines(outcome.out)) {
    EXPECT_LE(line.size(), 79U) << line;
    bars += std::regex_match(line, bar) ? 1 : 0;
  }
  EXPECT_GE(bars, 3) << outcome.out;
}

TEST_F(Terminal, of_40_columns_gets_a_bar_cut_to_fit) {
  const Outcome outcome = run_on_terminal(long_run(), 40);
  EXPECT_EQ(outcome.status, 0);
  int bars = 0;
  for (const std::string& line : shown_lines(outcome.out)) {
    if (std::regex_search(line, std::regex("^epoch \\d/3 loss"))) {
      ++bars;
      EXPECT_LE(line.size(), 39U) << line;
    }
  }
  EXPECT_GE(bars, 3) << outcome.out;
}

TEST_F(Terminal, ends_with_the_result_on_a_line_of_its_own) {
  const Outcome outcome = run_on_terminal(long_run(), 80);
  const std::size_t last = outcome.out.rfind('\r', outcome.out.size() - 3);
  ASSERT_NE(last, std::string::npos);
  EXPECT_TRUE(
      std::regex_match(outcome.out.substr(last), std::regex("\r\n?validation accuracy .*\r\n")))
      << outcome.out;
}

TEST_F(Terminal, gets_no_bar_with_quiet) {
  Call call = long_run();
  call.arguments.emplace_back("--quiet");
  const Outcome outcome = run_on_terminal(call, 80);
  EXPECT_TRUE(std::regex_match(outcome.out, std::regex("validation accuracy .*\r\n")))
      << outcome.out;
}

TEST_F(Terminal, is_left_on_a_fresh_line_by_an_interrupt) {
  Call call = long_run();
  call.arguments.insert(call.arguments.end(), {"--seed", "3"});
  const Outcome outcome = run_on_terminal(call, 80, SIGINT);
  EXPECT_EQ(outcome.status, 128 + SIGINT);
  EXPECT_EQ(outcome.out.back(), '\n');
}

}  // namespace
}  // namespace gradus::test
