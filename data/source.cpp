#include <fcntl.h>
#include <gradus/core/error.h>
#include <gradus/data/file_calls.h>
#include <gradus/data/source.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace gradus::data {
namespace {

/// What to do about a file that does not open, where the reason says.
const char* advice_of(int error) {
  return error == ENOENT || error == ENOTDIR ? "; is its name right?"
         : error == EACCES                   ? "; who may read it?"
                                             : "";
}

const char* kind_of(mode_t mode) {
  return S_ISDIR(mode) ? "a directory" : S_ISFIFO(mode) ? "a pipe" : "a device or socket";
}

int open_to_read(const std::string& path, const std::string& label) {
  // Not with the label: whoever prints the message would see it end at the zero byte.
  require<FileError>(path.find('\0') == std::string::npos, label.substr(0, label.find(':')),
                     ": a file name must be without zero bytes, got one after \"",
                     path.substr(0, path.find('\0')), "\"");
  int descriptor = -1;
  do {
    // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
    descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) {
    const int error = errno;
    fail<FileError>(
        {label, " must open for reading, got ", system_reason(error), advice_of(error)});
  }
  return descriptor;
}

}  // namespace

void read_all(ByteSource& source, void* to, std::size_t size, const std::string& label) {
  const std::size_t got = source.read(to, size);
  require<FileError>(got == size, label, " must stay as it is while it is read, got ", size - got,
                     " bytes less than it had");
}

std::size_t MemorySource::read(void* to, std::size_t size) {
  const std::size_t taken = std::min(size, left_);
  if (taken > 0) {
    std::memcpy(to, next_, taken);
    next_ += taken;
    left_ -= taken;
  }
  return taken;
}

FileSource::FileSource(const std::string& path, std::string label)
    : label_(std::move(label)), descriptor_(open_to_read(path, label_)) {
  struct stat status = {};
  try {
    if (::fstat(descriptor_, &status) != 0) {
      const int error = errno;
      fail<FileError>({label_, " must have a size, got ", system_reason(error)});
    }
    require<FileError>(S_ISREG(status.st_mode), label_, " must be a regular file, got ",
                       kind_of(status.st_mode));
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  bytes_ = static_cast<std::uint64_t>(status.st_size);
  changed_ = status.st_mtim;
}

FileSource::~FileSource() { ::close(descriptor_); }

std::size_t FileSource::read(void* to, std::size_t size) {
  std::size_t taken = 0;
  while (taken < size) {
    const ssize_t got = ::read(descriptor_, static_cast<std::byte*>(to) + taken, size - taken);
    if (got == 0) {
      break;
    }
    if (got < 0 && errno != EINTR) {
      const int error = errno;
      fail<FileError>({label_, " must be readable to its end, got ", system_reason(error),
                       " after byte ", taken});
    }
    taken += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return taken;
}

void FileSource::require_unchanged() const {
  struct stat status = {};
  const bool is_same =
      ::fstat(descriptor_, &status) == 0 && static_cast<std::uint64_t>(status.st_size) == bytes_ &&
      status.st_mtim.tv_sec == changed_.tv_sec && status.st_mtim.tv_nsec == changed_.tv_nsec;
  require<FileError>(is_same, label_,
                     " must stay as it is while it is read, got other bytes meanwhile; read it "
                     "again when it is complete");
}

}  // namespace gradus::data
