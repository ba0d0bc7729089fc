#include <gradus/core/error.h>
#include <gradus/core/openblas.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

// Found in OpenBLAS alone; null with another CBLAS.
extern "C" {
[[gnu::weak]] void openblas_set_num_threads(int count);
[[gnu::weak]] int openblas_get_parallel();
[[gnu::weak]] int blas_thread_shutdown_();
}

namespace gradus::blas {
namespace {

enum Build { serial, posix, openmp };

int build_of_openblas() { return openblas_get_parallel ? openblas_get_parallel() : posix; }

std::mutex mutex;
std::atomic<bool> told = false;  // changed under the mutex

// OpenBLAS maps a work buffer of 128 MiB for each thread that calls it, and for each that it starts
// when it is loaded.  Where the system refuses it asks again for ever.
bool has_room_for_work() {
#if defined(__linux__)
  constexpr std::size_t kBytes = std::size_t{128} << 20;
  void* buffer = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return buffer != MAP_FAILED && munmap(buffer, kBytes) == 0;
#else
  return true;
#endif
}

void require_room_for_work() {
  require<MemoryError>(has_room_for_work(),
                       "blas: OpenBLAS must get 128 MiB of addresses for each thread, and the "
                       "system refuses; raise the limit (ulimit -v)");
}

#if defined(__GLIBC__)
// At the end of the process OpenBLAS waits for the threads that it started.  One that asks for its
// buffer for ever would never come, so the end is at once.
void end_without_waiting(int status, void*) {
  if (!told && build_of_openblas() == posix && !has_room_for_work()) {
    std::fflush(nullptr);
    ::_exit(status);
  }
}
[[maybe_unused]] const int registered =
    blas_thread_shutdown_ ? ::on_exit(end_without_waiting, nullptr) : 0;
#endif

}  // namespace

// OpenBLAS would share calls among threads of its own.  Its build on POSIX threads is told so once
// for the process.  It started threads when it was loaded; they are ended by the function that it
// calls itself before every fork, and calls that are not shared do not start them again
// (driver/others/blas_server.c).  Its build on OpenMP is told on every thread, since OpenMP's
// number of threads belongs to the thread that sets it.
void work_alone() {
  if (!openblas_set_num_threads) {
    return;
  }
  const std::lock_guard lock(mutex);
  const int build = build_of_openblas();
  if (!told || build == openmp) {
    openblas_set_num_threads(1);
  }
  if (!told && build == posix && blas_thread_shutdown_) {
    require_room_for_work();  // for a thread that waits for its buffer
    blas_thread_shutdown_();
  }
  told = true;
}

void prepare() {
  thread_local const bool ready = [] {
    if (openblas_set_num_threads) {
      require_room_for_work();
    }
    work_alone();
    return true;
  }();
  static_cast<void>(ready);
}

}  // namespace gradus::blas
