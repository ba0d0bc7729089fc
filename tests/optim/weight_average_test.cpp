#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gradus/optim/weight_average.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using optim::Ema;
using optim::Swa;
using test::expect_error;
using V = std::vector<float>;

Parameter leaf(const std::string& name, const Tensor& values) {
  return {name, values.clone().set_requires_grad()};
}

void set(const Tensor& x, const Tensor& values) {
  const NoGrad numbers_only;
  copy(x, values);
}

V values(const optim::WeightAverage& average, std::size_t k = 0) {
  return average.averages()[k].tensor.to_vector();
}

TEST(Ema, first_copies_and_then_forgets_by_its_decay) {
  const Parameter p = leaf("w", tensor({8, -4}));
  Ema ema({p}, 0.75);
  ema.update();
  EXPECT_EQ(values(ema), (V{8, -4}));
  set(p.tensor, tensor({0, 4}));
  ema.update();
  EXPECT_EQ(values(ema), (V{6, -2}));  // 0.75 * 8, 0.75 * -4 + 0.25 * 4
  ema.update();
  EXPECT_EQ(values(ema), (V{4.5, -0.5}));
  EXPECT_EQ(ema.updates(), 3);
  EXPECT_EQ(p.tensor.to_vector(), (V{0, 4}));
}

TEST(Ema, with_decay_0_is_the_last_weight) {
  const Parameter p = leaf("w", tensor({1e30}));
  Ema ema({p}, 0);
  ema.update();
  set(p.tensor, tensor({3}));
  ema.update();
  EXPECT_EQ(values(ema), (V{3}));
}

TEST(Ema, of_a_weight_that_rests_is_that_weight) {
  Rng rng(3);
  const Parameter p = leaf("w", randn({1000}, rng));
  for (const double decay : {0.3, 0.9999}) {
    Ema ema({p}, decay);
    for (int i = 0; i < 100; ++i) {
      ema.update();
    }
    EXPECT_EQ(values(ema), p.tensor.to_vector()) << decay;
  }
}

TEST(Ema, warms_up_by_the_number_of_updates) {
  const Parameter p = leaf("w", from_vector<double>({11}, {1}));
  Ema ema({p}, 0.2, true);
  ema.update();
  EXPECT_DOUBLE_EQ(ema.next_decay(), 2.0 / 11);  // n = 1
  set(p.tensor, zeros({1}, f64));
  ema.update();
  EXPECT_DOUBLE_EQ(ema.averages()[0].tensor.item(), 2);
  EXPECT_DOUBLE_EQ(ema.next_decay(), 0.2);  // 3/12 is above it
  ema.update();
  EXPECT_DOUBLE_EQ(ema.averages()[0].tensor.item(), 0.4);
  EXPECT_EQ(Ema({p}, 0.2).next_decay(), 0.2);
}

TEST(Swa, is_the_mean_of_all_weights_it_has_seen) {
  const Parameter p = leaf("w", tensor({0, 0}));
  Swa swa({p});
  for (const float w : {4.0F, 8.0F, 0.0F, 20.0F}) {
    set(p.tensor, full({2}, w));
    swa.update();
  }
  EXPECT_EQ(values(swa), (V{8, 8}));
  EXPECT_EQ(swa.updates(), 4);
}

