#pragma once
// Figures: panels with axes, lines, bands, level lines, and one legend, written as an SVG file.
//
//   train::Figure figure({.title = "Losses", .caption = "Line: median of 20 seeds."});
//   train::Panel& panel = figure.add({.title = "MNIST", .x_label = "step", .y_label = "loss",
//                                     .log_y = true});
//   panel.line(steps, losses, {.label = "Adam", .series = 0});
//   panel.spread(steps, runs, {.label = "SGD", .series = 1});   // runs[seed][step]
//   figure.save("losses.svg");
//
//   train::Panel& map = figure.add({.title = "Bowl", .x = {-2, 2}, .y = {-1, 1}});
//   map.levels([](double x, double y) { return x * x + 9 * y * y; }, {0.5, 2, 8});
//   map.line(path_x, path_y, {.label = "Adam", .series = 0});
//   map.mark(0, 0, train::Mark::star);
//
// Numbers that cannot be shown (NaN, infinities, 0 and below on a logarithmic axis) interrupt a
// line: a run that diverges ends where it does.  What lies outside the ranges is cut off; a mark
// whose place is inside is drawn whole, on top of all lines.
#include <gradus/train/axis.h>
#include <gradus/train/svg.h>

#include <deque>
#include <functional>

namespace gradus::train {

/// How something looks.
struct Style {
  std::string label = "";  ///< in the legend; the same label in several panels stands there once
  /// 0 to 6: the colours of Okabe and Ito, which also the colour-blind tell apart; from 7 on the
  /// same dashed, from 14 on dotted; -1 is grey.
  int series = 0;
  double width = 1.8;  ///< of lines, in pixels, above 0
  double opacity = 1;  ///< from 0 to 1; bands have a fifth of it
};

enum class Mark { dot, ring, cross, star };

/// Which part of several runs a band covers.
enum class Cover { everything, quartiles };

struct PanelOptions {
  std::string title = "";
  std::string x_label = "";
  std::string y_label = "";
  bool log_x = false;
  bool log_y = false;
  Range x = {};  ///< unless given: as the data have it
  Range y = {};
};

/// At each place the quantile of several runs of the same length; q from 0 to 1, linear between
/// neighbours, 0.5 is the median.  NaN counts as infinitely high: a run that diverged is the worst.
/// Throws ShapeError unless there are runs, all of one length, ValueError for other q.
/// Hyndman, Fan: Sample quantiles in statistical packages. The American Statistician 50(4), 1996,
/// definition 7.
std::vector<double> quantile(const std::vector<std::vector<double>>& runs, double q);

/// first, first + 1, ...: n numbers.
std::vector<double> counting(std::size_t n, double first = 0);

class Panel {
 public:
  using Numbers = std::vector<double>;

  // Each throws ShapeError unless the vectors have the same length, which is not 0, and ValueError
  // for a style out of range.

  void line(const Numbers& x, const Numbers& y, const Style& style);
  /// The area between two lines; infinities reach to the panel's edge.
  void band(const Numbers& x, const Numbers& low, const Numbers& high, const Style& style);
  /// The median of the runs as a line, over a band that covers them.
  void spread(const Numbers& x, const std::vector<Numbers>& runs, const Style& style,
              Cover cover = Cover::quartiles);
  void mark(double x, double y, Mark mark, const Style& style = {.series = -1});
  /// Text beside a point, to the right of it.
  void note(double x, double y, std::string text);
  /// Grey lines where f has those values.  Throws ValueError unless both ranges were given.
  void levels(const std::function<double(double, double)>& f, const Numbers& values,
              int cells = 100);

 private:
  friend class Figure;
  friend class Drawing;
  enum class Kind { line, band, mark, note, levels };
  struct Item {
    Kind kind = {};
    Style style = {};
    Numbers x = {}, y = {}, high = {};  // high: of a band
    std::vector<Points> pieces = {};    // of levels, in shares of the axes
    Mark mark = {};
    std::string text = {};
  };

  Panel(std::string name, PanelOptions options)
      : name_(std::move(name)), options_(std::move(options)) {}
  Axis axis(bool vertical) const;
  Item& add(Kind kind, const Style& style, const Numbers& x, const Numbers& y);

  std::string name_;
  PanelOptions options_;
  std::vector<Item> items_;
};

struct FigureOptions {
  std::string title = "";
  std::string caption = "";   ///< under the legend, wrapped
  int columns = 1;            ///< of panels, 1 to 12
  double width = 800;         ///< of all, in pixels
  double panel_height = 300;  ///< without title, ticks and labels
};

class Figure {
 public:
  /// Throws ValueError for options out of range.
  explicit Figure(FigureOptions options = {});

  /// The next panel, row by row; it lives in the figure.
  Panel& add(PanelOptions options = {});

  /// The document.  Throws ValueError if there is no panel, or one has nothing to show.
  std::string svg() const;
  /// Writes it to a file, whole or not at all: see write_file.
  void save(const std::string& path) const;

 private:
  FigureOptions options_;
  std::deque<Panel> panels_;  // whose elements stay where they are
};

}  // namespace gradus::train
