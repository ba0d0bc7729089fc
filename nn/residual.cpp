#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/nn/residual.h>

namespace gradus::nn {

Tensor Residual::forward(const Tensor& x) {
  const Tensor y = layers_.forward(x);
  require<ShapeError>(y.shape() == x.shape(), "Residual: layers must keep the shape ", x.shape(),
                      ", got ", y.shape());
  return x + y;
}

}  // namespace gradus::nn
