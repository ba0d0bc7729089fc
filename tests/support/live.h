#pragma once
// Something whose living copies are counted: put into a closure, it tells whether the graph is
// gone.
#include <atomic>

namespace gradus::test {

class Live {
 public:
  Live() { ++count(); }
  Live(const Live&) { ++count(); }
  Live& operator=(const Live&) = default;
  ~Live() { --count(); }

  static std::atomic<int>& count() {
    static std::atomic<int> living{0};
    return living;
  }
};

}  // namespace gradus::test
