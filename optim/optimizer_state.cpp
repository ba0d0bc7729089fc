// How an optimizer saves itself and goes on:
//
//   rule                            text
//   steps, count_together, groups   numbers
//   group.0.lr, ...                 the options of each group
//   group.0.lr.base                 what a factor multiplies, if one moves lr
//   parameter.fc1.weight.group      where it belongs
//   parameter.fc1.weight.shape      text, "[128, 784] f32"
//   parameter.fc1.weight.steps      number
//   parameter.fc1.weight.state.m    tensor, number, or the text "none" for what is not in use
#include <gradus/optim/optimizer_base.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace gradus::optim {
namespace {

constexpr const char* kNone = "none";

std::string describe(const Tensor& x) { return join({x.shape(), " ", to_text(x.dtype())}); }

std::string group_name(std::size_t group) { return "group." + std::to_string(group); }

/// Throws ValueError unless all elements are finite and, where asked for, none is below 0.
void require_possible(std::string_view rule, const std::string& key, const Tensor& x,
                      bool at_least_zero) {
  visit_floating("load_state_dict", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* const values = x.data<T>();
    const T* const end = values + x.numel();
    require(std::all_of(values, end, [](T value) { return std::isfinite(value); }), rule,
            ": load_state_dict: '", key, "' must be finite, got an element that is not");
    const T* const negative =
        at_least_zero ? std::find_if(values, end, [](T value) { return value < 0; }) : end;
    require(negative == end, rule, ": load_state_dict: '", key,
            "' must be at least 0 everywhere, got ", negative == end ? 0.0 : double(*negative));
  });
}

Index read_count(std::string_view rule, const StateDict& saved, const std::string& name) {
  const double value = saved.number(name);
  require(value >= 0 && value <= 0x1p53 && value == std::floor(value), rule, ": load_state_dict: '",
          name, "' must be a whole number from 0 on, got ", value);
  return static_cast<Index>(value);
}

}  // namespace

StateDict OptimizerBase::state_dict() const {
  StateDict all;
  all.set("rule", std::string(rule_name()));
  all.set("steps", static_cast<double>(steps_));
  all.set("count_together", together_ ? 1.0 : 0.0);
  all.set("groups", static_cast<double>(group_count()));
  for (std::size_t group = 0; group < group_count(); ++group) {
    for (const Option& option : group_options(group)) {
      const std::string key = group_name(group) + "." + option.name;
      all.set(key, option.value);
      if (const auto base = bases_.find({group, option.name}); base != bases_.end()) {
        all.set(key + ".base", base->second);
      }
    }
  }
  for_each_entry([&](std::size_t group, std::size_t i, const Entry& e) {
    const std::string name = "parameter." + e.parameter.name + ".";
    all.set(name + "group", static_cast<double>(group));
    all.set(name + "shape", describe(e.parameter.tensor));
    all.set(name + "steps", static_cast<double>(e.steps));
    for (const StateSlot& slot : state(group, i)) {
      const std::string key = name + "state." + slot.name;
      if (slot.number) {
        all.set(key, double(*slot.number));
      } else if (*slot.tensor) {
        all.set(key, slot.tensor->clone());
      } else {
        all.set(key, std::string(kNone));
      }
    }
  });
  return all;
}

namespace {

// A value read for a slot, checked; it is put there when all are right.
struct NewState {
  StateSlot slot;
  Tensor tensor;
  double number = 0;
};

NewState read_slot(std::string_view rule, const StateDict& saved, const std::string& key,
                   const StateSlot& slot, const Tensor& like) {
  NewState read{slot, Tensor(), 0};
  if (slot.number) {
    read.number = saved.number(key);
    require(std::isfinite(read.number), rule, ": load_state_dict: '", key, "' must be finite, got ",
            read.number);
    require(!slot.at_least_zero || read.number >= 0, rule, ": load_state_dict: '", key,
            "' must be at least 0, got ", read.number);
    return read;
  }
  const StateDict::Value* value = saved.find(key);
  if (const auto* text = value ? std::get_if<std::string>(value) : nullptr) {
    require(*text == kNone, rule, ": load_state_dict: '", key, "' must be a tensor or the text '",
            kNone, "', got '", *text, "'");
    return read;
  }
  const Tensor& found = saved.tensor(key);
  require<ShapeError>(found.shape() == like.shape(), rule, ": load_state_dict: '", key,
                      "' must have shape ", like.shape(), ", got ", found.shape());
  require<DtypeError>(found.dtype() == like.dtype(), rule, ": load_state_dict: '", key,
                      "' must have dtype ", to_text(like.dtype()), ", got ",
                      to_text(found.dtype()));
  read.tensor = found.clone();
  require_possible(rule, key, read.tensor, slot.at_least_zero);
  return read;
}

}  // namespace

