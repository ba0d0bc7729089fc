// Valid files with a header in text in which one to three fields are replaced by values at the
// edges, and which are put together again: each is loaded with the content that it then has, or
// refused.
#include <gradus/data/csv.h>
#include <gradus/data/npy.h>
#include <gradus/data/safetensors.h>

#include <algorithm>

#include "data/mutation.h"
#include "support/file_checksum.h"

namespace gradus::data {
namespace {

struct Type {
  Dtype dtype;
  std::uint64_t width;
  Bytes npy;
  Bytes safetensors;
};
const Type kTypes[] = {
    {f32, 4, "<f4", "F32"}, {f64, 8, "<f8", "F64"}, {i64, 8, "<i8", "I64"}, {u8, 1, "|u1", "U8"}};
const Type kOther = {kNoDtype, 1, "|b1", "BOOL"};

bool are_signed(const Sizes& sizes) {
  return std::all_of(sizes.begin(), sizes.end(), [](auto size) { return size <= INT64_MAX; });
}

Bytes list_of(const Sizes& sizes) {
  Bytes text;
  for (const std::uint64_t size : sizes) {
    text += (text.empty() ? "" : ",") + std::to_string(size);
  }
  return text;
}

TEST(Mutation, of_npy_files_is_refused_or_gives_what_they_declare) {
  test::for_each_mutation("npy", 3, [](Mutator& draw, int& loaded) {
    const Type& type = draw.below(20) == 0 ? kOther : draw.one_of(kTypes);
    const bool by_columns = draw.below(20) == 0;
    Sizes sizes = draw.sizes(0);
    std::uint64_t version = 1, longer = 0, data = *test::bytes_of(sizes, type.width);
    draw.mutate({&version, &longer, &data}, sizes);
    const Bytes header = "{'descr': '" + type.npy +
                         "', 'fortran_order': " + (by_columns ? "True" : "False") + ", 'shape': (" +
                         list_of(sizes) + (sizes.empty() ? "" : ",") + "), }\n";
    const Bytes rest = header + some_data(data % 1000);
    version &= 255;
    const int width = version == 1 ? 2 : 4;
    const std::uint64_t length = (header.size() + longer) & (width == 2 ? 0xffff : 0xffffffff);
    const Bytes file =
        "\x93NUMPY" + test::little_endian(version, 2) + test::little_endian(length, width) + rest;
    const auto x = read_or_refuse([&] { return read_npy_bytes(file.data(), file.size(), "x"); });

    // Its last byte, a line end, may be missing.
    const bool is_whole = length == header.size() || length == header.size() - 1;
    const bool is_npy = version >= 1 && version <= 3 && is_whole && !by_columns &&
                        type.dtype != kNoDtype && are_signed(sizes) &&
                        test::bytes_of(sizes, type.width) == rest.size() - length;
    ASSERT_EQ(x.has_value(), is_npy) << header;
    if (x) {
      ++loaded;
      ASSERT_EQ(test::sizes_of(*x), sizes);
      ASSERT_EQ(x->dtype(), type.dtype);
      ASSERT_EQ(test::bytes_in(*x), rest.substr(length));
    }
  });
}

// --- safetensors ---------------------------------------------------------------------------------

struct Entry {
  Type type;
  Sizes sizes;
  std::uint64_t begin, end;

  Bytes text(std::size_t k) const {
    return "\"" + std::to_string(k) + "\":{\"dtype\":\"" + type.safetensors + "\",\"shape\":[" +
           list_of(sizes) + "],\"data_offsets\":[" + std::to_string(begin) + "," +
           std::to_string(end) + "]}";
  }
  bool is_possible() const {
    return type.dtype != kNoDtype && are_signed(sizes) && begin <= end &&
           test::bytes_of(sizes, type.width) == end - begin;
  }
};

std::vector<Entry> some_entries(Mutator& draw) {
  std::vector<Entry> entries(1 + draw.below(3));
  std::uint64_t at = 0;
  for (Entry& entry : entries) {
    entry.type = draw.below(40) == 0 ? kOther : draw.one_of(kTypes);
    entry.sizes = draw.sizes(0);
    entry.begin = at;
    at += *test::bytes_of(entry.sizes, entry.type.width);
    entry.end = at;
  }
  return entries;
}

/// Whether each is possible and they fill the data in some order.
bool fill(std::vector<Entry> entries, std::uint64_t data) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    if (!entry.is_possible() || entry.begin != at) {
      return false;
    }
    at = entry.end;
  }
  return at == data;
}

