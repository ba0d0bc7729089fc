// Both forms of linear passes: through BLAS level 1, and as one pass of the element loop.
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gradus/optim/adafactor.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/linear_update.h>
#include <gradus/optim/muon.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/rule_table.h"
#include "support/sanitizer.h"

namespace gradus {
namespace {

using optim::ForceLinearForm;
using optim::LinearForm;
using optim::update_linear;

// A size of one number, of one piece, of several, and with a rest that fills no vector.
const std::vector<Shape> kMatrices = {{1, 1}, {1, 7}, {40, 25}, {149, 337}};

template <class T>
std::vector<T> numbers(const Tensor& x) {
  return x.to_vector<T>();
}

// Three steps of a rule from the same start, all of its linear passes in one form.
template <class R>
std::vector<std::vector<double>> run(const R& rule, LinearForm form, const Shape& shape,
                                     Dtype dtype) {
  const ForceLinearForm forced(form);
  Rng rng(3);
  Tensor w = convert(randn(shape, rng), dtype);
  typename R::State state;
  std::vector<std::vector<double>> seen;
  for (Index t = 1; t <= 3; ++t) {
    rule.update(t, w, convert(randn(shape, rng), dtype), state);
    seen.push_back(convert(w, f64).to_vector<double>());
    R::State::fields(state, [&](const char*, const auto& slot) {
      if (slot) {
        seen.push_back(convert(slot, f64).template to_vector<double>());
      }
    });
  }
  return seen;
}

TEST(LinearUpdate, of_every_rule_that_has_one_agrees_in_both_forms) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "a minute of arithmetic that other tests run, too";
  }
  const auto compare = []<class R>(const R& rule) {
    for (const Dtype dtype : {f32, f64}) {
      for (const Shape& shape : kMatrices) {
        const auto blas = run(rule, LinearForm::blas, shape, dtype);
        const auto pass = run(rule, LinearForm::one_pass, shape, dtype);
        ASSERT_EQ(blas.size(), pass.size());
        // Three steps of a few roundings; with Muon, and where steps depend on norms, they pass
        // through what amplifies them.
        const double allowed = (R::name == "Muon" ? 100 : 10) * (dtype == f32 ? 1.2e-7 : 2.3e-16);
        for (std::size_t k = 0; k < blas.size(); ++k) {
          for (std::size_t i = 0; i < blas[k].size(); ++i) {
            ASSERT_NEAR(blas[k][i], pass[k][i], allowed * (4 + std::fabs(pass[k][i])))
                << test::describe(rule) << ", shape " << shape[0] << " x " << shape[1];
          }
        }
      }
    }
  };
  const auto compare_rows = [&]<class R>(const R&) {
    for (const R& rule : test::rows<R>()) {
      compare(rule);
    }
  };
  compare_rows(optim::SGD());
  compare_rows(optim::LARS());
  compare_rows(optim::LAMB());
  compare_rows(optim::Adafactor());
  compare_rows(optim::Muon());
}

TEST(LinearUpdate, through_blas_is_its_formula) {
  const auto momentum = [](auto& w, auto g, auto& b) {
    b = 0.5 * b + 0.25 * (g + 2.0 * w);
    w -= 0.5 * b;
  };
  Tensor w = from_vector<double>({1, 2}, {2});
  Tensor b = from_vector<double>({0.5, -1}, {2});
  const Tensor g = from_vector<double>({4, 8}, {2});
  update_linear(LinearForm::blas, "test", momentum, w, g, b);
  EXPECT_EQ(numbers<double>(b), (std::vector<double>{1.75, 2.5}));  // 0.5 b + 0.25 g + 0.5 w
  EXPECT_EQ(numbers<double>(w), (std::vector<double>{0.125, 0.75}));
  EXPECT_EQ(numbers<double>(g), (std::vector<double>{4, 8}));
}

