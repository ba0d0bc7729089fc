#include "train_mnist/console.h"

#include <fcntl.h>
#include <gradus/core/error.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace train_mnist {
namespace {

// A signal handler may read nothing else.
volatile std::sig_atomic_t bar_descriptor = -1;

void end_line_and_program(int signal) {
  if (bar_descriptor >= 0) {
    [[maybe_unused]] const auto written = ::write(bar_descriptor, "\n", 1);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void require_open_stdout() {
  gradus::require<gradus::FileError>(::fcntl(STDOUT_FILENO, F_GETFD) != -1,
                                     "standard output must be open, got it closed");
}

void write_line(std::FILE* stream, const std::string& text) {
  errno = 0;
  const bool written = std::fprintf(stream, "%s\n", text.c_str()) >= 0 && std::fflush(stream) == 0;
  gradus::require<gradus::FileError>(written || stream != stdout,
                                     "cannot write to standard output: ", std::strerror(errno));
}

void end_bar_line_on_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (std::signal(signal, end_line_and_program) == SIG_IGN) {
      std::signal(signal, SIG_IGN);  // nohup, or a job in the background
    }
  }
}

void set_bar_descriptor(int descriptor) { bar_descriptor = descriptor; }

}  // namespace train_mnist
