#include <gradus/train/drawing.h>

#include <algorithm>
#include <cmath>

namespace gradus::train {
namespace {

// Okabe, Ito: Color universal design. 2008.  Without the yellow, too faint on white.
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                    "#e69f00", "#56b4e9", "#000000"};

std::string colour(const Style& style) {
  return style.series < 0 ? "#777777" : kColours[style.series % 7];
}

/// Without points that do not show: those left out between two that stay all lie beyond the same
/// edge of the window as these two.  So a run far longer than the axis costs nothing.
Points without_unseen(const Points& all, double width, double height) {
  const auto beyond = [&](const Point& p) {
    return (p.x < 0 ? 1 : p.x > width ? 2 : 0) | (p.y < 0 ? 4 : p.y > height ? 8 : 0);
  };
  Points kept;
  int edges = 0;  // that the last point kept and all since lie beyond
  for (std::size_t i = 0; i < all.size(); ++i) {
    edges &= beyond(all[i]);
    if (i + 1 == all.size() || (edges & beyond(all[i + 1])) == 0) {
      kept.push_back(all[i]);
      edges = beyond(all[i]);
    }
  }
  return kept;
}

}  // namespace

Svg::Attributes stroke(const Style& style) {
  Svg::Attributes attributes = {{"fill", "none"},
                                {"stroke", colour(style)},
                                {"stroke-width", pixels(style.width)},
                                {"stroke-linejoin", "round"},
                                {"stroke-linecap", "round"}};
  if (style.opacity < 1) {
    attributes.push_back({"stroke-opacity", rounded(style.opacity, 2)});
  }
  if (style.series >= 7) {
    attributes.push_back({"stroke-dasharray", style.series >= 14 ? "1.5 4" : "7 4"});
  }
  return attributes;
}

Svg::Attributes text_at(Point p, double size, const char* anchor) {
  return {
      {"x", pixels(p.x)}, {"y", pixels(p.y)}, {"font-size", pixels(size)}, {"text-anchor", anchor}};
}

double Drawing::left_margin() const {
  double widest = 0;
  for (const Tick& tick : y_.ticks(kTicksUp)) {
    widest = std::max(widest, text_width(tick.text, kTickSize));
  }
  return widest + 10 + (panel_.options_.y_label.empty() ? 0 : kLabelSize + 8);
}

double Drawing::top_margin() const { return panel_.options_.title.empty() ? 8 : kTitleSize + 12; }

double Drawing::bottom_margin() const {
  return kTickSize + 12 + (panel_.options_.x_label.empty() ? 0 : kLabelSize + 6);
}

void Drawing::draw(Svg& svg, Point corner, double width, double height, double left) {
  corner_ = corner;
  width_ = width;
  height_ = height;
  draw_texts(svg, left);
  draw_ticks(svg);
  // An inner document is a window: what lies outside is cut off.
  svg.open("svg", {{"x", pixels(corner.x)},
                   {"y", pixels(corner.y)},
                   {"width", pixels(width)},
                   {"height", pixels(height)},
                   {"overflow", "hidden"}});
  for (const Panel::Item& item : panel_.items_) {
    draw_item(svg, item);
  }
  svg.close();
  svg.add("rect", {{"x", pixels(corner.x)},
                   {"y", pixels(corner.y)},
                   {"width", pixels(width)},
                   {"height", pixels(height)},
                   {"fill", "none"},
                   {"stroke", "#555555"}});
  // Marks lie on top, whole even where their place is at the edge.
  for (const Panel::Item& item : panel_.items_) {
    if (item.kind == Panel::Kind::mark) {
      draw_mark(svg, item);
    }
  }
}

void Drawing::draw_texts(Svg& svg, double left) const {
  const PanelOptions& options = panel_.options_;
  const double middle = corner_.x + width_ / 2;
  if (!options.title.empty()) {
    Svg::Attributes attributes = text_at({middle, corner_.y - 9}, kTitleSize, "middle");
    attributes.push_back({"font-weight", "bold"});
    svg.add_text("text", attributes, options.title);
  }
  if (!options.x_label.empty()) {
    svg.add_text("text",
                 text_at({middle, corner_.y + height_ + kTickSize + 8 + kLabelSize + 3}, kLabelSize,
                         "middle"),
                 options.x_label);
  }
  if (!options.y_label.empty()) {
    const Point foot = {corner_.x - left + kLabelSize, corner_.y + height_ / 2};
    Svg::Attributes attributes = text_at(foot, kLabelSize, "middle");
    attributes.push_back(
        {"transform", "rotate(-90 " + pixels(foot.x) + ' ' + pixels(foot.y) + ')'});
    svg.add_text("text", attributes, options.y_label);
  }
}

void Drawing::draw_ticks(Svg& svg) const {
  const auto rule = [&](Point from, Point to, const char* ink) {
    svg.add("path", {{"d", path_data({{from, to}}, 0)}, {"stroke", ink}, {"fill", "none"}});
  };
  const double bottom = corner_.y + height_;
  for (const Tick& tick : x_.ticks(ticks_across())) {
    const double x = corner_.x + x_.share(tick.value) * width_;
    const bool major = !tick.text.empty();
    rule({x, bottom}, {x, bottom + (major ? 5 : 3)}, "#555555");
    if (major) {
      rule({x, corner_.y}, {x, bottom}, "#ececec");
      svg.add_text("text", text_at({x, bottom + kTickSize + 7}, kTickSize, "middle"), tick.text);
    }
  }
  for (const Tick& tick : y_.ticks(kTicksUp)) {
    const double y = bottom - y_.share(tick.value) * height_;
    const bool major = !tick.text.empty();
    rule({corner_.x - (major ? 5 : 3), y}, {corner_.x, y}, "#555555");
    if (major) {
      rule({corner_.x, y}, {corner_.x + width_, y}, "#ececec");
      svg.add_text("text", text_at({corner_.x - 8, y + 0.36 * kTickSize}, kTickSize, "end"),
                   tick.text);
    }
  }
}

