#pragma once
// Tables as CSV text, which read_csv reads back bit for bit.
#include <gradus/core/tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

/// The text as a field, in quotes where it needs them.
std::string csv_field(std::string_view text, char separator = ',');

/// A header of the names, then a line for each row of x: [rows, names]; rank 1 is one column.
/// Numbers are the shortest that give their bits again, in every locale; NaN is nan.  Throws
/// ShapeError unless there is a name, at least one, for each column.
std::string csv_text(const std::vector<std::string>& names, const Tensor& x, char separator = ',');

}  // namespace gradus::data
