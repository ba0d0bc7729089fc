// In place of the C++ library's __cxa_throw: appends where an exception is thrown from to the file
// that $GRADUS_THROWS names, then throws it.  A line is the program's path and the offsets in it of
// the return addresses, innermost first; each stack is written once a process.
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <typeinfo>

namespace {

constexpr int kFrames = 24;
constexpr std::size_t kStacks = 1 << 14;

std::array<std::atomic<std::uint64_t>, kStacks> written{};

/// Whether this call is the first for these addresses, where there is room to remember them.
bool is_new(const void* const* frames, int count) {
  std::uint64_t hash = 14695981039346656037u;
  for (int i = 0; i < count; ++i) {
    hash = (hash ^ reinterpret_cast<std::uintptr_t>(frames[i])) * 1099511628211u;
  }
  hash += hash == 0;
  for (std::size_t probe = 0; probe < 64; ++probe) {
    std::uint64_t before = 0;
    if (written[(hash + probe) % kStacks].compare_exchange_strong(before, hash)) {
      return true;
    }
    if (before == hash) {
      return false;
    }
  }
  return true;
}

/// Where the program itself is loaded: the first that the loader lists.
std::uintptr_t program_base() {
  std::uintptr_t base = 0;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<std::uintptr_t*>(result) = info->dlpi_addr;
        return 1;
      },
      &base);
  return base;
}

// The first call of backtrace() takes memory, which a test may have forbidden by then.
[[maybe_unused]] const int ready = [] {
  void* frame = nullptr;
  return ::backtrace(&frame, 1);
}();

void record() {
  const char* path = std::getenv("GRADUS_THROWS");
  std::array<void*, kFrames> frames;
  const int count = path ? ::backtrace(frames.data(), kFrames) : 0;
  if (count == 0 || !is_new(frames.data(), count)) {
    return;
  }
  std::array<char, 4096> line;
  const auto end = ::readlink("/proc/self/exe", line.data(), 2048);
  auto used = static_cast<std::size_t>(std::max<ssize_t>(end, 0));
  const auto base = program_base();
  for (const void* const frame : std::span(frames).first(static_cast<std::size_t>(count))) {
    // Of the call itself, which ends one byte before the address to which it returns.
    const auto offset = reinterpret_cast<std::uintptr_t>(frame) - base - 1;
    used += static_cast<std::size_t>(std::snprintf(line.data() + used, 32, " %zx", offset));
  }
  line[used++] = '\n';
  const int file = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file >= 0) {
    [[maybe_unused]] const auto got = ::write(file, line.data(), used);
    ::close(file);
  }
}

}  // namespace

extern "C" {

[[noreturn]] void __cxa_throw(void* thrown, std::type_info* type, void (*destroy)(void*)) {
  const int error = errno;
  using Throw = void (*)(void*, std::type_info*, void (*)(void*));
  static const auto real = reinterpret_cast<Throw>(::dlsym(RTLD_NEXT, "__cxa_throw"));
  record();
  errno = error;
  real(thrown, type, destroy);
  std::abort();
}

[[noreturn]] void __cxa_rethrow() {
  const int error = errno;
  static const auto real = reinterpret_cast<void (*)()>(::dlsym(RTLD_NEXT, "__cxa_rethrow"));
  record();
  errno = error;
  real();
  std::abort();
}
}