void Drawing::draw_item(Svg& svg, const Panel::Item& item) const {
  switch (item.kind) {
    case Panel::Kind::line:
      return draw_line(svg, item);
    case Panel::Kind::band:
      return draw_band(svg, item);
    case Panel::Kind::mark:
      return;  // on top, later
    case Panel::Kind::note:
      return draw_note(svg, item);
    case Panel::Kind::levels:
      return draw_levels(svg, item);
  }
}

void Drawing::draw_line(Svg& svg, const Panel::Item& item) const {
  std::vector<Points> pieces(1);
  for (std::size_t i = 0; i < item.x.size(); ++i) {
    if (x_.can_show(item.x[i]) && y_.can_show(item.y[i])) {
      pieces.back().push_back(place(item.x[i], item.y[i]));
    } else if (!pieces.back().empty()) {
      pieces.emplace_back();
    }
  }
  for (Points& piece : pieces) {
    piece = without_unseen(piece, width_, height_);
  }
  Svg::Attributes attributes = stroke(item.style);
  attributes.insert(attributes.begin(), {"d", path_data(pieces, 0.6)});
  svg.add("path", attributes);
}

void Drawing::draw_band(Svg& svg, const Panel::Item& item) const {
  Points outline;
  for (std::size_t i = 0; i < item.x.size(); ++i) {
    outline.push_back(place(item.x[i], item.y[i]));
  }
  for (std::size_t i = item.x.size(); i-- > 0;) {
    outline.push_back(place(item.x[i], item.high[i]));
  }
  svg.add("path", {{"d", path_data({without_unseen(outline, width_, height_)}, 0.6) + 'Z'},
                   {"fill", colour(item.style)},
                   {"fill-opacity", rounded(0.2 * item.style.opacity, 2)}});
}

void Drawing::draw_levels(Svg& svg, const Panel::Item& item) const {
  std::vector<Points> pieces = item.pieces;
  for (Points& piece : pieces) {
    for (Point& p : piece) {
      p = {p.x * width_, (1 - p.y) * height_};
    }
  }
  Svg::Attributes attributes = stroke(item.style);
  attributes.insert(attributes.begin(), {"d", path_data(pieces, 1.5)});
  svg.add("path", attributes);
}

void Drawing::draw_mark(Svg& svg, const Panel::Item& item) const {
  if (!x_.can_show(item.x[0]) || !y_.can_show(item.y[0])) {
    return;
  }
  const Point inside = place(item.x[0], item.y[0]);
  if (inside.x < 0 || inside.x > width_ || inside.y < 0 || inside.y > height_) {
    return;
  }
  const Point c = {corner_.x + inside.x, corner_.y + inside.y};
  if (item.mark == Mark::dot || item.mark == Mark::ring) {
    const bool full = item.mark == Mark::dot;
    svg.add("circle", {{"cx", pixels(c.x)},
                       {"cy", pixels(c.y)},
                       {"r", full ? "3" : "4.5"},
                       {"fill", full ? colour(item.style) : "#ffffff"},
                       {"stroke", full ? "#ffffff" : colour(item.style)},
                       {"stroke-width", full ? "0.8" : "1.6"}});
    return;
  }
  Points corners;
  const double pi = std::acos(-1.0);
  const int points = item.mark == Mark::star ? 10 : 0;
  for (int i = 0; i < points; ++i) {
    const double radius = i % 2 == 0 ? 8 : 3.3, angle = pi * (i / 5.0 - 0.5);
    corners.push_back({c.x + radius * std::cos(angle), c.y + radius * std::sin(angle)});
  }
  if (item.mark == Mark::star) {
    svg.add("path", {{"d", path_data({corners}, 0) + 'Z'},
                     {"fill", "#f0e442"},
                     {"stroke", "#222222"},
                     {"stroke-width", "1"}});
  } else {
    const double r = 4;
    Svg::Attributes attributes = stroke(item.style);
    attributes.insert(attributes.begin(),
                      {"d", path_data({{{c.x - r, c.y - r}, {c.x + r, c.y + r}},
                                       {{c.x - r, c.y + r}, {c.x + r, c.y - r}}},
                                      0)});
    svg.add("path", attributes);
  }
}

void Drawing::draw_note(Svg& svg, const Panel::Item& item) const {
  const Point p = place(item.x[0], item.y[0]);
  Svg::Attributes attributes = text_at({p.x + 9, p.y + 0.36 * kTickSize}, kTickSize);
  attributes.insert(attributes.end(),
                    {{"stroke", "#ffffff"}, {"stroke-width", "3"}, {"paint-order", "stroke"}});
  svg.add_text("text", attributes, item.text);
}

int Drawing::ticks_across() const { return std::clamp(static_cast<int>(width_ / 75), 2, 8); }

}  // namespace gradus::train