TEST(Mutation, of_safetensors_files_is_refused_or_gives_what_they_declare) {
  test::for_each_mutation("safetensors", 4, [](Mutator& draw, int& loaded) {
    std::vector<Entry> entries = some_entries(draw);
    std::uint64_t data = entries.back().end, longer = 0;
    std::vector<std::uint64_t*> fields = {&longer, &data};
    for (Entry& entry : entries) {
      fields.insert(fields.end(), {&entry.begin, &entry.end});
      Mutator::add(fields, entry.sizes);
    }
    draw.mutate(fields);
    data %= 1000;
    const bool is_ours = draw.below(2) == 0;
    Bytes header = is_ours ? "{\"__metadata__\":{\"gradus.crc32\":\"00000000\",\"gradus.format\":"
                             "\"1\"}"
                           : "{";
    for (std::size_t k = 0; k < entries.size(); ++k) {
      header += (header == "{" ? "" : ",") + entries[k].text(k);
    }
    header += "} ";
    Bytes file = test::little_endian(header.size() + longer, 8) + header + some_data(data);
    ASSERT_EQ(test::set_checksum(file), is_ours);
    const auto found =
        read_or_refuse([&] { return read_safetensors_bytes(file.data(), file.size(), "x"); });

    // The last byte of the header, a space, may count as data.
    const Bytes rest = (longer == UINT64_MAX ? " " : "") + some_data(data);
    const bool is_whole = longer == 0 || longer == UINT64_MAX;
    ASSERT_EQ(found.has_value(), is_whole && fill(entries, rest.size())) << header;
    if (found) {
      ++loaded;
      ASSERT_EQ(found->tensors.size(), entries.size());
      for (std::size_t k = 0; k < entries.size(); ++k) {
        const Tensor& x = found->tensors.tensor(std::to_string(k));
        ASSERT_EQ(x.dtype(), entries[k].type.dtype);
        ASSERT_EQ(test::sizes_of(x), entries[k].sizes);
        ASSERT_EQ(test::bytes_in(x),
                  rest.substr(entries[k].begin, entries[k].end - entries[k].begin));
      }
    }
  });
}

// --- CSV -----------------------------------------------------------------------------------------

// A field, and what it is as a number of each type; nothing where it is none.
struct Field {
  Bytes text;
  std::optional<double> number;
  std::optional<std::int64_t> whole;
};
const Field kGood[] = {{"1", 1, 1}, {"-2", -2, -2}, {"+30", 30, 30}, {"\"4\"", 4, 4}};
const Field kEdges[] = {{"", {}, {}},
                        {"0", 0, 0},
                        {"-1", -1, -1},
                        {"1.5", 1.5, {}},
                        {"2147483648", 2147483648.0, 2147483648},
                        {"4294967295", 4294967295.0, 4294967295},
                        {"9223372036854775807", 9223372036854775808.0, INT64_MAX},
                        {"-9223372036854775808", -9223372036854775808.0, INT64_MIN},
                        {"9223372036854775808", 9223372036854775808.0, {}},
                        {"18446744073709551616", 18446744073709551616.0, {}},
                        {"1e308", 1e308, {}},
                        {"1e309", {}, {}},
                        {"1e-400", {}, {}},
                        {"nan", {}, {}},
                        {"-inf", {}, {}},
                        {"0x10", {}, {}},
                        {"--1", {}, {}},
                        {"1 2", {}, {}},
                        {" 7\t", 7, 7},
                        {"\"8\n\"", {}, {}},
                        {"\"9\"\"\"", {}, {}}};
const Bytes kBrokenCells[] = {"1,2", "\"1", "1\"", "\"1\"2", "1\r2", Bytes(1, '\0')};

TEST(Mutation, of_csv_files_is_refused_or_gives_what_stands_there) {
  test::for_each_mutation("CSV", 5, [](Mutator& draw, int& loaded) {
    constexpr std::size_t kWidth = 3;
    std::vector<Field> cells(kWidth * (1 + draw.below(3)));
    for (Field& cell : cells) {
      cell = draw.one_of(kGood);
    }
    for (std::uint64_t left = 1 + draw.below(3); left > 0; --left) {
      cells[draw.below(cells.size())] =
          draw.below(6) == 0 ? Field{draw.one_of(kBrokenCells), {}, {}} : draw.one_of(kEdges);
    }
    Bytes text = "a,b,c";
    std::vector<double> numbers;
    std::vector<std::int64_t> wholes;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      text += (k % kWidth > 0 ? "," : draw.below(2) == 0 ? "\n" : "\r\n") + cells[k].text;
      numbers.insert(numbers.end(), cells[k].number ? 1 : 0, cells[k].number.value_or(0));
      wholes.insert(wholes.end(), cells[k].whole ? 1 : 0, cells[k].whole.value_or(0));
    }
    const auto read = [&](Dtype dtype) {
      return read_or_refuse([&] { return read_csv_bytes(text, "x").numbers({}, dtype); });
    };
    const auto x = read(f64);
    const auto n = read(i64);
    ASSERT_EQ(x.has_value(), numbers.size() == cells.size()) << text;
    ASSERT_EQ(n.has_value(), wholes.size() == cells.size()) << text;
    if (x) {
      ++loaded;
      ASSERT_EQ(x->to_vector<double>(), numbers) << text;
    }
    if (n) {
      ASSERT_EQ(n->to_vector<std::int64_t>(), wholes) << text;
    }
  });
}

}  // namespace
}  // namespace gradus::data
