#include <gradus/core/error.h>

#include <charconv>
#include <new>

namespace gradus {
namespace {

template <class T>
std::string digits(T value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

}  // namespace

const char* caught_message() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "there is not enough memory";
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

Part::Part(int value) : text_(digits(value)) {}
Part::Part(unsigned value) : text_(digits(value)) {}
Part::Part(long value) : text_(digits(value)) {}
Part::Part(unsigned long value) : text_(digits(value)) {}
Part::Part(long long value) : text_(digits(value)) {}
Part::Part(unsigned long long value) : text_(digits(value)) {}
// The sign of a NaN means nothing.
Part::Part(double value) : text_(value != value ? "nan" : digits(value)) {}

std::string join(std::initializer_list<Part> parts) {
  std::string message;
  for (const Part& part : parts) {
    message += part.text();
  }
  return message;
}

}  // namespace gradus
