#pragma once
// The table of differentiable operations, a file a kind.  Tests go over its rows; a new op is a new
// row.
#include "support/op_rows/arithmetic.h"
#include "support/op_rows/attention.h"
#include "support/op_rows/convolution_layers.h"
#include "support/op_rows/convolutions.h"
#include "support/op_rows/elementwise.h"
#include "support/op_rows/functions.h"
#include "support/op_rows/indexing.h"
#include "support/op_rows/losses.h"
#include "support/op_rows/norms.h"
#include "support/op_rows/products.h"
#include "support/op_rows/recurrent.h"
#include "support/op_rows/reductions.h"
#include "support/op_rows/statistics.h"
#include "support/op_rows/views.h"

namespace gradus::test {

inline std::vector<OpRow> make_op_table() {
  std::vector<OpRow> all;
  for (const auto& rows :
       {arithmetic_rows(), function_rows(), view_rows(), reduce_rows(), product_rows(),
        convolution_rows(), pool_rows(), convolution_layer_rows(), recurrent_rows(),
        attention_rows(), elementwise_rows(), indexing_rows(), statistics_rows(), norm_rows(),
        loss_rows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

/// All rows, made once: each start of a program of tests pays for them.
inline const std::vector<OpRow>& op_table() {
  static const std::vector<OpRow> all = make_op_table();
  return all;
}

/// The rows for which f holds, as parameters of tests.
template <class F>
std::vector<const OpRow*> op_rows(F f) {
  std::vector<const OpRow*> rows;
  for (const OpRow& row : op_table()) {
    if (f(row)) {
      rows.push_back(&row);
    }
  }
  return rows;
}
inline std::vector<const OpRow*> op_rows() {
  return op_rows([](const OpRow&) { return true; });
}

}  // namespace gradus::test
