#include <gradus/optim/rule.h>

#include <cmath>

namespace gradus::optim {

void require_finite(std::string_view rule, const char* option, double value) {
  require(std::isfinite(value), rule, ": ", option, " must be finite, got ", value);
}

void require_at_least_zero(std::string_view rule, const char* option, double value) {
  require(std::isfinite(value) && value >= 0, rule, ": ", option,
          " must be finite and at least 0, got ", value);
}

void require_above_zero(std::string_view rule, const char* option, double value) {
  require(std::isfinite(value) && value > 0, rule, ": ", option,
          " must be finite and above 0, got ", value);
}

void require_below_one(std::string_view rule, const char* option, double value) {
  require(value >= 0 && value < 1, rule, ": ", option, " must be at least 0 and below 1, got ",
          value);
}

void require_share(std::string_view rule, const char* option, double value) {
  require(value >= 0 && value <= 1, rule, ": ", option, " must be from 0 to 1, got ", value);
}

void require_at_least_zero(std::string_view rule, OptionValues values) {
  for (const auto& [option, value] : values) {
    require_at_least_zero(rule, option, value);
  }
}

void require_below_one(std::string_view rule, OptionValues values) {
  for (const auto& [option, value] : values) {
    require_below_one(rule, option, value);
  }
}

}  // namespace gradus::optim
