#include <gradus/core/loop_plan.h>

namespace gradus::core {

LoopPlan::Row LoopPlan::locate(Index row) const {
  Row found = {};
  for (int d = outer.rank() - 1; d >= 0; --d) {
    found.at[d] = row % outer[d];
    row /= outer[d];
    for (int k = 0; k < operands; ++k) {
      found.offsets[k] += found.at[d] * outer_stride[k][d];
    }
  }
  return found;
}

void LoopPlan::advance(Row& row) const {
  for (int d = outer.rank() - 1; d >= 0; --d) {
    const bool wraps = ++row.at[d] == outer[d];
    for (int k = 0; k < operands; ++k) {
      row.offsets[k] += wraps ? outer_stride[k][d] * (1 - outer[d]) : outer_stride[k][d];
    }
    if (!wraps) {
      return;
    }
    row.at[d] = 0;
  }
}

LoopPlan plan_loop(const char* where, const Shape& shape, const Tensor* const* operands, int n) {
  LoopPlan plan;
  plan.operands = n;
  for (int k = 0; k < n; ++k) {
    require<ShapeError>(broadcasts_to(operands[k]->shape(), shape), where, ": shape ",
                        operands[k]->shape(), " must broadcast to ", shape);
  }
  // Of no elements there are no rows, however many the other sizes would make.
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) {
    plan.rows = 0;
    return plan;
  }
  // Strides of operand k along dimension d of `shape`; 0 where it is stretched.
  const auto stride = [&](int k, int d) -> Index {
    const Tensor& x = *operands[k];
    const int own = d - (shape.rank() - x.rank());
    return own < 0 || x.shape()[own] == 1 ? 0 : x.strides()[own];
  };

  // From the innermost dimension outwards: a dimension joins the one inside it if every operand
  // steps over it as over one longer run.
  Shape sizes;
  Shape steps[kMaxOperands];
  for (int d = shape.rank() - 1; d >= 0; --d) {
    if (shape[d] == 1) {
      continue;
    }
    bool joins = sizes.rank() > 0;
    for (int k = 0; k < n && joins; ++k) {
      joins = stride(k, d) == steps[k][0] * sizes[0];
    }
    if (joins) {
      sizes[0] *= shape[d];
      continue;
    }
    sizes.insert(0, shape[d]);
    for (int k = 0; k < n; ++k) {
      steps[k].insert(0, stride(k, d));
    }
  }

  const int last = sizes.rank() - 1;
  plan.dense = last <= 0;
  for (int k = 0; k < n; ++k) {
    plan.inner_stride[k] = last < 0 ? 1 : steps[k][last];
    plan.dense &= plan.inner_stride[k] == 1;
  }
  if (last >= 0) {
    plan.row_length = sizes[last];
    for (int d = 0; d < last; ++d) {
      plan.rows *= sizes[d];
      plan.outer.push_back(sizes[d]);
      for (int k = 0; k < n; ++k) {
        plan.outer_stride[k].push_back(steps[k][d]);
      }
    }
  }
  return plan;
}

bool is_one_run(const Tensor* const* operands, int n) {
  const Tensor& first = *operands[0];
  bool same = first.is_contiguous();
  for (int k = 1; k < n && same; ++k) {
    const Tensor& x = *operands[k];
    same = x.is_contiguous() && x.dtype() == first.dtype() && x.shape() == first.shape();
  }
  return same;
}

void require_unexpanded(const char* where, const Tensor& x) {
  for (int d = 0; d < x.rank() && !x.is_contiguous(); ++d) {
    require(x.strides()[d] != 0 || x.shape()[d] <= 1, where,
            ": must not write an expanded view, got shape ", x.shape(), " with strides ",
            x.strides(), "; clone it first");
  }
}

void check_operands(const char* where, const Tensor* const* operands, int n,
                    std::initializer_list<bool> written) {
  for (int k = 0; k < n; ++k) {
    if (written.begin()[k]) {
      require_unexpanded(where, *operands[k]);
    }
    require<DtypeError>(operands[k]->dtype() == operands[0]->dtype(), where,
                        ": operands must have one dtype, got ", operands[0]->dtype(), " and ",
                        operands[k]->dtype(), "; convert one with convert(x, dtype)");
    require<ShapeError>(!written.begin()[k] || operands[k]->shape() == operands[0]->shape(), where,
                        ": what is written must have one shape, got ", operands[0]->shape(),
                        " and ", operands[k]->shape());
  }
}

}  // namespace gradus::core
