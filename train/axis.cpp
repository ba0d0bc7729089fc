#include <gradus/core/error.h>
#include <gradus/train/axis.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace gradus::train {
namespace {

constexpr double kMost = 1e300;      // beyond it differences overflow
constexpr double kNarrowest = 1e-9;  // of the larger end

bool is_wide_enough(Range r) {
  return r.high - r.low > kNarrowest * std::max(std::abs(r.low), std::abs(r.high)) &&
         r.high - r.low > 1 / kMost;
}

/// With that many decimals, or with -1 the shortest: "0.25", "3e-7".  A minus sign is U+2212.
std::string number_text(double value, int decimals) {
  char buffer[64];
  char* const end = buffer + sizeof buffer;
  const double size = std::abs(value);
  const char* const last =
      decimals < 0 ? std::to_chars(buffer, end, size, std::chars_format::general, 4).ptr
                   : std::to_chars(buffer, end, size, std::chars_format::fixed, decimals).ptr;
  std::string text(static_cast<const char*>(buffer), last);
  if (const std::size_t e = text.find('e'); e != std::string::npos) {
    const bool small = text[e + 1] == '-';
    const std::size_t digits = text.find_first_not_of("+-0", e + 1);
    text = text.substr(0, e + 1) + (small ? "\u2212" : "") + text.substr(digits);
  }
  return (value < 0 ? "\u2212" : "") + text;
}

/// 10 to the power of `exponent`, in raised digits.
std::string power_text(int exponent) {
  static constexpr const char* kRaised[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                            "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
  std::string text = exponent < 0 ? "10\u207B" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) {
    text += kRaised[digit - '0'];
  }
  return text;
}

}  // namespace

Axis::Axis(const std::string& name, Range range, bool logarithmic)
    : range_(range), logarithmic_(logarithmic) {
  require(can_show(range.low, logarithmic) && can_show(range.high, logarithmic), "Figure: ", name,
          logarithmic ? " must be finite and above 0, since its axis is logarithmic, got "
                      : " must be finite, got ",
          range.low, " to ", range.high);
  require(is_wide_enough(range), "Figure: ", name,
          " must go from a lower to a clearly higher number, got ", range.low, " to ", range.high);
}

Axis Axis::around(const std::string& name, const std::vector<double>& values, bool logarithmic,
                  double room) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values) {
    if (can_show(value, logarithmic)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  require(low <= high, "Figure: ", name, " must have a number to show, got none that is finite",
          logarithmic ? " and above 0, since its axis is logarithmic" : "");
  if (logarithmic) {
    const double more = high / low > 1.01 ? std::pow(high / low, room) : 2;
    return Axis(name, {std::max(low / more, 1 / kMost), std::min(high * more, kMost)}, true);
  }
  double more = room * (high - low);
  if (!is_wide_enough({low, high})) {
    more = low == 0 && high == 0 ? 1 : 0.1 * std::max(std::abs(low), std::abs(high));
    more = std::max(more, 1e-290);
  }
  return Axis(name, {std::max(low - more, -kMost), std::min(high + more, kMost)}, false);
}

bool Axis::can_show(double value, bool logarithmic) {
  return std::abs(value) <= kMost && (!logarithmic || value >= 1 / kMost);
}

double Axis::share(double value) const {
  constexpr double kFar = 50;
  if (!can_show(value)) {
    return value > 0 ? kFar : -kFar;
  }
  const double share = logarithmic_
                           ? std::log(value / range_.low) / std::log(range_.high / range_.low)
                           : (value - range_.low) / (range_.high - range_.low);
  return std::clamp(share, -kFar, kFar);
}

double Axis::at(double share) const {
  return logarithmic_ ? range_.low * std::pow(range_.high / range_.low, share)
                      : range_.low + share * (range_.high - range_.low);
}

std::vector<Tick> Axis::ticks(int wanted) const {
  // Within a decade or so logarithmic ticks would be too few.
  return logarithmic_ && range_.high / range_.low > 20 ? logarithmic_ticks(wanted)
                                                       : linear_ticks(wanted);
}

std::vector<Tick> Axis::linear_ticks(int wanted) const {
  const double rough = (range_.high - range_.low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough < 1.5 * power   ? 1
                               : rough < 3.5 * power ? 2
                               : rough < 7.5 * power ? 5
                                                     : 10);
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  const bool plain = decimals <= 5 && std::max(std::abs(range_.low), std::abs(range_.high)) < 1e6;
  std::vector<Tick> ticks;
  const double first = std::ceil(range_.low / step - 1e-9);
  for (double i = first; i * step <= range_.high + 1e-9 * step; ++i) {
    const double value = i == 0 ? 0 : i * step;
    ticks.push_back({value, number_text(value, plain ? decimals : -1)});
  }
  return ticks;
}

std::vector<Tick> Axis::logarithmic_ticks(int wanted) const {
  const int first = static_cast<int>(std::ceil(std::log10(range_.low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(range_.high) + 1e-9));
  const int every = std::max(1, (last - first + wanted) / wanted);
  const bool plain = first >= -3 && last <= 4;
  const bool few = last - first < 2;  // then 2 and 5 have labels, too
  const auto label = [&](int digit, int k) {
    const std::string power = plain ? "" : power_text(k);
    return plain        ? number_text(digit * std::pow(10, k), std::max(0, -k))
           : digit == 1 ? power
                        : std::to_string(digit) + "\u00D7" + power;
  };
  std::vector<Tick> ticks;
  for (int k = first - 1; k <= last; ++k) {
    for (int digit = 1; digit <= (every == 1 ? 9 : 1); ++digit) {
      const double value = digit * std::pow(10, k);
      if (value >= range_.low * (1 - 1e-9) && value <= range_.high * (1 + 1e-9)) {
        const bool labelled = digit == 1 ? k % every == 0 : few && (digit == 2 || digit == 5);
        ticks.push_back({value, labelled ? label(digit, k) : ""});
      }
    }
  }
  return ticks;
}

}  // namespace gradus::train
