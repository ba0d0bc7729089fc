// Explanations: their lines, their numbers, and that they are those of the real step.
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/elements.h>
#include <gradus/optim/explain.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/comma_locale.h"
#include "support/naive.h"
#include "support/rule_table.h"

namespace gradus {
namespace {

using optim::Adam;
using optim::explain;
using optim::Explanation;
using optim::Line;
using optim::Number;
using optim::Optimizer;
using optim::SGD;
using test::expect_error;

// The last one of that name.
const Line& line(const Explanation& e, std::size_t step, const std::string& name) {
  const std::vector<Line>& lines = e.steps.at(step).lines;
  const auto found = std::find_if(lines.rbegin(), lines.rend(),
                                  [&](const Line& each) { return each.name == name; });
  require<Error>(found != lines.rend(), "no line ", name);
  return *found;
}

// By hand: lr 0.1, betas 0.5 and 0.75, g = 2 then -4.
TEST(Explain, of_adam_has_the_numbers_that_one_gets_by_hand) {
  const Explanation e =
      explain(Adam{.lr = 0.1, .beta1 = 0.5, .beta2 = 0.75, .eps = 0}, 1.0, {2, -4});
  ASSERT_EQ(e.steps.size(), 2u);
  EXPECT_EQ(e.parameter, "w[0]");
  EXPECT_DOUBLE_EQ(line(e, 0, "rate").value, 0.2);  // 0.1 / (1 - 0.5)
  EXPECT_DOUBLE_EQ(line(e, 0, "m").value, 1);
  EXPECT_DOUBLE_EQ(line(e, 0, "v").value, 1);
  EXPECT_DOUBLE_EQ(line(e, 0, "divisor").value, 2);  // sqrt(1 / 0.25)
  EXPECT_DOUBLE_EQ(line(e, 0, "effective rate").value, 0.1);
  EXPECT_DOUBLE_EQ(line(e, 0, "w").value, 0.9);
  EXPECT_DOUBLE_EQ(line(e, 1, "rate").value, 0.1 / 0.75);
  EXPECT_DOUBLE_EQ(line(e, 1, "m").value, -1.5);
  EXPECT_DOUBLE_EQ(line(e, 1, "v").value, 4.75);
  EXPECT_DOUBLE_EQ(line(e, 1, "divisor").value, std::sqrt(4.75 / 0.4375));
  EXPECT_EQ(e.steps[1].gradient, -4);
  EXPECT_EQ(e.steps[1].before, line(e, 0, "w").value);
}

TEST(Explain, writes_formulas_in_symbols_and_numbers) {
  const Explanation e = explain(Adam{.lr = 0.1, .weight_decay = 0.5}, 1.0, {0.5});
  EXPECT_EQ(line(e, 0, "rate").formula, "lr / (1 - beta1^t)");
  EXPECT_EQ(line(e, 0, "rate").numbers, "0.1 / (1 - 0.9^1)");
  EXPECT_EQ(line(e, 0, "g").formula, "g + weight_decay * w");
  EXPECT_EQ(line(e, 0, "g").numbers, "0.5 + 0.5 * 1");
  EXPECT_EQ(line(e, 0, "m").formula, "beta1 * m + (1 - beta1) * g");
  EXPECT_EQ(line(e, 0, "m").numbers, "0.9 * 0 + (1 - 0.9) * 1");
  EXPECT_EQ(line(e, 0, "v").formula, "beta2 * v + (1 - beta2) * g * g");
  EXPECT_EQ(line(e, 0, "divisor").formula, "sqrt(v) * root + eps");
  EXPECT_EQ(line(e, 0, "w").formula, "w - effective rate * m");
}

// The formula is read, not printed from a template: another rule gives other lines.
struct Reader {
  static constexpr std::string_view name = "Reader";
  Number lr = 2, a = 3;
  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("a", self.a);
  }
  struct State {
    Tensor s;
    Number product = 1;
    static void fields(auto& self, auto&& visit) {
      visit("s", self.s);
      visit("product", self.product);
    }
  };
  void check() const {}
  void update(Number t, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.s, w);
    s.product = optim::named("product", s.product * pow(0.5, t * a));
    optim::update_elements(
        "Reader",
        [rule = *this, p = s.product](auto& wi, auto gi, auto& si) {
          const auto twice = optim::named("twice", 2.0 * rule.a);
          si = -gi - (rule.a - gi) * (1.0 - si) / (2.0 * gi);
          wi -=
              where(gi > 0.5 && si < 1.0, rule.lr * max(gi, 0.25), p * abs(sign(gi)) + 0.0 * twice);
        },
        w, g, s.s);
  }
};

