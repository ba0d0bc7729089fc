#include <gradus/optim/joint.h>

namespace gradus::optim {

void JointOptimizer::add(std::unique_ptr<OptimizerBase> part) {
  require(part != nullptr, "JointOptimizer: the part to add must be an optimizer, got nullptr");
  require(part->schedules_.empty(), "JointOptimizer: ", part->rule_name(),
          " must have no schedules; set them on the joint optimizer");
  require(parts_.empty() || part->counts_together() == counts_together(),
          "JointOptimizer: ", part->rule_name(),
          " must count steps as the parts before it do; see count_together()");
  require(part->steps() == 0, "JointOptimizer: ", part->rule_name(),
          " must not have taken a step before it is added, got one with ", part->steps());
  check_parameters("JointOptimizer", part->parameters(), parameters());
  for (std::size_t group = 0; group < part->group_count(); ++group) {
    places_.push_back({part.get(), group});
  }
  count_together(part->counts_together());
  name_ += join({parts_.empty() ? "" : " + ", part->rule_name()});
  parts_.push_back(std::move(part));
}

std::size_t JointOptimizer::entry_count(std::size_t group) const {
  return at(group).part->entry_count(at(group).group);
}
OptimizerBase::Entry& JointOptimizer::entry(std::size_t group, std::size_t i) {
  return at(group).part->entry(at(group).group, i);
}
Options JointOptimizer::group_options(std::size_t group) const {
  return at(group).part->group_options(at(group).group);
}
void JointOptimizer::check(std::size_t group, const Options* changed) const {
  at(group).part->check(at(group).group, changed);
}
void JointOptimizer::assign(std::size_t group, const Options& changed) {
  at(group).part->assign(at(group).group, changed);
}
std::vector<StateSlot> JointOptimizer::state(std::size_t group, std::size_t i) {
  return at(group).part->state(at(group).group, i);
}
void JointOptimizer::update(std::size_t group, std::size_t i, Index t, const Tensor& g) {
  at(group).part->update(at(group).group, i, t, g);
}
void JointOptimizer::explain_update(std::size_t group, std::size_t i, Index t, const Tensor& g,
                                    Trace& trace) {
  at(group).part->explain_update(at(group).group, i, t, g, trace);
}
void JointOptimizer::probe(std::size_t group, const Options& changed, std::size_t i, Index t,
                           const Tensor& w, const Tensor& g, Trace* trace,
                           const SlotVisitor& visit) const {
  at(group).part->probe(at(group).group, changed, i, t, w, g, trace, visit);
}
std::string_view JointOptimizer::group_rule(std::size_t group) const {
  return at(group).part->group_rule(at(group).group);
}

}  // namespace gradus::optim
