#pragma once
// Groups by the names of parameters.
//
//   auto opt = optim::group_by_name(net.parameters(), AdamW{.lr = 1e-3, .weight_decay = 0.1},
//                                   {{"*.bias", [](AdamW& o) { o.weight_decay = 0; }},
//                                    {"fc2.*", optim::changing<AdamW>("lr=1e-4")}});
//   std::puts(optim::group_table(opt).c_str());
//
//   group  tensors  numbers  lr     weight_decay  parameters
//   0      1        100352   0.001  0.1           fc1.weight
//   ...
#include <gradus/optim/optimizer.h>

#include <algorithm>
#include <functional>

namespace gradus::optim {

/// What is different for the parameters whose names match.
template <Rule R>
struct Pattern {
  std::string pattern;             ///< '*' stands for any text, '?' for one character
  std::function<void(R&)> change;  ///< of the options that the patterns before left
};

/// Whether the whole name fits the pattern.
bool matches(std::string_view pattern, std::string_view name);

/// For each name the places of the patterns that it matches.  Throws ValueError, listing the names,
/// if a pattern matches none.
std::vector<std::vector<std::size_t>> match_all(std::string_view rule,
                                                const std::vector<std::string>& patterns,
                                                const Parameters& parameters);

/// Sets options from text, such as "lr=0.1 weight_decay=0".  Throws ValueError for what is no
/// option or no value of it; ranges are checked by who uses the rule.
template <Rule R>
void apply_options(R& rule, std::string_view text) {
  const OptionRefs options = option_refs(rule);
  for (const auto& [name, value] : split_options(R::name, text)) {
    parse_option(R::name, options, name, value);
  }
}

/// The change that the text asks for: changing<Adam>("weight_decay=0").
template <Rule R>
std::function<void(R&)> changing(std::string text) {
  return [text = std::move(text)](R& rule) { apply_options(rule, text); };
}

/// An optimizer in which every parameter has the options of `rule`, changed by each pattern that
/// its name matches, one after the other: later ones override.  Parameters with the same options
/// make a group, in the order of their first ones.  Throws ValueError for a pattern that matches
/// nothing, and as add_group does.
template <Rule R>
Optimizer<R> group_by_name(const Parameters& parameters, const R& rule,
                           const std::vector<Pattern<R>>& patterns) {
  std::vector<std::string> texts;
  for (const Pattern<R>& p : patterns) {
    require(bool(p.change), R::name, ": group_by_name: the pattern '", p.pattern,
            "' must have a change of the options, got none");
    texts.push_back(p.pattern);
  }
  const auto matched = match_all(R::name, texts, parameters);
  struct Group {
    R rule;
    Parameters parameters;
  };
  std::vector<Group> groups;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    R own = rule;
    for (const std::size_t k : matched[i]) {
      patterns[k].change(own);
    }
    const Options options = options_of(own);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& g) { return options_of(g.rule) == options; });
    if (group == groups.end()) {
      group = groups.insert(group, {own, {}});
    }
    group->parameters.push_back(parameters[i]);
  }
  Optimizer<R> optimizer;
  for (const Group& group : groups) {
    optimizer.add_group(group.parameters, group.rule);
  }
  return optimizer;
}

/// The same with the options and conventions of another library (optim/keras.h), its way to count
/// steps included.
template <Preset P>
Optimizer<typename P::rule_type> group_by_name(
    const Parameters& parameters, const P& preset,
    const std::vector<Pattern<typename P::rule_type>>& patterns) {
  auto optimizer = group_by_name(parameters, typename P::rule_type(preset), patterns);
  optimizer.count_together(P::counts_together);
  return optimizer;
}

/// The groups as a table: tensors, numbers in them, the learning rate and each option in which the
/// groups differ, and the first names.
std::string group_table(const OptimizerBase& optimizer);

}  // namespace gradus::optim
