#include <gradus/train/plot.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "support/comma_locale.h"
#include "support/limits.h"
#include "support/naive.h"

namespace gradus::train {
namespace {

using test::kInf;

using Numbers = std::vector<double>;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++n;
  }
  return n;
}

/// What the first path with this colour of stroke draws.
std::string path_of(const std::string& svg, const std::string& colour) {
  std::smatch match;
  const std::regex pattern("<path d=\"([^\"]*)\" fill=\"none\" stroke=\"" + colour + "\"");
  return std::regex_search(svg, match, pattern) ? match[1].str() : "none";
}

TEST(Quantile, is_linear_between_the_runs) {
  const std::vector<Numbers> runs = {{3, 0}, {1, 0}, {2, 0}, {10, 8}};
  EXPECT_EQ(quantile(runs, 0), (Numbers{1, 0}));
  EXPECT_EQ(quantile(runs, 0.5), (Numbers{2.5, 0}));
  EXPECT_EQ(quantile(runs, 0.75), (Numbers{4.75, 2}));
  EXPECT_EQ(quantile(runs, 1), (Numbers{10, 8}));
}

TEST(Quantile, counts_a_diverged_run_as_the_worst) {
  const std::vector<Numbers> runs = {{std::nan("")}, {1}, {2}};
  EXPECT_EQ(quantile(runs, 0.5), Numbers{2});
  EXPECT_EQ(quantile(runs, 1), Numbers{kInf});
  EXPECT_EQ(quantile({{kInf}, {kInf}}, 0.5), Numbers{kInf});
}

TEST(Quantile, refuses_runs_that_do_not_fit_each_other) {
  test::expect_error<ShapeError>([] { quantile({}, 0.5); },
                                 "quantile: there must be at least one run, got none");
  test::expect_error<ShapeError>(
      [] {
        quantile({{1, 2}, {1}}, 0.5);
      },
      "quantile: runs must have one length, got 2 and 1");
  test::expect_error<ValueError>([] { quantile({{1}}, 1.5); },
                                 "quantile: q must be from 0 to 1, got 1.5");
}

TEST(Figure, draws_a_line_from_corner_to_corner) {
  Figure figure({.width = 300, .panel_height = 100});
  Panel& panel = figure.add({.x = {0, 1}, .y = {0, 1}});
  panel.line({0, 1}, {0, 1}, {.series = 0});
  const std::string svg = figure.svg();
  std::smatch window;
  ASSERT_TRUE(std::regex_search(
      svg, window,
      std::regex("<svg x=\"[0-9.]+\" y=\"[0-9.]+\" width=\"([0-9.]+)\" height=\"100\"")));
  EXPECT_EQ(path_of(svg, "#0072b2"), "M0 100L" + window[1].str() + " 0");
}

TEST(Figure, interrupts_a_line_where_there_is_nothing_to_show) {
  Figure figure;
  Panel& panel = figure.add({.log_y = true, .x = {0, 5}, .y = {0.1, 10}});
  panel.line({0, 1, 2, 3, 4, 5}, {1, 1, 0, std::nan(""), 1, 1}, {.series = 1});
  EXPECT_EQ(count(path_of(figure.svg(), "#d55e00"), "M"), 2U);
}

TEST(Figure, leaves_out_what_is_far_outside_and_keeps_what_crosses) {
  Figure figure({.width = 300, .panel_height = 100});
  Panel& panel = figure.add({.x = {0, 1}, .y = {0, 1}});
  const Numbers x = counting(1000);
  panel.line(x, Numbers(x.size(), 0.5), {.series = 0});
  // Over the window from left to right.
  panel.line({-1, -1, 0.4, 0.6, 2, 2}, {0.5, 3, 3, 3, 3, 0.5}, {.series = 1});
  // Under it and up again to its right: without (3, -1) it would cut through.
  panel.line({0.5, 0.7, 2, 3, 3, 4}, {-1, -1, -1, -1, 0.5, 0.7}, {.series = 2});
  const std::string svg = figure.svg();
  EXPECT_EQ(count(path_of(svg, "#0072b2"), "L"), 3U);  // the edge, the next one, and the end
  EXPECT_EQ(count(path_of(svg, "#d55e00"), "L"), 3U);  // both corners, and the end
  const std::string under = path_of(svg, "#009e73");
  EXPECT_EQ(count(under, "L"), 2U);
  EXPECT_TRUE(std::regex_search(under, std::regex("^M[0-9.]+ 200L[0-9.]+ 200L[0-9.]+ 30$")))
      << under;
}

