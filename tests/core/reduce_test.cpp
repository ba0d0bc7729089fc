#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "support/limits.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using core::argmax;
using core::max;
using core::sum;
using core::sum_to;
using test::counted;
using test::expect_error;
using test::expect_same;
using test::Indices;
using test::kHigh;
using test::kInf;
using test::kLow;
using test::kNan;
using test::Naive;

// The sum over the dimensions of `mask`, one element after the other.
Naive naive_sum(const Naive& x, unsigned mask, bool keepdim) {
  Naive result;
  for (int d = 0; d < x.rank(); ++d) {
    if (!(mask >> d & 1U) || keepdim) {
      result.sizes.push_back(mask >> d & 1U ? 1 : x.sizes[static_cast<std::size_t>(d)]);
    }
  }
  result.values.assign(static_cast<std::size_t>(test::product(result.sizes)), 0);
  for (const Indices& at : test::all_indices(x.sizes)) {
    Indices to;
    for (int d = 0; d < x.rank(); ++d) {
      if (!(mask >> d & 1U)) {
        to.push_back(at[static_cast<std::size_t>(d)]);
      } else if (keepdim) {
        to.push_back(0);
      }
    }
    result.values[result.position(to)] += x(at);
  }
  return result;
}

std::vector<Tensor> some_tensors(Dtype dtype) {
  const Tensor x = counted({3, 4, 5}, dtype);
  return {x,
          core::transpose(x, 0, 2),
          core::permute(x, {1, 2, 0}),
          core::slice(x, 2, 1, 5, 2),
          core::expand(counted({3, 1, 2}, dtype), {2, 3, 4, 2}),
          counted({7}, dtype),
          counted({1, 1}, dtype),
          counted({}, dtype),
          counted({0}, dtype),
          counted({3, 0, 2}, dtype),
          counted({2, 2, 2, 2, 2}, dtype)};
}

TEST(Sum, over_every_choice_of_dimensions_is_the_plain_sum) {
  for (const Dtype dtype : {f32, f64, i64, u8}) {
    for (const Tensor& x : some_tensors(dtype)) {
      for (unsigned mask = 1; mask < 1U << x.rank(); ++mask) {
        std::vector<Index> dims;
        for (int d = x.rank() - 1; d >= 0; --d) {
          if (mask >> d & 1U) {
            dims.push_back(d % 2 == 0 ? d : d - x.rank());
          }
        }
        for (const bool keepdim : {false, true}) {
          const Tensor result = sum(x, dims, keepdim);
          expect_same(result, naive_sum(test::read(x), mask, keepdim),
                      to_text(x.shape()) + " mask " + std::to_string(mask));
          EXPECT_EQ(result.dtype(), is_floating(dtype) ? dtype : i64);
        }
      }
      const unsigned all = (1U << x.rank()) - 1;
      expect_same(sum(x), naive_sum(test::read(x), all, false));
      expect_same(sum(x, {}, true), naive_sum(test::read(x), all, true));
    }
  }
}

