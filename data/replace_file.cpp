#include <fcntl.h>
#include <gradus/core/error.h>
#include <gradus/data/crc32.h>
#include <gradus/data/folder_names.h>
#include <gradus/data/replace_file.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".part";

/// A call that gave up since a signal came is made again.
template <class F>
auto uninterrupted(F call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

/// 0, or the errno of what failed.
int write_all(FileCalls& calls, int descriptor, const std::vector<std::string_view>& pieces) {
  for (std::string_view left : pieces) {
    while (!left.empty()) {
      const auto written =
          uninterrupted([&] { return calls.write(descriptor, left.data(), left.size()); });
      if (written <= 0) {
        return written < 0 ? errno : EIO;
      }
      left.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  return 0;
}

/// Longer names are cut in the names of their temporaries: file systems take 255 bytes, some 143.
constexpr std::size_t kLongest = 100;

/// What is left of a name that is cut: whole characters of UTF-8.
std::string cut_name(const std::string& name) {
  std::size_t kept = 80;
  while (kept > 0 && kept < name.size() &&
         (static_cast<unsigned char>(name[kept]) & 0xC0) == 0x80) {
    --kept;
  }
  return name.substr(0, kept);
}

/// How temporaries of the target `name` call it.  A name that is cut is told from others by its
/// checksum.
std::string name_in_temporaries(const std::string& name) {
  if (name.size() <= kLongest) {
    return name;
  }
  Crc32 crc;
  crc.add(name.data(), name.size());
  return cut_name(name) + "." + crc.digits();
}

/// An open temporary file, locked; removed unless it got its final name.
class Temporary {
 public:
  Temporary(FileCalls& calls, const fs::path& target) : calls_(calls) {
    static std::atomic<unsigned> number = 0;
    const std::string name = "." + name_in_temporaries(target.filename().string()) + ".";
    const std::string start =
        (target.parent_path() / name).string() + std::to_string(::getpid()) + "-";
    do {
      close();
      path_ = start + std::to_string(number++) + std::string(kEnding);
      descriptor_ = uninterrupted(
          [&] { return calls_.open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC); });
      error_ = descriptor_ < 0 ? errno : 0;
    } while (error_ == EEXIST || (error_ == 0 && !lock()));
    struct stat old = {};
    if (error_ == 0 && ::stat(target.c_str(), &old) == 0) {
      error_ = ::fchmod(descriptor_, old.st_mode & 07777) == 0 ? 0 : errno;
    }
  }
  ~Temporary() {
    if (descriptor_ >= 0 && !renamed_) {
      ::unlink(path_.c_str());
    }
    close();
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  /// 0, or the errno of the first step that failed.
  int fill(const std::vector<std::string_view>& pieces) {
    if (error_ == 0) {
      error_ = write_all(calls_, descriptor_, pieces);
    }
    if (error_ == 0 && uninterrupted([&] { return calls_.fsync(descriptor_); }) != 0) {
      error_ = errno;
    }
    return error_;
  }
  int rename_to(const fs::path& target) {
    renamed_ = uninterrupted([&] { return calls_.rename(path_.c_str(), target.c_str()); }) == 0;
    return renamed_ ? 0 : errno;
  }

 private:
  /// False if another writer took the file for a leftover before it was locked.  Where there are no
  /// locks, nobody takes leftovers away.
  bool lock() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      return errno != EWOULDBLOCK;
    }
    struct stat status = {};
    return ::fstat(descriptor_, &status) == 0 && status.st_nlink > 0;
  }
  // Nothing can be lost in it any more: the data is written through, or not wanted.
  void close() {
    if (descriptor_ >= 0) {
      calls_.close(descriptor_);
    }
  }

  FileCalls& calls_;
  std::string path_;
  int descriptor_ = -1;
  int error_ = 0;
  bool renamed_ = false;
};

/// NAME of ".NAME.123-0.part"; empty if that is no name that Temporary gives.
std::string_view name_of_target(std::string_view file) {
  if (!file.starts_with('.') || !file.ends_with(kEnding)) {
    return {};
  }
  file.remove_suffix(kEnding.size());
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == file.size() ||
      file.find_first_not_of("0123456789-", dot + 1) != std::string_view::npos) {
    return {};
  }
  return file.substr(1, dot - 1);
}

