#include <gradus/core/memory.h>
#include <gradus/core/random.h>
#include <gradus/data/csv.h>
#include <gradus/data/csv_text.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "data/csv_reading.h"
#include "data/files.h"
#include "support/naive.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_error;
using test::read_table;
using Texts = std::vector<std::string>;
using Floats = std::vector<float>;

TEST(Csv, numbers_come_in_the_order_asked_for) {
  const Table table = read_table("a,b,c\n1,2,3\n-4.5,5e1,.25\n");
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.columns(), (Texts{"a", "b", "c"}));
  const Tensor x = table.numbers({"c", "a"});
  EXPECT_EQ(x.shape(), (Shape{2, 2}));
  EXPECT_EQ(x.to_vector(), (Floats{3, 1, .25, -4.5}));
  EXPECT_EQ(table.numbers().to_vector(), (Floats{1, 2, 3, -4.5, 50, .25}));
  const Tensor b = table.column("b", f64);
  EXPECT_EQ(b.shape(), Shape{2});
  EXPECT_EQ(b.to_vector<double>(), (std::vector<double>{2, 50}));
  EXPECT_TRUE(table.has("c"));
  EXPECT_FALSE(table.has("d"));
}

TEST(Csv, each_dtype_takes_what_it_can_hold) {
  const Table table = read_table("x\n0\n255\n");
  EXPECT_EQ(table.column("x", u8).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{0, 255}));
  EXPECT_EQ(read_table("x\n-9223372036854775808\n").column("x", i64).to_vector<std::int64_t>()[0],
            INT64_MIN);
  // The nearest f32, not the f32 nearest to the nearest f64: 1 + 2^-24 + 2^-60 is above the middle.
  EXPECT_EQ(read_table("x\n1.00000005960464477626\n").column("x").item(), 1.0 + std::exp2(-23));
}

// Each is the table of one row 1, 2 under a, b.
TEST(Csv, line_ends_marks_and_quotes_do_not_change_the_numbers) {
  for (const char* const bytes :
       {"a,b\n1,2\n", "a,b\n1,2", "a,b\r\n1,2\r\n", "a,b\r\n1,2", "\xef\xbb\xbf\x61,b\n1,2\n",
        "\n\na,b\n\r\n\n1,2\n\n\n", "\"a\",\"b\"\n\"1\",\"2\"\n", "\xef\xbb\xbf\"a\",b\r\n1,\"2\"",
        "a,b\n 1 ,\t2\n", "a,b\n+1,+2\n", "a,b\n1.0e0,0.2E+01\n"}) {
    const Table table = read_table(bytes);
    EXPECT_EQ(table.columns(), (Texts{"a", "b"})) << bytes;
    EXPECT_EQ(table.rows(), 1) << bytes;
    EXPECT_EQ(table.numbers().to_vector(), (Floats{1, 2})) << bytes;
  }
}

TEST(Csv, quotes_hold_separators_line_ends_and_quotes) {
  const Table table = read_table(
      "\"name, \"\"full\"\"\",n\n\"a,b\",1\n\"two\nlines\r\n\",2\n\"\"\"\",3\n"
      "\"\",4\n plain ,5\n");
  EXPECT_EQ(table.columns(), (Texts{"name, \"full\"", "n"}));
  EXPECT_EQ(table.text("name, \"full\""), (Texts{"a,b", "two\nlines\r\n", "\"", "", " plain "}));
  EXPECT_EQ(table.column("n").to_vector(), (Floats{1, 2, 3, 4, 5}));
}

TEST(Csv, a_header_alone_has_no_rows) {
  for (const char* const bytes : {"a,b", "a,b\n", "a,b\r\n\r\n"}) {
    const Table table = read_table(bytes);
    EXPECT_EQ(table.rows(), 0);
    EXPECT_EQ(table.numbers().shape(), (Shape{0, 2}));
    EXPECT_TRUE(table.categories("a").empty());
    EXPECT_EQ(table.indices("b", {}).shape(), Shape{0});
  }
}

TEST(Csv, without_a_header_columns_are_numbered) {
  const Table table = read_table("1;2\n3;4\n", {.separator = ';', .header = false});
  EXPECT_EQ(table.columns(), (Texts{"0", "1"}));
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.column("1").to_vector(), (Floats{2, 4}));
}

TEST(Csv, the_last_field_of_the_last_line_may_be_empty) {
  EXPECT_EQ(read_table("a,b\nx,").text("b"), Texts{""});
  EXPECT_EQ(read_table("a,\n1,2\n").columns(), (Texts{"a", ""}));
}

TEST(Csv, categories_become_indices) {
  const Table table = read_table("kind\nred\nblue\nred\n\"\"\n");
  const Texts kinds = table.categories("kind");
  EXPECT_EQ(kinds, (Texts{"", "blue", "red"}));
  EXPECT_EQ(table.indices("kind", kinds).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{2, 1, 2, 0}));
  // Of another table, in an order of one's own.
  EXPECT_EQ(read_table("kind\nred\n").indices("kind", {"red", "blue"}).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{0}));
  expect_error<FileError>(
      [&] {
        table.indices("kind", {"red", ""});
      },
      "read_csv: t.csv, line 3, column 1 must hold one of the 2 categories of "
      "\"kind\", got \"blue\"");
  expect_error<ValueError>(
      [&] {
        table.indices("kind", {"b", "a", "b"});
      },
      "Table::indices: each category must come once, got \"b\" twice");
}

