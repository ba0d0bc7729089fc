// CSV from any bytes, the first of which chooses the options: a table or a FileError, and so for
// what is asked of the table.
#include <gradus/data/csv.h>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  const int choice = size > 0 ? bytes[0] : 0;
  const data::CsvOptions options = {.separator = choice & 1 ? ';' : ',',
                                    .header = (choice & 2) == 0,
                                    .allow_nonfinite = (choice & 4) != 0,
                                    .missing_as_nan = (choice & 8) != 0,
                                    .max_columns = 64};
  const std::string text(bytes + (size > 0), bytes + size);
  test::expect_result_or_error([&] {
    const data::Table table = data::read_csv_bytes(text, "data", options);
    for (const Dtype dtype : {f32, f64, i64}) {
      test::expect_result_or_error([&] {
        const Tensor numbers = table.numbers({}, dtype);
        test::check(numbers.size(0) == table.rows());
      });
    }
    test::expect_result_or_error([&] {
      const std::string& name = table.columns().at(0);
      const Tensor places = table.indices(name, table.categories(name));
      test::check(places.numel() == table.rows());
    });
  });
  return 0;
}
