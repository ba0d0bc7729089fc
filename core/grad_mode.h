#pragma once
// Whether operations record a graph.  On by default, one switch a thread.

namespace gradus {

/// What holds for the operations of a thread.  Every operation asks, so it is in the header.
struct ThreadModes {
  bool recording = true;
  int watchers = 0;  ///< how many look at operations: autograd/watch.h
};
inline constinit thread_local ThreadModes thread_modes;

/// True unless a NoGrad lives on this thread.
inline bool is_recording() { return thread_modes.recording; }

/// While it lives, operations on this thread record a graph, or do not.
class GradMode {
 public:
  explicit GradMode(bool recording) : before_(thread_modes.recording) {
    thread_modes.recording = recording;
  }
  ~GradMode() { thread_modes.recording = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// While it lives, operations on this thread record nothing: for evaluation, and for changing
/// parameters in place.
class NoGrad : public GradMode {
 public:
  NoGrad() : GradMode(false) {}
};

}  // namespace gradus
