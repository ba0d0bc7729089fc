#pragma once
// JointOptimizer: optimizers with different rules, stepped, scheduled, saved and explained as one.
//
//   optim::JointOptimizer opt;
//   opt.add(optim::Optimizer(matrices, optim::Muon{.lr = 0.02}));   // Muon takes matrices alone
//   opt.add(optim::Optimizer(biases, optim::AdamW{.lr = 3e-3}));
//   opt.schedule_factor("lr", fall);                                // of both
//
// Its groups are those of its parts, one after the other.
#include <gradus/optim/optimizer_base.h>

#include <memory>

namespace gradus::optim {

class JointOptimizer : public OptimizerBase {
 public:
  /// Takes over an optimizer.  Throws ValueError, adding nothing, if it has taken a step or has
  /// schedules (set them here instead), counts steps otherwise than the parts before, or one of its
  /// parameters, or their names, is there already.
  template <class O>
  requires std::derived_from<O, OptimizerBase>
  void add(O part) { add(std::make_unique<O>(std::move(part))); }
  void add(std::unique_ptr<OptimizerBase> part);

  /// "Muon + AdamW".
  std::string_view rule_name() const override { return name_; }
  std::size_t group_count() const override { return places_.size(); }

 private:
  /// A group of a part.
  struct Group {
    OptimizerBase* part;
    std::size_t group;
  };
  const Group& at(std::size_t group) const { return places_[group]; }

  std::size_t entry_count(std::size_t group) const override;
  Entry& entry(std::size_t group, std::size_t i) override;
  Options group_options(std::size_t group) const override;
  void check(std::size_t group, const Options* changed) const override;
  void assign(std::size_t group, const Options& changed) override;
  std::vector<StateSlot> state(std::size_t group, std::size_t i) override;
  void update(std::size_t group, std::size_t i, Index t, const Tensor& g) override;
  void explain_update(std::size_t group, std::size_t i, Index t, const Tensor& g,
                      Trace& trace) override;
  void probe(std::size_t group, const Options& changed, std::size_t i, Index t, const Tensor& w,
             const Tensor& g, Trace* trace, const SlotVisitor& visit) const override;
  std::string_view group_rule(std::size_t group) const override;

  std::vector<std::unique_ptr<OptimizerBase>> parts_;
  std::vector<Group> places_;
  std::string name_;
};

}  // namespace gradus::optim
