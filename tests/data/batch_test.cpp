#include <gradus/core/view.h>
#include <gradus/data/batch.h>
#include <gradus/data/loader.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/samples.h"
#include "support/naive.h"

namespace gradus::data {
namespace {

using test::expect_error;
using test::inputs;
using Numbers = std::vector<std::int64_t>;

TEST(Batch, a_batch_that_is_kept_does_not_change) {
  DataLoader loader(inputs(64), arange(64), {.batch_size = 8}, Rng(1));
  std::vector<Batch> kept;
  std::vector<Numbers> copies;
  for (const Batch& batch : loader) {
    kept.push_back(batch);
    copies.push_back(batch.y.to_vector<std::int64_t>());
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(kept[i].y.to_vector<std::int64_t>(), copies[i]);
  }
}

TEST(Batch, writing_to_a_batch_leaves_the_data_as_they_are) {
  const Tensor x = inputs(6);
  DataLoader loader(x, arange(6), {.batch_size = 6, .shuffle = false});
  fill(loader.begin()->x, -1);
  EXPECT_EQ(loader.begin()->x.to_vector(), inputs(6).to_vector());
  EXPECT_EQ(x.to_vector(), inputs(6).to_vector());
}

TEST(Batch, pixels_become_the_normalised_number_of_the_formula) {
  const Index n = 5;
  Tensor images({n, 8, 32}, u8);
  for (Index i = 0; i < images.numel(); ++i) {
    images.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
  }
  DataLoader loader({images, arange(n)}, {.batch_size = 2, .shuffle = false});
  const Batch batch = *loader.begin();
  EXPECT_EQ(batch.x.dtype(), f32);
  EXPECT_EQ(batch.x.shape(), (Shape{2, 8, 32}));
  for (Index i = 0; i < batch.x.numel(); ++i) {
    const double pixel = static_cast<double>(i % 256);
    const double expected = (pixel / 255 - 0.1307) / 0.3081;
    // Rounding the shift of 33.3, the difference and the product in f32, then dividing by 78.6:
    // 33.3 * 2^-24 / 78.6 and twice 2^-24 of the result.
    EXPECT_NEAR(batch.x.data<float>()[i], expected, 3e-8 + 1.2e-7 * std::fabs(expected)) << pixel;
  }
}

TEST(Batch, inputs_of_other_types_and_all_targets_are_copied_as_they_are) {
  const Tensor x = from_vector(std::vector<double>{1e-300, 2, 3, NAN}, {2, 2});
  const Tensor y = from_vector(std::vector<float>{5, 6, 7, 8, 9, 10}, {2, 3});
  const DataLoader loader(x, y, {.batch_size = 2, .shuffle = false});
  const Batch batch = *loader.epoch(0).begin();
  test::expect_same(batch.x, {{2, 2}, {1e-300, 2, 3, NAN}});
  test::expect_same(batch.y, {{2, 3}, {5, 6, 7, 8, 9, 10}});
  EXPECT_EQ(batch.x.dtype(), f64);
  const Tensor tokens = from_vector(std::vector<std::int64_t>{1LL << 62, -5}, {2});
  const Tensor mask = from_vector(std::vector<std::uint8_t>{0, 255}, {2});
  const DataLoader ids(tokens, mask, {.batch_size = 2, .shuffle = false});
  EXPECT_EQ(ids.epoch(0).begin()->x.to_vector<std::int64_t>(), (Numbers{1LL << 62, -5}));
  EXPECT_EQ(ids.epoch(0).begin()->y.to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{0, 255}));
}

TEST(Batch, flatten_makes_a_row_of_each_sample) {
  const Tensor images = zeros({4, 3, 5}, u8);
  const DataLoader rows({images, arange(4)}, {.batch_size = 3, .shuffle = false, .flatten = true});
  EXPECT_EQ(rows.epoch(0).begin()->x.shape(), (Shape{3, 15}));
  const DataLoader scalars(arange(4), arange(4),
                           {.batch_size = 3, .shuffle = false, .flatten = true});
  EXPECT_EQ(scalars.epoch(0).begin()->x.shape(), (Shape{3, 1}));
}

TEST(Batch, views_are_loaded_by_what_they_show) {
  const Tensor x = core::transpose(inputs(6), 0, 1);  // [2, 6]
  const Tensor y = core::slice(arange(10), 0, 4, 10, 3);
  const DataLoader loader(x, y, {.batch_size = 2, .shuffle = false});
  const Batch batch = *loader.epoch(0).begin();
  EXPECT_EQ(batch.x.to_vector(),
            (std::vector<float>{0, 1, 2, 3, 4, 5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5}));
  EXPECT_EQ(batch.y.to_vector<std::int64_t>(), (Numbers{4, 7}));
  const DataLoader part(core::slice(inputs(10), 0, 4, 10), arange(6),
                        {.batch_size = 1, .shuffle = false});
  EXPECT_EQ(part.epoch(0).begin()->x.to_vector(), (std::vector<float>{4, 4.5}));
}

TEST(Batch, batches_have_no_history) {
  Tensor x = inputs(4);
  x.set_requires_grad();
  const DataLoader loader(x, arange(4), {.shuffle = false});
  EXPECT_FALSE(loader.epoch(0).begin()->x.requires_grad());
}

TEST(Batch, any_samples_make_a_batch_and_others_are_refused) {
  const BatchMaker maker(inputs(5), arange(5), PixelScale(0, 1), false);
  const Index numbers[] = {3, 3, 0};
  EXPECT_EQ(maker.make(numbers, 3).y.to_vector<std::int64_t>(), (Numbers{3, 3, 0}));
  for (const Index outside : {Index{-1}, Index{5}, INT64_MAX, INT64_MIN}) {
    const Index wrong[] = {0, outside};
    expect_error<IndexError>(
        [&] { maker.make(wrong, 2); },
        "BatchMaker: sample numbers must be 0 to 4, got " + std::to_string(outside));
  }
  expect_error<ValueError>([&] { maker.make(numbers, 0); },
                           "BatchMaker: a batch must have at least one sample, got 0");
}

}  // namespace
}  // namespace gradus::data
