#include <gradus/optim/options.h>

#include <charconv>

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

void parse_option(std::string_view rule, std::string_view option, std::string_view text,
                  double& to) {
  parse_number(rule, option, text, "a number", to);
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

void fail_unknown_option(std::string_view rule, std::string_view option,
                         const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& name : known) {
    list += (list.empty() ? "" : ", ") + name;
  }
  fail({rule, ": there is no option '", option, "'; its options are ", list});
}

}  // namespace gradus::optim