TEST(Sum, of_nothing_is_zero) {
  EXPECT_EQ(sum(zeros({0})).item(), 0);
  EXPECT_EQ(sum(zeros({3, 0}), {1}).to_vector(), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(sum(zeros({0, 3}), {0}).to_vector(), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(sum(zeros({0, 3}), {1}).shape(), Shape{0});
}

TEST(Sum, refuses_repeated_and_missing_dimensions) {
  const Tensor x = zeros({2, 3});
  expect_error<ValueError>([&] { sum(x, {1, -1}); }, "sum: dims must differ, got -1 twice");
  expect_error<IndexError>([&] { sum(x, {2}); },
                           "sum: dim must be from -2 to 1 for a tensor of rank 2, got 2");
  EXPECT_THROW(sum(x, {std::numeric_limits<Index>::min()}), IndexError);
  EXPECT_THROW(sum(Tensor()), ValueError);
}

// A float stays at 2^24 when ones are added to it.
TEST(Sum, of_floats_is_accumulated_in_double) {
  const Index n = 1 << 18;
  std::vector<float> values(static_cast<std::size_t>(n), 1);
  values[0] = 16777216;
  const double exact = 16777216.0 + double(n - 1);
  const auto rounded = static_cast<double>(static_cast<float>(exact));
  const Tensor x = from_vector(values, {n});
  EXPECT_EQ(sum(x).item(), rounded);
  EXPECT_EQ(sum(core::reshape(x, {n, 1}), {0}).item(), rounded);
  // Down two columns, the large number on top of one.
  EXPECT_EQ(sum(core::reshape(x, {n / 2, 2}), {0}).to_vector(),
            (std::vector<float>{16777216.0F + float(n / 2 - 1), float(n / 2)}));
  EXPECT_EQ(sum(from_vector<float>({1e8F, 1, -1e8F, 1}, {4})).item(), 2);
}

TEST(Sum, of_integers_wraps_without_undefined_behaviour) {
  const auto total = [](const std::vector<std::int64_t>& values) {
    return sum(from_vector(values, {Index(values.size())})).to_vector<std::int64_t>()[0];
  };
  EXPECT_EQ(total({kHigh, 1}), kLow);
  EXPECT_EQ(total({kLow, -1, 1}), kLow);
  EXPECT_EQ(total({kHigh, 1, kLow, 5}), 5);
  const Tensor columns = from_vector<std::int64_t>({kHigh, 0, 1, 0}, {2, 2});
  EXPECT_EQ(sum(columns, {0}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{kLow, 0}));
  EXPECT_EQ(sum(full({1000}, 255, u8)).item(), 255000);
}

TEST(Sum, nan_and_infinity_pass) {
  EXPECT_TRUE(std::isnan(sum(tensor({1, static_cast<float>(kNan), 2})).item()));
  EXPECT_TRUE(std::isnan(sum(tensor({kInf, -kInf})).item()));
  EXPECT_EQ(sum(tensor({kInf, -1})).item(), kInf);
  EXPECT_EQ(sum(tensor({3e38F, 3e38F})).item(), kInf);
}

TEST(ThreadsSum, bits_of_large_sums_do_not_depend_on_the_number_of_threads) {
  const Tensor x = core::reshape(convert(linspace(-1, 2, 300 * 1001, f64), f32), {300, 1001});
  for (const std::vector<Index>& dims : {std::vector<Index>{}, {0}, {1}}) {
    std::vector<float> first;
    for (const int count : {1, 2, 3}) {
      const test::WithThreads threads(count);
      const std::vector<float> found = sum(x, dims).to_vector();
      first = first.empty() ? found : first;
      EXPECT_EQ(std::memcmp(found.data(), first.data(), found.size() * sizeof(float)), 0);
    }
    const unsigned mask = dims.empty() ? 3 : 1U << dims[0];
    const Naive expected = naive_sum(test::read(x), mask, false);
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_NEAR(first[i], expected.values[i], 1e-7 * std::fabs(expected.values[i]) + 1e-6);
    }
  }
}

TEST(SumTo, is_the_sum_over_what_broadcasting_stretched) {
  const Tensor x = counted({2, 3, 4});
  const Naive n = test::read(x);
  for (const auto& [shape, mask] : std::vector<std::pair<Shape, unsigned>>{{{2, 3, 4}, 0},
                                                                           {{3, 4}, 1},
                                                                           {{4}, 3},
                                                                           {{}, 7},
                                                                           {{1, 3, 4}, 1},
                                                                           {{2, 1, 4}, 2},
                                                                           {{2, 1, 1}, 6},
                                                                           {{3, 1}, 5},
                                                                           {{1, 1, 1}, 7},
                                                                           {{1}, 7}}) {
    const Tensor found = sum_to(x, shape);
    EXPECT_EQ(found.shape(), shape);
    EXPECT_EQ(test::read(found).values, naive_sum(n, mask, true).values) << to_text(shape);
  }
  EXPECT_TRUE(sum_to(x, {2, 3, 4}).is(x));
  EXPECT_EQ(sum_to(zeros({1, 3}), {3}).shape(), Shape{3});
  EXPECT_EQ(sum_to(zeros({0, 3}), {1, 3}).to_vector(), (std::vector<float>{0, 0, 0}));
  expect_error<ShapeError>(
      [&] {
        sum_to(x, {2, 3});
      },
      "sum_to: [2, 3] must broadcast to [2, 3, 4]");
  EXPECT_THROW(sum_to(zeros({3}), {1, 3}), ShapeError);
}

TEST(Max, along_every_dimension_is_the_plain_one_and_argmax_its_first_place) {
  for (const Dtype dtype : {f32, f64, i64, u8}) {
    for (const Tensor& counting : some_tensors(dtype)) {
      if (counting.numel() == 0 || counting.rank() == 0) {
        continue;
      }
      // The same numbers several times, so that there are ties.
      const Tensor x = convert(counting, dtype);
      visit_any(dtype, [&](auto zero) {
        using T = decltype(zero);
        for (Index i = 0; i < x.numel(); ++i) {
          x.mutable_data<T>()[i] = static_cast<T>(i * 7919 % 5);
        }
      });
      const Naive n = test::read(x);
      for (int dim = 0; dim < x.rank(); ++dim) {
        const auto d = static_cast<std::size_t>(dim);
        Indices kept = n.sizes;
        kept[d] = 1;
        Naive places = test::build(kept, [&](Indices at) {
          double best = -1;
          double place = -1;
          for (Index i = 0; i < n.sizes[d]; ++i) {
            at[d] = i;
            if (n(at) > best) {
              best = n(at);
              place = double(i);
            }
          }
          return place;
        });
        Naive values = test::build(kept, [&](Indices at) {
          at[d] = static_cast<Index>(places(at));
          return n(at);
        });
        expect_same(argmax(x, dim, true), places);
        expect_same(max(x, dim - x.rank(), true), values);
        EXPECT_EQ(max(x, dim).dtype(), dtype);
        places.sizes.erase(places.sizes.begin() + dim);
        values.sizes.erase(values.sizes.begin() + dim);
        expect_same(argmax(x, dim), places);
        expect_same(max(x, dim), values);
      }
    }
  }
}

TEST(Max, nan_counts_as_largest_and_the_first_one_is_taken) {
  const Tensor x = from_vector<double>({1, kNan, 3, kNan, kNan, 9, 2, 5, -kNan}, {3, 3});
  const std::vector<double> values = max(x, 1).to_vector<double>();
  EXPECT_TRUE(std::isnan(values[0]) && std::isnan(values[1]) && std::isnan(values[2]));
  EXPECT_EQ(argmax(x, 1).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 0, 2}));
}

