#include "train_mnist/training.h"

#include <gradus/data/digits.h>
#include <gtest/gtest.h>

#include <limits>

#include "train_mnist/model.h"

namespace train_mnist {
namespace {

using namespace gradus;

// 7 images in batches of 3, 3 and 1.
struct Small : testing::Test {
  Options options;
  data::LabelledImages set = data::digits(7, 1);
  Rng rng{1};
  std::unique_ptr<nn::Module> model;
  std::unique_ptr<optim::OptimizerBase> optimizer;

  Small() {
    options.batch_size = 3;
    options.epochs = 2;
    options.hidden = 4;
    options.rule = optim::SGD{.lr = 0.6};
    model = make_model(options, rng);
    optimizer = make_optimizer(options.rule, model->parameters());
  }

  // The rate of each step.
  std::vector<double> rates() {
    std::vector<double> seen;
    Callbacks callbacks;
    callbacks.after_step = [&](const Progress&) { seen.push_back(optimizer->option(0, "lr")); };
    train(*model, *optimizer, set, options, rng, callbacks);
    return seen;
  }

  // Every parameter becomes NaN.
  void spoil() {
    const NoGrad no_grad;
    for (const Parameter& p : model->parameters()) {
      fill(p.tensor, std::numeric_limits<double>::quiet_NaN());
    }
  }
};

TEST_F(Small, rates_fall_linearly_from_the_first_step_on) {
  const std::vector<double> seen = rates();
  ASSERT_EQ(seen.size(), 6U);
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_NEAR(seen[k], 0.6 - 0.1 * static_cast<double>(k), 1e-15);
  }
}

TEST(Models, have_the_layers_that_their_papers_count) {
  Rng rng(1);
  Options options;
  const auto parameters = [&](const char* name) {
    options.model = name;
    return make_model(options, rng)->num_parameters();
  };
  EXPECT_EQ(parameters("mlp"), 784 * 128 + 128 + 128 * 10 + 10);
  EXPECT_EQ(parameters("lenet"), 61'706);
  EXPECT_EQ(parameters("cnn"), 320 + 18'496 + 9216 * 128 + 128 + 1290);
  EXPECT_EQ(parameters("vgg"), 9 * (32 + 32 * 32 + 32 * 64 + 64 * 64) + 2 * (32 + 32 + 64 + 64) +
                                   3136 * 128 + 128 + 1290);
}

TEST(Models, of_every_kind_take_images_and_learn_with_dropout_and_distortions) {
  const data::LabelledImages set = data::digits(60, 1);
  for (const std::string& name : model_names()) {
    for (const char* augment : {"none", "shift", "distort"}) {
      Options options;
      options.model = name;
      options.dropout = 0.2;
      options.augment = augment;
      options.batch_size = 20;
      options.epochs = 2;
      options.rule = optim::SGD{.lr = 0.01, .momentum = 0.9};
      Rng rng(1);
      const auto model = make_model(options, rng);
      const double before = evaluate(*model, set).loss;
      const auto optimizer = make_optimizer(options.rule, model->parameters());
      train(*model, *optimizer, set, options, rng, {});
      EXPECT_LT(evaluate(*model, set).loss, before) << name << ", " << augment;
    }
  }
}

TEST_F(Small, a_constant_rate_is_left_alone) {
  options.rate_falls = false;
  EXPECT_EQ(rates(), std::vector<double>(6, 0.6));
}

TEST_F(Small, the_training_loss_is_a_mean_over_images_not_batches) {
  // The model stays as it is, so that training sees what evaluation sees.
  optimizer->set_lr(0);
  const Progress end = train(*model, *optimizer, set, options, rng, {});
  const Score score = evaluate(*model, set);
  EXPECT_NEAR(end.score.loss, score.loss, 1e-6);  // f32 sums in another order
  EXPECT_NEAR(end.score.accuracy, score.accuracy, 1e-12);
}

TEST_F(Small, progress_counts_epochs_steps_and_images) {
  std::vector<Index> epochs;
  const Progress end =
      train(*model, *optimizer, set, options, rng,
            {.after_epoch = [&](const Progress& p) { epochs.push_back(p.epoch); }});
  EXPECT_EQ(epochs, (std::vector<Index>{1, 2}));
  EXPECT_EQ(end.epoch, 2);
  EXPECT_EQ(end.steps, 6);
  EXPECT_EQ(end.images, 14);
}

TEST_F(Small, evaluation_records_nothing_and_keeps_the_mode) {
  model->train();
  evaluate(*model, set);
  EXPECT_TRUE(model->is_training());
  EXPECT_TRUE(is_recording());
  for (const Parameter& p : model->parameters()) {
    EXPECT_FALSE(p.tensor.grad());
  }
}

TEST_F(Small, evaluation_ends_when_it_is_asked_to) {
  int asked = 0;
  EXPECT_THROW(evaluate(*model, set, [&] { return ++asked == 1; }), Interrupted);
  EXPECT_TRUE(model->is_training());
}

TEST_F(Small, can_go_on_later_behind_every_step_and_epoch) {
  std::vector<std::pair<Index, Index>> positions;  // epoch, batches of it
  train(*model, *optimizer, set, options, rng,
        {.at_position = [&](const Progress& p) { positions.emplace_back(p.epoch, p.batches); }});
  EXPECT_EQ(positions, (std::vector<std::pair<Index, Index>>{
                           {1, 1}, {1, 2}, {1, 3}, {2, 0}, {2, 1}, {2, 2}, {2, 3}, {3, 0}}));
}

TEST_F(Small, a_loss_that_is_not_a_number_names_its_step) {
  spoil();
  try {
    train(*model, *optimizer, set, options, rng, {});
    FAIL() << "it went on";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "the loss of step 1 (epoch 1) is nan: gradient of 'fc1.weight' must be finite, "
                 "got nan at [0, 0], and 3136 of 3136 elements are not; look for log(0), 0/0 or "
                 "overflow in the loss, or lower lr");
  }
}

// As after a last step that was far too long: JSON has no such number.
TEST_F(Small, an_evaluation_that_is_not_a_number_is_an_error) {
  spoil();
  EXPECT_THROW(evaluate(*model, set), Error);
  EXPECT_TRUE(model->is_training());
}

}  // namespace
}  // namespace train_mnist
