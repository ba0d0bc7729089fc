#include <gradus/core/error.h>
#include <gradus/optim/schedule.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace gradus::optim::schedule {
namespace {

constexpr Index kLongest = Index{1} << 53;  // up to here a double holds every whole number

double real(Index value) { return static_cast<double>(value); }

void require_steps(const char* maker, const char* option, Index value) {
  require(value >= 1 && value <= kLongest, "schedule::", maker, ": ", option,
          " must be a number of steps from 1 to 2^53, got ", value);
}

void require_finite(const char* maker, const char* option, double value) {
  require(std::isfinite(value), "schedule::", maker, ": ", option, " must be finite, got ", value);
}

void require_at_least(double least, const char* maker, const char* option, double value) {
  require(std::isfinite(value) && value >= least, "schedule::", maker, ": ", option,
          " must be finite and at least ", least, ", got ", value);
}

void require_above_zero(const char* maker, const char* option, double value) {
  require(std::isfinite(value) && value > 0, "schedule::", maker, ": ", option,
          " must be finite and above 0, got ", value);
}

void require_rising(const char* maker, const std::vector<Index>& milestones, Index first) {
  Index least = first;
  for (const Index milestone : milestones) {
    require(milestone >= least && milestone <= kLongest, "schedule::", maker,
            ": milestones must increase strictly, the first at least ", first, ", got ", milestone,
            least > first ? join({" after ", least - 1}) : " first");
    least = milestone + 1;
  }
}

void require_callable(const char* maker, const Schedule& part) {
  require(bool(part), "schedule::", maker, ": every schedule must be callable, got an empty one");
}

template <class F>
Schedule make(const char* maker, F f) {
  return [maker, f](Index s) -> double {
    require(s >= 0, "schedule::", maker, ": step must be at least 0, got ", s,
            "; the first step of an optimizer is step 0");
    return f(s);
  };
}

std::size_t passed(const std::vector<Index>& milestones, Index s, Boundary boundary) {
  const auto next = boundary == Boundary::starts_new
                        ? std::upper_bound(milestones.begin(), milestones.end(), s)
                        : std::lower_bound(milestones.begin(), milestones.end(), s);
  return static_cast<std::size_t>(next - milestones.begin());
}

// (1 + cos(pi u)) / 2 with u = 1 - left, in the form that is exact at both ends and loses no digits
// near the second one.
double cosine_share(double left) {
  const double root = std::sin(std::numbers::pi / 2 * left);
  return root * root;
}

}  // namespace

Schedule constant(double value) {
  require_finite("constant", "value", value);
  return make("constant", [=](Index) { return value; });
}

Schedule piecewise(const Piecewise& o) {
  require_rising("piecewise", o.milestones, o.boundary == Boundary::starts_new ? 1 : 0);
  require(o.values.size() == o.milestones.size() + 1,
          "schedule::piecewise: there must be one more value than milestones, got ",
          o.values.size(), " values and ", o.milestones.size(), " milestones");
  for (const double value : o.values) {
    require_finite("piecewise", "each value", value);
  }
  return make("piecewise", [=](Index s) { return o.values[passed(o.milestones, s, o.boundary)]; });
}

Schedule step(double start, const Step& o) {
  require_finite("step", "start", start);
  require_steps("step", "size", o.size);
  require_at_least(0, "step", "gamma", o.gamma);
  return make("step", [=](Index s) { return start * std::pow(o.gamma, real(s / o.size)); });
}

Schedule multi_step(double start, const MultiStep& o) {
  require_finite("multi_step", "start", start);
  require_rising("multi_step", o.milestones, o.boundary == Boundary::starts_new ? 1 : 0);
  require_at_least(0, "multi_step", "gamma", o.gamma);
  return make("multi_step", [=](Index s) {
    const std::size_t k = passed(o.milestones, s, o.boundary);
    return start * std::pow(o.gamma, static_cast<double>(k));
  });
}