void OptimizerBase::load_state_dict(const StateDict& saved) {
  const std::string_view rule = rule_name();
  const std::string where = std::string(rule) + ": load_state_dict: ";
  require(saved.text("rule") == rule, where, "the state must be of rule ", rule, ", got that of ",
          saved.text("rule"));
  require(read_count(rule, saved, "groups") == static_cast<Index>(group_count()), where,
          "the state must have ", group_count(), " groups, got ", saved.number("groups"));
  std::set<std::string> expected = {"rule", "steps", "count_together", "groups"};
  const Index steps = read_count(rule, saved, "steps");
  const Index together = read_count(rule, saved, "count_together");
  require(together <= 1, where, "'count_together' must be 0 or 1, got ", together);

  std::vector<Options> options(group_count());
  std::map<Name, double> bases;
  for (std::size_t group = 0; group < group_count(); ++group) {
    for (const Option& option : group_options(group)) {
      const std::string key = group_name(group) + "." + option.name;
      options[group].push_back({option.name, saved.number(key)});
      expected.insert(key);
      const std::string base = key + ".base";
      if (saved.contains(base)) {
        require(std::isfinite(saved.number(base)), where, "'", base, "' must be finite, got ",
                saved.number(base));
        bases[{group, option.name}] = saved.number(base);
        expected.insert(base);
      } else if (bases_.contains({group, option.name})) {
        bases[{group, option.name}] = saved.number(key);
      }
    }
    check_in_group(group, &options[group]);
  }

  std::vector<Index> counts;
  std::vector<NewState> states;
  for_each_entry([&](std::size_t group, std::size_t i, const Entry& e) {
    const std::string name = "parameter." + e.parameter.name + ".";
    const Tensor& w = e.parameter.tensor;
    require(saved.number(name + "group") == static_cast<double>(group), where, "parameter '",
            e.parameter.name, "' must be in group ", group, ", got one of group ",
            saved.number(name + "group"));
    require<ShapeError>(saved.text(name + "shape") == describe(w), where, "parameter '",
                        e.parameter.name, "' must be ", describe(w),
                        ", got the state of one that is ", saved.text(name + "shape"));
    counts.push_back(read_count(rule, saved, name + "steps"));
    expected.insert({name + "group", name + "shape", name + "steps"});
    // What the rule makes of a new parameter says which shape each tensor has.
    probe(group, options[group], i, 0, w.clone(), zeros_like(w), nullptr, [&](const auto& fresh) {
      const std::vector<StateSlot> slots = state(group, i);
      for (std::size_t k = 0; k < slots.size(); ++k) {
        const std::string key = name + "state." + slots[k].name;
        const bool made = fresh[k].tensor && *fresh[k].tensor;
        states.push_back(read_slot(rule, saved, key, slots[k], made ? *fresh[k].tensor : w));
        expected.insert(key);
      }
    });
  });
  for (const auto& [name, value] : saved) {
    require(expected.contains(name), where, "there must be no '", name,
            "', which this optimizer does not have");
  }

  steps_ = steps;
  bases_ = std::move(bases);
  together_ = together == 1;
  for (std::size_t group = 0; group < group_count(); ++group) {
    assign(group, options[group]);
  }
  for (NewState& read : states) {
    if (read.slot.number) {
      *read.slot.number = read.number;
    } else {
      *read.slot.tensor = std::move(read.tensor);
    }
  }
  std::size_t at = 0;
  for (std::size_t group = 0; group < group_count(); ++group) {
    for (std::size_t i = 0; i < entry_count(group); ++i) {
      entry(group, i).steps = counts[at++];
    }
  }
}

}  // namespace gradus::optim
