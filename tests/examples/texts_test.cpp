// The teaching texts run and print what they say they print.
#include <regex>

#include "examples/process.h"

namespace gradus::test {
namespace {

Outcome run_text(const std::string& name, const std::vector<std::string>& arguments) {
  Call call;
  call.program = std::string(GRADUS_EXAMPLES_FOLDER) + "/" + name;
  call.arguments = arguments;
  return run(call);
}

TEST(MnistText, trains_on_built_in_digits_where_there_is_no_mnist) {
  const Outcome outcome = run_text("mnist", {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  ASSERT_TRUE(
      std::regex_match(outcome.out, match,
                       std::regex("built-in digits, since there is no MNIST in ./mnist\n"
                                  "101770 parameters\n"
                                  "epoch 1: mean loss ([0-9.]+)\nepoch 2: mean loss ([0-9.]+)\n"
                                  "epoch 3: mean loss ([0-9.]+)\ntest accuracy ([0-9.]+) %\n")))
      << outcome.out;
  EXPECT_GT(std::stod(match[1]), std::stod(match[2]));
  EXPECT_GT(std::stod(match[2]), std::stod(match[3]));
  EXPECT_GT(std::stod(match[4]), 75);
}

TEST(MnistText, reaches_97_percent_on_mnist) {
  const std::string folder = mnist_folder();
  if (folder.empty()) {
    GTEST_SKIP() << "needs MNIST in $GRADUS_DATA/mnist";
  }
  if (kAddressSanitizer || kThreadSanitizer) {
    return;  // nothing to see that the digits do not show
  }
  const Outcome outcome = run_text("mnist", {folder});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  ASSERT_TRUE(std::regex_search(outcome.out, match, std::regex("test accuracy ([0-9.]+) %\n")));
  EXPECT_GT(std::stod(match[1]), 97);
}

TEST(MnistText, says_in_one_line_that_a_folder_is_wrong) {
  const Outcome outcome = run_text("mnist", {"/nowhere"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "mnist: load_mnist: /nowhere must be a folder, got nothing there\n");
}

TEST(CustomFunctionText, checks_its_function_and_finds_the_causes) {
  const Outcome outcome = run_text("custom_function", {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(std::regex_match(outcome.out, std::regex("first derivative:  right\n"
                                                       "second derivative: right\n"
                                                       "cause  2: (1.9|2.0).\n"
                                                       "cause  7: (6.9|7.0).\n"
                                                       "cause 11: (10.9|11.0).\n")))
      << outcome.out;
}

TEST(MnistCnnText, trains_on_built_in_digits_where_there_is_no_mnist) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "a minute of training in operations that other tests run, too";
  }
  const Outcome outcome = run_text("mnist_cnn", {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  ASSERT_TRUE(
      std::regex_match(outcome.out, match,
                       std::regex("built-in digits, since there is no MNIST in ./mnist\n"
                                  "56714 parameters\n"
                                  "epoch 1: mean loss ([0-9.]+)\nepoch 2: mean loss ([0-9.]+)\n"
                                  "epoch 3: mean loss ([0-9.]+)\ntest accuracy ([0-9.]+) %\n"
                                  "moved by up to two pixels: ([0-9.]+) %\n")))
      << outcome.out;
  EXPECT_GT(std::stod(match[1]), std::stod(match[2]));
  EXPECT_GT(std::stod(match[2]), std::stod(match[3]));
  EXPECT_GT(std::stod(match[4]), 85);
}

TEST(CharLmText, learns_made_up_sentences_where_there_is_no_text_and_writes_some) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "a minute of training in operations that other tests run, too";
  }
  const Outcome outcome = run_text("char_lm", {"/nowhere", "50"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  ASSERT_TRUE(std::regex_search(
      outcome.out, match,
      std::regex("made-up sentences, since there is no text in /nowhere\n"
                 "[0-9]+ characters, 22 different ones\nstep  50: loss [0-9.]+\n"
                 "validation loss ([0-9.]+) nats per character\n\n[a-z. \n]{400}$")))
      << outcome.out;
  EXPECT_LT(std::stod(match[1]), 0.6);  // 3.1 for a guess among 22, 0.3 at the best
}

TEST(CustomOptimizerText, checks_explains_and_trains_with_its_rule) {
  const Outcome outcome = run_text("custom_optimizer", {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  EXPECT_NE(outcome.out.find("conforms: 27 passed, 0 failed, 1 skipped\n"), std::string::npos);
  EXPECT_NE(outcome.out.find("  w    <- w - lr * sign(m)\n"
                             "        = 1 - 0.1 * sign(0.05)\n"
                             "        = 0.9\n"),
            std::string::npos);
  ASSERT_TRUE(std::regex_search(
      outcome.out, match,
      std::regex("Signum: mean loss of the epoch ([0-9.]+)\n"
                 "Signum, biases at half the rate: mean loss of the epoch ([0-9.]+)\n"
                 "refused: Signum: beta must be at least 0 and below 1, got 1.5, from the "
                 "schedules of group 0 at step 94\n$")))
      << outcome.out;
  EXPECT_LT(std::stod(match[1]), 1.5);  // chance is 2.3
  EXPECT_LT(std::stod(match[2]), 1.5);
  EXPECT_NE(match[1], match[2]);
}

TEST(RecommenderText, predicts_nearly_as_well_as_the_noise_allows) {
  const Outcome outcome = run_text("recommender", {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  ASSERT_TRUE(std::regex_search(
      outcome.out, match,
      std::regex("test RMSE ([0-9.]+); the noise is 0.5000, and always the mean has ([0-9.]+)\n$")))
      << outcome.out;
  EXPECT_GT(std::stod(match[1]), 0.48);  // below the noise there is nothing to learn
  EXPECT_LT(std::stod(match[1]), 0.56);
  EXPECT_GT(std::stod(match[2]), 1.3);
}

TEST(DnaText, convolutions_see_what_counted_words_do_not) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "a minute of training in operations that other tests run, too";
  }
  const Outcome outcome = run_text("dna", {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  ASSERT_TRUE(std::regex_match(outcome.out, match,
                               std::regex("words of 4 letters, counted: ([0-9.]+) % right\n"
                                          "two convolutions: ([0-9.]+) % right\n")))
      << outcome.out;
  EXPECT_GT(std::stod(match[1]), 58);  // chance is 50
  EXPECT_LT(std::stod(match[1]), 75);
  EXPECT_GT(std::stod(match[2]), 88);
}

TEST(TabularText, learns_a_table_made_by_code_and_refuses_a_broken_file_in_one_line) {
  const Outcome outcome = run_text("tabular", {});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::smatch match;
  ASSERT_TRUE(std::regex_search(outcome.out, match, std::regex("test accuracy ([0-9.]+) %\n$")))
      << outcome.out;
  EXPECT_EQ(outcome.out.rfind("600 rows, 4 inputs, 3 classes\n", 0), 0u) << outcome.out;
  EXPECT_GT(std::stod(match[1]), 90);

  const Outcome refused = run_text("tabular", {"/nowhere", "kind"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err,
            "tabular: read_csv: /nowhere must open for reading, got No such file or directory; is "
            "its name right?\n");
}

}  // namespace
}  // namespace gradus::test