Schedule exponential(double start, const Exponential& o) {
  require_finite("exponential", "start", start);
  require_above_zero("exponential", "gamma", o.gamma);
  require_steps("exponential", "steps", o.steps);
  return make("exponential",
              [=](Index s) { return start * std::pow(o.gamma, real(s) / real(o.steps)); });
}

Schedule inverse_time(double start, const InverseTime& o) {
  require_finite("inverse_time", "start", start);
  require_above_zero("inverse_time", "rate", o.rate);
  require_steps("inverse_time", "steps", o.steps);
  return make("inverse_time", [=](Index s) {
    const double time = o.staircase ? real(s / o.steps) : real(s) / real(o.steps);
    return start / (1 + o.rate * time);
  });
}

Schedule polynomial(double start, const Polynomial& o) {
  require_finite("polynomial", "start", start);
  require_steps("polynomial", "total", o.total);
  require_above_zero("polynomial", "power", o.power);
  require_finite("polynomial", "end", o.end);
  return make("polynomial", [=](Index s) {
    const Index periods = o.cycle && s > 0 ? (s - 1) / o.total + 1 : 1;
    const double total = real(o.total) * real(periods);
    const double left = (total - std::min(real(s), total)) / total;
    return std::lerp(o.end, start, std::pow(left, o.power));
  });
}

Schedule linear(double start, const Linear& o) {
  require_finite("linear", "start", start);
  require_steps("linear", "total", o.total);
  require_finite("linear", "start_factor", o.start_factor);
  require_finite("linear", "end_factor", o.end_factor);
  return make("linear", [=](Index s) {
    const double part = real(std::min(s, o.total)) / real(o.total);
    return start * std::lerp(o.start_factor, o.end_factor, part);
  });
}

Schedule cosine(double start, const Cosine& o) {
  require_finite("cosine", "start", start);
  require_steps("cosine", "total", o.total);
  require_finite("cosine", "end", o.end);
  return make("cosine", [=](Index s) {
    // What is left falls from total to 0, and rises again as it fell.
    const Index left =
        o.rises_again ? std::abs(o.total - s % (2 * o.total)) : o.total - std::min(s, o.total);
    return std::lerp(o.end, start, cosine_share(real(left) / real(o.total)));
  });
}

Schedule cosine_restarts(double start, const CosineRestarts& o) {
  require_finite("cosine_restarts", "start", start);
  require_steps("cosine_restarts", "period", o.period);
  require_at_least(1, "cosine_restarts", "period_factor", o.period_factor);
  require_finite("cosine_restarts", "end", o.end);
  require_at_least(0, "cosine_restarts", "peak_factor", o.peak_factor);
  const double period = real(o.period);
  const double f = o.period_factor;
  // n periods last period (1 + f + ... + f^(n - 1)) = period (f^n - 1) / (f - 1) steps: exactly so
  // for a whole f, so that a restart comes at its very step.
  const auto steps_of = [=](double n) {
    const double grown =
        f == std::floor(f) ? std::pow(f, n) - 1 : std::expm1(n * std::log1p(f - 1));
    return period * (grown / (f - 1));
  };
  return make("cosine_restarts", [=](Index s) {
    double n = real(s / o.period);
    double left = real(o.period - s % o.period) / period;
    if (f > 1) {
      n = std::floor(std::log1p(real(s) / period * (f - 1)) / std::log1p(f - 1));
      // The logarithms may be off by a rounding, at a restart.
      n += steps_of(n + 1) <= real(s) ? 1 : steps_of(n) > real(s) ? -1 : 0;
      left = std::min(1.0, (steps_of(n + 1) - real(s)) / (steps_of(n + 1) - steps_of(n)));
    }
    return std::lerp(o.end, start, std::pow(o.peak_factor, n) * cosine_share(left));
  });
}

