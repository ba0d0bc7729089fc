#include <gradus/optim/rule.h>

#include <cmath>

namespace gradus::optim {

void require_at_least_zero(std::string_view rule, const char* option, double value) {
  require(std::isfinite(value) && value >= 0, rule, ": ", option,
          " must be finite and at least 0, got ", value);
}

void require_below_one(std::string_view rule, const char* option, double value) {
  require(value >= 0 && value < 1, rule, ": ", option, " must be at least 0 and below 1, got ",
          value);
}

void require_share(std::string_view rule, const char* option, double value) {
  require(value >= 0 && value <= 1, rule, ": ", option, " must be from 0 to 1, got ", value);
}

}  // namespace gradus::optim
