#pragma once
// Options of a rule by name, as text and as numbers: what `--opt beta1=0.95`, schedules, saved
// state and tables of groups need.
#include <gradus/optim/rule.h>

#include <string>
#include <variant>
#include <vector>

namespace gradus::optim {

/// An option's name and value; of a bool 0 or 1.
struct Option {
  std::string name;
  double value = 0;
  bool operator==(const Option&) const = default;
};
using Options = std::vector<Option>;

/// The pairs of "lr=0.1 weight_decay=0".  Throws ValueError for a word without '='.
std::vector<std::pair<std::string, std::string>> split_options(std::string_view rule,
                                                               std::string_view text);

/// Reads `text` as a whole: "0.9", "1e-4"; "true", "false", "1", "0"; "5".  Throws ValueError
/// naming rule and option for anything else.
void parse_option(std::string_view rule, std::string_view option, std::string_view text,
                  Number& to);
void parse_option(std::string_view rule, std::string_view option, std::string_view text,
                  double& to);
void parse_option(std::string_view rule, std::string_view option, std::string_view text, bool& to);
void parse_option(std::string_view rule, std::string_view option, std::string_view text, Index& to);

/// Throws ValueError, naming rule and option, unless the option can be that number: 0 or 1 for a
/// bool, a whole number for an Index.
void assign_option(std::string_view rule, std::string_view option, double value, Number& to);
void assign_option(std::string_view rule, std::string_view option, double value, double& to);
void assign_option(std::string_view rule, std::string_view option, double value, bool& to);
void assign_option(std::string_view rule, std::string_view option, double value, Index& to);

/// Throws ValueError that lists the options there are.
[[noreturn]] void fail_unknown_option(std::string_view rule, std::string_view option,
                                      const std::vector<std::string>& known);

/// An option of a rule: its name, and where it stands.
struct OptionRef {
  const char* name = nullptr;
  std::variant<Number*, double*, bool*, Index*> at;
};

/// Without memory of its own: options can be set where an exception would leave half of them.
class OptionRefs {
 public:
  /// Throws ValueError for more than 32, naming the rule.
  void add(std::string_view rule, const OptionRef& option) {
    require(size_ < kMost, rule, ": a rule must have at most ", kMost, " options, got '",
            option.name, "' as one more");
    refs_[size_++] = option;
  }
  const OptionRef* begin() const { return refs_; }
  const OptionRef* end() const { return refs_ + size_; }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kMost = 32;
  OptionRef refs_[kMost];
  std::size_t size_ = 0;
};

/// All options of a rule, in its order; they live in it.  The one visit that the following, which
/// are compiled once, need for each rule.
template <class R>
OptionRefs option_refs(R& rule) {
  OptionRefs refs;
  R::fields(rule, [&](const char* name, auto& value) { refs.add(R::name, {name, &value}); });
  return refs;
}

std::vector<std::string> names_of(const OptionRefs& options);
Options values_of(const OptionRefs& options);
/// The option of that name.  Throws ValueError, listing those of the rule, if there is none.
const OptionRef& find_option(std::string_view rule, const OptionRefs& options,
                             std::string_view name);
/// Throw as parse_option and assign_option do, and for an option that there is not.
void parse_option(std::string_view rule, const OptionRefs& options, std::string_view name,
                  std::string_view text);
void assign_options(std::string_view rule, const OptionRefs& options, const Options& values);

/// The names of a rule's options, in its order.
template <Rule R>
std::vector<std::string> option_names() {
  R rule;
  return names_of(option_refs(rule));
}

/// Sets the option called `name`.  Throws ValueError, changing nothing, if there is none of that
/// name, the text is not a value for it, or the rule's check() refuses it.
template <Rule R>
void set_option(R& rule, std::string_view name, std::string_view text) {
  R changed = rule;
  parse_option(R::name, option_refs(changed), name, text);
  changed.check();
  rule = changed;
}

/// All options of a rule, in its order.
template <Rule R>
Options options_of(R rule) {
  return values_of(option_refs(rule));
}

/// The rule with some options changed, unchecked.  Throws ValueError for one that there is not.
template <Rule R>
R with_options(R rule, const Options& changed) {
  assign_options(R::name, option_refs(rule), changed);
  return rule;
}

}  // namespace gradus::optim
