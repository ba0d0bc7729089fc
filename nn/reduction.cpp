#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/reduction.h>

namespace gradus::nn {

Tensor reduce(const Tensor& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::mean:
      return mean(losses);
    case Reduction::sum:
      return sum(losses);
    default:
      return losses;
  }
}

void require_same_shape(const char* loss, const Tensor& prediction, const Tensor& target) {
  require<ShapeError>(prediction.shape() == target.shape(), loss,
                      ": prediction and target must have one shape, got ", prediction.shape(),
                      " and ", target.shape());
}

}  // namespace gradus::nn
