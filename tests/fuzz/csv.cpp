// CSV from any bytes, the first of which chooses the options: a table or a FileError, and so for
// what is asked of the table.  Numbers are written and read again.
#include <gradus/data/csv.h>
#include <gradus/data/csv_text.h>

#include "fuzz/target.h"

namespace {

using namespace gradus;

void check_numbers(const data::Table& table, Dtype dtype, data::CsvOptions options) {
  const Tensor x = table.numbers({}, dtype);
  test::check(x.size(0) == table.rows());
  const std::string text = data::csv_text(table.columns(), x, options.separator);
  options.header = options.allow_nonfinite = true;
  const data::Table again = data::read_csv_bytes(text, "again", options);
  test::check(again.columns() == table.columns());
  test::check(data::csv_text(again.columns(), again.numbers({}, dtype), options.separator) == text);
}

void check_texts(const data::Table& table) {
  const std::string& name = table.columns().back();
  const std::vector<std::string> kinds = table.categories(name);
  const std::vector<std::string> texts = table.text(name);
  const std::vector<Index> places = table.indices(name, kinds).to_vector<Index>();
  test::check(texts.size() == places.size());
  for (std::size_t row = 0; row < texts.size(); ++row) {
    test::check(kinds.at(static_cast<std::size_t>(places[row])) == texts[row]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const int choice = size > 0 ? bytes[0] : 0;
  const data::CsvOptions options = {.separator = choice & 1 ? ';' : ',',
                                    .header = (choice & 2) == 0,
                                    .allow_nonfinite = (choice & 4) != 0,
                                    .missing_as_nan = (choice & 8) != 0,
                                    .max_columns = 64};
  const std::string text(bytes + (size > 0), bytes + size);
  test::expect_result_or_error([&] {
    const data::Table table = data::read_csv_bytes(text, "data", options);
    check_texts(table);
    constexpr Dtype kDtypes[] = {f32, f64, i64, u8};
    check_numbers(table, kDtypes[choice >> 4 & 3], options);
  });
  return 0;
}