TEST(Explain, reads_any_formula) {
  const Explanation e = explain(Reader{}, 1.0, {1, -1});
  EXPECT_EQ(line(e, 0, "product").formula, "product * 0.5^(t * a)");
  EXPECT_EQ(line(e, 0, "s").formula, "-g - (a - g) * (1 - s) / (2 * g)");
  EXPECT_EQ(line(e, 0, "s").numbers, "-1 - (3 - 1) * (1 - 0) / (2 * 1)");
  EXPECT_EQ(line(e, 0, "w").formula,
            "w - where(g > 0.5 && s < 1, lr * max(g, 0.25), product * abs(sign(g)) + 0 * twice)");
  EXPECT_EQ(line(e, 0, "s").value, -2);
  EXPECT_EQ(e.steps[0].lines.size(), 4u);  // product, twice, s and w, each once
  EXPECT_EQ(line(e, 0, "w").value, -1);
  EXPECT_EQ(line(e, 1, "product").value, 0.125 * 0.015625);
  EXPECT_EQ(line(e, 1, "s").numbers, "-(-1) - (3 - (-1)) * (1 - (-2)) / (2 * (-1))");
}

// Whatever is printed is what happened, to the last bit, in f32 as well.
TEST(Explain, ends_in_the_bits_of_the_real_step) {
  test::for_each_rule([](const auto& rule) {
    for (const Dtype dtype : {f32, f64}) {
      Rng rng(3);
      const Tensor w = convert(randn({4, 5}, rng), dtype).set_requires_grad();
      const Tensor twin = w.clone().set_requires_grad();
      Optimizer explained({{"w", w}}, rule);
      Optimizer plain({{"w", twin}}, rule);
      for (int t = 0; t < 4; ++t) {
        const Tensor g = convert(randn({4, 5}, rng), dtype);
        w.set_grad(g);
        twin.set_grad(g);
        const Explanation e = explained.explain_step("w", {2, 3});
        plain.step();
        ASSERT_EQ(convert(w, f64).to_vector<double>(), convert(twin, f64).to_vector<double>())
            << test::describe(rule) << ": explaining changed the step";
        const double real = convert(w, f64).to_vector<double>()[13];
        EXPECT_EQ(e.steps[0].after, real);
        EXPECT_EQ(line(e, 0, "w").value, real) << test::describe(rule) << " step " << t;
      }
    }
  });
}

TEST(Explain, leaves_no_trace_in_the_state) {
  const Tensor a = full({1}, 1, f64).set_requires_grad();
  Optimizer opt({{"a", a}}, Reader{});
  a.set_grad(ones({1}, f64));
  opt.explain_step("a", {0});
  EXPECT_EQ(opt.groups()[0].entries[0].state.product.term().text, 0);
  EXPECT_EQ(opt.steps(), 1);
}

TEST(Explain, refuses_what_there_is_not_and_takes_no_step) {
  const Tensor a = ones({2, 3}).set_requires_grad();
  Optimizer opt({{"a", a}}, SGD{});
  expect_error<ValueError>([&] { opt.explain_step("b", {0}); },
                           "SGD: explain_step: there is no parameter 'b'; its parameters are a");
  expect_error<IndexError>([&] { opt.explain_step("a", {0}); },
                           "SGD: explain_step: 'a' has 2 dimensions, got 1 indices");
  expect_error<IndexError>(
      [&] {
        opt.explain_step("a", {0, 3});
      },
      "SGD: explain_step: 'a' of shape [2, 3] has no element [0,3]");
  expect_error<ValueError>(
      [&] {
        opt.explain_step("a", {0, 0});
      },
      "SGD: explain_step: 'a' must have a gradient; call backward() first");
  EXPECT_EQ(opt.steps(), 0);
}

