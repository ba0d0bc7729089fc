#pragma once
// Reads gzip files (RFC 1952), and passes everything else through: which of the two it is shows in
// the first two bytes, not in a name.
#include <gradus/data/source.h>

#include <memory>

namespace gradus::data {

/// A byte of deflate data yields at most this many: 258 of them from two bits.
inline constexpr std::uint64_t kMaxInflation = 1032;

class GunzipSource : public ByteSource {
 public:
  /// Reads from `source`, which must outlive this one.  Messages begin with `label`.
  GunzipSource(ByteSource& source, std::string label);
  ~GunzipSource() override;

  bool is_gzip() const;
  /// The decompressed bytes; those of several gzip members follow each other.  Throws FileError for
  /// data that is damaged, cut short or followed by anything but another member.  A member's
  /// checksum is checked when its end is reached, so read on until nothing comes.
  std::size_t read(void* to, std::size_t size) override;

 private:
  struct Inflater;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace gradus::data
