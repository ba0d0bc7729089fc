#pragma once
// Runs a program as a user does, and catches all that it says.
#include <fcntl.h>
#include <gradus/data/mnist.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "support/sanitizer.h"

namespace gradus::test {

struct Outcome {
  int status = -1;  ///< exit status, or 128 + the signal that ended it
  double cpu_seconds = 0;
  std::string out;
  std::string err;
};

/// What the program finds: its arguments, its environment on top of this one's, its stdout.
struct Call {
  std::string program = GRADUS_TRAIN_MNIST;
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string out_path;  ///< stdout goes there instead of being caught
  bool out_is_closed = false;
  std::function<void()> prepare;  ///< run in the process before it becomes the program
};

inline std::string read_all(std::FILE* file) {
  std::rewind(file);
  std::string text;
  for (int c; (c = std::fgetc(file)) != EOF;) {
    text += static_cast<char>(c);
  }
  return text;
}

/// Replaces this process, a fresh child, by the program.
[[noreturn]] inline void become(const Call& call) {
  std::signal(SIGINT, SIG_DFL);  // a shell's jobs in the background begin by ignoring it
  ::unsetenv("GRADUS_DATA");
  ::unsetenv("OPENBLAS_CORETYPE");
  for (const auto& [name, value] : call.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> argv = {const_cast<char*>(call.program.c_str())};
  for (const std::string& argument : call.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  if (call.prepare) {
    call.prepare();
  }
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

inline int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

inline Outcome run(const Call& call) {
  std::FILE* const out = std::tmpfile();
  std::FILE* const err = std::tmpfile();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::fileno(err), STDERR_FILENO);
    ::dup2(call.out_path.empty() ? ::fileno(out) : ::open(call.out_path.c_str(), O_WRONLY),
           STDOUT_FILENO);
    if (call.out_is_closed) {
      ::close(STDOUT_FILENO);
    }
    become(call);
  }
  int status = 0;
  rusage usage = {};
  ::wait4(child, &status, 0, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  Outcome outcome{exit_status(status), seconds(usage.ru_utime) + seconds(usage.ru_stime),
                  read_all(out), read_all(err)};
  std::fclose(out);
  std::fclose(err);
  return outcome;
}

/// train_mnist with these arguments.
inline Outcome run_train_mnist(const std::vector<std::string>& arguments) {
  Call call;
  call.arguments = arguments;
  return run(call);
}

/// What a terminal of that many columns shows; `signal` is sent once something is on it, if not 0.
inline Outcome run_on_terminal(const Call& call, int columns, int signal = 0) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  EXPECT_TRUE(::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0);
  const std::string name = ::ptsname(terminal);
  const int side = ::open(name.c_str(), O_RDWR | O_NOCTTY);
  winsize size = {};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  ::ioctl(side, TIOCSWINSZ, &size);

  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(side, STDOUT_FILENO);
    ::dup2(side, STDERR_FILENO);
    ::close(side);
    ::close(terminal);
    become(call);
  }
  ::close(side);
  Outcome outcome;
  char buffer[4096];
  // When the program has ended, reading fails.
  for (ssize_t n; (n = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    outcome.out.append(buffer, static_cast<std::size_t>(n));
    if (signal != 0 && outcome.out.find("[") != std::string::npos) {
      ::kill(child, signal);
      signal = 0;
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.status = exit_status(status);
  ::close(terminal);
  return outcome;
}

/// The folder of the real MNIST, empty where there is none.
inline std::string mnist_folder() {
  const char* const data = std::getenv("GRADUS_DATA");
  const std::string folder = std::string(data ? data : "") + "/mnist";
  return data && data::has_mnist(folder) ? folder : "";
}

}  // namespace gradus::test
