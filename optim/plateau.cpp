#include <gradus/optim/optimizer_base.h>
#include <gradus/optim/plateau.h>
#include <gradus/optim/rule.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::optim {
namespace {

constexpr std::string_view kName = "ReduceOnPlateau";

void require_count(const char* option, Index value) {
  require(value >= 0, kName, ": ", option, " must be at least 0, got ", value);
}

}  // namespace

void Plateau::check() const {
  require_below_one(kName, "factor", factor);
  require_count("patience", patience);
  require_count("cooldown", cooldown);
  require_at_least_zero(kName, "min_lr", min_lr);
  if (threshold_mode == Threshold::absolute) {
    require_at_least_zero(kName, "threshold", threshold);
  } else {
    require_below_one(kName, "a relative threshold", threshold);
  }
  require_at_least_zero(kName, "eps", eps);
}

ReduceOnPlateau::ReduceOnPlateau(const Plateau& options) : options_(options) {
  options.check();
  const double worst = std::numeric_limits<double>::infinity();
  state_.best = options.mode == Plateau::Mode::min ? worst : -worst;
}

bool ReduceOnPlateau::improves(double metric) const {
  const bool falls = options_.mode == Plateau::Mode::min;
  const double best = state_.best;
  double threshold = falls ? -options_.threshold : options_.threshold;
  if (options_.threshold_mode == Plateau::Threshold::relative && best < 0) {
    threshold = -threshold;  // best (1 + t) is below a negative best
  }
  const double bar = options_.threshold_mode == Plateau::Threshold::absolute
                         ? best + threshold
                         : best * (1 + threshold);
  return falls ? metric < bar : metric > bar;  // false for NaN
}

bool ReduceOnPlateau::update(double metric) {
  State& s = state_;
  const bool improved = improves(metric);
  if (improved) {
    s.best = metric;
  }
  s.bad = improved ? 0 : s.bad + 1;

  bool cut = false;
  if (options_.patience_rule == Plateau::Patience::pytorch) {
    if (s.cooldown > 0) {
      --s.cooldown;
      s.bad = 0;
    }
    cut = s.bad > options_.patience;
  } else {
    if (s.cooldown > 0) {
      --s.cooldown;
      s.bad = improved || s.cooldown > 0 ? 0 : 1;
    }
    cut = s.bad > 0 && s.bad >= options_.patience;
  }
  if (cut) {
    s.bad = 0;
    s.cooldown = options_.cooldown;
  }
  return cut;
}

bool ReduceOnPlateau::update(double metric, OptimizerBase& optimizer) {
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    require(!optimizer.is_scheduled(group, "lr"), "ReduceOnPlateau: lr of group ", group,
            " must not follow a schedule too; end that with schedule(\"lr\", {})");
    next_lr(optimizer.option(group, "lr"));  // throws before anything changes
  }
  const bool cut = update(metric);
  for (std::size_t group = 0; cut && group < optimizer.group_count(); ++group) {
    optimizer.set_option(group, "lr", next_lr(optimizer.option(group, "lr")));
  }
  return cut;
}

double ReduceOnPlateau::next_lr(double lr) const {
  require_at_least_zero(kName, "lr", lr);
  const double next = std::max(lr * options_.factor, options_.min_lr);
  return lr - next > options_.eps ? next : lr;
}

void ReduceOnPlateau::set_state(const State& state) {
  require(!std::isnan(state.best), kName, ": best must be a number or infinite, got ", state.best);
  require_count("bad", state.bad);
  require_count("cooldown", state.cooldown);
  state_ = state;
}

}  // namespace gradus::optim
