#include "grade.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace grade {
namespace {

struct Result {
  bool passed = false;
  std::string text;  // what the student should know
};

bool is_near(double expected, double actual, double tolerance) {
  return std::abs(actual - expected) <= tolerance * std::max(std::abs(expected), 1e-12);
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.7g", value);
  return text;
}

Result outcome(const Test& test, int status, const std::string& text) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return {false, signal == SIGALRM
                       ? "took longer than " + std::to_string(test.seconds) + " s; does a loop end?"
                       : std::string("crashed: ") + strsignal(signal)};
  }
  if (WEXITSTATUS(status) == 0) {
    return {true, ""};
  }
  return {false, text.empty() ? "ended early, without a word" : text};
}

Result run_one(const Test& test, std::uint64_t seed) {
  int ends[2];
  std::fflush(nullptr);
  if (::pipe(ends) != 0) {
    return {false, "no pipe; run it again"};
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::signal(SIGALRM, SIG_DFL);
    ::alarm(static_cast<unsigned>(test.seconds));
    std::string text;
    try {
      Student student(seed);
      test.body(student);
      ::_exit(0);
    } catch (const Failed& failed) {
      text = failed.what();
    } catch (const std::exception& error) {
      text = std::string("threw ") + error.what();
    }
    ::_exit(::write(ends[1], text.data(), text.size()) < 0 ? 2 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[1024];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) {
    return {false, "no process; run it again"};
  }
  return outcome(test, status, text);
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    if (static_cast<unsigned char>(c) >= 32) {
      result += c;
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      result += code;
    }
  }
  return result + "\"";
}

/// The results.json of Gradescope, which other graders read too.
bool write_json(const char* path, const std::vector<Test>& tests,
                const std::vector<Result>& results) {
  std::FILE* const file = std::fopen(path, "w");
  if (!file) {
    return false;
  }
  std::fputs("{\"tests\": [", file);
  for (std::size_t k = 0; k < tests.size(); ++k) {
    const bool passed = results[k].passed;
    std::fprintf(file,
                 "%s\n  {\"name\": %s, \"score\": %d, \"max_score\": %d, \"status\": \"%s\", "
                 "\"output\": %s}",
                 k > 0 ? "," : "", quoted(tests[k].name).c_str(), passed ? tests[k].points : 0,
                 tests[k].points, passed ? "passed" : "failed", quoted(results[k].text).c_str());
  }
  std::fputs("\n]}\n", file);
  return std::fclose(file) == 0;
}

std::string task_names(const std::vector<int>& tasks) {
  std::string text = tasks.size() == 1 ? "task " : "tasks ";
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    text += (k > 0 ? "+" : "") + std::to_string(tasks[k]);
  }
  return text;
}

}  // namespace

void expect_near(const std::string& what, double expected, double actual,
                 const std::vector<Mistake>& mistakes, double tolerance) {
  if (is_near(expected, actual, tolerance)) {
    return;
  }
  std::string text = what + ": expected " + number(expected) + ", got " + number(actual);
  for (const Mistake& mistake : mistakes) {
    if (is_near(mistake.value, actual, tolerance)) {
      text += std::string("\nhint: ") + mistake.hint;
      break;
    }
  }
  throw Failed(text);
}

// SplitMix64, whose numbers are the same everywhere.
double Student::uniform(double low, double high) {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return low + (high - low) * static_cast<double>(z >> 11) * 0x1p-53;
}

int run(int argc, char** argv, const std::vector<Test>& all) {
  int task = 0;
  std::uint64_t seed = 1;
  const char* json = nullptr;
  bool list = false;
  for (int k = 1; k < argc; ++k) {
    const std::string flag = argv[k];
    const bool has_value = k + 1 < argc;
    if (flag == "--list") {
      list = true;
    } else if (flag == "--task" && has_value) {
      task = std::atoi(argv[++k]);
    } else if (flag == "--seed" && has_value) {
      seed = std::strtoull(argv[++k], nullptr, 10);
    } else if (flag == "--json" && has_value) {
      json = argv[++k];
    } else {
      std::fprintf(stderr, "usage: %s [--task N] [--seed N] [--json FILE] [--list]\n", argv[0]);
      return 2;
    }
  }

  std::vector<Test> tests;
  for (const Test& test : all) {
    if (task == 0 || std::count(test.tasks.begin(), test.tasks.end(), task) > 0) {
      tests.push_back(test);
    }
  }
  std::vector<Result> results;
  int points = 0;
  int most = 0;
  for (const Test& test : tests) {
    most += test.points;
    if (list) {
      std::printf("%-11s %d  %s\n", task_names(test.tasks).c_str(), test.points, test.name.c_str());
      continue;
    }
    results.push_back(run_one(test, seed));
    const Result& result = results.back();
    points += result.passed ? test.points : 0;
    std::printf("%s %d/%d  %-11s %s\n", result.passed ? "ok  " : "FAIL",
                result.passed ? test.points : 0, test.points, task_names(test.tasks).c_str(),
                test.name.c_str());
    std::string line;
    for (const char c : result.text + (result.text.empty() ? "" : "\n")) {
      if (c != '\n') {
        line += c;
        continue;
      }
      std::printf("          %s\n", line.c_str());
      line.clear();
    }
  }
  if (list) {
    return 0;
  }
  std::printf("%d of %d points\n", points, most);
  if (json && !write_json(json, tests, results)) {
    std::fprintf(stderr, "%s: cannot write %s\n", argv[0], json);
    return 2;
  }
  return points == most ? 0 : 1;
}

}  // namespace grade
