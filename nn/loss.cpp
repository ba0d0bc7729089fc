#include <gradus/core/reduce.h>
#include <gradus/nn/loss.h>

namespace gradus::nn {

double accuracy(const Tensor& logits, const Tensor& labels) {
  require<ShapeError>(logits.rank() == 2 && labels.shape() == Shape{logits.shape()[0]},
                      "accuracy: logits must be [batch, classes] and labels [batch], got ",
                      logits.shape(), " and ", labels.shape());
  require<DtypeError>(labels.dtype() == i64, "accuracy: labels must be i64 class indices, got ",
                      labels.dtype());
  const std::vector<std::int64_t> found = core::argmax(logits, 1).to_vector<std::int64_t>();
  const std::vector<std::int64_t> wanted = labels.to_vector<std::int64_t>();
  std::size_t right = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    right += found[i] == wanted[i];
  }
  return double(right) / double(found.size());
}

}  // namespace gradus::nn
