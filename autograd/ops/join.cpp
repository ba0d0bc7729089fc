#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/view.h>

namespace gradus {

Tensor join(const std::vector<Tensor>& parts, Index dim) {
  require(!parts.empty(), "join: there must be at least one tensor, got none");
  const int d = wrap_dim("join", dim, parts[0].rank());
  Shape shape = parts[0].shape();
  std::vector<Index> ends;
  Index end = 0;
  for (const Tensor& part : parts) {
    Shape own = part.shape();
    if (own.rank() == shape.rank()) {
      end += own[d];
      own[d] = shape[d];
    }
    require<ShapeError>(own == shape, "join: sizes must agree but along dimension ", d, ", got ",
                        parts[0].shape(), " and ", part.shape());
    require<DtypeError>(part.dtype() == parts[0].dtype(), "join: parts must have one dtype, got ",
                        parts[0].dtype(), " and ", part.dtype());
    ends.push_back(end);
  }
  shape[d] = end;
  Tensor y(shape, parts[0].dtype());
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    copy(core::slice(y, d, i == 0 ? 0 : ends[i - 1], ends[i]), parts[i]);
    inputs.emplace_back(parts[i]);
  }
  return record(y, "join", Inputs(inputs), [d, ends](const Tensor& dy, Grads& dx) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (dx.wanted(static_cast<int>(i))) {  // each part has its part of dy
        dx[static_cast<int>(i)] = slice(dy, d, i == 0 ? 0 : ends[i - 1], ends[i]);
      }
    }
  });
}

}  // namespace gradus
