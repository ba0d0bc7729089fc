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

/// The bytes of the UTF-8 character at `at`; 0 if there is none.
std::size_t character_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80) {
      return 0;
    }
  }
  // Written longer than needed, surrogates, beyond U+10FFFF, and the control characters of Latin 1.
  const unsigned second = byte(at + 1);
  const bool is_bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
                      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90) ||
                      (first == 0xc2 && second < 0xa0);
  return is_bad ? 0 : length;
}

}  // namespace

std::string printable(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text, i);
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0 || byte < 0x20 || byte == 0x7f) {
      char escape[5];
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(byte));
      result += escape;
      ++i;
    } else {
      result.append(text, i, length);
      i += length;
    }
  }
  return result;
}

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
