#include <gradus/core/error.h>
#include <gradus/optim/number.h>

namespace gradus::optim {

// All parameters of a step ask for the same few powers, and one takes as long as a quarter of a
// small tensor's update.
double power(double base, double exponent) {
  struct Entry {
    double base, exponent, value;
  };
  constexpr std::size_t kEntries = 4;
  thread_local Entry entries[kEntries] = {};
  thread_local std::size_t oldest = 0;
  if (base == 0 || exponent == 0) {
    return std::pow(base, exponent);  // 0 stands for an entry not in use, and has two signs
  }
  for (const Entry& entry : entries) {
    if (entry.base == base && entry.exponent == exponent) {
      return entry.value;
    }
  }
  const double value = std::pow(base, exponent);
  entries[oldest] = {base, exponent, value};
  oldest = (oldest + 1) % kEntries;
  return value;
}

std::string to_text(const Number& x) { return Part(double(x)).text(); }

}  // namespace gradus::optim
