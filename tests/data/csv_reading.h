#pragma once
// Tables from bytes in memory.
#include <gradus/data/csv.h>

#include "data/files.h"

namespace gradus::test {

inline data::Table read_table(const Bytes& bytes, const data::CsvOptions& options = {}) {
  return data::read_csv_bytes(bytes, "t.csv", options);
}

}  // namespace gradus::test
