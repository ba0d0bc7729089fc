#include <gradus/core/error.h>
#include <gradus/train/write_file.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace gradus::train {
namespace {

/// 0, or the errno of what failed.
int try_to_write(const std::string& path, std::string_view text) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (!file) {
    return errno;
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = written ? 0 : errno;
  const int close_error = std::fclose(file) == 0 ? 0 : errno;  // the last bytes may fail here
  return write_error != 0 ? write_error : close_error;
}

[[noreturn]] void refuse(const std::string& path, int error) {
  fail<FileError>({"write_file: ", path, " must be a file that can be written, got \"",
                   std::strerror(error), "\"; is the folder there, and is there room?"});
}

}  // namespace

void write_file(const std::string& path, std::string_view text) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  require<FileError>(!path.empty(), "write_file: the path must name a file, got \"\"");
  require<FileError>(!fs::is_directory(status), "write_file: ", path,
                     " must be a file, got a folder; add a name to it");
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (const int error = try_to_write(path, text); error != 0) {
      refuse(path, error);
    }
    return;
  }
  const std::string part = path + ".part";
  int error = try_to_write(part, text);
  if (error == 0 && std::rename(part.c_str(), path.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    if (fs::is_regular_file(part, ignored)) {
      fs::remove(part, ignored);
    }
    refuse(path, error);
  }
}

}  // namespace gradus::train
