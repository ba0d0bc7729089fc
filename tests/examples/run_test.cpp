// Whole runs of the program on the built-in digits: what it prints, and where.
#include <cmath>
#include <map>
#include <regex>

#include "examples/process.h"
#include "train_mnist/rule.h"

namespace gradus::test {
namespace {

// Measured on images held back, of which there are fewer to draw than test images.
const std::vector<std::string> kSmall = {"--dataset",    "digits", "--train-size", "1000",
                                         "--validation", "300",    "--epochs",     "2",
                                         "--threads",    "1"};

std::vector<std::string> small_with(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = kSmall;
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// The members of a JSON object of texts without escapes and numbers, each as it is written; texts
/// keep their quotes.  Empty for anything else.
std::map<std::string, std::string> parse_flat_json(const std::string& text) {
  static const std::regex object(
      R"(\{\s*("\w+"\s*:\s*("[\w -]*"|true|false|-?\d[\d.eE+-]*)\s*,?\s*)*\})");
  static const std::regex member("\"(\\w+)\"\\s*:\\s*(\"[\\w -]*\"|true|false|-?\\d[\\d.eE+-]*)");
  std::map<std::string, std::string> members;
  if (std::regex_match(text, object)) {
    for (std::sregex_iterator it(text.begin(), text.end(), member), end; it != end; ++it) {
      members[(*it)[1]] = (*it)[2];
    }
  }
  return members;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(Json, is_the_only_line_on_stdout_and_has_every_key) {
  const Outcome outcome =
      run_train_mnist({"--dataset", "digits", "--train-size", "1000", "--epochs", "2", "--threads",
                       "1", "--json", "--seed", "7"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_FALSE(outcome.err.empty());
  ASSERT_EQ(lines_of(outcome.out).size(), 1U);
  ASSERT_EQ(outcome.out.back(), '\n');
  auto members = parse_flat_json(lines_of(outcome.out)[0]);
  EXPECT_EQ(members.size(), 25U) << outcome.out;
  EXPECT_EQ(members["dataset"], "\"digits\"");
  EXPECT_EQ(members["model"], "\"mlp\"");
  EXPECT_EQ(members["optimizer"], "\"sgd\"");
  EXPECT_EQ(members["dropout"], "0");
  EXPECT_EQ(members["augment"], "\"none\"");
  EXPECT_EQ(members["lr"], "0.035");
  EXPECT_EQ(members["momentum"], "0.9");
  EXPECT_EQ(members["batch_size"], "64");
  EXPECT_EQ(members["epochs"], "2");
  EXPECT_EQ(members["seed"], "7");
  EXPECT_EQ(members["threads"], "1");
  EXPECT_TRUE(std::regex_match(members["weights_hash"], std::regex("\"[0-9a-f]{16}\"")));

  const auto number = [&](const char* key) { return std::stod(members.at(key)); };
  EXPECT_GT(number("test_accuracy"), 0.5);  // chance is 0.1
  EXPECT_LE(number("test_accuracy"), 1);
  EXPECT_GT(number("train_loss"), 0);
  EXPECT_LT(number("train_loss"), std::log(10));  // that of a network that knows nothing
  EXPECT_LT(number("test_loss"), std::log(10));
  EXPECT_GT(number("train_seconds"), 0);
  // 2 epochs of 1000 images.
  EXPECT_NEAR(number("images_per_second") * number("train_seconds"), 2000, 1e-6);
}

TEST(Json, names_a_validation_result_what_it_is) {
  const Outcome outcome = run_train_mnist(small_with({"--json"}));
  const auto members = parse_flat_json(lines_of(outcome.out).at(0));
  EXPECT_EQ(members.size(), 25U);
  EXPECT_TRUE(members.contains("validation_accuracy") && members.contains("validation_loss"));
  EXPECT_FALSE(members.contains("test_accuracy") || members.contains("test_loss"));
  const double right = std::stod(members.at("validation_accuracy")) * 300;
  EXPECT_NEAR(right, std::round(right), 1e-9);
}

TEST(Quiet, prints_the_result_alone) {
  const Outcome text = run_train_mnist(small_with({"--quiet"}));
  EXPECT_EQ(text.err, "");
  ASSERT_EQ(lines_of(text.out).size(), 1U);
  EXPECT_EQ(text.out.rfind("validation accuracy ", 0), 0U) << text.out;
  const Outcome json = run_train_mnist(small_with({"--quiet", "--json"}));
  EXPECT_EQ(json.err, "");
  EXPECT_FALSE(parse_flat_json(lines_of(json.out).at(0)).empty());
}

TEST(PlainOutput, has_start_lines_a_line_an_epoch_and_no_control_characters) {
  const Outcome outcome = run_train_mnist(kSmall);
  EXPECT_EQ(outcome.err, "");
  const std::vector<std::string> lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 8U) << outcome.out;
  EXPECT_EQ(lines[0], "data:      built-in digits, 1000 images; validation on 300 others");
  EXPECT_EQ(lines[1], "model:     mlp 784-128-10 with ReLU, 101770 parameters");
  EXPECT_EQ(lines[2].rfind("optimizer: SGD, lr ", 0), 0U);
  EXPECT_EQ(lines[3], "training:  2 epochs in batches of 64, lr falling linearly to 0, seed 1");
  EXPECT_EQ(lines[4].rfind("computing: 1 thread, ", 0), 0U);
  EXPECT_EQ(lines[5].rfind("epoch 1/2: loss ", 0), 0U);
  EXPECT_EQ(lines[6].rfind("epoch 2/2: loss ", 0), 0U);
  EXPECT_EQ(lines[7].rfind("validation accuracy ", 0), 0U);
  for (const char c : outcome.out) {
    ASSERT_TRUE(c == '\n' || (c >= 32 && c < 127)) << static_cast<int>(c);
  }
}

TEST(PlainOutput, reports_a_kernel_choice_in_the_environment) {
  Call call;
  call.arguments = kSmall;
  call.environment = {{"OPENBLAS_CORETYPE", "Haswell"}};
  EXPECT_NE(run(call).out.find("\nwarning:   OPENBLAS_CORETYPE=Haswell is set"), std::string::npos);
  call.environment.clear();
  EXPECT_EQ(run(call).out.find("warning"), std::string::npos);
}

TEST(Stdout, that_cannot_be_written_is_an_error_with_the_reason) {
  if (::access("/dev/full", W_OK) != 0) {
    GTEST_SKIP() << "needs /dev/full";
  }
  Call call;
  call.out_path = "/dev/full";
  for (const auto& arguments : {kSmall, small_with({"--json"}), {"--help"}}) {
    call.arguments = arguments;
    const Outcome outcome = run(call);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(lines_of(outcome.err).back(),
              "train_mnist: cannot write to standard output: No space left on device");
  }
}

TEST(Stdout, that_is_closed_is_an_error_before_the_training) {
  Call call;
  call.out_is_closed = true;
  call.arguments = {"--dataset", "digits", "--json"};
  const Outcome outcome = run(call);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "train_mnist: standard output must be open, got it closed\n");
}

TEST(Run, a_loss_that_is_not_finite_ends_it_naming_the_step) {
  const Outcome outcome = run_train_mnist(small_with({"--lr", "1e30", "--quiet"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(std::regex_match(
      outcome.err,
      std::regex(
          "train_mnist: the loss of step \\d+ \\(epoch 1\\) is -?(nan|inf): gradient of "
          "'fc[12].(weight|bias)' must be finite, got -?(nan|inf) at \\[.*\\], and \\d+ of \\d+ "
          "elements are not; look for log\\(0\\), 0/0 or overflow in the loss, or lower lr\n")))
      << outcome.err;
}

std::string hash_of(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = arguments;
  all.insert(all.end(), {"--json", "--quiet"});
  const Outcome outcome = run_train_mnist(all);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return parse_flat_json(lines_of(outcome.out).at(0))["weights_hash"];
}

TEST(Run, explains_one_weight_at_one_step) {
  const Outcome outcome = run_train_mnist(
      small_with({"--optimizer", "adam", "--explain", "fc1.weight[0,5]@3", "--quiet"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("step 3 of fc1.weight[0,5]: w = "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("m              <- beta1 * m + (1 - beta1) * g\n"), std::string::npos)
      << outcome.out;
  // Looking on changes nothing.
  EXPECT_EQ(hash_of(small_with({"--optimizer", "adam", "--explain", "fc2.bias[9]@1"})),
            hash_of(small_with({"--optimizer", "adam"})));
}

TEST(Run, refuses_to_explain_what_there_is_not) {
  const std::pair<const char*, const char*> wrong[] = {
      {"fc1.weight",
       "--explain must be PARAMETER[INDEX]@STEP, such as fc1.weight[0,5]@3, got "
       "'fc1.weight'"},
      {"fc1.weight[0,x]@3",
       "--explain: an index must be a whole number from 0 to "
       "9223372036854775807, got 'x'"},
      {"fc1.weight[0,784]@3",
       "--explain: the index must be one of fc1.weight, of shape [128, 784], got [0,784]"},
      {"fc1.weight[0]@3",
       "--explain: the index must be one of fc1.weight, of shape [128, 784], got [0]"},
      {"fc1.weight[0,5,]@3",
       "--explain: an index must be a whole number from 0 to "
       "9223372036854775807, got ''"},
      {"fc3.weight[0,0]@3",
       "--explain: there is no parameter 'fc3.weight'; the model's parameters "
       "are fc1.weight, fc1.bias, fc2.weight, fc2.bias"},
      {"fc1.weight[0,0]@0",
       "--explain: the step must be a whole number from 1 to "
       "9223372036854775807, got '0'"}};
  for (const auto& [value, message] : wrong) {
    const Outcome outcome = run_train_mnist(small_with({"--explain", value}));
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, std::string("train_mnist: ") + message + "\n");
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Run, every_optimizer_learns_a_small_set) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "takes minutes with a sanitizer";
  }
  for (const std::string& optimizer : train_mnist::rule_names()) {
    const Outcome outcome =
        run_train_mnist({"--dataset", "digits", "--train-size", "4000", "--validation", "1000",
                         "--epochs", "4", "--optimizer", optimizer, "--json", "--quiet"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto members = parse_flat_json(lines_of(outcome.out).at(0));
    EXPECT_GT(std::stod(members.at("validation_accuracy")), 0.8) << optimizer;
  }
}

void expect_bits_to_depend_on_the_seed_alone(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--epochs", "1", "--batch-size", "128"});
  const auto with = [&](const char* seed, const char* threads) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--seed", seed, "--threads", threads});
    return hash_of(all);
  };
  if (kThreadSanitizer) {  // sees nothing in one thread, and takes a hundred times as long
    EXPECT_EQ(with("1", "3"), with("1", "2"));
    return;
  }
  const std::string first = with("1", "1");
  EXPECT_EQ(with("1", "1"), first);
  EXPECT_EQ(with("1", "2"), first);
  EXPECT_EQ(with("1", "3"), first);
  EXPECT_NE(with("2", "1"), first);
}

TEST(ThreadsOfTrainMnist, change_no_bit_of_the_weights_on_digits) {
  if (kAddressSanitizer) {
    GTEST_SKIP() << "ten seconds of training in operations that other tests run, too";
  }
  for (const char* optimizer : {"sgd", "rmsprop", "adam", "muon", "lamb", "adafactor"}) {
    expect_bits_to_depend_on_the_seed_alone({"--dataset", "digits", "--train-size",
                                             kThreadSanitizer ? "500" : "1500", "--validation",
                                             "100", "--optimizer", optimizer});
  }
}

TEST(ThreadsOfTrainMnist, change_no_bit_of_the_weights_of_any_model) {
  if (kAddressSanitizer) {
    GTEST_SKIP() << "training in operations that other tests run, too";
  }
  for (const std::string model : {"lenet", "cnn", "vgg"}) {
    if (kThreadSanitizer && model == "vgg") {
      continue;  // the operations of cnn, for minutes
    }
    expect_bits_to_depend_on_the_seed_alone({"--dataset", "digits", "--train-size",
                                             kThreadSanitizer ? "130" : "260", "--validation", "20",
                                             "--model", model});
  }
}

TEST(ThreadsOfTrainMnist, change_no_bit_of_the_weights_on_mnist) {
  const std::string folder = mnist_folder();
  if (folder.empty()) {
    GTEST_SKIP() << "needs MNIST in $GRADUS_DATA/mnist";
  }
  // The sanitizers see the same steps often enough in a tenth of the images.
  const char* const size = kAddressSanitizer || kThreadSanitizer ? "6000" : "60000";
  expect_bits_to_depend_on_the_seed_alone({"--data", folder, "--train-size", size});
}

}  // namespace
}  // namespace gradus::test
