#include <fcntl.h>
#include <gradus/data/file_calls.h>
#include <unistd.h>

#include <cstdio>
#include <system_error>

namespace gradus::data {

int FileCalls::open(const char* path, int flags) { return ::open(path, flags, 0666); }
std::ptrdiff_t FileCalls::write(int descriptor, const void* bytes, std::size_t size) {
  return ::write(descriptor, bytes, size);
}
int FileCalls::fsync(int descriptor) { return ::fsync(descriptor); }
int FileCalls::rename(const char* from, const char* to) { return std::rename(from, to); }
int FileCalls::close(int descriptor) { return ::close(descriptor); }

FileCalls& system_file_calls() {
  static FileCalls calls;
  return calls;
}

std::string system_reason(int error) { return std::generic_category().message(error); }

}  // namespace gradus::data
