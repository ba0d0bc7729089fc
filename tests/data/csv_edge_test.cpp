// CSV at its edges: where fields, messages and arguments end.
#include <gradus/data/csv.h>
#include <gradus/data/csv_text.h>

#include "data/csv_reading.h"
#include "support/naive.h"

namespace gradus::data {
namespace {

using test::expect_error;
using test::read_table;

TEST(CsvEdge, messages_end_at_a_character_and_show_what_cannot_be_seen) {
  const std::string long_start(39, 'x');
  const struct {
    std::string field;
    std::string shown;
  } rows[] = {
      {long_start + "\xc3\xa9 and more", long_start + "..."},
      {std::string(50, '\x80'), "..."},
      {long_start + "y", long_start + "y"},
      {"1\x7f", "1\\x7f"},
  };
  for (const auto& row : rows) {
    expect_error<FileError>([&] { read_table("a\n" + row.field + "\n").numbers(); },
                            "read_csv: t.csv, line 2, column 1 must hold a number for \"a\" of "
                            "f32, got \"" +
                                row.shown + "\"");
  }
}

TEST(CsvEdge, words_for_what_is_not_finite_are_known_in_any_case) {
  for (const std::string word : {"NaN", "-INF", "Infinity", "-infinity"}) {
    expect_error<FileError>([&] { read_table("a\n" + word + "\n").numbers(); },
                            "read_csv: t.csv, line 2, column 1 must hold a finite number for "
                            "\"a\", got \"" +
                                word + "\"; set allow_nonfinite to allow it");
  }
  expect_error<FileError>([] { read_table("a\nInfinit{\n").numbers(); },
                          "read_csv: t.csv, line 2, column 1 must hold a number for \"a\" of f32, "
                          "got \"Infinit{\"");
}

TEST(CsvEdge, space_and_line_ends_around_a_field_are_no_part_of_it) {
  EXPECT_EQ(read_table("a,b\r\n \t5 \t,\"6\"\r\n").numbers().to_vector(),
            (std::vector<float>{5, 6}));
  expect_error<FileError>([] { read_table("a\n\rb\n"); },
                          "read_csv: t.csv, line 2, column 1 must have line ends \\n or \\r\\n, "
                          "got \\r alone after \"\"");
}

TEST(CsvEdge, separators_that_mean_something_else_are_refused) {
  for (const char separator : {'"', '\n', '\r', '\0'}) {
    expect_error<ValueError>([&] { read_table("a", {.separator = separator}); },
                             "read_csv: separator must not be a quote, a line end or zero, got "
                             "code " +
                                 std::to_string(int{separator}));
  }
}

TEST(CsvEdge, of_many_columns_a_message_lists_eight) {
  expect_error<ValueError>([] { read_table("a,b,c,d,e,f,g,h,i\n").text("z"); },
                           "Table::text: the column must be one of \"a\", \"b\", \"c\", \"d\", "
                           "\"e\", \"f\", \"g\", \"h\", ..., got \"z\"");
  expect_error<ValueError>([] { read_table("a,b,c,d,e,f,g,h\n").text("A"); },
                           "Table::text: the column must be one of \"a\", \"b\", \"c\", \"d\", "
                           "\"e\", \"f\", \"g\", \"h\", got \"A\"");
}

TEST(CsvEdge, a_text_behind_all_categories_is_none_of_them) {
  expect_error<FileError>(
      [] {
        read_table("a\nx\nz\n").indices("a", {"x", "y"});
      },
      "read_csv: t.csv, line 3, column 1 must hold one of the 2 categories of \"a\", got \"z\"");
}

TEST(CsvEdge, numbers_of_every_type_are_written_as_they_were_read) {
  const std::string text = "x,y\n1,200\n7,0\n";
  for (const Dtype dtype : {f32, f64, i64, u8}) {
    EXPECT_EQ(csv_text({"x", "y"}, read_table(text).numbers({}, dtype)), text) << to_text(dtype);
  }
  const std::string none = "x\n0.5\nnan\n-inf\n";
  for (const Dtype dtype : {f32, f64}) {
    EXPECT_EQ(csv_text({"x"}, read_table(none, {.allow_nonfinite = true}).column("x", dtype)),
              none);
  }
}

TEST(CsvEdge, writing_needs_a_name_a_column) {
  expect_error<ShapeError>(
      [] {
        csv_text({"a", "b"}, zeros({2}));
      },
      "csv_text: x must be [rows, names], got [2] and 2 names");
  expect_error<ShapeError>(
      [] {
        csv_text({"a"}, zeros({1, 1, 1}));
      },
      "csv_text: x must be [rows, names], got [1, 1, 1] and 1 names");
}

}  // namespace
}  // namespace gradus::data
