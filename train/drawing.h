#pragma once
// A panel on the paper: how its axes, lines and marks look.  For figure.cpp.
#include <gradus/train/plot.h>

namespace gradus::train {

constexpr double kTickSize = 11;  // of text, in pixels
constexpr double kLabelSize = 12;
constexpr double kTitleSize = 13;

/// How lines of that style are drawn.
Svg::Attributes stroke(const Style& style);

/// A text's place and size.
Svg::Attributes text_at(Point p, double size, const char* anchor = "start");

/// One panel: its axes, and the rectangle between them.
class Drawing {
 public:
  explicit Drawing(const Panel& panel)
      : panel_(panel), x_(panel.axis(false)), y_(panel.axis(true)) {}

  /// What the texts around the rectangle take.
  double left_margin() const;
  double top_margin() const;
  double bottom_margin() const;

  /// Draws it all, the rectangle's upper left corner at `corner`, the vertical axis's label `left`
  /// pixels left of it.
  void draw(Svg& svg, Point corner, double width, double height, double left);

 private:
  static constexpr int kTicksUp = 5;

  int ticks_across() const;
  /// Where in the rectangle.
  Point place(double x, double y) const {
    return {x_.share(x) * width_, (1 - y_.share(y)) * height_};
  }

  void draw_texts(Svg& svg, double left) const;
  void draw_ticks(Svg& svg) const;
  void draw_item(Svg& svg, const Panel::Item& item) const;
  void draw_line(Svg& svg, const Panel::Item& item) const;
  void draw_band(Svg& svg, const Panel::Item& item) const;
  void draw_levels(Svg& svg, const Panel::Item& item) const;
  void draw_mark(Svg& svg, const Panel::Item& item) const;
  void draw_note(Svg& svg, const Panel::Item& item) const;

  const Panel& panel_;
  Axis x_;
  Axis y_;
  Point corner_;
  double width_ = 0;
  double height_ = 0;
};

}  // namespace gradus::train
