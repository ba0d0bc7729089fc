#include "train_mnist/signals.h"

#include <csignal>

namespace train_mnist {
namespace {

// What signal handlers share.
volatile std::sig_atomic_t came = 0;
struct sigaction before_int;
struct sigaction before_term;

void note(int signal) {
  came = signal;
  sigaction(SIGINT, &before_int, nullptr);
  sigaction(SIGTERM, &before_term, nullptr);
}

void note_first(int signal, struct sigaction& before) {
  sigaction(signal, nullptr, &before);
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
  note_first(SIGINT, before_int);
  note_first(SIGTERM, before_term);
}

int stop_signal() { return came; }

}  // namespace train_mnist
