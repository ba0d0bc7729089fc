#pragma once
// Where the bytes of a file format come from: a file or memory.  Readers take them in order, so
// that the same reader serves plain and compressed data.
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

namespace gradus::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Takes the next `size` bytes, fewer only where the data ends.  Returns how many.  Throws
  /// FileError when they cannot be read.
  virtual std::size_t read(void* to, std::size_t size) = 0;
};

/// Takes `size` bytes that the source had when its size was asked for.  Throws FileError, beginning
/// with `label`, if it has them no more.
void read_all(ByteSource& source, void* to, std::size_t size, const std::string& label);

/// Bytes in memory, which must outlive the source.
class MemorySource : public ByteSource {
 public:
  MemorySource(const void* bytes, std::size_t size)
      : next_(static_cast<const std::byte*>(bytes)), left_(size) {}
  std::size_t read(void* to, std::size_t size) override;

 private:
  const std::byte* next_;
  std::size_t left_;
};

/// A regular file, closed with the source.
class FileSource : public ByteSource {
 public:
  /// Throws FileError unless `path` is a regular file that may be read; a pipe or a device is
  /// refused without waiting for its other end.  Messages begin with `label`, which names function
  /// and file.
  FileSource(const std::string& path, std::string label);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::size_t read(void* to, std::size_t size) override;
  /// The size of the file in bytes when it was opened.
  std::uint64_t bytes() const { return bytes_; }
  /// Throws FileError if size or time of the file are others now than when it was opened: what was
  /// read may be a mixture.
  void require_unchanged() const;

 private:
  std::string label_;
  int descriptor_;
  std::uint64_t bytes_ = 0;
  timespec changed_ = {};
};

}  // namespace gradus::data
