#pragma once
// Tests with points.  Each runs in a process of its own, so one that crashes or never ends costs
// its own points and no others'.
//
//   int main(int argc, char** argv) {
//     return grade::run(argc, argv, {{"halves", {1}, 2, [](grade::Student&) {
//                                      grade::expect_near("half(3)", 1.5, half(3));
//                                    }}});
//   }
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace grade {

/// What a failed expectation throws; its text is for the student.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A wrong answer that is known, and what to say about it.
struct Mistake {
  double value;
  const char* hint;
};

/// Throws Failed, with both numbers, unless `actual` is within `tolerance` of `expected`, relative
/// to it.  The hint of a known mistake that gives `actual` is added.
void expect_near(const std::string& what, double expected, double actual,
                 const std::vector<Mistake>& mistakes = {}, double tolerance = 1e-5);

/// Whoever is graded: numbers that are random, yet the same in every run of one student.
class Student {
 public:
  explicit Student(std::uint64_t seed) : state_(seed) {}
  double uniform(double low, double high);

 private:
  std::uint64_t state_;
};

struct Test {
  std::string name;
  std::vector<int> tasks;  ///< that have to be solved for it
  int points;
  std::function<void(Student&)> body;
  int seconds = 2;  ///< its time limit
};

/// Runs the tests and prints what came of them.  Returns 0 where all passed, 1 where not, 2 for
/// wrong arguments: [--task N] [--seed N] [--json FILE] [--list].
int run(int argc, char** argv, const std::vector<Test>& tests);

}  // namespace grade
