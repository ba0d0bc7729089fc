#include <fcntl.h>
#include <gradus/data/file_calls.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

namespace gradus::data {
namespace {

// Keeps the signals that a write can raise, which would end the program, from this thread.
class WithoutWriteSignals {
 public:
  WithoutWriteSignals() {
    sigset_t pending;
    ::sigpending(&pending);
    ::sigemptyset(&raised_);
    for (const int signal : {SIGXFSZ, SIGPIPE}) {
      if (::sigismember(&pending, signal) == 0) {  // one that waits already is not ours to take
        ::sigaddset(&raised_, signal);
      }
    }
    ::pthread_sigmask(SIG_BLOCK, &raised_, &before_);
  }
  ~WithoutWriteSignals() {
    const int error = errno;
    const timespec at_once{};
    while (::sigtimedwait(&raised_, nullptr, &at_once) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  WithoutWriteSignals(const WithoutWriteSignals&) = delete;
  WithoutWriteSignals& operator=(const WithoutWriteSignals&) = delete;

 private:
  sigset_t raised_;
  sigset_t before_;
};

}  // namespace

int FileCalls::open(const char* path, int flags) { return ::open(path, flags, 0666); }
std::ptrdiff_t FileCalls::write(int descriptor, const void* bytes, std::size_t size) {
  const WithoutWriteSignals errors_alone;
  return ::write(descriptor, bytes, size);
}
int FileCalls::fsync(int descriptor) { return ::fsync(descriptor); }
int FileCalls::rename(const char* from, const char* to) { return std::rename(from, to); }
int FileCalls::close(int descriptor) { return ::close(descriptor); }

FileCalls& system_file_calls() {
  static FileCalls calls;
  return calls;
}

std::string system_reason(int error) { return std::generic_category().message(error); }

}  // namespace gradus::data