TEST(Figure, shows_each_label_once_in_its_legend) {
  Figure figure({.columns = 2});
  for (int i = 0; i < 2; ++i) {
    Panel& panel = figure.add();
    panel.line({0, 1}, {0, 1}, {.label = "a & b", .series = 0});
    panel.line({0, 1}, {1, 0}, {.label = "other", .series = 8});
    panel.line({0, 1}, {1, 1}, {.series = 2});
  }
  const std::string svg = figure.svg();
  EXPECT_EQ(count(svg, ">a &amp; b</text>"), 1U);
  EXPECT_EQ(count(svg, ">other</text>"), 1U);
  EXPECT_EQ(count(svg, "stroke=\"#0072b2\""), 3U);  // two lines, and the legend's
  EXPECT_EQ(count(svg, "stroke=\"#009e73\""), 2U);
  EXPECT_EQ(count(svg, "stroke-dasharray"), 3U);
}

TEST(Figure, draws_a_spread_as_a_band_under_the_median) {
  Figure figure({.width = 300, .panel_height = 100});
  Panel& panel = figure.add({.x = {0, 1}, .y = {0, 10}});
  panel.spread({0, 1}, {{1, 1}, {4, 6}, {9, kInf}}, {.series = 3}, Cover::everything);
  const std::string svg = figure.svg();
  std::smatch band;
  ASSERT_TRUE(std::regex_search(
      svg, band,
      std::regex("<path d=\"M0 90L[0-9.]+ 90L([0-9.]+) (-[0-9]+)L0 10Z\" fill=\"#cc79a7\"")))
      << svg;
  EXPECT_LT(std::stod(band[2]), -100);  // beyond the upper edge
  EXPECT_EQ(path_of(svg, "#cc79a7"), "M0 60L" + band[1].str() + " 40");
}

TEST(Figure, draws_level_lines_on_any_axes) {
  Figure figure({.width = 300, .panel_height = 100});
  Panel& panel = figure.add({.log_x = true, .x = {1, 100}, .y = {-1, 1}});
  panel.levels([](double x, double) { return x; }, {10});
  std::smatch xs;
  const std::string path = path_of(figure.svg(), "#777777");
  // Upright, at the middle of the logarithmic axis.
  ASSERT_TRUE(std::regex_search(path, xs, std::regex("^M([0-9.]+) (0|100)L([0-9.]+) ")));
  EXPECT_NEAR(std::stod(xs[1]), std::stod(xs[3]), 0.11);
  EXPECT_EQ(count(path, "M"), 1U);
}

TEST(Figure, has_marks_notes_and_texts_escaped) {
  Figure figure({.title = "A < B", .caption = "C & D"});
  Panel& panel = figure.add({.title = "E > F", .x_label = "\"x\"", .y_label = "y&"});
  for (const Mark mark : {Mark::dot, Mark::ring, Mark::cross, Mark::star}) {
    panel.mark(1, 1, mark);
  }
  panel.mark(std::nan(""), 1, Mark::dot);  // has no place
  panel.note(1, 2, "<here>");
  const std::string svg = figure.svg();
  for (const char* const text :
       {"A &lt; B", "C &amp; D", "E &gt; F", "&quot;x&quot;", "y&amp;", "&lt;here&gt;"}) {
    EXPECT_GE(count(svg, std::string(">") + text + "</t"), 1U) << text;
  }
  EXPECT_EQ(count(svg, "<circle"), 2U);
}

TEST(Figure, has_marks_at_the_edge_whole_and_none_beyond) {
  Figure figure;
  Panel& panel = figure.add({.x = {0, 1}, .y = {0, 1}});
  panel.mark(0, 1, Mark::ring);
  panel.mark(1.01, 0.5, Mark::ring);
  panel.mark(0.5, -0.01, Mark::ring);
  panel.line({0, 1}, {0, 1}, {});
  const std::string svg = figure.svg();
  EXPECT_EQ(count(svg, "<circle"), 1U);
  EXPECT_GT(svg.find("<circle"), svg.find("</svg>"));  // not in the window that cuts off
}

