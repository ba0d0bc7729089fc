#pragma once
// Whether operations record a graph.  On by default, one switch a thread.

namespace gradus {

/// True unless a NoGrad lives on this thread.
bool is_recording();

/// While it lives, operations on this thread record a graph, or do not.
class GradMode {
 public:
  explicit GradMode(bool recording);
  ~GradMode();
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
