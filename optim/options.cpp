#include <gradus/optim/options.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace gradus::optim {
namespace {

template <class T>
void parse_number(std::string_view rule, std::string_view option, std::string_view text,
                  const char* kind, T& to) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size(), rule, ": ", option, " must be ",
          kind, ", got '", text, "'");
  to = value;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> split_options(std::string_view rule,
                                                               std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    require(equals != std::string::npos && equals > 0, rule,
            ": options must be written as name=value, got '", word, "'");
    pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return pairs;
}

void parse_option(std::string_view rule, std::string_view option, std::string_view text,
                  double& to) {
  parse_number(rule, option, text, "a number", to);
}

void parse_option(std::string_view rule, std::string_view option, std::string_view text,
                  Number& to) {
  double value = 0;
  parse_option(rule, option, text, value);
  to = value;
}

void parse_option(std::string_view rule, std::string_view option, std::string_view text,
                  Index& to) {
  parse_number(rule, option, text, "a whole number", to);
}

void parse_option(std::string_view rule, std::string_view option, std::string_view text, bool& to) {
  const bool yes = text == "true" || text == "1";
  require(yes || text == "false" || text == "0", rule, ": ", option,
          " must be true or false, got '", text, "'");
  to = yes;
}

void assign_option(std::string_view, std::string_view, double value, double& to) { to = value; }
void assign_option(std::string_view, std::string_view, double value, Number& to) { to = value; }

void assign_option(std::string_view rule, std::string_view option, double value, bool& to) {
  require(value == 0 || value == 1, rule, ": ", option, " must be 0 or 1, got ", value);
  to = value == 1;
}

void assign_option(std::string_view rule, std::string_view option, double value, Index& to) {
  require(value == std::floor(value) && std::fabs(value) <= 0x1p53, rule, ": ", option,
          " must be a whole number, got ", value);
  to = static_cast<Index>(value);
}

void fail_unknown_option(std::string_view rule, std::string_view option,
                         const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& name : known) {
    list += (list.empty() ? "" : ", ") + name;
  }
  fail({rule, ": there is no option '", option, "'; its options are ", list});
}

std::vector<std::string> names_of(const OptionRefs& options) {
  std::vector<std::string> names;
  for (const OptionRef& option : options) {
    names.emplace_back(option.name);
  }
  return names;
}

Options values_of(const OptionRefs& options) {
  Options all;
  for (const OptionRef& option : options) {
    const double value =
        std::visit([](const auto* at) { return static_cast<double>(*at); }, option.at);
    all.push_back({option.name, value});
  }
  return all;
}

const OptionRef& find_option(std::string_view rule, const OptionRefs& options,
                             std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const OptionRef& option) { return option.name == name; });
  if (found == options.end()) {
    fail_unknown_option(rule, name, names_of(options));
  }
  return *found;
}

void parse_option(std::string_view rule, const OptionRefs& options, std::string_view name,
                  std::string_view text) {
  std::visit([&](auto* at) { parse_option(rule, name, text, *at); },
             find_option(rule, options, name).at);
}

void assign_options(std::string_view rule, const OptionRefs& options, const Options& values) {
  for (const Option& value : values) {
    std::visit([&](auto* at) { assign_option(rule, value.name, value.value, *at); },
               find_option(rule, options, value.name).at);
  }
}

}  // namespace gradus::optim
