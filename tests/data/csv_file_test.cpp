// CSV files that are large, damaged or read under another locale.
#include <gradus/core/random.h>
#include <gradus/data/csv.h>
#include <gradus/data/csv_text.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "support/comma_locale.h"
#include "support/naive.h"
#include "support/peak_memory.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_error;
using test::TempFolder;

TEST(CsvFile, is_read_by_its_name) {
  const TempFolder folder;
  const std::string path = folder.write("t.csv", "a,b\n1,x\n");
  EXPECT_EQ(read_csv(path).column("a").item(), 1);
  expect_error<FileError>(
      [&] { read_csv(path).column("b"); },
      "read_csv: " + path + ", line 2, column 2 must hold a number for \"b\" of f32, got \"x\"");
  expect_error<FileError>(
      [&] { read_csv(folder / "none"); },
      "read_csv: " + folder.path() +
          "/none must open for reading, got No such file or directory; is its name right?");
  expect_error<FileError>(
      [&] { read_csv(path, {.max_bytes = 7}); },
      "read_csv: " + path + " must have at most 7 bytes, got 8; set max_bytes to allow it");
  // Says that it has no bytes, and has some.
  expect_error<FileError>([] { read_csv("/proc/self/stat"); },
                          "read_csv: /proc/self/stat must stay as it is while it is read, got "
                          "another size than 0 bytes");
}

TEST(CsvFile, names_that_begin_like_a_mark_or_a_gzip_file_come_back) {
  for (const std::string name : {"\xef\xbb\xbfname", "\x1f\x8bname"}) {
    const Table table = read_csv_bytes(csv_text({name}, arange(1)), "t.csv");
    EXPECT_EQ(table.columns(), std::vector<std::string>{name});
  }
}

TEST(CsvFile, the_locale_has_no_say) {
  const test::CommaLocale german;
  const Table table = read_csv_bytes("a;b\n1234.5;1,5\n", "t.csv", {.separator = ';'});
  EXPECT_EQ(table.column("a").item(), 1234.5);
  EXPECT_EQ(csv_text({"x"}, tensor({1234.5})), "x\n1234.5\n");
  expect_error<FileError>(
      [&] { table.column("b"); },
      "read_csv: t.csv, line 2, column 2 must hold a number for \"b\" of f32, got \"1,5\"");
}

TEST(CsvFile, reading_needs_at_most_two_times_the_file_and_16_mib) {
  if (test::kAddressSanitizer || test::kThreadSanitizer) {
    GTEST_SKIP() << "sanitizers need memory of their own";
  }
  const TempFolder folder;
  Bytes short_rows = "x\n";
  for (int i = 0; i < 5'000'000; ++i) {
    short_rows += "1\n";
  }
  const struct {
    const char* what;
    Bytes bytes;
    Index rows;  // -1 for an error
  } files[] = {
      {"10 million empty lines", "x\n" + Bytes(10'000'000, '\n'), 0},
      {"5 million rows of one digit", short_rows, 5'000'000},
      {"a line of 100 MB", "x\n" + Bytes(100'000'000, '1') + "\n", 1},
      {"a quote that does not end", "x\n\"" + Bytes(100'000'000, '1'), -1},
      {"a header of 20 MB", Bytes(20'000'000, ','), -1},
      {"100 MB of quotes", "x\n\"" + Bytes(100'000'000, '"') + "\"", 1},
  };
  for (const auto& file : files) {
    const std::string path = folder.write("t.csv", file.bytes);
    const std::uint64_t peak = test::peak_bytes([&] {
      try {
        return read_csv(path).rows() == file.rows;
      } catch (const Error&) {
        return file.rows < 0;
      }
    });
    EXPECT_LT(peak, 2 * file.bytes.size() + (16 << 20)) << file.what;
    EXPECT_GT(peak, file.bytes.size() / 2) << file.what << ": the measure sees nothing";
  }
}

TEST(CsvFile, a_number_of_100_mb_is_refused_in_a_short_message) {
  const Table table = read_csv_bytes("x\n" + Bytes(100'000'000, '1') + "\n", "t.csv");
  expect_error<FileError>([&] { table.column("x"); },
                          "read_csv: t.csv, line 2, column 1 must hold a number for \"x\" in the "
                          "range of f32, got \"" +
                              Bytes(40, '1') + "...\"");
}

// Whatever the bytes, there is a table or a FileError, and a table agrees with itself.
TEST(CsvFile, damaged_files_are_read_or_refused) {
  Rng rng(3);
  const Bytes good = "\xef\xbb\xbfname,n\r\n\"a,\"\"b\"\"\",1.5\r\nc,-2e3\n\n\"d\ne\",7";
  const char interesting[] = {',', '"', '\n', '\r', '\0', '1', 'e', '-', ' ', '\xff'};
  int tables = 0;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = good;
    for (Index edits = 1 + rng.below(3); edits > 0 && !bytes.empty(); --edits) {
      const auto at = static_cast<std::size_t>(rng.below(static_cast<Index>(bytes.size())));
      const char byte = interesting[rng.below(sizeof interesting)];
      switch (rng.below(4)) {
        case 0:
          bytes[at] = byte;
          break;
        case 1:
          bytes.insert(at, 1, byte);
          break;
        case 2:
          bytes.erase(at, 1);
          break;
        default:
          bytes.resize(at + 1);
      }
    }
    try {
      const Table table = read_csv_bytes(bytes, "t.csv");
      ++tables;
      for (const std::string& name : table.columns()) {
        const auto kinds = table.categories(name);
        ASSERT_EQ(static_cast<Index>(table.text(name).size()), table.rows());
        ASSERT_EQ(table.indices(name, kinds).numel(), table.rows());
      }
      table.numbers();
    } catch (const FileError&) {
    }
  }
  EXPECT_GT(tables, 1000);
}

}  // namespace
}  // namespace gradus::data
