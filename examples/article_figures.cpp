// Draws what the wrong formulas of docs/adam_and_rmsprop.md do, beside the right ones.
//
//   build/release/examples/article_figures [folder]        docs/figures unless given
//
// The wrong formulas are in the tests, so that nobody takes them for the library's.
#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gradus/train/plot.h>

#include <cmath>
#include <cstdio>

#include "../tests/optim/article_rules.h"
#include "../tests/optim/article_runs.h"
#include "../tests/optim/article_xor.h"
#include "figure_path.h"

using namespace gradus;
using namespace gradus::test::article;
using optim::Adam;
using optim::RMSprop;
using train::counting;
using train::Figure;
using train::Panel;
using train::Style;

namespace {

const Style kRight = {.label = "right", .series = 0};
const Style kPrinted = {.label = "as printed", .series = 1};

/// A line over the steps 1, 2, ...
void over_steps(Panel& panel, const Numbers& y, const Style& style) {
  panel.line(counting(y.size(), 1), y, style);
}
/// A line over the number of steps taken: 0, 1, ...
void over_places(Panel& panel, const Numbers& y, const Style& style) {
  panel.line(counting(y.size()), y, style);
}

/// The panel of a walk down a bowl.
Panel& places(Figure& figure, const char* title, const char* y_label = "w", train::Range y = {}) {
  return figure.add({.title = title, .x_label = "steps", .y_label = y_label, .y = y});
}
/// The panel of the lengths of steps, in lr; with x the steps are on a logarithmic axis.
Panel& lengths(Figure& figure, const std::string& title, train::Range y, train::Range x = {}) {
  return figure.add({.title = title,
                     .x_label = "step",
                     .y_label = "its length in lr",
                     .log_x = x.is_given(),
                     .x = x,
                     .y = y});
}

template <class R>
Numbers from(double start, const R& rule, int n) {
  return descend(rule, {start}, n, bowl)[0];
}

Numbers running_sum(const Numbers& x) {
  Numbers sums;
  double sum = 0;
  for (const double each : x) {
    sums.push_back(sum += each);
  }
  return sums;
}

Figure stored_corrections() {
  Figure figure({.columns = 2, .panel_height = 220});
  Panel& panel = figure.add({.title = "The corrected average of g^2, every gradient is 1",
                             .x_label = "step",
                             .y_label = "corrected v",
                             .log_y = true});
  Numbers v = averages(Adam{}, "v", repeat(1, 10));
  for (std::size_t t = 1; t <= v.size(); ++t) {
    v[t - 1] /= 1 - std::pow(0.999, t);
  }
  over_steps(panel, v, kRight);
  over_steps(panel, averages(StoredCorrections{}, "v", repeat(1, 10)), kPrinted);
  Panel& w = places(figure, "Down w^2 / 2 from 1, lr = 0.01");
  over_places(w, from(1, Adam{.lr = 0.01}, 400), kRight);
  over_places(w, from(1, StoredCorrections{{.lr = 0.01}}, 400), kPrinted);
  return figure;
}

Figure exponent_too_high() {
  Figure figure({.columns = 2, .panel_height = 220});
  for (const std::size_t n : {20U, 400U}) {
    Panel& panel =
        lengths(figure, "Every gradient is 1: " + std::to_string(n) + " steps", {0.7, 1.05});
    over_steps(panel, steps_in_rates(Adam{}, repeat(1, n)), kRight);
    over_steps(panel, steps_in_rates(ExponentTooHigh{}, repeat(1, n)), kPrinted);
  }
  return figure;
}

Figure uncorrected() {
  Figure figure({.columns = 2, .panel_height = 220});
  Panel& panel = lengths(figure, "Every gradient is 1", {0, 7}, {1, 5000});
  over_steps(panel, steps_in_rates(Adam{}, repeat(1, 5000)), kRight);
  over_steps(panel, steps_in_rates(Uncorrected{}, repeat(1, 5000)), kPrinted);
  Panel& w = places(figure, "Down w^2 / 2 from 1, lr = 0.01");
  over_places(w, from(1, Adam{.lr = 0.01}, 400), kRight);
  over_places(w, from(1, Uncorrected{{.lr = 0.01}}, 400), kPrinted);
  return figure;
}

Figure first_steps() {
  Figure figure({.width = 560, .panel_height = 220});
  Panel& panel = lengths(figure, "Every gradient is 1", {0, 11}, {1, 1000});
  const Numbers ones = repeat(1, 1000);
  over_steps(panel, steps_in_rates(Adam{}, ones), {.label = "Adam", .series = 0});
  over_steps(panel, steps_in_rates(RMSprop{.alpha = 0.9}, ones),
             {.label = "RMSprop, rho = 0.9", .series = 2});
  over_steps(panel, steps_in_rates(RMSprop{.alpha = 0.99}, ones),
             {.label = "RMSprop, rho = 0.99", .series = 3});
  return figure;
}

/// What eps does where the gradient is a steady g: the step after many, over the size of g.
Figure eps_floor() {
  Numbers sizes;
  for (double power = -12; power < 2.01; power += 0.125) {
    sizes.push_back(std::pow(10, power));
  }
  const auto line = [&](Panel& panel, const RMSprop& rule, bool as_rate, const Style& style) {
    Numbers y;
    for (const double g : sizes) {
      const double step = steps_in_rates(rule, repeat(g, 300)).back();
      y.push_back(as_rate ? step / g : step);
    }
    panel.line(sizes, y, style);
  };
  Figure figure({.columns = 2, .panel_height = 240});
  Panel& rate = figure.add({.title = "The coordinate's rate, 1 / (sqrt(v) + eps)",
                            .x_label = "size of the gradient",
                            .y_label = "effective rate in lr",
                            .log_x = true,
                            .log_y = true});
  Panel& step = figure.add({.title = "The step, in three libraries",
                            .x_label = "size of the gradient",
                            .y_label = "length in lr",
                            .log_x = true,
                            .log_y = true,
                            .x = {1e-12, 100},
                            .y = {1e-6, 2}});
  line(rate, {.alpha = 0.9, .eps = 1e-8}, true, {.label = "eps = 1e-8", .series = 0});
  line(rate, {.alpha = 0.9, .eps = 1e-4}, true, {.label = "eps = 1e-4", .series = 2});
  line(rate, {.alpha = 0.9, .eps = 1}, true, {.label = "eps = 1", .series = 3});
  line(step, {.alpha = 0.9, .eps = 1e-8}, false, {.label = "PyTorch: sqrt(v) + 1e-8", .series = 0});
  line(step, {.alpha = 0.9, .eps = 1e-10, .eps_in_root = true}, false,
       {.label = "TensorFlow 1: sqrt(v + 1e-10)", .series = 5});
  line(step, {.alpha = 0.9, .eps = 1e-7, .eps_in_root = true}, false,
       {.label = "Keras: sqrt(v + 1e-7)", .series = 4});
  return figure;
}

Figure square_in_numerator() {
  Figure figure({.columns = 2, .panel_height = 220});
  for (const double start : {1.0, -1.0}) {
    Panel& panel = places(figure, start > 0 ? "Down w^2 / 2 from 1" : "Down w^2 / 2 from -1");
    over_places(panel, from(start, RMSprop{.alpha = 0.9}, 300), kRight);
    over_places(panel, from(start, SquareInNumerator{}, 300), kPrinted);
  }
  return figure;
}

Figure mean_of_gradient() {
  const Style wrong = {.label = "with the mean of the gradient", .series = 1};
  Figure figure({.columns = 2, .panel_height = 220});
  Panel& panel = lengths(figure, "Gradients 1, -1, 1, -1, ...", {0, 110});
  const auto alternating = [](const auto& rule) {
    Numbers gradients, steps;
    for (int t = 0; t < 60; ++t) {
      gradients.push_back(t % 2 == 0 ? 1 : -1);
    }
    for (const double step : steps_in_rates(rule, gradients)) {
      steps.push_back(std::fabs(step));
    }
    return steps;
  };
  over_steps(panel, alternating(RMSprop{.alpha = 0.9}), kRight);
  over_steps(panel, alternating(MeanOfGradient{}), wrong);
  Panel& w = places(figure, "Down w^2 / 2 from 1, lr = 0.01");
  over_places(w, from(1, RMSprop{.alpha = 0.9}, 400), kRight);
  over_places(w, from(1, MeanOfGradient{}, 400), wrong);
  return figure;
}

Figure mean_over_coordinates() {
  Figure figure({.columns = 2, .panel_height = 220});
  Numbers gradients = repeat(1, 40);
  gradients.resize(80, 0.1);
  Panel& panel = lengths(figure, "One coordinate: 40 gradients of 1, then of 0.1", {0, 3.5});
  over_steps(panel, steps_in_rates(RMSprop{.alpha = 0.9}, gradients), kRight);
  over_steps(panel, steps_in_rates(MeanOverCoordinates{}, gradients), kPrinted);
  Panel& b = places(figure, "Two: down 50 a^2 + b^2 / 2 from (1, 1)", "b");
  const auto slope = [](const Numbers& at) { return Numbers{100 * at[0], at[1]}; };
  over_places(b, descend(RMSprop{.alpha = 0.9}, {1, 1}, 150, slope)[1], kRight);
  over_places(b, descend(MeanOverCoordinates{}, {1, 1}, 150, slope)[1], kPrinted);
  return figure;
}

/// The weights of the linear fit, and where they ought to go.
template <class R>
void draw_fit(Figure& figure, const char* title, const R& rule) {
  Panel& panel = places(figure, title, "weight", {-1.6, 2.2});
  const auto rows = descend(rule, {1, 2, -0.5}, 400, linear_fit);
  constexpr const char* names[] = {"w0", "w1", "w2"};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Style style = {.label = names[i], .series = 2 + int(i)};
    over_places(panel, rows[i], style);
    panel.mark(410, kTrueWeights[i], train::Mark::ring, style);
  }
}