TEST(Max, works_at_the_extremes_of_its_numbers) {
  EXPECT_EQ(max(full({3}, -kInf), 0).item(), -kInf);
  EXPECT_EQ(argmax(full({3}, -kInf), 0).item(), 0);
  const Tensor x = from_vector<std::int64_t>({kLow, kLow, kLow + 1}, {3});
  EXPECT_EQ(max(x, 0).to_vector<std::int64_t>()[0], kLow + 1);
}

TEST(Max, takes_tensors_of_the_highest_rank) {
  const Tensor x = counted({2, 1, 2, 1, 2, 1, 2, 3});
  expect_same(max(core::select(core::reshape(x, {16, 3}), 0, 15), 0), {{}, {48}});
  EXPECT_EQ(max(x, -1).numel(), 16);
  EXPECT_EQ(argmax(x, 0).shape(), (Shape{1, 2, 1, 2, 1, 2, 3}));
  EXPECT_EQ(max(x, 0).to_vector()[0], 25);
}

TEST(Max, of_nothing_is_an_error) {
  expect_error<ValueError>(
      [] {
        max(zeros({2, 0}), 1);
      },
      "max: dimension 1 must not be empty, got shape [2, 0]");
  expect_error<ValueError>([] { argmax(zeros({0}), 0); },
                           "argmax: dimension 0 must not be empty, got shape [0]");
  EXPECT_EQ(max(zeros({0, 2}), 1).shape(), Shape{0});
  EXPECT_THROW(max(full({}, 1), 0), ShapeError);
  EXPECT_THROW(argmax(zeros({2}), 1), IndexError);
  EXPECT_THROW(max(Tensor(), 0), ValueError);
}

}  // namespace
}  // namespace gradus
