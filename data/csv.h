#pragma once
// CSV, tables as text (RFC 4180): a row a line, fields between separators, a header of names first.
//
//   const Table table = read_csv("iris.csv");
//   const Tensor x = table.numbers({"length", "width"});               // f32 [rows, 2]
//   const std::vector<std::string> kinds = table.categories("kind");   // sorted
//   const Tensor y = table.indices("kind", kinds);                     // i64 [rows]
//
// A field with a separator, a quote or a line end in it stands in quotes, a quote inside doubled.
// Lines end with \n or \r\n, the last one also without; empty lines are passed over, and so is a
// UTF-8 mark at the start.  Everything else that is unusual is an error that names file, line and
// column, both from 1.  The locale has no say.
//
// A Table is the bytes of its file: reading takes the size of the file and the names of the
// columns, not more, and each tensor is parsed when it is asked for.
#include <gradus/core/tensor.h>

#include <cstddef>
#include <string>
#include <vector>

namespace gradus::data {

struct CsvOptions {
  char separator = ',';
  bool header = true;            ///< otherwise the columns are named 0, 1, 2, ...
  bool allow_nonfinite = false;  ///< take nan, inf and -inf, in any case, for numbers
  bool missing_as_nan = false;   ///< an empty field is NaN among f32 and f64
  Index max_columns = 65536;
  std::size_t max_bytes = std::size_t{2} << 30;  ///< refuse a larger file
};

class Table {
 public:
  Index rows() const { return rows_; }
  const std::vector<std::string>& columns() const { return names_; }
  bool has(const std::string& column) const;

  /// The numbers of these columns, of all if none is named, in a new tensor [rows, columns]; each
  /// is the one of the dtype that is nearest to the text, such as -1.5e3 or +5; spaces around it do
  /// not count.  Throws ValueError for a name that is not there or comes twice, and FileError for a
  /// field that is no number, or one that the dtype cannot hold: 1e999, 1e-999, and 1.5 in i64.
  Tensor numbers(const std::vector<std::string>& columns = {}, Dtype dtype = f32) const;
  /// The same of one column: [rows].
  Tensor column(const std::string& column, Dtype dtype = f32) const;
  /// The fields of a column as they are, without their quotes.
  std::vector<std::string> text(const std::string& column) const;
  /// The different texts of a column, sorted by their bytes.
  std::vector<std::string> categories(const std::string& column) const;
  /// The place of each text of the column in `categories`, i64 [rows].  Throws FileError for a text
  /// that is not among them, ValueError for a category that comes twice.
  Tensor indices(const std::string& column, const std::vector<std::string>& categories) const;

 private:
  friend Table make_table(std::string bytes, std::string label, const CsvOptions& options);
  Table() = default;
  std::size_t place(const char* where, const std::string& column) const;
  template <class T>
  void read_numbers(const std::vector<Index>& target, Index width, const Tensor& x) const;
  template <class F>
  void visit(std::size_t column, const F& f) const;

  std::string label_;  // "read_csv: file", with which errors begin
  CsvOptions options_;
  std::string bytes_;
  std::size_t first_ = 0;  // where the rows begin in them
  Index rows_ = 0;
  std::vector<std::string> names_;
  std::vector<std::size_t> by_name_;  // their places in the order of the names
};

/// Reads and checks the whole file.  Throws FileError unless each row has as many fields as the
/// first, with an error in fields as above, and ValueError for a separator that cannot be one.
Table read_csv(const std::string& path, const CsvOptions& options = {});
/// The same from memory; errors call the data `name`.
Table read_csv_bytes(std::string bytes, const std::string& name, const CsvOptions& options = {});

}  // namespace gradus::data
