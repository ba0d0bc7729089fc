#include <gradus/core/error.h>
#include <gradus/train/level_lines.h>
#include <gradus/train/plot.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::train {
namespace {

using Numbers = std::vector<double>;

void check_style(const char* where, const Style& style) {
  require(style.series >= -1 && style.series < 21, where, ": series must be -1 to 20, got ",
          style.series);
  require(style.width > 0 && style.width <= 100, where,
          ": width must be above 0 and at most 100, got ", style.width);
  require(style.opacity >= 0 && style.opacity <= 1, where, ": opacity must be from 0 to 1, got ",
          style.opacity);
}

void check_lengths(const char* where, const Numbers& x, const char* name, const Numbers& y) {
  require<ShapeError>(!x.empty() && x.size() == y.size(), where, ": x and ", name,
                      " must have as many numbers, at least 1, got ", x.size(), " and ", y.size());
}

}  // namespace

Numbers quantile(const std::vector<Numbers>& runs, double q) {
  require<ShapeError>(!runs.empty(), "quantile: there must be at least one run, got none");
  require(q >= 0 && q <= 1, "quantile: q must be from 0 to 1, got ", q);
  Numbers result(runs[0].size());
  Numbers values(runs.size());
  for (const Numbers& run : runs) {
    require<ShapeError>(run.size() == result.size(), "quantile: runs must have one length, got ",
                        result.size(), " and ", run.size());
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    for (std::size_t r = 0; r < runs.size(); ++r) {
      values[r] = std::isnan(runs[r][i]) ? std::numeric_limits<double>::infinity() : runs[r][i];
    }
    std::sort(values.begin(), values.end());
    const double place = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double part = place - static_cast<double>(below);
    result[i] = part == 0 ? values[below] : (1 - part) * values[below] + part * values[below + 1];
  }
  return result;
}

Numbers counting(std::size_t n, double first) {
  Numbers numbers(n);
  for (std::size_t i = 0; i < n; ++i) {
    numbers[i] = first + static_cast<double>(i);
  }
  return numbers;
}

void Panel::line(const Numbers& x, const Numbers& y, const Style& style) {
  check_style("Panel::line", style);
  check_lengths("Panel::line", x, "y", y);
  add(Kind::line, style, x, y);
}

void Panel::band(const Numbers& x, const Numbers& low, const Numbers& high, const Style& style) {
  check_style("Panel::band", style);
  check_lengths("Panel::band", x, "low", low);
  check_lengths("Panel::band", x, "high", high);
  add(Kind::band, style, x, low).high = high;
}

void Panel::spread(const Numbers& x, const std::vector<Numbers>& runs, const Style& style,
                   Cover cover) {
  const double rest = cover == Cover::everything ? 0 : 0.25;
  Style unnamed = style;
  unnamed.label.clear();
  band(x, quantile(runs, rest), quantile(runs, 1 - rest), unnamed);
  line(x, quantile(runs, 0.5), style);
}

void Panel::mark(double x, double y, Mark mark, const Style& style) {
  check_style("Panel::mark", style);
  add(Kind::mark, style, {x}, {y}).mark = mark;
}

void Panel::note(double x, double y, std::string text) {
  add(Kind::note, {}, {x}, {y}).text = std::move(text);
}

void Panel::levels(const std::function<double(double, double)>& f, const Numbers& values,
                   int cells) {
  require(
      options_.x.is_given() && options_.y.is_given(),
      "Panel::levels: x and y of PanelOptions must be given, so that it is known where to look");
  require(bool(f), "Panel::levels: f must be a function, got none");
  require(cells >= 1 && cells <= 4096, "Panel::levels: cells must be 1 to 4096, got ", cells);
  const Axis across = axis(false), up = axis(true);
  // Measured once for all levels, where level_lines asks.
  Numbers heights;
  for (int row = 0; row <= cells; ++row) {
    for (int column = 0; column <= cells; ++column) {
      heights.push_back(f(across.at(double(column) / cells), up.at(double(row) / cells)));
    }
  }
  const auto height = [&](double x, double y) {
    const auto column = std::lround(x * cells), row = std::lround(y * cells);
    return heights[static_cast<std::size_t>(row * (cells + 1) + column)];
  };
  std::vector<Points> pieces;
  for (const double value : values) {
    for (Points& piece : level_lines(height, value, cells)) {
      pieces.push_back(std::move(piece));
    }
  }
  add(Kind::levels, {.series = -1, .width = 0.8, .opacity = 0.55}, {}, {}).pieces =
      std::move(pieces);
}

Panel::Item& Panel::add(Kind kind, const Style& style, const Numbers& x, const Numbers& y) {
  Item& item = items_.emplace_back();
  item.kind = kind;
  item.style = style;
  item.x = x;
  item.y = y;
  return item;
}

Axis Panel::axis(bool vertical) const {
  const Range& given = vertical ? options_.y : options_.x;
  const bool logarithmic = vertical ? options_.log_y : options_.log_x;
  const std::string name = (vertical ? "the y range of " : "the x range of ") + name_;
  if (given.is_given()) {
    return Axis(name, given, logarithmic);
  }
  Numbers values;
  for (const Item& item : items_) {
    const Numbers& places = vertical ? item.y : item.x;
    values.insert(values.end(), places.begin(), places.end());
    if (vertical) {
      values.insert(values.end(), item.high.begin(), item.high.end());
    }
  }
  return Axis::around(name, values, logarithmic, vertical ? 0.05 : 0.01);
}

}  // namespace gradus::train