TEST(LinearUpdate, through_blas_writes_what_it_does_not_read) {
  Tensor d = full({3}, NAN);
  const Tensor g = from_vector<float>({1, 2, 3}, {3});
  Tensor b = from_vector<float>({4, 8, 16}, {3});
  update_linear(
      LinearForm::blas, "test",
      [](auto& di, auto gi, auto& bi) {
        bi = 0.5 * bi + gi;
        di = 2.0 * gi + 0.5 * bi;
      },
      d, g, b);
  EXPECT_EQ(numbers<float>(b), (std::vector<float>{3, 6, 11}));
  EXPECT_EQ(numbers<float>(d), (std::vector<float>{3.5, 7, 11.5}));
}

// The record knows what BLAS can do.
TEST(LinearUpdate, is_one_pass_where_a_formula_is_not_linear) {
  const auto result = [](const auto& formula) {
    Tensor w = from_vector<double>({1, 2}, {2});
    const Tensor g = from_vector<double>({4, 8}, {2});
    update_linear(LinearForm::blas, "test", formula, w, g);
    return numbers<double>(w);
  };
  EXPECT_EQ(result([](auto& w, auto g) { w = w * g; }), (std::vector<double>{4, 16}));
  EXPECT_EQ(result([](auto& w, auto g) { w = w / g; }), (std::vector<double>{0.25, 0.25}));
  EXPECT_EQ(result([](auto& w, auto g) { w = g + 1.0; }), (std::vector<double>{5, 9}));
  EXPECT_EQ(result([](auto& w, auto) { w = 3.0; }), (std::vector<double>{3, 3}));
  const auto with_old = [](auto& w, auto g) {
    const auto old = 2.0 * w;
    w = g;
    w += old;  // of which the value is gone
  };
  EXPECT_EQ(result(with_old), (std::vector<double>{6, 12}));
  const auto often = [](auto& w, auto g) {
    for (int i = 0; i < 10; ++i) {
      w += g;
    }
  };
  EXPECT_EQ(result(often), (std::vector<double>{41, 82}));
}

TEST(LinearUpdate, never_hides_a_nan_behind_a_factor_of_zero) {
  for (const double rate : {0.0, 1e-60}) {  // the second is 0 in f32
    Tensor w = from_vector<float>({1, 2}, {2});
    const Tensor g = from_vector<float>({NAN, 5}, {2});
    update_linear(
        LinearForm::blas, "test", [rate](auto& wi, auto gi) { wi -= rate * gi; }, w, g);
    EXPECT_TRUE(std::isnan(numbers<float>(w)[0]));
    EXPECT_EQ(numbers<float>(w)[1], 2);
  }
}

TEST(LinearUpdate, counts_a_change_of_what_it_writes_alone) {
  Tensor w = zeros({4});
  Tensor g = zeros({4});
  const std::uint64_t before = w.storage().version();
  const std::uint64_t beside = g.storage().version();
  update_linear(
      LinearForm::blas, "test", [](auto& wi, auto gi) { wi -= 0.5 * gi; }, w, g);
  EXPECT_NE(w.storage().version(), before);
  EXPECT_EQ(g.storage().version(), beside);
}

TEST(LinearUpdate, takes_strided_tensors_and_refuses_others_as_any_pass) {
  const auto half = [](auto& w, auto g) { w -= 0.5 * g; };
  Tensor w = from_vector<double>({1, 2, 3, 4}, {2, 2});
  const Tensor turned = core::transpose(from_vector<double>({2, 4, 6, 8}, {2, 2}), 0, 1);
  update_linear(LinearForm::blas, "test", half, w, turned);
  EXPECT_EQ(numbers<double>(w), (std::vector<double>{0, -1, 1, 0}));
  EXPECT_THROW(update_linear(LinearForm::blas, "test", half, w, zeros({3}, f64)), ShapeError);
  EXPECT_THROW(update_linear(LinearForm::blas, "test", half, w, zeros({2, 2})), DtypeError);
}

}  // namespace
}  // namespace gradus
