#pragma once
// SIGINT (Ctrl-C) and SIGTERM as a wish to stop: the run finishes its step, saves, and ends.

namespace train_mnist {

/// From now on the first of them is only noted; the second does what the first would have done.
void stop_on_signals();
/// The signal that came, or 0.
int stop_signal();

}  // namespace train_mnist