Figure output_as_gradient() {
  Figure figure(
      {.caption = "Rings: the weights that fit the data.", .columns = 2, .panel_height = 220});
  draw_fit(figure, "Right: the slope of the squared error", RMSprop{.alpha = 0.9});
  draw_fit(figure, "As printed: the model's output", OutputAsGradient{});
  return figure;
}

Figure zero_start() {
  Figure figure(
      {.caption = "Units that start equal end at a loss of 0.25, that of answering 1/2 always.",
       .columns = 2,
       .panel_height = 220});
  Panel& fit = places(figure, "A linear fit from zero", "w0");
  over_places(fit, descend(RMSprop{.alpha = 0.9}, {0, 0, 0}, 150, linear_fit)[0], kRight);
  over_places(fit, descend(OutputAsGradient{}, {0, 0, 0}, 150, linear_fit)[0], kPrinted);
  Panel& loss =
      places(figure, "Exclusive or, 8 hidden units, Adam", "mean squared error", {0, 0.6});
  over_places(loss, learn_xor(Start::random).losses, {.label = "random start", .series = 2});
  over_places(loss, learn_xor(Start::equal).losses, {.label = "all weights 0.1", .series = 3});
  over_places(loss, learn_xor(Start::zeros).losses, {.label = "all weights 0", .series = 5});
  return figure;
}

