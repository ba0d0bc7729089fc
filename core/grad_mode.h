#pragma once
// Whether operations record a graph.  On by default, one switch a thread.

namespace gradus {

/// True unless a NoGrad lives on this thread.
bool is_recording();

/// While it lives, operations on this thread record nothing: for evaluation, and for changing
/// parameters in place.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

}  // namespace gradus
