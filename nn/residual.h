#pragma once
#include <gradus/nn/sequential.h>

namespace gradus::nn {

/// y = x, for the place of a layer that may be left out.
struct Identity : Module {
  Tensor forward(const Tensor& x) override { return x; }
};

/// y = x + f(x), f being the layers one after the other.  Throws ShapeError unless f(x) has the
/// shape of x.  Parameters are named by position, as Sequential's: "0.weight".
/// He, Zhang, Ren, Sun: Deep residual learning for image recognition. CVPR 2016, arXiv:1512.03385.
///
///   nn::Residual block(nn::Linear(8, 8, rng), nn::ReLU(), nn::Linear(8, 8, rng));
class Residual : public Module {
 public:
  template <class First, class... Layers>
  requires(std::is_base_of_v<Module, std::decay_t<First>> &&
           (sizeof...(Layers) > 0 ||
            !std::is_same_v<Residual, std::decay_t<First>>)) explicit Residual(First&& first,
                                                                               Layers&&... layers) {
    layers_.add(std::forward<First>(first));
    (layers_.add(std::forward<Layers>(layers)), ...);
  }

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override { layers_.fields(visit); }

 private:
  Sequential layers_;
};

}  // namespace gradus::nn
