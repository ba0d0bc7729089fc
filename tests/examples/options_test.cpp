#include "train_mnist/options.h"

#include <gtest/gtest.h>

#include "support/naive.h"

namespace train_mnist {
namespace {

using namespace gradus;

TEST(ParseOptions, gives_the_defaults_where_nothing_is_asked) {
  const Options options = parse_options({});
  EXPECT_EQ(options.dataset, "mnist");
  EXPECT_EQ(options.test_dataset, "mnist");
  EXPECT_EQ(options.model, "mlp");
  EXPECT_EQ(options.hidden, 128);
  EXPECT_EQ(options.dropout, 0);
  EXPECT_EQ(options.augment, "none");
  EXPECT_EQ(options.optimizer, "sgd");
  EXPECT_EQ(std::get<optim::SGD>(options.rule).momentum, 0.9);
  EXPECT_TRUE(options.rate_falls);
  EXPECT_EQ(options.epochs, 5);
  EXPECT_EQ(options.batch_size, 64);
  EXPECT_FALSE(options.json || options.quiet);
  EXPECT_EQ(options.help, "");
}

TEST(ParseOptions, the_rate_suits_the_model_unless_another_is_asked_for) {
  const auto rate = [](const std::vector<std::string>& arguments) {
    return learning_rate(parse_options(arguments).rule);
  };
  EXPECT_EQ(rate({"--model", "lenet"}), 0.035);
  EXPECT_EQ(rate({"--model", "cnn"}), 0.02);
  EXPECT_EQ(rate({"--model", "cnn", "--lr", "0.01"}), 0.01);
  EXPECT_EQ(rate({"--model", "cnn", "--optimizer", "adam"}), 3e-3);
}

TEST(ParseOptions, epochs_suit_the_model_unless_others_are_asked_for) {
  EXPECT_EQ(parse_options({"--model", "lenet"}).epochs, 5);
  EXPECT_EQ(parse_options({"--model", "cnn"}).epochs, 3);
  EXPECT_EQ(parse_options({"--model", "cnn", "--epochs", "7"}).epochs, 7);
}

TEST(ParseOptions, reads_every_flag) {
  const Options options = parse_options({"--dataset",
                                         "digits",
                                         "--test-dataset=mnist",
                                         "--data",
                                         "/",
                                         "--train-size",
                                         "1000",
                                         "--validation",
                                         "50",
                                         "--model",
                                         "mlp",
                                         "--hidden",
                                         "32",
                                         "--dropout",
                                         "0.25",
                                         "--augment",
                                         "shift",
                                         "--optimizer",
                                         "adam",
                                         "--lr",
                                         "1e-4",
                                         "--lr-schedule",
                                         "constant",
                                         "--opt",
                                         "beta1=0.5",
                                         "--opt=amsgrad=true",
                                         "--epochs",
                                         "7",
                                         "--batch-size",
                                         "9",
                                         "--seed",
                                         "18446744073709551615",
                                         "--threads",
                                         "2",
                                         "--json",
                                         "--quiet"});
  EXPECT_EQ(options.dataset, "digits");
  EXPECT_EQ(options.test_dataset, "mnist");
  EXPECT_EQ(options.data, "/");
  EXPECT_EQ(options.train_size, 1000);
  EXPECT_EQ(options.validation, 50);
  EXPECT_EQ(options.hidden, 32);
  EXPECT_EQ(options.dropout, 0.25);
  EXPECT_EQ(options.augment, "shift");
  const auto& rule = std::get<optim::Adam>(options.rule);
  EXPECT_EQ(rule.lr, 1e-4);
  EXPECT_EQ(rule.beta1, 0.5);
  EXPECT_TRUE(rule.amsgrad);
  EXPECT_FALSE(options.rate_falls);
  EXPECT_EQ(options.epochs, 7);
  EXPECT_EQ(options.batch_size, 9);
  EXPECT_EQ(options.seed, UINT64_MAX);
  EXPECT_EQ(options.threads, 2);
  EXPECT_TRUE(options.json && options.quiet);
}

TEST(ParseOptions, tests_on_the_set_that_it_trains_on) {
  EXPECT_EQ(parse_options({"--dataset", "digits"}).test_dataset, "digits");
}

TEST(ParseOptions, takes_every_option_of_every_rule) {
  const auto sgd = std::get<optim::SGD>(
      parse_options({"--opt", "momentum=0.5", "--opt", "weight_decay=1e-4", "--opt", "nesterov=1"})
          .rule);
  EXPECT_EQ(sgd.momentum, 0.5);
  EXPECT_EQ(sgd.weight_decay, 1e-4);
  EXPECT_TRUE(sgd.nesterov);
  const auto rmsprop = std::get<optim::RMSprop>(
      parse_options({"--optimizer", "rmsprop", "--opt", "centered=true", "--opt", "lr=0.25"}).rule);
  EXPECT_TRUE(rmsprop.centered);
  EXPECT_EQ(rmsprop.lr, 0.25);
}

TEST(ParseOptions, takes_options_that_need_each_other_in_any_order) {
  const std::string low = "step_size_min=0.25", high = "step_size_max=0.5";
  for (const auto& [first, second] : {std::pair(low, high), std::pair(high, low)}) {
    const auto rule = std::get<optim::Rprop>(
        parse_options({"--optimizer", "rprop", "--opt", first, "--opt", second}).rule);
    EXPECT_EQ(rule.step_size_min, 0.25);
    EXPECT_EQ(rule.step_size_max, 0.5);
  }
  test::expect_error<UsageError>(
      [] {
        parse_options({"--opt", "momentum=0", "--opt", "nesterov=true"});
      },
      "--opt momentum=0 --opt nesterov=true: SGD: nesterov needs momentum above 0 and dampening 0, "
      "got 0 and 0");
}

TEST(DescribeRule, has_every_number_and_the_switches_that_are_on) {
  EXPECT_EQ(describe(optim::SGD{.lr = 0.5, .momentum = 0.9, .nesterov = true}),
            "SGD, lr 0.5, momentum 0.9, dampening 0, weight_decay 0, nesterov");
  EXPECT_EQ(describe(optim::Adam{}),
            "Adam, lr 0.001, beta1 0.9, beta2 0.999, eps 1e-08, weight_decay 0");
}

TEST(NearestWord, finds_misspellings_and_beginnings_and_nothing_else) {
  const std::vector<std::string> words = {"epochs", "batch-size", "lr", "lr-schedule", "json"};
  EXPECT_EQ(nearest_word("epoch", words), "epochs");
  EXPECT_EQ(nearest_word("epohcs", words), "epochs");
  EXPECT_EQ(nearest_word("batchsize", words), "batch-size");
  EXPECT_EQ(nearest_word("batch", words), "batch-size");
  EXPECT_EQ(nearest_word("lr-sched", words), "lr-schedule");
  EXPECT_EQ(nearest_word("learning", words), "");
  EXPECT_EQ(nearest_word("", words), "");
  EXPECT_EQ(nearest_word("x", words), "");
}

}  // namespace
}  // namespace train_mnist