namespace {

// Through these values in order: at step 0, at the ends of the rise and of the fall, at the last.
Schedule through(const char* maker, const OneCycle& o, const std::array<double, 4>& values) {
  require_steps(maker, "total", o.total);
  require(o.pct_start >= 0 && o.pct_start <= 1, "schedule::", maker,
          ": pct_start must be from 0 to 1, got ", o.pct_start);
  const double total = real(o.total);
  require(o.pct_start * total > 1, "schedule::", maker,
          ": pct_start x total must be above 1, so that there is a rise, got ", o.pct_start, " x ",
          o.total);
  require(
      !o.three_phase || o.pct_start <= 0.5, "schedule::", maker,
      ": pct_start must be at most 0.5 with three_phase, where the fall is as long as the rise, "
      "got ",
      o.pct_start);
  const std::array<double, 4> at{0, o.pct_start * total - 1,
                                 o.three_phase ? 2 * o.pct_start * total - 2 : total - 1,
                                 total - 1};
  return make(maker, [=](Index s) {
    const double now = std::min(real(s), total - 1);
    const std::size_t k = now <= at[1] ? 1 : now <= at[2] ? 2 : 3;
    const double left = (at[k] - now) / (at[k] - at[k - 1]);
    return std::lerp(values[k], values[k - 1],
                     o.anneal == Anneal::linear ? left : cosine_share(left));
  });
}

}  // namespace

Schedule one_cycle(double peak, const OneCycle& o) {
  require_finite("one_cycle", "peak", peak);
  require_above_zero("one_cycle", "div_factor", o.div_factor);
  require_above_zero("one_cycle", "final_div_factor", o.final_div_factor);
  const double start = peak / o.div_factor;
  const double end = start / o.final_div_factor;
  return through("one_cycle", o, {start, peak, o.three_phase ? start : end, end});
}

Schedule one_cycle_momentum(const OneCycle& o) {
  require_finite("one_cycle_momentum", "min_momentum", o.min_momentum);
  require_finite("one_cycle_momentum", "max_momentum", o.max_momentum);
  return through("one_cycle_momentum", o,
                 {o.max_momentum, o.min_momentum, o.max_momentum, o.max_momentum});
}

Schedule cyclic(double base, double peak, const Cyclic& o) {
  require_finite("cyclic", "base", base);
  require_finite("cyclic", "peak", peak);
  require_steps("cyclic", "up", o.up);
  require(o.down >= 0 && o.down <= kLongest, "schedule::cyclic: down must be from 0 to 2^53, got ",
          o.down);
  require_above_zero("cyclic", "gamma", o.gamma);
  const Index down = o.down > 0 ? o.down : o.up;
  return make("cyclic", [=](Index s) {
    const Index n = s / (o.up + down);
    const Index at = s % (o.up + down);
    const double height = at <= o.up ? real(at) / real(o.up) : real(o.up + down - at) / real(down);
    const double amplitude = o.amplitude == Amplitude::constant ? 1
                             : o.amplitude == Amplitude::halved ? std::pow(0.5, real(n))
                                                                : std::pow(o.gamma, real(s));
    return std::lerp(base, peak, amplitude * height);
  });
}

Schedule sequence(const std::vector<Schedule>& schedules, const std::vector<Index>& milestones) {
  require(schedules.size() == milestones.size() + 1,
          "schedule::sequence: there must be one more schedule than milestones, got ",
          schedules.size(), " schedules and ", milestones.size(), " milestones");
  for (const Schedule& part : schedules) {
    require_callable("sequence", part);
  }
  require_rising("sequence", milestones, 1);
  return make("sequence", [=](Index s) {
    const std::size_t k = passed(milestones, s, Boundary::starts_new);
    return schedules[k](k == 0 ? s : s - milestones[k - 1]);
  });
}

Schedule product(const Schedule& a, const Schedule& b) {
  require_callable("product", a);
  require_callable("product", b);
  return make("product", [=](Index s) { return a(s) * b(s); });
}

Schedule every(Index n, const Schedule& part) {
  require_steps("every", "n", n);
  require_callable("every", part);
  return make("every", [=](Index s) { return part(s / n); });
}

}  // namespace gradus::optim::schedule
