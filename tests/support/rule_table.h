#pragma once
// The table of rules.  Of the values of each option (rules/option_values.h) the product, as far as
// check() allows it; and rows chosen from it such that every two values of two options meet in one.
// A new rule is a new list there, and a line in a visitor at the end.
#include <gradus/optim/options.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "support/rules/option_values.h"

namespace gradus::test {

/// "SGD lr=0.1 momentum=0.9 ...".
template <class R>
std::string describe(const R& rule) {
  std::string text(R::name);
  R::fields(rule, [&](const char* name, const auto& value) {
    text += std::string(" ") + name + "=" + optim::to_text(optim::Number(double(value)));
  });
  return text;
}

using Choice = std::vector<std::size_t>;  ///< of one value for each option of the list

/// (option, value, other option, value) by their places in the lists.
using Pair = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>;

inline std::vector<Pair> pairs_of(const Choice& choice) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < choice.size(); ++i) {
    for (std::size_t k = i + 1; k < choice.size(); ++k) {
      pairs.emplace_back(i, choice[i], k, choice[k]);
    }
  }
  return pairs;
}

template <class R>
R rule_of(const Values& values, const Choice& choice) {
  R rule;
  for (std::size_t i = 0; i < values.size(); ++i) {
    optim::assign_options(R::name, optim::option_refs(rule),
                          {{values[i].option, values[i].values[choice[i]]}});
  }
  return rule;
}

/// Every combination that check() allows.
template <class R>
std::vector<Choice> product_of(const Values& values) {
  std::vector<Choice> all;
  Choice choice(values.size(), 0);
  for (;;) {
    try {
      rule_of<R>(values, choice).check();
      all.push_back(choice);
    } catch (const ValueError&) {
    }
    std::size_t i = 0;
    while (i < values.size() && ++choice[i] == values[i].values.size()) {
      choice[i++] = 0;
    }
    if (i == values.size()) {
      return all;
    }
  }
}

/// Each time the combination with the most pairs that are still missing, until none is.
template <class R>
std::vector<Choice> choices() {
  const std::vector<Choice> all = product_of<R>(values_of(R()));
  std::set<Pair> missing;
  for (const Choice& choice : all) {
    for (const Pair& pair : pairs_of(choice)) {
      missing.insert(pair);
    }
  }
  std::vector<Choice> chosen;
  while (!missing.empty()) {
    const Choice* best = nullptr;
    std::ptrdiff_t most = 0;
    for (const Choice& choice : all) {
      const std::vector<Pair> pairs = pairs_of(choice);
      const auto gain = std::count_if(pairs.begin(), pairs.end(),
                                      [&](const Pair& pair) { return missing.contains(pair); });
      if (gain > most) {
        best = &choice;
        most = gain;
      }
    }
    chosen.push_back(*best);
    for (const Pair& pair : pairs_of(chosen.back())) {
      missing.erase(pair);
    }
  }
  return chosen;
}

template <class R>
const std::vector<R>& rows() {
  static const std::vector<R> all = [] {
    std::vector<R> made;
    for (const Choice& choice : choices<R>()) {
      made.push_back(rule_of<R>(values_of(R()), choice));
    }
    return made;
  }();
  return all;
}

// --- the visitors ----------------------------------------------------------------------------

/// Calls f with a rule of every type that updates each element by itself.
template <class F>
void for_each_element_rule_type(F f) {
  f(optim::SGD());
  f(optim::Adagrad());
  f(optim::RMSprop());
  f(optim::Adadelta());
  f(optim::Adam());
  f(optim::AdamW());
  f(optim::Adamax());
  f(optim::NAdam());
  f(optim::RAdam());
  f(optim::Rprop());
  f(optim::Lion());
}

/// The same of every type that looks at the whole tensor.
template <class F>
void for_each_tensor_rule_type(F f) {
  f(optim::LARS());
  f(optim::LAMB());
  f(optim::Adafactor());
  f(optim::Muon());
}

/// Calls f with a rule of every type, all with their defaults.
template <class F>
void for_each_rule_type(F f) {
  for_each_element_rule_type(f);
  for_each_tensor_rule_type(f);
}

/// Calls f with every row of every rule that updates each element by itself.
template <class F>
void for_each_rule(F f) {
  for_each_element_rule_type([&]<class R>(const R&) {
    for (const R& rule : rows<R>()) {
      f(rule);
    }
  });
}

/// Calls f with every combination that check() allows of the values of those rules.
template <class F>
void for_each_combination(F f) {
  for_each_element_rule_type([&]<class R>(const R& rule) {
    const Values values = values_of(rule);
    for (const Choice& choice : product_of<R>(values)) {
      f(rule_of<R>(values, choice));
    }
  });
}

}  // namespace gradus::test
