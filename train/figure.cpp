// Where everything of a figure goes.
#include <gradus/core/error.h>
#include <gradus/train/drawing.h>
#include <gradus/train/write_file.h>

#include <algorithm>
#include <set>

namespace gradus::train {
namespace {

constexpr double kEdge = 14;  // around everything, in pixels
constexpr double kGap = 18;   // between panels
constexpr double kFigureTitleSize = 16;
constexpr double kRow = 19;     // of the legend
constexpr double kSwatch = 26;  // the line before a label
constexpr double kCaptionRow = 17;

/// The styles that have a label, each label once, in rows that fit.
std::vector<std::vector<Style>> legend_rows(const std::vector<Style>& styles, double width) {
  std::vector<std::vector<Style>> rows;
  std::set<std::string> seen;
  double used = 0;
  for (const Style& style : styles) {
    if (style.label.empty() || !seen.insert(style.label).second) {
      continue;
    }
    const double own = kSwatch + 6 + text_width(style.label, kLabelSize) + 16;
    if (rows.empty() || used + own > width) {
      rows.emplace_back();
      used = 0;
    }
    rows.back().push_back(style);
    used += own;
  }
  return rows;
}

void draw_legend(Svg& svg, const std::vector<std::vector<Style>>& rows, Point corner) {
  for (const std::vector<Style>& row : rows) {
    double x = corner.x;
    for (const Style& style : row) {
      Svg::Attributes attributes = stroke(style);
      const double y = corner.y + kRow / 2;
      attributes.insert(attributes.begin(), {"d", path_data({{{x, y}, {x + kSwatch, y}}}, 0)});
      svg.add("path", attributes);
      svg.add_text("text", text_at({x + kSwatch + 6, y + 4}, kLabelSize), style.label);
      x += kSwatch + 6 + text_width(style.label, kLabelSize) + 16;
    }
    corner.y += kRow;
  }
}

}  // namespace

Figure::Figure(FigureOptions options) : options_(std::move(options)) {
  require(options_.columns >= 1 && options_.columns <= 12, "Figure: columns must be 1 to 12, got ",
          options_.columns);
  require(options_.width >= 200 && options_.width <= 10000,
          "Figure: width must be 200 to 10000 pixels, got ", options_.width);
  require(options_.panel_height >= 50 && options_.panel_height <= 10000,
          "Figure: panel_height must be 50 to 10000 pixels, got ", options_.panel_height);
}

Panel& Figure::add(PanelOptions options) {
  const std::string number = "panel " + std::to_string(panels_.size() + 1);
  panels_.push_back(Panel(number, std::move(options)));
  return panels_.back();
}

std::string Figure::svg() const {
  require(!panels_.empty(), "Figure: there must be a panel, got none; add() one");
  const auto columns = std::min(panels_.size(), static_cast<std::size_t>(options_.columns));
  const std::size_t rows = (panels_.size() + columns - 1) / columns;
  std::vector<Drawing> drawings;
  std::vector<Style> styles;
  double left = 0, top = 0, bottom = 0;
  for (const Panel& panel : panels_) {
    const Drawing& drawing = drawings.emplace_back(panel);
    left = std::max(left, drawing.left_margin());
    top = std::max(top, drawing.top_margin());
    bottom = std::max(bottom, drawing.bottom_margin());
    for (const Panel::Item& item : panel.items_) {
      styles.push_back(item.style);
    }
  }

  const double inner = options_.width - 2 * kEdge;
  const auto across = static_cast<double>(columns), down = static_cast<double>(rows);
  const double width = (inner - (across - 1) * kGap) / across - left;
  const double height = options_.panel_height;
  require(width >= 40, "Figure: width must give each column 40 pixels for its panel, got ",
          options_.width, " for ", columns, " columns; use fewer");
  const double above = options_.title.empty() ? kEdge : kEdge + kFigureTitleSize + 10;
  const auto legend = legend_rows(styles, inner);
  const auto caption = wrap_text(options_.caption, kLabelSize, inner);
  const double legend_y = above + down * (top + height + bottom) + (down - 1) * kGap / 2 + 6;
  const double caption_y = legend_y + static_cast<double>(legend.size()) * kRow;
  const double total = caption_y + static_cast<double>(caption.size()) * kCaptionRow + kEdge;

  Svg svg(options_.width, total, options_.title);
  if (!options_.title.empty()) {
    Svg::Attributes attributes =
        text_at({options_.width / 2, kEdge + kFigureTitleSize}, kFigureTitleSize, "middle");
    attributes.push_back({"font-weight", "bold"});
    svg.add_text("text", attributes, options_.title);
  }
  for (std::size_t i = 0; i < drawings.size(); ++i) {
    const auto column = static_cast<double>(i % columns), row = static_cast<double>(i / columns);
    const Point corner = {kEdge + left + column * (left + width + kGap),
                          above + top + row * (top + height + bottom + kGap / 2)};
    drawings[i].draw(svg, corner, width, height, left);
  }
  draw_legend(svg, legend, {kEdge + 4, legend_y});
  for (std::size_t i = 0; i < caption.size(); ++i) {
    const double y = caption_y + static_cast<double>(i + 1) * kCaptionRow - 3;
    svg.add_text("text", text_at({kEdge + 4, y}, kLabelSize), caption[i]);
  }
  return svg.finish();
}

void Figure::save(const std::string& path) const { write_file(path, svg()); }

}  // namespace gradus::train
