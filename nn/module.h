#pragma once
// Module: parameters and a forward pass.  A module describes its members once, in fields(); the
// same list gives names, parameters, and training mode.
//
//   struct Mlp : nn::Module {
//     nn::Linear fc1, fc2;
//     explicit Mlp(Rng& rng) : fc1(784, 128, rng), fc2(128, 10, rng) {}
//     Tensor forward(const Tensor& x) override { return fc2(relu(fc1(x))); }
//     void fields(nn::Fields& visit) override { visit("fc1", fc1); visit("fc2", fc2); }
//   };
//
// Tensors are handles, so a copied module shares its parameters with the original.
#include <gradus/core/parameter.h>

#include <string>

namespace gradus::nn {

class Module;

/// What fields() hands its members to.
class Fields {
 public:
  virtual ~Fields() = default;
  /// A parameter; an undefined one (a layer without bias) is passed over.
  virtual void operator()(const std::string& name, Tensor& parameter) = 0;
  virtual void operator()(const std::string& name, Module& child) = 0;
};

class Module {
 public:
  virtual ~Module() = default;

  virtual Tensor forward(const Tensor& x) = 0;
  Tensor operator()(const Tensor& x) { return forward(x); }

  /// Shows every parameter and child to `visit`, under its name.
  virtual void fields(Fields&) {}

  /// All parameters, named by their path, in the order of fields().  Throws ValueError if a name
  /// comes twice.
  Parameters parameters();
  /// The number of elements of all parameters.
  Index num_parameters();
  /// Drops the gradients of all parameters.
  void zero_grad();

  /// Training mode, for this module and all below it: dropout drops.  On from the start.
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }

 private:
  bool training_ = true;
};

}  // namespace gradus::nn
