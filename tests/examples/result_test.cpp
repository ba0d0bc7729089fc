#include "train_mnist/result.h"

#include <gtest/gtest.h>

namespace train_mnist {
namespace {

using namespace gradus;

// The hashes come from four lines of Python: FNV-1a of struct.pack("<3f", 1, -2, 0.5) and so on.
TEST(WeightsHash, is_fnv_1a_of_the_bytes_in_order) {
  EXPECT_EQ(weights_hash({}), "cbf29ce484222325");
  EXPECT_EQ(weights_hash({{"w", tensor({1, -2, 0.5F})}}), "c598e74ad8b1c9b5");
  EXPECT_EQ(weights_hash({{"w", tensor({1, -2})}, {"b", full({1}, 0.5, f64)}}), "870df2f3db5c2155");
}

TEST(WeightsHash, depends_on_the_order_of_parameters) {
  const Parameter a{"a", tensor({1, 2})};
  const Parameter b{"b", tensor({3})};
  EXPECT_NE(weights_hash({a, b}), weights_hash({b, a}));
}

TEST(ResultJson, writes_numbers_that_read_back_exactly) {
  Options options;
  options.seed = UINT64_MAX;
  options.threads = 3;
  options.dropout = 0.25;
  options.rule = optim::SGD{.lr = 0.05, .momentum = 0.9, .nesterov = true};
  options.rate_falls = false;
  options.batch_size = 32;
  const Result result{.training = {.epoch = 5,
                                   .images = 300000,
                                   .seconds = 2,
                                   .score = {.loss = 0.1, .accuracy = 1}},
                      .test = {.loss = 1.0 / 3, .accuracy = 0.9806},
                      .weights_hash = "0123456789abcdef"};
  EXPECT_EQ(to_json(options, result),
            "{\"dataset\": \"mnist\", \"model\": \"mlp\", \"hidden\": 128, \"dropout\": 0.25, "
            "\"augment\": \"none\", \"optimizer\": \"sgd\", \"lr\": 0.05, \"momentum\": 0.9, "
            "\"dampening\": 0, \"weight_decay\": 0, \"decoupled_weight_decay\": false, "
            "\"nesterov\": true, \"maximize\": false, \"lr_in_buffer\": false, "
            "\"lr_schedule\": \"constant\", \"batch_size\": 32, \"epochs\": 5, "
            "\"seed\": 18446744073709551615, \"threads\": 3, \"train_loss\": 0.1, "
            "\"test_loss\": 0.3333333333333333, \"test_accuracy\": 0.9806, \"train_seconds\": 2, "
            "\"images_per_second\": 150000, \"weights_hash\": \"0123456789abcdef\"}");
}

}  // namespace
}  // namespace train_mnist
