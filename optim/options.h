#pragma once
// Options of a rule by name and text: what `--opt beta1=0.95` and tables of groups need.
#include <gradus/optim/rule.h>

#include <string>
#include <vector>

namespace gradus::optim {

/// Reads `text` as a whole: "0.9", "1e-4"; "true", "false", "1", "0"; "5".  Throws ValueError
/// naming rule and option for anything else.
void parse_option(std::string_view rule, std::string_view option, std::string_view text,
                  double& to);
void parse_option(std::string_view rule, std::string_view option, std::string_view text, bool& to);
void parse_option(std::string_view rule, std::string_view option, std::string_view text, Index& to);

/// Throws ValueError that lists the options there are.
[[noreturn]] void fail_unknown_option(std::string_view rule, std::string_view option,
                                      const std::vector<std::string>& known);

/// The names of a rule's options, in its order.
template <Rule R>
std::vector<std::string> option_names() {
  std::vector<std::string> names;
  const R rule;
  R::fields(rule, [&](const char* name, const auto&) { names.emplace_back(name); });
  return names;
}

/// Sets the option called `name`.  Throws ValueError, changing nothing, if there is none of that
/// name, the text is not a value for it, or the rule's check() refuses it.
template <Rule R>
void set_option(R& rule, std::string_view name, std::string_view text) {
  R changed = rule;
  bool found = false;
  R::fields(changed, [&](const char* field, auto& value) {
    if (name == field) {
      parse_option(R::name, name, text, value);
      found = true;
    }
  });
  if (!found) {
    fail_unknown_option(R::name, name, option_names<R>());
  }
  changed.check();
  rule = changed;
}

}  // namespace gradus::optim
