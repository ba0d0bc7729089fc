#include <gradus/core/parallel.h>
#include <gradus/core/subnormal.h>
#include <gradus/optim/optimizer_base.h>

#include <algorithm>
#include <set>

namespace gradus::optim {

// --- options and schedules -----------------------------------------------------------------------

namespace {

const Option* find_option(const Options& options, std::string_view name) {
  for (const Option& option : options) {
    if (option.name == name) {
      return &option;
    }
  }
  return nullptr;
}

}  // namespace

void OptimizerBase::require_group(std::size_t group) const {
  require(group < group_count(), rule_name(), ": group must be below ", group_count(), ", got ",
          group);
}

Options OptimizerBase::options(std::size_t group) const {
  require_group(group);
  return group_options(group);
}

double OptimizerBase::option(std::size_t group, std::string_view option) const {
  const Options all = options(group);
  const Option* found = find_option(all, option);
  if (!found) {
    std::vector<std::string> known;
    for (const Option& each : all) {
      known.push_back(each.name);
    }
    fail_unknown_option(group_rule(group), option, known);
  }
  return found->value;
}

bool OptimizerBase::is_scheduled(std::size_t group, std::string_view option) const {
  return std::any_of(schedules_.begin(), schedules_.end(), [&](const Scheduled& scheduled) {
    return scheduled.group == group && scheduled.option == option;
  });
}

void OptimizerBase::require_unscheduled(std::size_t group, std::string_view option) const {
  require(!is_scheduled(group, option), rule_name(), ": ", option, " of group ", group,
          " follows a schedule, which would overwrite it; end that first, with schedule(\"", option,
          "\", {})");
}

void OptimizerBase::require_groups(const char* where) const {
  require(group_count() > 0, rule_name(), ": ", where,
          " needs a group of parameters; call add_group first");
}

void OptimizerBase::check_in_group(std::size_t group, const Options* changed) const {
  try {
    check(group, changed);
  } catch (const ValueError& error) {
    if (group_count() == 1) {
      throw;
    }
    fail({error.what(), ", in group ", group});
  }
}

void OptimizerBase::check_all() const {
  for (std::size_t group = 0; group < group_count(); ++group) {
    check_in_group(group, nullptr);
  }
}

void OptimizerBase::set_option(std::string_view option, double value) {
  require_groups("set_option");
  const Options changed = {{std::string(option), value}};
  for (std::size_t group = 0; group < group_count(); ++group) {
    require_unscheduled(group, option);
    check_in_group(group, &changed);
  }
  for (std::size_t group = 0; group < group_count(); ++group) {
    assign(group, changed);
    bases_.erase({group, changed[0].name});  // that of a factor which was loaded and not set again
  }
}

void OptimizerBase::set_option(std::size_t group, std::string_view option, double value) {
  require_group(group);
  require_unscheduled(group, option);
  const Options changed = {{std::string(option), value}};
  check_in_group(group, &changed);
  assign(group, changed);
  bases_.erase({group, changed[0].name});
}

void OptimizerBase::add_schedule(std::size_t group, std::string_view option, const Schedule& f,
                                 bool is_factor) {
  const Name name(group, option);
  std::erase_if(schedules_,
                [&](const Scheduled& old) { return old.group == group && old.option == option; });
  if (f && is_factor) {
    bases_.emplace(name, this->option(group, option));
  } else {
    bases_.erase(name);
  }
  if (f) {
    schedules_.push_back({group, std::string(option), f, is_factor});
  }
}

void OptimizerBase::schedule(std::size_t group, std::string_view option, const Schedule& f) {
  this->option(group, option);  // which there must be
  add_schedule(group, option, f, false);
}

void OptimizerBase::schedule(std::string_view option, const Schedule& f) {
  require_groups("schedule");
  for (std::size_t group = 0; group < group_count(); ++group) {
    this->option(group, option);
  }
  for (std::size_t group = 0; group < group_count(); ++group) {
    add_schedule(group, option, f, false);
  }
}

void OptimizerBase::schedule_factor(std::string_view option, const Schedule& f) {
  require_groups("schedule_factor");
  for (std::size_t group = 0; group < group_count(); ++group) {
    this->option(group, option);
  }
  for (std::size_t group = 0; group < group_count(); ++group) {
    add_schedule(group, option, f, true);
  }
}

// The values of this step, by group.
std::vector<Options> OptimizerBase::scheduled_options() const {
  std::vector<Options> changed(group_count());
  for (const Scheduled& s : schedules_) {
    const double base = s.is_factor ? bases_.at({s.group, s.option}) : 1;
    changed[s.group].push_back({s.option, base * s.f(steps_)});
  }
  return changed;
}

// Checks all values before it sets any.
void OptimizerBase::follow_schedules() {
  const std::vector<Options> changed = scheduled_options();
  for (std::size_t group = 0; group < changed.size(); ++group) {
    try {
      check(group, &changed[group]);
    } catch (const ValueError& error) {
      fail({error.what(), ", from the schedules of group ", group, " at step ", steps_});
    }
  }
  for (std::size_t group = 0; group < changed.size(); ++group) {
    assign(group, changed[group]);
  }
}

// --- steps ---------------------------------------------------------------------------------------

void OptimizerBase::step() { take_step(nullptr, nullptr); }

void OptimizerBase::take_step(const Place* explained, Trace* trace) {
  if (schedules_.empty()) {
    check_all();
  } else {
    follow_schedules();
  }
  const FlushSubnormals flush;
  update_all(explained, trace);
  ++steps_;
}

// Parameters that fill several pieces of a parallel loop are updated one after the other, each by
// all threads.  Smaller ones are gathered into pieces, of at least kPiece elements, by their sizes
// alone: results do not depend on the number of threads.
void OptimizerBase::update_all(const Place* explained, Trace* trace) {
  constexpr Index kPiece = 16384;
  small_.clear();
  std::vector<std::size_t> ends;  // of the pieces, in small_
  Index gathered = 0;
  for (std::size_t group = 0; group < group_count(); ++group) {
    for (std::size_t i = 0; i < entry_count(group); ++i) {
      const bool watched = explained && explained->group == group && explained->i == i;
      const Index n = entry(group, i).parameter.tensor.numel();
      if (watched || n >= 2 * kPiece) {
        update_one({group, i}, watched ? trace : nullptr);
        continue;
      }
      small_.push_back({group, i});
      gathered += n;
      if (gathered >= kPiece) {
        ends.push_back(small_.size());
        gathered = 0;
      }
    }
  }
  if (ends.empty() || ends.back() != small_.size()) {
    ends.push_back(small_.size());
  }
  parallel_for(static_cast<Index>(ends.size()), [&](Index piece) {
    const auto at = static_cast<std::size_t>(piece);
    for (std::size_t k = at == 0 ? 0 : ends[at - 1]; k < ends[at]; ++k) {
      update_one(small_[k], nullptr);
    }
  });
}

void OptimizerBase::update_one(Place place, Trace* trace) {
  Entry& e = entry(place.group, place.i);
  const Ref<GradSlot>& slot = e.parameter.tensor.slot();
  if (!slot || !slot->grad) {
    return;
  }
  const Index t = next_step(e);
  const Tensor& grad = slot->grad;
  if (trace) {
    explain_update(place.group, place.i, t, trace->gradient(), *trace);
  } else if (grad.is_contiguous()) {
    update(place.group, place.i, t, grad);
  } else {
    update(place.group, place.i, t, grad.dense());
  }
  ++e.steps;  // now that the rule has not thrown
}

void OptimizerBase::zero_grad() {
  for_each_entry([](std::size_t, std::size_t, const Entry& e) {
    if (e.parameter.tensor.grad()) {  // a frozen parameter has none
      e.parameter.tensor.set_grad(Tensor());
    }
  });
}

Parameters OptimizerBase::parameters(std::size_t group) const {
  require_group(group);
  Parameters all;
  for (std::size_t i = 0; i < entry_count(group); ++i) {
    all.push_back(entry(group, i).parameter);
  }
  return all;
}

Parameters OptimizerBase::parameters() const {
  Parameters all;
  for_each_entry([&](std::size_t, std::size_t, const Entry& e) { all.push_back(e.parameter); });
  return all;
}

void check_parameters(std::string_view rule, const Parameters& added, const Parameters& present) {
  require(!added.empty(), rule, ": a group must have at least one parameter, got none");
  std::map<const Storage*, std::string> owners;
  std::set<std::string> names;
  for (const Parameter& p : present) {
    owners.emplace(&p.tensor.storage(), p.name);
    names.insert(p.name);
  }
  for (const Parameter& p : added) {
    require(!p.name.empty(), rule, ": a parameter must have a name, got ''");
    require(bool(p.tensor), rule, ": parameter '", p.name, "' must be defined");
    require<GraphError>(p.tensor.requires_grad() && p.tensor.slot()->is_leaf, rule, ": parameter '",
                        p.name,
                        "' must be a leaf that requires a gradient; call "
                        "set_requires_grad() on it");
    require<ShapeError>(p.tensor.is_contiguous(), rule, ": parameter '", p.name,
                        "' must be dense, got a strided view of shape ", p.tensor.shape());
    require(names.insert(p.name).second, rule, ": names of parameters must differ, got '", p.name,
            "' twice");
    const auto [owner, is_new] = owners.emplace(&p.tensor.storage(), p.name);
    require(is_new, rule, ": a parameter must be given once, got one as '", owner->second,
            "' and as '", p.name, "'");
  }
}

void check_state_name(std::string_view rule, std::string_view name,
                      const std::vector<StateSlot>& slots) {
  std::string known;
  for (const StateSlot& slot : slots) {
    if (slot.name == name) {
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(slot.name);
  }
  fail({rule, ": State::at_least_zero must name what State's fields() visits, got '", name,
        "'; that visits ", known.empty() ? "nothing" : known});
}

}  // namespace gradus::optim