TEST(Figure, is_the_same_in_every_language) {
  const auto drawn = [] {
    Figure figure({.width = 300, .panel_height = 100});
    Panel& panel = figure.add({.x = {0, 1234.5}, .y = {0, 0.5}});
    panel.line({0, 1000.5}, {0.25, 0.375}, {.opacity = 0.25});
    panel.spread({0, 1}, {{1, 1}, {4, 6}, {9, 10}}, {.opacity = 0.75}, Cover::everything);
    return figure.svg();
  };
  const std::string usual = drawn();
  EXPECT_EQ(count(usual, "opacity=\"0.25\""), 1U);
  EXPECT_EQ(count(usual, "opacity=\"0.15\""), 1U);
  const test::CommaLocale german;
  EXPECT_EQ(drawn(), usual);
}

TEST(Figure, wraps_a_long_caption) {
  std::string caption;
  for (int i = 0; i < 60; ++i) {
    caption += "words ";
  }
  Figure figure({.caption = caption, .width = 400});
  figure.add().line({0, 1}, {0, 1}, {});
  EXPECT_GE(count(figure.svg(), ">words words"), 3U);
}

TEST(Figure, is_saved_as_the_document_that_it_is) {
  Figure figure;
  figure.add().line({0, 1}, {0, 1}, {.label = "a"});
  const std::string path =
      (std::filesystem::temp_directory_path() / "gradus_plot_test.svg").string();
  figure.save(path);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), figure.svg());
  std::filesystem::remove(path);
}

TEST(Figure, refuses_what_it_cannot_draw) {
  Figure figure;
  test::expect_error<ValueError>([&] { figure.svg(); },
                                 "Figure: there must be a panel, got none; add() one");
  Panel& panel = figure.add();
  test::expect_error<ValueError>([&] { figure.svg(); },
                                 "Figure: the x range of panel 1 must have a number to show, got "
                                 "none that is finite");
  test::expect_error<ShapeError>(
      [&] {
        panel.line({1, 2}, {1}, {});
      },
      "Panel::line: x and y must have as many numbers, at least 1, got 2 and 1");
  test::expect_error<ShapeError>(
      [&] { panel.band({}, {}, {}, {}); },
      "Panel::band: x and low must have as many numbers, at least 1, got 0 and 0");
  test::expect_error<ValueError>([&] { panel.line({1}, {1}, {.series = 21}); },
                                 "Panel::line: series must be -1 to 20, got 21");
  test::expect_error<ValueError>([&] { panel.line({1}, {1}, {.width = std::nan("")}); },
                                 "Panel::line: width must be above 0 and at most 100, got nan");
  test::expect_error<ValueError>([&] { panel.line({1}, {1}, {.opacity = 2}); },
                                 "Panel::line: opacity must be from 0 to 1, got 2");
  test::expect_error<ValueError>(
      [&] { panel.levels([](double, double) { return 0.0; }, {1}); },
      "Panel::levels: x and y of PanelOptions must be given, so that it is known where to look");
  Panel& map = figure.add({.x = {0, 1}, .y = {0, 1}});
  test::expect_error<ValueError>([&] { map.levels(nullptr, {1}); },
                                 "Panel::levels: f must be a function, got none");
  test::expect_error<ValueError>([&] { map.levels([](double, double) { return 0.0; }, {1}, 0); },
                                 "Panel::levels: cells must be 1 to 4096, got 0");
  test::expect_error<ValueError>([] { Figure({.columns = 0}); },
                                 "Figure: columns must be 1 to 12, got 0");
  test::expect_error<ValueError>([] { Figure({.width = kInf}); },
                                 "Figure: width must be 200 to 10000 pixels, got inf");
  test::expect_error<ValueError>([] { Figure({.panel_height = 0}); },
                                 "Figure: panel_height must be 50 to 10000 pixels, got 0");
}

}  // namespace
}  // namespace gradus::train
