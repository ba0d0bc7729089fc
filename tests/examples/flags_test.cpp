// Wrong command lines, through the program itself.
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "examples/five_digits.h"
#include "examples/process.h"

namespace gradus::test {
namespace {

struct Wrong {
  std::vector<std::string> arguments;
  std::string message;
};

const std::string kEpochs = "--epochs must be a whole number from 1 to 1000000, got '";
const std::string kRate = "--lr must be a finite number above 0, got '";
const std::string kThreads = "--threads must be a whole number from 1 to 1024, got '";
const std::string kBatch = "--batch-size must be ";

// The data folder in front of each exists, but is empty: nothing gets as far as reading it.
const Wrong kWrong[] = {
    {{"--epoch", "5"}, "there is no flag --epoch; did you mean --epochs?"},
    {{"--opimizer=adam"}, "there is no flag --opimizer; did you mean --optimizer?"},
    {{"--EPOCHS", "5"}, "there is no flag --EPOCHS; did you mean --epochs?"},
    {{"--batch", "5"}, "there is no flag --batch; did you mean --batch-size?"},
    {{"-epochs", "5"}, "there is no flag -epochs; did you mean --epochs?"},
    {{"--learning-rate", "1"}, "there is no flag --learning-rate; --help lists them"},
    {{"-x"}, "there is no flag -x; --help lists them"},
    {{"adam"}, "there must be nothing but flags, got 'adam'"},
    {{"--json", ""}, "there must be nothing but flags, got ''"},
    {{"--"}, "there must be nothing but flags, got '--'"},
    {{"--", "--epochs", "2"}, "there must be nothing but flags, got '--'"},
    {{"--=1"}, "there must be nothing but flags, got '--=1'"},
    {{"--epochs"}, "--epochs needs a value"},
    {{"--epochs="}, "--epochs needs a value"},
    {{"--epochs", "--json"}, "--epochs needs a value, got the flag --json"},
    {{"--epochs", "3", "--epochs", "3"}, "--epochs must be given once, got 2 times"},
    {{"--json", "--json"}, "--json must be given once, got 2 times"},
    {{"--json=yes"}, "--json must stand alone, got a value"},
    {{"--quiet="}, "--quiet must stand alone, got a value"},
    {{"-h=1"}, "-h must stand alone, got a value"},
    {{"--epochs", "-1"}, kEpochs + "-1'"},
    {{"--epochs", "0"}, kEpochs + "0'"},
    {{"--epochs", "1.5"}, kEpochs + "1.5'"},
    {{"--epochs", "1e3"}, kEpochs + "1e3'"},
    {{"--epochs", "99999999999999999999"}, kEpochs + "99999999999999999999'"},
    {{"--epochs", "nan"}, kEpochs + "nan'"},
    {{"--epochs", "inf"}, kEpochs + "inf'"},
    {{"--epochs", " 5"}, kEpochs + " 5'"},
    {{"--epochs", "5x"}, kEpochs + "5x'"},
    {{"--epochs", "0x5"}, kEpochs + "0x5'"},
    {{"--epochs", ""}, kEpochs + "'"},
    {{"--lr", "0"}, kRate + "0'"},
    {{"--lr", "-1"}, kRate + "-1'"},
    {{"--lr", "nan"}, kRate + "nan'"},
    {{"--lr", "inf"}, kRate + "inf'"},
    {{"--lr", "-inf"}, kRate + "-inf'"},
    {{"--lr", "1e999"}, kRate + "1e999'"},
    {{"--lr", "0,1"}, kRate + "0,1'"},
    {{"--batch-size", "0"}, kBatch + "a whole number from 1 to 1000000, got '0'"},
    {{"--batch-size", "60001", "--dataset", "digits"},
     kBatch + "at most the 60000 images to train on, got 60001"},
    {{"--batch-size", "65", "--train-size", "64"},
     kBatch + "at most the 64 images to train on, got 65"},
    {{"--threads", "0"}, kThreads + "0'"},
    {{"--threads", "1e9"}, kThreads + "1e9'"},
    {{"--threads", "1000000000"}, kThreads + "1000000000'"},
    {{"--seed", "-1"}, "--seed must be a whole number from 0 to 18446744073709551615, got '-1'"},
    {{"--dataset", "cifar"}, "--dataset must be mnist or digits, got 'cifar'"},
    {{"--model", "resnet"}, "--model must be mlp, lenet, cnn or vgg, got 'resnet'"},
    {{"--dropout", "1"}, "--dropout must be a number from 0 to below 1, got '1'"},
    {{"--dropout", "-0.5"}, "--dropout must be a number from 0 to below 1, got '-0.5'"},
    {{"--augment", "flip"}, "--augment must be none, shift or distort, got 'flip'"},
    {{"--optimizer", "Adam"},
     "--optimizer must be sgd, adagrad, rmsprop, adadelta, adam, adamw, adamax, nadam, radam, "
     "rprop, lion, lars, lamb, muon or adafactor, got 'Adam'"},
    {{"--lr-schedule", "cosine"}, "--lr-schedule must be linear or constant, got 'cosine'"},
    {{"--opt", "momentum"}, "--opt must be KEY=VALUE, got 'momentum'"},
    {{"--opt", "=1"}, "--opt must be KEY=VALUE, got '=1'"},
    {{"--opt", "momentum=1", "--opt", "momentum=1"},
     "the optimizer's option momentum must be given once, got it twice"},
    {{"--opt", "lr=1", "--lr", "1"}, "the optimizer's option lr must be given once, got it twice"},
    {{"--opt", "lr=0"}, "the learning rate must be above 0, got 0"},
    {{"--opt", "beta1=0.5"},
     "--opt beta1=0.5: SGD: there is no option 'beta1'; its options are lr, momentum, dampening, "
     "weight_decay, decoupled_weight_decay, nesterov, maximize, lr_in_buffer"},
    {{"--opt", "momentum=-1"},
     "--opt momentum=-1: SGD: momentum must be finite and at least 0, got -1"},
    {{"--data", "/nowhere/at/all"}, "--data must be a folder that exists, got '/nowhere/at/all'"},
    {{"--data", "/dev/null"}, "--data must be a folder that exists, got '/dev/null'"},
    {{"--checkpoint", "/no/such/a"},
     "--checkpoint must be in a folder that exists, got '/no/such/a'"},
    {{"--checkpoint", "/dev/null/a"},
     "--checkpoint must be in a folder that exists, got '/dev/null/a'"},
    {{"--checkpoint", "."}, "--checkpoint must name a file, got the folder '.'"},
    {{"--checkpoint", ""}, "--checkpoint must name a file, got ''"},
    {{"--resume", ""}, "--resume must name a file, got ''"},
    {{"--checkpoint", "a", "--checkpoint-every", "0"},
     "--checkpoint-every must be a whole number from 1 to 1000000, got '0'"},
    {{"--checkpoint-every", "5"},
     "--checkpoint-every needs --checkpoint, which says where to save"},
    {{"--checkpoint", "a", "--keep", "1.5"},
     "--keep must be a whole number from 1 to 1000000, got '1.5'"},
    {{"--keep", "2"}, "--keep needs --checkpoint, which says where to save"},
    {{"--explain", "nope.weight[0,5]@3"},
     "--explain: there is no parameter 'nope.weight'; the model's parameters are fc1.weight, "
     "fc1.bias, fc2.weight, fc2.bias"},
    {{"--explain", "fc1.weight[0,784]@3"},
     "--explain: the index must be one of fc1.weight, of shape [128, 784], got [0,784]"},
    {{"--explain", "fc1.weight[0,5]@6", "--train-size", "64", "--epochs", "5"},
     "--explain: the step must be one of the 5 that the training takes, got 6"},
    {{"--help", "--epochs", "x"}, kEpochs + "x'"},
    {{"--help", "--bogus"}, "there is no flag --bogus; --help lists them"},
    {{"--epochs", "\xff\xfe"}, kEpochs + "\\xff\\xfe'"},
    {{"--epochs", "1\n2\x1b[2J"}, kEpochs + "1\\x0a2\\x1b[2J'"},
    {{"--\xc3\xa9pochs", "1"}, "there is no flag --\xc3\xa9pochs; did you mean --epochs?"},
};

TEST(Flags, wrong_ones_are_one_clear_line_and_status_2) {
  const std::string empty = std::filesystem::temp_directory_path() / "gradus-no-data";
  std::filesystem::create_directory(empty);
  for (const Wrong& wrong : kWrong) {
    std::vector<std::string> arguments = wrong.arguments;
    if (arguments[0] != "--data") {
      arguments.insert(arguments.end(), {"--data=" + empty});
      if (arguments.size() == 2) {
        std::swap(arguments[0], arguments[1]);  // `--epochs` alone stays last
      }
    }
    const Outcome outcome = run_train_mnist(arguments);
    EXPECT_EQ(outcome.err, "train_mnist: " + wrong.message + "\n");
    EXPECT_EQ(outcome.status, 2) << wrong.message;
    EXPECT_EQ(outcome.out, "") << wrong.message;
    if (!kAddressSanitizer && !kThreadSanitizer) {
      EXPECT_LT(outcome.cpu_seconds, 0.1) << wrong.message;
    }
  }
}

// All that the program asks for by flags.at("--x") or flags.has("--x").
std::set<std::string> flags_that_are_read() {
  const std::filesystem::path root = std::filesystem::path(__FILE__) / "../../..";
  const std::string text =
      contents((root / "examples/train_mnist/options.cpp").lexically_normal().string());
  const std::regex read("flags[.](?:at|all|has)[(]\"(--[a-z-]+)\"");
  std::set<std::string> flags;
  for (std::sregex_iterator at(text.begin(), text.end(), read), end; at != end; ++at) {
    flags.insert((*at)[1]);
  }
  return flags;
}

TEST(Flags, help_lists_every_flag_and_reads_nothing) {
  const Outcome outcome = run_train_mnist({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  const std::set<std::string> flags = flags_that_are_read();
  EXPECT_GE(flags.size(), 25U);
  for (const std::string& flag : flags) {
    EXPECT_TRUE(std::regex_search(outcome.out, std::regex("\n  (-h,)?" + flag + " "))) << flag;
  }
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Flags, data_that_is_nowhere_is_an_error_that_says_what_to_do) {
  const Outcome outcome = run_train_mnist({});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(
      outcome.err,
      "train_mnist: MNIST is not found: give its folder with --data or set GRADUS_DATA to the "
      "one above it; scripts/mnist.sh downloads it; --dataset digits needs no files\n");
}

TEST(Flags, a_folder_without_mnist_is_an_error_that_names_the_files) {
  const Outcome outcome = run_train_mnist({"--data", "/dev"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err,
            "train_mnist: load_mnist: /dev must hold train-images-idx3-ubyte or "
            "train-images.idx3-ubyte, with or without .gz, got neither\n");
}

TEST(Flags, images_of_another_size_are_an_error_that_names_their_file) {
  for (const std::string split : {"train", "t10k"}) {
    const TempFolder folder;
    write_five_digits(folder);
    const std::string images = folder.write(split + "-images-idx3-ubyte", five_images(27));
    const Outcome outcome = run_train_mnist({"--data", folder.path(), "--batch-size", "5"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "train_mnist: load_labelled: images of " + images +
                               " must have shape [n, 28, 28], got [5, 27, 28]\n");
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Flags, sizes_beyond_what_the_files_hold_are_refused) {
  const std::string folder = mnist_folder();
  if (folder.empty()) {
    GTEST_SKIP() << "needs MNIST in $GRADUS_DATA/mnist";
  }
  const Wrong too_much[] = {
      {{"--batch-size", "60001"},
       "--batch-size must be at most the 60000 images to train on, got 60001"},
      {{"--train-size", "60001"},
       "--train-size must be at most 60000, the images there are, got 60001"},
      {{"--train-size", "55001", "--validation", "5000"},
       "--train-size must be at most 55000, the images there are, got 55001"},
      {{"--validation", "60000"},
       "--validation must be below the 60000 training images, got 60000"},
  };
  for (const Wrong& wrong : too_much) {
    std::vector<std::string> arguments = wrong.arguments;
    arguments.push_back("--data=" + folder);
    const Outcome outcome = run_train_mnist(arguments);
    EXPECT_EQ(outcome.err, "train_mnist: " + wrong.message + "\n");
    EXPECT_EQ(outcome.status, 2) << wrong.message;
  }
}

}  // namespace
}  // namespace gradus::test
