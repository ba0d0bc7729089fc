#pragma once
// Errors that teach. Every error of the library is an Error, thrown by require(), whose message
// reads "function: what must hold, got what was found; what to do", on one line whatever was found.
// The checks stay on in release builds: the condition is tested inline, the message is built out of
// line and only then.
#include <gradus/core/printable.h>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gradus {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Shapes that do not fit each other or the operation.
struct ShapeError : Error {
  using Error::Error;
};
/// An element type that the operation does not take.
struct DtypeError : Error {
  using Error::Error;
};
/// An index, dimension or label outside its range.
struct IndexError : Error {
  using Error::Error;
};
/// Any other argument or option outside its range.
struct ValueError : Error {
  using Error::Error;
};
/// A graph used against its rules: no history, used up, or a saved tensor changed.
struct GraphError : Error {
  using Error::Error;
};
/// A result or gradient that is not finite, found by DetectAnomaly (autograd/watch.h).
struct AnomalyError : Error {
  using Error::Error;
};
/// Memory that the system does not have.
struct MemoryError : Error {
  using Error::Error;
};
/// A file or a stream that cannot be read, written or understood.
struct FileError : Error {
  using Error::Error;
};

/// In a handler, `catch (...)` also: the message of what was thrown, for as long as the handler
/// runs.  Where memory has run out it takes none, and says so instead of std::bad_alloc's own name.
const char* caught_message() noexcept;

/// One piece of a message: text, a number, or anything with a `to_text(x)` (shapes, dtypes).
class Part {
 public:
  Part(const char* text) : text_(text) {}
  Part(std::string_view text) : text_(text) {}
  Part(std::string text) : text_(std::move(text)) {}
  Part(bool value) : text_(value ? "true" : "false") {}
  Part(char value) : text_(1, value) {}
  Part(int value);
  Part(unsigned value);
  Part(long value);
  Part(unsigned long value);
  Part(long long value);
  Part(unsigned long long value);
  Part(double value);
  template <class T>
  requires requires(const T& value) { to_text(value); }
  Part(const T& value) : text_(to_text(value)) {}

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The parts, one after the other.
std::string join(std::initializer_list<Part> parts);

/// Throws E with the joined parts as its message, printable().
template <class E = ValueError>
[[noreturn]] void fail(std::initializer_list<Part> parts) {
  throw E(printable(join(parts)));
}

/// Throws E (ValueError unless named) as fail() does if the condition is false.  The parts are
/// converted to text only then.
template <class E = ValueError, class... Parts>
inline void require(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]] {
    fail<E>({Part(parts)...});
  }
}

}  // namespace gradus
