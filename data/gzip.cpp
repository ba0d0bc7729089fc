#include <gradus/core/error.h>
#include <gradus/data/gzip.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

namespace gradus::data {

struct GunzipSource::Inflater {
  ByteSource& source;
  std::string label;
  z_stream stream{};
  bool gzip = false;
  bool in_member = false;
  unsigned char input[1 << 16];

  Inflater(ByteSource& s, std::string l) : source(s), label(std::move(l)) {
    refill();
    gzip = stream.avail_in >= 2 && input[0] == 0x1f && input[1] == 0x8b;
    in_member = gzip;
    // 15 bits of window, and 16 to expect the gzip format alone.
    const int status = gzip ? inflateInit2(&stream, 15 + 16) : Z_OK;
    require<MemoryError>(status == Z_OK, label,
                         " must be decompressed by zlib, got no memory for it");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool refill() {
    stream.next_in = input;
    stream.avail_in = static_cast<uInt>(source.read(input, sizeof input));
    return stream.avail_in > 0;
  }

  std::size_t pass_through(unsigned char* to, std::size_t size) {
    const std::size_t buffered = std::min<std::size_t>(size, stream.avail_in);
    std::copy_n(stream.next_in, buffered, to);
    stream.next_in += buffered;
    stream.avail_in -= static_cast<uInt>(buffered);
    return buffered + (buffered < size ? source.read(to + buffered, size - buffered) : 0);
  }

  // Stands before a member or at the end of the file; returns whether there is a member.
  bool next_member() {
    if (stream.avail_in == 0 && !refill()) {
      return false;
    }
    require<FileError>(*stream.next_in == 0x1f, label,
                       " must end with its gzip data, got other bytes after it");
    inflateReset(&stream);
    in_member = true;
    return true;
  }

  // One call of inflate: some input, some output, perhaps the end of a member.
  std::size_t step(unsigned char* to, std::size_t size) {
    if (stream.avail_in == 0) {
      refill();  // perhaps with nothing: zlib may still hold back some of the output
    }
    const auto room = static_cast<uInt>(std::min<std::size_t>(size, 1 << 30));
    stream.next_out = to;
    stream.avail_out = room;
    const int status = inflate(&stream, Z_NO_FLUSH);
    require<MemoryError>(status != Z_MEM_ERROR, label,
                         " must be decompressed by zlib, got no memory for it");
    require<FileError>(status != Z_BUF_ERROR, label,
                       " must be a whole gzip file, got one that is cut short");
    require<FileError>(status == Z_OK || status == Z_STREAM_END, label,
                       " must be an undamaged gzip file, got ",
                       stream.msg ? stream.msg : "data that zlib cannot read");
    in_member = status != Z_STREAM_END;
    return room - stream.avail_out;
  }

  std::size_t decompress(unsigned char* to, std::size_t size) {
    std::size_t taken = 0;
    while (taken < size && (in_member || next_member())) {
      taken += step(to + taken, size - taken);
    }
    return taken;
  }
};

GunzipSource::GunzipSource(ByteSource& source, std::string label)
    : inflater_(std::make_unique<Inflater>(source, std::move(label))) {}

GunzipSource::~GunzipSource() = default;

bool GunzipSource::is_gzip() const { return inflater_->gzip; }

std::size_t GunzipSource::read(void* to, std::size_t size) {
  auto* bytes = static_cast<unsigned char*>(to);
  return inflater_->gzip ? inflater_->decompress(bytes, size)
                         : inflater_->pass_through(bytes, size);
}

}  // namespace gradus::data
