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
// Tensors are handles, so a copied module shares its parameters with the original, until one of the
// two is moved to another dtype.
#include <gradus/core/parameter.h>
#include <gradus/core/state_dict.h>

#include <functional>
#include <string>
#include <vector>

namespace gradus::nn {

class Module;

/// What fields() hands its members to.
class Fields {
 public:
  virtual ~Fields() = default;
  /// A parameter; an undefined one (a layer without bias) is passed over.
  virtual void operator()(const std::string& name, Tensor& parameter) = 0;
  virtual void operator()(const std::string& name, Module& child) = 0;
  /// A tensor that belongs to the state of the module but is not trained, such as running means.
  virtual void buffer(const std::string& /*name*/, Tensor& /*buffer*/) {}
};

/// What is called around the passes of a module: nn/hooks.h.
struct ModuleHook : Counted {
  virtual ~ModuleHook() = default;
  virtual void before(Module& /*module*/, const Tensor& /*x*/) {}
  /// The result to go on with; undefined for y.
  virtual Tensor after(Module& module, const Tensor& x, const Tensor& y) = 0;

  bool is_removed = false;
};

struct NamedModule {
  std::string path;  ///< from the module it was asked of: "encoder.0.fc1", and "" for that one
  Module* module;    ///< borrowed
};

/// What Module::load_matching() left alone.
struct MatchedState {
  std::vector<std::string> missing;     ///< names of the module that were not saved
  std::vector<std::string> unexpected;  ///< saved names that the module does not have
};

class Module {
 public:
  virtual ~Module() = default;

  /// The pass of a module that takes one tensor and gives one, as Sequential needs.  A module that
  /// takes or gives others has a forward() of its own, and this one throws.
  virtual Tensor forward(const Tensor& x);
  /// forward(x), with the module's hooks (nn/hooks.h).  Errors and DetectAnomaly (autograd/watch.h)
  /// then know which module ran.
  Tensor operator()(const Tensor& x);

  /// Shows every parameter and child to `visit`, under its name.
  virtual void fields(Fields&) {}

  /// All parameters, named by their path, in the order of fields().  A tensor that has several
  /// names (tied weights) comes once, under the first.  Throws ValueError if a name comes twice.
  Parameters parameters();
  /// All defined buffers, likewise.
  Parameters buffers();
  /// This module and all below it, each before those below it, in the order of fields().
  std::vector<NamedModule> modules();
  /// The number of elements of all parameters.
  Index num_parameters();
  /// Drops the gradients of all parameters.
  void zero_grad();

  /// No parameter wants a gradient any more, so that optimizers leave it as it is; unfreeze() makes
  /// all want one again.
  void freeze();
  void unfreeze();
  /// Calls f for each module below this one, then for this one; children come before parents.
  void apply(const std::function<void(Module&)>& f);
  /// Puts new tensors of that dtype, f32 or f64, in the place of floating parameters and buffers;
  /// what is of it already stays.  Tensors that were shared in this module stay so; gradients are
  /// dropped.  Optimizers hold on to the old ones, so make them afterwards.  Throws DtypeError.
  void to(Dtype dtype);

  /// Copies of all parameters and buffers, by name; tied ones under each of theirs.  Throws
  /// ValueError if a name comes twice.
  StateDict state_dict();
  /// Parameters and buffers take the values of `saved`.  Throws ValueError, changing nothing and
  /// listing all differences, unless names, shapes and dtypes are exactly those of this module, and
  /// those of a tied parameter have one value.
  void load_state_dict(const StateDict& saved);
  /// The same for what both have: names that were not found on one of the sides are handed back.
  /// Throws ValueError, changing nothing, for other shapes, dtypes, or two values of a tied one.
  MatchedState load_matching(const StateDict& saved);

  /// Appends a hook to those of this module, and hands it back.
  Ref<ModuleHook> add_hook(Ref<ModuleHook> hook);
  bool has_hooks() const { return !hooks_.empty(); }

  /// Training mode, for this module and all below it: dropout drops.  On from the start.
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }

  /// Tells each module below this one its path from here, which errors and DetectAnomaly then name.
  /// Asked of the whole network once it is built; modules that are added later have none.
  void name_modules();
  /// What name_modules() told: "encoder.0.fc1", and "" at first.
  const std::string& path() const { return path_; }

 protected:
  /// What pass() gives, with the module's hooks around it, which see x.  A module whose forward()
  /// takes more than a tensor has an operator() of its own, which hands that forward() to this.
  Tensor run(const Tensor& x, const std::function<Tensor()>& pass);

 private:
  Tensor run_with_hooks(const Tensor& x, const std::function<Tensor()>& pass);
  Parameters named_state();

  bool training_ = true;
  std::string path_;
  std::vector<Ref<ModuleHook>> hooks_;
};

}  // namespace gradus::nn