TEST(Explain, prints_as_text_markdown_and_json) {
  const Explanation e = explain(SGD{.lr = 0.5}, 1.0, {0.25});
  EXPECT_EQ(to_text(e),
            "SGD, lr 0.5, momentum 0, dampening 0, weight_decay 0, decoupled_weight_decay 0,\n"
            "  nesterov 0, maximize 0, lr_in_buffer 0\n"
            "\n"
            "step 1 of w[0]: w = 1, g = 0.25\n"
            "  effective rate <- lr\n"
            "                  = 0.5\n"
            "  w              <- w - effective rate * g\n"
            "                  = 1 - 0.5 * 0.25\n"
            "                  = 0.875\n"
            "  step            = -0.125, w = 0.875\n");
  const std::string markdown = to_markdown(e);
  EXPECT_NE(markdown.find("| w | `w - effective rate * g` | `1 - 0.5 * 0.25` | 0.875 |\n"),
            std::string::npos)
      << markdown;
  const std::string json = to_json(e);
  EXPECT_NE(json.find("{\"name\": \"w\", \"formula\": \"w - effective rate * g\", \"numbers\": "
                      "\"1 - 0.5 * 0.25\", \"value\": 0.875}"),
            std::string::npos)
      << json;
  const std::string nan = to_json(explain(SGD{.lr = 0.5}, 1.0, {NAN}));
  EXPECT_NE(nan.find("\"gradient\": \"nan\""), std::string::npos) << nan;
}

TEST(Explain, prints_the_same_in_every_language) {
  const auto texts = [] {
    const Explanation e = explain(Adam{.lr = 1234.5}, 1.0, {0.25, NAN});
    return to_text(e) + to_markdown(e) + to_json(e);
  };
  const std::string usual = texts();
  const test::CommaLocale german;
  EXPECT_EQ(texts(), usual);
}

TEST(Explain, collects_one_value_for_all_elements) {
  const Tensor a = ones({2, 2}).set_requires_grad();
  Optimizer opt({{"a", a}}, Adam{.lr = 0.5, .eps = 0});
  a.set_grad(tensor({{1, -2}, {4, 8}}));
  const auto rates = opt.values_of("effective rate");
  // At the first step rate / divisor = (lr / 0.1) / |g|.
  EXPECT_NEAR(rates.at("a")[0], 5, 1e-5);
  EXPECT_NEAR(rates.at("a")[1], 2.5, 1e-5);
  EXPECT_NEAR(rates.at("a")[3], 0.625, 1e-6);
  EXPECT_EQ(a.to_vector(), (std::vector<float>{1, 1, 1, 1}));  // no step was taken
  EXPECT_EQ(opt.steps(), 0);
  EXPECT_FALSE(opt.groups()[0].entries[0].state.m);
  expect_error<ValueError>([&] { opt.values_of("nonsense"); },
                           "Adam: its formula calls nothing 'nonsense'");
}

TEST(Explain, sees_what_a_schedule_will_set) {
  const Tensor a = ones({1}).set_requires_grad();
  const Tensor nothing = ones({0}).set_requires_grad();
  Optimizer opt({{"a", a}, {"nothing", nothing}}, SGD{.lr = 0.125});
  a.set_grad(ones({1}));
  nothing.set_grad(ones({0}));
  opt.schedule("lr", [](Index s) { return s == 0 ? 0.5 : 0.25; });
  EXPECT_EQ(opt.values_of("effective rate").at("a"), std::vector<double>{0.5});
  EXPECT_EQ(opt.groups()[0].rule.lr, 0.125);
  opt.step();
  EXPECT_EQ(opt.values_of("effective rate").at("a"), std::vector<double>{0.25});
}

TEST(Explain, calls_a_strided_gradient_g) {
  const Tensor a = ones({2, 3}).set_requires_grad();
  Optimizer opt({{"a", a}}, SGD{.lr = 0.5, .momentum = 0.5});
  a.set_grad(core::transpose(ones({3, 2}), 0, 1));
  EXPECT_EQ(line(opt.explain_step("a", {1, 2}), 0, "momentum_buffer").formula, "g");
}

}  // namespace
}  // namespace gradus
