#include "train_mnist/signals.h"

#include <atomic>
#include <csignal>

namespace train_mnist {
namespace {

// What signal handlers share.
std::atomic<int> came = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a handler may run on any thread");
struct sigaction before_int;
struct sigaction before_term;

void note(int signal) {
  came = signal;
  sigaction(SIGINT, &before_int, nullptr);
  sigaction(SIGTERM, &before_term, nullptr);
}

void note_first(int signal, const struct sigaction& before) {
  if (before.sa_handler == SIG_IGN) {
    return;  // nohup, or a job in the background
  }
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void stop_on_signals() {
  sigaction(SIGINT, nullptr, &before_int);  // both before a handler that puts both back
  sigaction(SIGTERM, nullptr, &before_term);
  note_first(SIGINT, before_int);
  note_first(SIGTERM, before_term);
}

int stop_signal() { return came; }

}  // namespace train_mnist