TEST(Csv, nan_inf_and_empty_fields_need_their_options) {
  const Table refused = read_table("a,b\n1,nan\n2,-Inf\n3,\n");
  expect_error<FileError>([&] { refused.numbers(); },
                          "read_csv: t.csv, line 2, column 2 must hold a finite number for \"b\", "
                          "got \"nan\"; set allow_nonfinite to allow it");
  const Floats x = read_table("x\nnan\nINF\n-inf\n-infinity\n\"\"\n",
                              {.allow_nonfinite = true, .missing_as_nan = true})
                       .column("x")
                       .to_vector();
  EXPECT_TRUE(std::isnan(x[0]) && std::isnan(x[4]));
  EXPECT_EQ((Floats{x[1], x[2], x[3]}), (Floats{INFINITY, -INFINITY, -INFINITY}));
  expect_error<FileError>(
      [] { read_table("a,b\n1,\n", {.missing_as_nan = true}).column("b", i64); },
      "read_csv: t.csv, line 2, column 2 must hold a number for \"b\" of i64, got \"\"");
}

TEST(Csv, what_is_no_number_is_refused_where_it_stands) {
  const Bytes none = " must hold a number for \"b\" of f32, got ";
  const struct {
    Bytes field;
    Bytes message;
  } rows[] = {
      {"abc", none + "\"abc\""},
      {"-", none + "\"-\""},
      {"+", none + "\"+\""},
      {"+-5", none + "\"+-5\""},
      {"--5", none + "\"--5\""},
      {"1e", none + "\"1e\""},
      {"1 2", none + "\"1 2\""},
      {"0x10", none + "\"0x10\""},
      {"1.2.3", none + "\"1.2.3\""},
      {"nan(1)", none + "\"nan(1)\""},
      {"\"1,5\"", none + "\"1,5\""},
      {"", none + "\"\"; set missing_as_nan to allow empty fields"},
      {"1e999", " must hold a number for \"b\" in the range of f32, got \"1e999\""},
      {"-1e39", " must hold a number for \"b\" in the range of f32, got \"-1e39\""},
      {"1e-999", " must hold a number for \"b\" in the range of f32, got \"1e-999\""},
  };
  for (const auto& row : rows) {
    const Table table = read_table("a,b\n1,2\n\"x\n\"," + row.field + "\n");
    expect_error<FileError>([&] { table.column("b"); },
                            "read_csv: t.csv, line 4, column 2" + row.message);
  }
  EXPECT_EQ(read_table("x\n1e39\n").column("x", f64).item(), 1e39);
  EXPECT_EQ(read_table("x\n0e-999\n").column("x").item(), 0);
  EXPECT_EQ(read_table("x\n1e-45\n").column("x").item(), std::exp2(-149));
  expect_error<FileError>([] { read_table("x\n1.5\n").column("x", i64); },
                          "read_csv: t.csv, line 2, column 1 must hold a number for \"x\" of i64, "
                          "got \"1.5\"");
  expect_error<FileError>([] { read_table("x\n256\n").column("x", u8); },
                          "read_csv: t.csv, line 2, column 1 must hold a number for \"x\" in the "
                          "range of u8, got \"256\"");
}

TEST(Csv, broken_text_is_refused_where_it_breaks) {
  const struct {
    Bytes bytes;
    Bytes message;
  } rows[] = {
      {"", " must have a header, got no line that is not empty"},
      {"\n\r\n", " must have a header, got no line that is not empty"},
      {"\xef\xbb\xbf", " must have a header, got no line that is not empty"},
      {"a,b,c\n1,2,3\n4,5\n",
       ", line 3, column 2 must not be the last, since the first row has 3 fields, got a row of 2"},
      {"a,b\n1,2,3\n",
       ", line 2, column 3 must not be there, since the first row has 2 fields, got \"3\""},
      {"a,b\n1,2,\n",
       ", line 2, column 3 must not be there, since the first row has 2 fields, got \"\""},
      {"a,b\n1,\"2\n3,4\n",
       ", line 2, column 2 must end with a quote, got the end of the data after "
       "\"\"2\\x0a3,4\\x0a\""},
      {"a,b\n1,\"2\"x\n",
       ", line 2, column 2 must end at its second quote, got \"x\" after it; double a quote that "
       "belongs to the text"},
      {"a,b\n1,2\"x\n",
       ", line 2, column 2 must begin with a quote to hold one, got a quote after \"2\""},
      {Bytes("a,b\n1,2\0\n", 9),
       ", line 2, column 2 must be text, got a zero byte; save the table as UTF-8"},
      {Bytes("a,b\n1,\"\0\"\n", 10),
       ", line 2, column 2 must be text, got a zero byte; save the table as UTF-8"},
      {Bytes("\xff\xfe\x61\0,\0", 6),
       ", line 1, column 1 must be text, got a zero byte; save the table as UTF-8"},
      {"a,b\n1,2\r3,4\n",
       ", line 2, column 2 must have line ends \\n or \\r\\n, got \\r alone after \"2\""},
      {"a,b\n1,2\r",
       ", line 2, column 2 must have line ends \\n or \\r\\n, got \\r alone after \"2\""},
      {"a,b,a\n", ", column 3 must have a name of its own, got \"a\" as for column 1"},
      {"\x1f\x8b\x08", " must be text, got data that gzip compressed; unpack it first"},
  };
  for (const auto& row : rows) {
    expect_error<FileError>([&] { read_table(row.bytes); }, "read_csv: t.csv" + row.message);
  }
  expect_error<FileError>([] { read_table("\n", {.header = false}); },
                          "read_csv: t.csv must have a row, got no line that is not empty");
}