Figure zero_gradients() {
  const Style adam = {.label = "Adam", .series = 0}, rmsprop = {.label = "RMSprop", .series = 2},
              wrong = {.label = "article B", .series = 1},
              momentum = {.label = "SGD, momentum 0.9", .series = 3};
  Numbers gradients = repeat(0, 51);
  gradients[0] = 1;
  const auto gone = [&](const auto& rule) { return running_sum(steps_in_rates(rule, gradients)); };
  Figure figure({.columns = 2, .panel_height = 220});
  Panel& v = figure.add({.title = "v after one gradient of 1, then zeros",
                         .x_label = "step",
                         .y_label = "v",
                         .log_y = true});
  over_steps(v, averages(RMSprop{.alpha = 0.9}, "square_avg", gradients), rmsprop);
  over_steps(v, averages(KeptAtZero{}, "v", gradients), wrong);
  Panel& w = figure.add({.title = "How far the parameter has gone by then",
                         .x_label = "step",
                         .y_label = "distance in lr",
                         .y = {0, 11}});
  over_steps(w, gone(optim::SGD{.momentum = 0.9}), momentum);
  over_steps(w, gone(Adam{}), adam);
  over_steps(w, gone(RMSprop{.alpha = 0.9}), rmsprop);
  over_steps(w, gone(SquareInNumerator{}), wrong);
  return figure;
}

struct Named {
  const char* name;
  Figure (*draw)();
};
constexpr Named kFigures[] = {
    {"adam_stored_corrections", stored_corrections},
    {"adam_exponent_too_high", exponent_too_high},
    {"adam_uncorrected", uncorrected},
    {"rmsprop_first_steps", first_steps},
    {"eps_floor", eps_floor},
    {"rmsprop_square_in_numerator", square_in_numerator},
    {"rmsprop_mean_of_gradient", mean_of_gradient},
    {"rmsprop_mean_over_coordinates", mean_over_coordinates},
    {"rmsprop_output_as_gradient", output_as_gradient},
    {"zero_start", zero_start},
    {"zero_gradients", zero_gradients},
};

}  // namespace

int main(int argc, char** argv) try {
  const std::string folder = figure_path(argc, argv, "docs/figures", "folder");
  for (const Named& figure : kFigures) {
    const std::string path = folder + "/" + figure.name + ".svg";
    figure.draw().save(path);
    std::printf("%s\n", path.c_str());
  }
} catch (...) {
  std::fprintf(stderr, "article_figures: %s\n", caught_message());
  return 1;
}