TEST(Swa, stays_a_mean_over_many_updates) {
  const Parameter p = leaf("w", zeros({1}, f64));
  Swa swa({p});
  long double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double w = std::sin(i) + 3;
    sum += w;
    set(p.tensor, full({1}, w, f64));
    swa.update();
  }
  EXPECT_NEAR(swa.averages()[0].tensor.item(), double(sum / 10'000), 1e-12);
}

TEST(WeightAverage, keeps_its_averages_apart_from_the_weights) {
  const Parameter p = leaf("w", tensor({1}));
  Swa swa({p});
  swa.update();
  set(p.tensor, tensor({9}));
  EXPECT_EQ(values(swa), (V{1}));
  EXPECT_FALSE(swa.averages()[0].tensor.requires_grad());
  EXPECT_EQ(swa.averages()[0].name, "w");
}

TEST(WeightAverage, swap_lends_the_averages_and_gives_the_weights_back) {
  const Parameters p = {leaf("a", tensor({1, 2})), leaf("b", full({}, 3, f64))};
  Swa swa(p);
  swa.update();
  set(p[0].tensor, tensor({3, 6}));
  set(p[1].tensor, full({}, 7, f64));
  swa.update();
  {
    const auto swapped = swa.swap();
    EXPECT_EQ(p[0].tensor.to_vector(), (V{2, 4}));
    EXPECT_EQ(p[1].tensor.item(), 5);
    set(p[0].tensor, tensor({100, 100}));  // whoever does this spoils neither
  }
  EXPECT_EQ(p[0].tensor.to_vector(), (V{3, 6}));
  EXPECT_EQ(p[1].tensor.item(), 7);
  EXPECT_EQ(values(swa), (V{2, 4}));
}

TEST(WeightAverage, swap_gives_the_weights_back_when_the_scope_throws) {
  const Parameter p = leaf("w", tensor({1}));
  Ema ema({p}, 0.5);
  ema.update();
  set(p.tensor, tensor({2}));
  try {
    const auto swapped = ema.swap();
    EXPECT_EQ(p.tensor.to_vector(), (V{1}));
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(p.tensor.to_vector(), (V{2}));
  ema.update();  // and it is not thought to be swapped
  EXPECT_EQ(values(ema), (V{1.5}));
}

TEST(WeightAverage, swap_is_a_change_that_graphs_notice) {
  const Parameter p = leaf("w", tensor({3}));
  Swa swa({p});
  swa.update();
  const Tensor y = sum(p.tensor * p.tensor);
  { const auto swapped = swa.swap(); }
  EXPECT_THROW(y.backward(), GraphError);
}

TEST(WeightAverage, refuses_what_cannot_be_done_while_swapped) {
  const Parameter p = leaf("w", tensor({1}));
  Ema ema({p}, 0.5);
  ema.update();
  const auto swapped = ema.swap();
  const std::string rest =
      " must not be called while the parameters hold the averages; let the result of swap() go "
      "first";
  expect_error<ValueError>([&] { ema.update(); }, "Ema: update()" + rest);
  expect_error<ValueError>([&] { auto again = ema.swap(); }, "Ema: swap()" + rest);
  expect_error<ValueError>([&] { ema.copy_to({p}); }, "Ema: copy_to()" + rest);
  EXPECT_EQ(ema.updates(), 1);
}

TEST(WeightAverage, refuses_to_show_averages_before_there_are_any) {
  const Parameter p = leaf("w", tensor({1}));
  Swa swa({p});
  const std::string rest = " must come after update(), got no update so far";
  expect_error<ValueError>([&] { swa.averages(); }, "Swa: averages()" + rest);
  expect_error<ValueError>([&] { swa.copy_to({p}); }, "Swa: copy_to()" + rest);
  expect_error<ValueError>([&] { auto swapped = swa.swap(); }, "Swa: swap()" + rest);
}

TEST(WeightAverage, copies_to_another_model_by_name) {
  const Parameters p = {leaf("a", tensor({1, 2})), leaf("b", tensor({3}))};
  Swa swa(p);
  swa.update();
  const Parameters other = {leaf("b", tensor({0})), leaf("a", tensor({0, 0}))};
  swa.copy_to(other);
  EXPECT_EQ(other[0].tensor.to_vector(), (V{3}));
  EXPECT_EQ(other[1].tensor.to_vector(), (V{1, 2}));
  set(p[0].tensor, tensor({3, 4}));
  swa.update();
  swa.copy_to(p);
  EXPECT_EQ(p[0].tensor.to_vector(), (V{2, 3}));
}

TEST(WeightAverage, copies_to_all_or_to_none) {
  Swa swa({leaf("a", tensor({1, 2})), leaf("b", tensor({3}))});
  swa.update();
  const Parameter a = leaf("a", tensor({0, 0}));
  const auto to = [&](const Parameter& second) {
    return [&swa, a, second] { swa.copy_to({a, second}); };
  };
  expect_error<ValueError>(to(leaf("c", tensor({0}))),
                           "Swa: copy_to() needs a parameter 'b', got none of that name");
  expect_error<ShapeError>(to(leaf("b", tensor({0, 0}))),
                           "Swa: average of 'b' must have the parameter's shape [2], got [1]");
  expect_error<DtypeError>(to(leaf("b", zeros({1}, f64))),
                           "Swa: average of 'b' must have the parameter's dtype f64, got f32");
  expect_error<ValueError>(to(leaf("a", tensor({0, 0}))),
                           "Swa: names of parameters must differ, got 'a' twice");
  expect_error<ValueError>(to({"b", Tensor()}), "Swa: parameter 'b' must be defined");
  expect_error<ValueError>(
      [&] {
        swa.copy_to({a, leaf("b", tensor({0})), leaf("c", tensor({0}))});
      },
      "Swa: there is no average of 'c'");
  EXPECT_THROW(to({"b", core::expand(tensor({0}), {3})})(), ValueError);
  EXPECT_EQ(a.tensor.to_vector(), (V{0, 0}));
}

TEST(WeightAverage, refuses_parameters_that_it_cannot_average) {
  const auto of = [](const Parameters& parameters) {
    return [parameters] { Swa swa(parameters); };
  };
  const Tensor a = tensor({1, 2});
  expect_error<ValueError>(of({}), "Swa: there must be at least one parameter, got none");
  expect_error<ValueError>(of({{"", a}}), "Swa: parameters must have names, got an empty one");
  expect_error<ValueError>(of({{"a", Tensor()}}), "Swa: parameter 'a' must be defined");
  expect_error<DtypeError>(of({{"a", zeros({2}, i64)}}),
                           "Swa: parameter 'a' must be f32 or f64, got i64");
  expect_error<ShapeError>(of({{"a", core::transpose(zeros({2, 3}), 0, 1)}}),
                           "Swa: parameter 'a' must be dense, got a strided view of shape [3, 2]");
  expect_error<ValueError>(of({{"a", a}, {"a", a.clone()}}),
                           "Swa: names of parameters must differ, got 'a' twice");
  expect_error<ValueError>(of({{"a", a}, {"b", a.detach()}}),
                           "Swa: a parameter must be given once, got one as 'a' and as 'b'");
}

TEST(Ema, refuses_a_decay_that_is_no_share_below_one) {
  for (const auto& [decay, text] :
       {std::pair(-0.1, "-0.1"), {1.0, "1"}, {double(NAN), "nan"}, {1e300, "1e+300"}}) {
    expect_error<ValueError>([d = decay] { Ema({leaf("w", ones({1}))}, d); },
                             std::string("Ema: decay must be at least 0 and below 1, got ") + text);
  }
}

TEST(ThreadsWeightAverage, gives_the_same_bits_for_any_number_of_threads) {
  const auto run = [](int threads) {
    const test::WithThreads with(threads);
    Rng rng(2);
    const Parameter p = leaf("w", randn({100'003}, rng));
    Ema ema({p}, 0.9);
    Swa swa({p});
    for (int i = 0; i < 4; ++i) {
      ema.update();
      swa.update();
      set(p.tensor, randn({100'003}, rng));
    }
    return std::pair(values(ema), values(swa));
  };
  const auto expected = run(1);
  EXPECT_EQ(run(2), expected);
  EXPECT_EQ(run(5), expected);
}

}  // namespace
}  // namespace gradus