/// Whether the path still leads to the open file: its writer may have renamed it, and another have
/// taken the name.
bool is_file(int descriptor, const fs::path& path) {
  struct stat open = {};
  struct stat named = {};
  return ::fstat(descriptor, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/// Removes those whose target's name `is_wanted` takes.  What cannot be removed stays: it harms
/// nobody.
template <class F>
void remove_leftovers(const fs::path& folder, F is_wanted) {
  for (const std::string& file : folder_names(folder)) {
    const std::string_view name = name_of_target(file);
    if (name.empty() || !is_wanted(name)) {
      continue;
    }
    const fs::path path = folder / file;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor >= 0) {
      if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_file(descriptor, path)) {
        ::unlink(path.c_str());
      }
      ::close(descriptor);
    }
  }
}

int sync_folder(FileCalls& calls, const fs::path& folder) {
  const int descriptor =
      uninterrupted([&] { return calls.open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) {
    return errno;
  }
  const bool synced = uninterrupted([&] { return calls.fsync(descriptor); }) == 0;
  const int error = synced || errno == EINVAL ? 0 : errno;  // EINVAL: no such thing there
  calls.close(descriptor);
  return error;
}

/// A pipe that nobody reads is not waited for: it does not open.  One that is read slowly is.
int write_directly(FileCalls& calls, const std::string& path,
                   const std::vector<std::string_view>& pieces) {
  const int descriptor = uninterrupted(
      [&] { return calls.open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); });
  if (descriptor < 0) {
    return errno;
  }
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  const int error = write_all(calls, descriptor, pieces);
  const bool closed = calls.close(descriptor) == 0 || errno == EINTR;
  return error != 0 || closed ? error : errno;
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// True for /dev/stdout, /dev/fd/N and links to them.
bool leads_through_a_descriptor(fs::path path) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(path, error)); ++i) {
    const fs::path folder = fs::canonical(folder_of(path), error);
    if (folder.filename() == "fd" && folder.native().rfind("/proc/", 0) == 0) {
      return true;
    }
    path = folder / fs::read_symlink(path, error);
  }
  return false;
}

[[noreturn]] void refuse(const std::string& where, const std::string& path, int error) {
  fail<FileError>({where, ": ", path, " must be a file that can be written, got \"",
                   system_reason(error), "\"; is the folder there, and is there room?"});
}

}  // namespace

void replace_file(const std::string& where, const std::string& path,
                  const std::vector<std::string_view>& pieces, FileCalls& calls) {
  require<FileError>(!path.empty(), where, ": the path must name a file, got \"\"");
  require<FileError>(path.find('\0') == std::string::npos, where,
                     ": a file name must be without zero bytes, got one after \"",
                     path.substr(0, path.find('\0')), "\"");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require<FileError>(!fs::is_directory(status), where, ": ", path,
                     " must be a file, got a folder; add a name to it");
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (const int failed = write_directly(calls, path, pieces); failed != 0) {
      refuse(where, path, failed);
    }
    return;
  }
  require<FileError>(!leads_through_a_descriptor(path), where, ": ", path,
                     " must be a file or a link to one, got one that is open already; "
                     "give its own name");
  const fs::path target =
      fs::is_symlink(fs::symlink_status(path, error)) ? fs::canonical(path, error) : fs::path(path);
  require<FileError>(!target.empty(), where, ": ", path,
                     " must be a file or a link to one, got a link that leads nowhere; remove it");
  const fs::path folder = folder_of(target);
  remove_leftovers(folder, [name = name_in_temporaries(target.filename().string())](
                               std::string_view found) { return found == name; });
  {
    Temporary temporary(calls, folder / target.filename());
    int failed = temporary.fill(pieces);
    failed = failed == 0 ? temporary.rename_to(target) : failed;
    if (failed != 0) {
      refuse(where, path, failed);
    }
  }
  if (const int failed = sync_folder(calls, folder); failed != 0) {
    fail<FileError>({where, ": ", path, " is written, but its folder must be made durable, got \"",
                     system_reason(failed), "\"; a power cut may bring the old file back"});
  }
}

void remove_leftovers_beside(const std::string& path, bool (*is_ending)(std::string_view)) {
  const std::string name = fs::path(path).filename().string();
  const std::string start = name + ".";
  const std::string cut = cut_name(name) + ".";
  remove_leftovers(folder_of(path), [&](std::string_view found) {
    const bool is_cut = name.size() >= cut.size() && found.starts_with(cut) &&
                        found.size() == cut.size() + Crc32().digits().size() &&
                        found.find_first_not_of("0123456789abcdef", cut.size()) == found.npos;
    return is_cut || (found.starts_with(start) && is_ending(found.substr(start.size())));
  });
}

}  // namespace gradus::data
