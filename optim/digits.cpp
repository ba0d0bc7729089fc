#include <gradus/optim/digits.h>

#include <charconv>

namespace gradus::optim {

std::string significant_digits(double x, int digits) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, x, std::chars_format::general, digits).ptr};
}

}  // namespace gradus::optim
