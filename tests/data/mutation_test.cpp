// Valid binary files in which one to three fields are replaced by values at the edges, and which
// are put together again: each is loaded with the content that it then has, or refused.
#include "data/mutation.h"

#include <gradus/data/gzip.h>
#include <gradus/data/idx.h>

#include "data/files.h"
#include "support/naive.h"

namespace gradus::data {
namespace {

// --- IDX -----------------------------------------------------------------------------------------

std::uint64_t big_endian_at(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t k = 0; k < size; ++k) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + k]);
  }
  return value;
}

/// Bytes of an element in the file, by its type; 0 for no type.
std::uint64_t idx_width(std::uint64_t type) {
  constexpr std::uint64_t kWidths[] = {1, 1, 0, 2, 4, 4, 8};
  return type >= 8 && type < 15 ? kWidths[type - 8] : 0;
}

/// The sizes that an IDX file has by the format, if it is one.
std::optional<Sizes> idx_sizes(const Bytes& bytes) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0) {
    return {};
  }
  const auto rank = big_endian_at(bytes, 3, 1);
  const std::uint64_t header = 4 + 4 * rank;
  if (rank < 1 || rank > 8 || bytes.size() < header) {
    return {};
  }
  Sizes sizes;
  for (std::size_t d = 0; d < rank; ++d) {
    sizes.push_back(big_endian_at(bytes, 4 + 4 * d, 4));
  }
  const std::uint64_t width = idx_width(big_endian_at(bytes, 2, 1));
  const auto declared = test::bytes_of(sizes, 16);  // room for 8 bytes each, and to spare
  if (width == 0 || !declared || *declared / 16 * width + header != bytes.size()) {
    return {};
  }
  return sizes;
}

/// The bytes that the tensor's elements have in an IDX file of that width.
Bytes idx_data(const Tensor& x, std::uint64_t width) {
  const Bytes own = test::bytes_in(x);
  const auto item = static_cast<std::size_t>(item_size(x.dtype()));
  Bytes data;
  for (std::size_t at = 0; at < own.size(); at += item) {
    const Bytes low = own.substr(at, width);  // little-endian, of an i64 the lowest
    data.append(low.rbegin(), low.rend());
  }
  return data;
}

TEST(Mutation, of_idx_files_is_refused_or_gives_what_they_declare) {
  test::for_each_mutation("IDX", 1, [](Mutator& draw, int& loaded) {
    constexpr std::uint64_t kTypes[] = {8, 9, 11, 12, 13, 14};
    Sizes sizes = draw.sizes(1);
    std::uint64_t zeros = 0, type = draw.one_of(kTypes), rank = sizes.size();
    std::uint64_t data = *test::bytes_of(sizes, idx_width(type));
    draw.mutate({&zeros, &type, &rank, &data}, sizes);
    Bytes bytes =
        test::big_endian(zeros, 2) + test::big_endian(type, 1) + test::big_endian(rank, 1);
    for (const std::uint64_t size : sizes) {
      bytes += test::big_endian(size, 4);
    }
    bytes += some_data(data % 1000);

    const Bytes file = draw.below(4) == 0 ? test::gzip_stored(bytes) : bytes;
    const auto x = read_or_refuse([&] { return read_idx_bytes(file.data(), file.size(), "x"); });
    const auto expected = idx_sizes(bytes);
    ASSERT_EQ(x.has_value(), expected.has_value());
    if (x) {
      ++loaded;
      ASSERT_EQ(test::sizes_of(*x), *expected);
      ASSERT_EQ(idx_data(*x, idx_width(type & 255)), bytes.substr(4 + 4 * expected->size()));
    }
  });
}

// --- gzip ----------------------------------------------------------------------------------------

TEST(Mutation, of_gzip_files_is_refused_or_changes_nothing) {
  test::for_each_mutation("gzip", 2, [](Mutator& draw, int& loaded) {
    const Bytes text = some_data(draw.below(60));
    std::uint64_t magic = 0x8b1f, method = 8, flags = 0, time = 0, hints = 0, block = 1,
                  size = text.size(), complement = ~size, crc = test::crc32(text), total = size;
    draw.mutate(
        {&magic, &method, &flags, &time, &time, &hints, &block, &size, &complement, &crc, &total});
    const Bytes file = test::little_endian(magic, 2) + test::little_endian(method, 1) +
                       test::little_endian(flags, 1) + test::little_endian(time, 4) +
                       test::little_endian(hints, 2) + test::little_endian(block, 1) +
                       test::little_endian(size, 2) + test::little_endian(complement, 2) + text +
                       test::little_endian(crc, 4) + test::little_endian(total, 4);
    const auto found = read_or_refuse([&] {
      MemorySource memory(file.data(), file.size());
      GunzipSource source(memory, "x");
      Bytes all(1000, '\0');
      all.resize(source.read(all.data(), all.size()));
      return all;
    });
    const bool is_gzip = (magic & 0xffff) == 0x8b1f;
    ASSERT_TRUE(is_gzip || found);
    if (found) {
      loaded += is_gzip ? 1 : 0;
      ASSERT_EQ(*found, is_gzip ? text : file);
    }
  });
}

}  // namespace
}  // namespace gradus::data
