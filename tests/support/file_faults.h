#pragma once
// Calls to the system that fail when a test wants it, and what they leave on a disk that loses
// power.
#include <fcntl.h>
#include <gradus/data/file_calls.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

namespace gradus::test {

/// Writes a line for each call, and lets the one of number `fail_at` fail.
class FaultyCalls : public data::FileCalls {
 public:
  static constexpr int kShortWrite = -1;  ///< in place of an errno: half of the bytes are written

  int fail_at = -1;  ///< of all calls, from 0
  int error = EIO;
  bool for_ever = false;  ///< all later ones of the same kind fail too
  std::vector<std::string> log;

  int open(const char* path, int flags) override {
    return note("open") ? -1 : FileCalls::open(path, flags);
  }
  std::ptrdiff_t write(int descriptor, const void* bytes, std::size_t size) override {
    const bool fails = note("write");
    if (fails && error == kShortWrite) {
      return FileCalls::write(descriptor, bytes, (size + 1) / 2);
    }
    return fails ? -1 : FileCalls::write(descriptor, bytes, size);
  }
  int fsync(int descriptor) override { return note("fsync") ? -1 : FileCalls::fsync(descriptor); }
  int rename(const char* from, const char* to) override {
    return note("rename") ? -1 : FileCalls::rename(from, to);
  }
  int close(int descriptor) override {
    const bool fails = note("close");
    const int result = FileCalls::close(descriptor);  // Linux closes it in any case
    errno = fails ? error : errno;
    return fails ? -1 : result;
  }

 private:
  bool note(const std::string& call) {
    const int number = static_cast<int>(log.size());
    log.push_back(call);
    failing_ = number == fail_at ? call : failing_;
    const bool can = error != kShortWrite || call == "write";
    const bool is_due = number == fail_at || (for_ever && call == failing_ && number > fail_at);
    const bool fails = can && is_due;
    errno = fails && error > 0 ? error : errno;
    return fails;
  }
  std::string failing_;
};

/// A disk that keeps what was synced, and of the rest what the test chooses.
class LosesPower : public data::FileCalls {
 public:
  struct Call {
    std::string kind;   ///< write, fsync, rename, sync folder
    std::string bytes;  ///< written
  };
  std::vector<Call> calls;

  int open(const char* path, int flags) override {
    const int descriptor = FileCalls::open(path, flags);
    is_folder_[descriptor] = (flags & O_DIRECTORY) != 0;
    return descriptor;
  }
  std::ptrdiff_t write(int descriptor, const void* bytes, std::size_t size) override {
    calls.push_back({"write", std::string(static_cast<const char*>(bytes), size)});
    return FileCalls::write(descriptor, bytes, size);
  }
  int fsync(int descriptor) override {
    calls.push_back({is_folder_[descriptor] ? "sync folder" : "fsync", ""});
    return FileCalls::fsync(descriptor);
  }
  int rename(const char* from, const char* to) override {
    calls.push_back({"rename", ""});
    return FileCalls::rename(from, to);
  }

  /// What `path` may hold after a power cut behind the first `count` calls: of bytes that were not
  /// synced any share may be there, and a rename that was not synced may have happened or not.
  std::vector<std::string> outcomes(std::size_t count, const std::string& old) const {
    std::string written, synced;
    bool renamed = false, rename_synced = false;
    for (std::size_t k = 0; k < count; ++k) {
      const Call& call = calls[k];
      written += call.bytes;
      synced = call.kind == "fsync" ? written : synced;
      renamed = renamed || call.kind == "rename";
      rename_synced = rename_synced || (renamed && call.kind == "sync folder");
    }
    std::vector<std::string> all;
    if (!rename_synced) {
      all.push_back(old);
    }
    if (renamed) {
      const std::size_t lost = written.size() - synced.size();
      for (const std::size_t kept : {std::size_t{0}, lost / 2, lost}) {
        all.push_back(written.substr(0, synced.size() + kept));
      }
    }
    return all;
  }

 private:
  std::map<int, bool> is_folder_;
};

}  // namespace gradus::test
