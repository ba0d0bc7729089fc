#pragma once
// The calls to the system by which replace_file() writes, so that tests can make each of them fail
// or see their order.
#include <cstddef>
#include <string>

namespace gradus::data {

/// Each does what the call of the system does that it is named after, once: -1 and errno where it
/// fails.  Interrupted calls and short writes are the caller's to deal with.  A write beyond the
/// limit of a file's size (`ulimit -f`), or into a pipe that nobody reads any more, fails with
/// EFBIG or EPIPE and raises no signal.
class FileCalls {
 public:
  virtual ~FileCalls() = default;
  virtual int open(const char* path, int flags);  ///< new files may be read and written by umask
  virtual std::ptrdiff_t write(int descriptor, const void* bytes, std::size_t size);
  virtual int fsync(int descriptor);
  virtual int rename(const char* from, const char* to);
  virtual int close(int descriptor);
};

/// Those of the system.
FileCalls& system_file_calls();

/// What the system says of an errno, such as "Permission denied".
std::string system_reason(int error);

}  // namespace gradus::data
