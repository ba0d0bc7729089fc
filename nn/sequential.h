#pragma once
#include <gradus/nn/module.h>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus::nn {

/// Layers one after the other, a Conv2d and the ReLU that follows it, and a MaxPool2d behind both,
/// in one operation while nobody watches (autograd/watch.h) and none of them has hooks; their
/// parameters are named by position: "0.weight", "2.bias".  One among others is a layer like any:
/// "0.0.weight".  C++ takes Sequential(a Sequential), alone, for that one moved: add() puts it
/// inside.
///
///   nn::Sequential net(nn::Flatten(), nn::Linear(784, 128, rng), nn::ReLU(),
///                      nn::Linear(128, 10, rng));
class Sequential : public Module {
 public:
  Sequential() = default;
  template <class First, class... Layers>
  requires(
      std::is_base_of_v<Module, std::decay_t<First>> &&
      (sizeof...(Layers) > 0 ||
       !std::is_same_v<Sequential, std::decay_t<First>>)) explicit Sequential(First&& first,
                                                                              Layers&&... layers) {
    add(std::forward<First>(first));
    (add(std::forward<Layers>(layers)), ...);
  }

  Sequential(Sequential&&) = default;
  Sequential& operator=(Sequential&&) = default;
  Sequential(const Sequential&) = delete;
  Sequential& operator=(const Sequential&) = delete;

  /// Appends a layer.  Returns this.
  template <class Layer>
  requires std::is_base_of_v<Module, std::decay_t<Layer>> Sequential& add(Layer&& layer) {
    layers_.push_back(std::make_unique<std::decay_t<Layer>>(std::forward<Layer>(layer)));
    return *this;
  }

  std::size_t size() const { return layers_.size(); }
  /// Throws IndexError outside [0, size).
  Module& operator[](std::size_t i);

  Tensor forward(const Tensor& x) override;
  void fields(Fields& visit) override;

 private:
  template <class Layer>
  Layer* unseen(std::size_t i) const;

  std::vector<std::unique_ptr<Module>> layers_;
};

}  // namespace gradus::nn