TEST(Csv, arguments_are_checked) {
  const Table table = read_table("a,b\n1,2\n");
  expect_error<ValueError>(
      [&] {
        table.numbers({"a", "c"});
      },
      "Table::numbers: the column must be one of \"a\", \"b\", got \"c\"");
  expect_error<ValueError>([&] { table.text("A"); },
                           "Table::text: the column must be one of \"a\", \"b\", got \"A\"");
  expect_error<ValueError>(
      [&] {
        table.numbers({"a", "a"});
      },
      "Table::numbers: a column must be named once, got \"a\" twice");
  expect_error<ValueError>([] { read_table("a", {.separator = '"'}); },
                           "read_csv: separator must not be a quote, a line end or zero, got code "
                           "34");
  expect_error<FileError>([] { read_table("a,b,c\n", {.max_columns = 2}); },
                          "read_csv: t.csv, line 1, column 3 must be at most 2, the limit of "
                          "columns, got more; set max_columns to allow them");
  expect_error<ShapeError>(
      [] {
        csv_text({"a"}, zeros({2, 3}));
      },
      "csv_text: x must be [rows, names], got [2, 3] and 1 names");
  expect_error<ShapeError>(
      [] {
        csv_text({}, zeros({2, 0}));
      },
      "csv_text: x must be [rows, names], got [2, 0] and 0 names");
}

// Any bits that are a number, in both types.
TEST(Csv, ten_thousand_random_numbers_come_back_bit_for_bit) {
  Rng rng(1);
  std::vector<float> floats = {0.0f, -0.0f, 1e-45f, 3.4028235e38f};
  std::vector<double> doubles = {0.0, -0.0, 5e-324, 1.7976931348623157e308};
  while (floats.size() < 10000) {
    if (const auto x = std::bit_cast<float>(rng.next_u32()); std::isfinite(x)) {
      floats.push_back(x);
    }
    if (const auto x = std::bit_cast<double>(rng.next_u64());
        std::isfinite(x) && doubles.size() < 10000) {
      doubles.push_back(x);
    }
  }
  while (doubles.size() < 10000) {
    doubles.push_back(rng.normal());
  }
  const Texts names = {"a", "b, c", "", "\"d\""};
  const auto bits32 = [](float x) { return std::bit_cast<std::uint32_t>(x); };
  const auto bits64 = [](double x) { return std::bit_cast<std::uint64_t>(x); };
  const Table table32 = read_table(csv_text(names, from_vector(floats, {2500, 4})));
  const Table table64 =
      read_table(csv_text(names, from_vector(doubles, {2500, 4}), ';'), {.separator = ';'});
  EXPECT_EQ(table32.columns(), names);
  const Floats got32 = table32.numbers().to_vector();
  const std::vector<double> got64 = table64.numbers({}, f64).to_vector<double>();
  for (std::size_t i = 0; i < 10000; ++i) {
    ASSERT_EQ(bits32(got32[i]), bits32(floats[i])) << floats[i];
    ASSERT_EQ(bits64(got64[i]), bits64(doubles[i])) << doubles[i];
  }
  EXPECT_EQ(csv_text({"n"}, arange(3)), "n\n0\n1\n2\n");
  EXPECT_EQ(csv_text({"a", "b"}, tensor({{1.5, NAN}, {INFINITY, -0.5}})),
            "a,b\n1.5,nan\ninf,-0.5\n");
}

TEST(Csv, random_texts_come_back_from_their_fields) {
  Rng rng(2);
  const std::string letters = "ab,\"\n\r ;\xc3\xa9";
  Texts texts;
  Bytes bytes = "x,y\n";
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (Index n = rng.below(6); n > 0; --n) {
      text += letters[static_cast<std::size_t>(rng.below(static_cast<Index>(letters.size())))];
    }
    texts.push_back(text);
    bytes += csv_field(text) + ",1" + (i % 2 ? "\n" : "\r\n");
  }
  EXPECT_EQ(read_table(bytes).text("x"), texts);
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a;b", ';'), "\"a;b\"");
}

}  // namespace
}  // namespace gradus::data
