#include "train_mnist/options.h"

#include <gradus/core/parallel.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>

#include "train_mnist/model.h"

namespace train_mnist {
namespace {

using gradus::fail;
using gradus::require;

constexpr Index kMany = 1'000'000;
constexpr Index kDigits = 60'000;  // as many as MNIST has

/// The flags with a value: CLI11 reads them as text, at() hands the text out.
class Flags {
 public:
  explicit Flags(CLI::App& app) : app_(app) {}

  void add(const std::string& flag, const std::string& value, const std::string& help) {
    const CLI::callback_t keep = [this, flag](const CLI::results_t& results) {
      given_[flag] = results;
      return true;
    };
    app_.add_option(flag, keep, help)
        ->type_name(value)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  /// All values given for the flag, in their order.
  std::vector<std::string> all(const std::string& flag) const {
    const auto found = given_.find(flag);
    return found == given_.end() ? std::vector<std::string>{} : found->second;
  }

  /// The only value, or none.
  std::optional<std::string> at(const std::string& flag) const {
    const std::vector<std::string> values = all(flag);
    require<UsageError>(values.size() <= 1, flag, " must be given once, got ", values.size(),
                        " times");
    return values.empty() ? std::nullopt : std::optional(values.front());
  }

  void check() const {
    for (const auto& [flag, values] : given_) {
      for (const std::string& value : values) {
        require<UsageError>(value.compare(0, 2, "--") != 0, flag, " needs a value, got the flag ",
                            value);
      }
    }
  }

 private:
  CLI::App& app_;
  std::map<std::string, std::vector<std::string>> given_;
};

void add_flags(Flags& flags) {
  flags.add("--dataset", "NAME", "mnist (default) or digits, which needs no files");
  flags.add("--test-dataset", "NAME", "test on mnist or digits (default: --dataset)");
  flags.add("--data", "DIR", "folder of MNIST (default: $GRADUS_DATA/mnist)");
  flags.add("--train-size", "N", "train on the first N images (default: all)");
  flags.add("--validation", "N", "test on the last N training images instead");
  flags.add("--model", "NAME", "mlp (default), lenet, cnn or vgg; the list is below");
  flags.add("--hidden", "N", "hidden units of the mlp (default: 128)");
  flags.add("--dropout", "P", "in front of fully connected layers (default: 0)");
  flags.add("--augment", "NAME", "none (default), shift, or distort (also bent)");
  flags.add("--optimizer", "NAME", "sgd by default; the list is below");
  flags.add("--lr", "X", "learning rate (default: the optimizer's)");
  flags.add("--lr-schedule", "NAME", "linear: falling to 0 (default), or constant");
  flags.add("--opt", "KEY=VALUE", "an option of the optimizer, such as momentum=0.5");
  flags.add("--epochs", "N", "passes over the images (default: 5; cnn, vgg: 3)");
  flags.add("--batch-size", "N", "images in a step (default: 64; rprop: 256)");
  flags.add("--explain", "WHAT", "print a step's every line, such as fc1.weight[0,5]@3");
  flags.add("--seed", "N", "of all random numbers (default: 1)");
  flags.add("--threads", "N", "threads to use (default: one a processor)");
}

constexpr const char* kModelList =
    "Models, with ReLU:\n"
    "  mlp    784-hidden-10\n"
    "  lenet  conv5x5(6)-avgpool-conv5x5(16)-avgpool-120-84-10\n"
    "  cnn    conv3x3(32)-conv3x3(64)-maxpool-128-10\n"
    "  vgg    2 conv3x3(32)-maxpool-2 conv3x3(64)-maxpool-128-10, batch norms\n";

/// The names of all optimizers, in lines of at most 78 columns.
std::string rule_list() {
  std::string text = "Optimizers:";
  std::size_t column = text.size();
  for (const std::string& name : rule_names()) {
    const bool fits = column + 1 + name.size() <= 78;
    text += (fits ? " " : "\n  ") + name;
    column = (fits ? column + 1 : 2) + name.size();
  }
  return text + "\n";
}

/// Throws UsageError for the first argument that belongs to no flag.
void refuse_unknown(const std::vector<std::string>& unknown, const CLI::App& app) {
  for (const std::string& argument : unknown) {
    if (argument.size() < 2 || argument[0] != '-') {
      continue;
    }
    const std::string name = argument.substr(0, argument.find('='));
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      names.push_back(option->get_lnames().front());
    }
    const std::string near = nearest_word(name.substr(name.find_first_not_of('-')), names);
    fail<UsageError>({"there is no flag ", name, near.empty() ? "" : "; did you mean --", near,
                      near.empty() ? "; --help lists them" : "?"});
  }
  if (!unknown.empty()) {
    fail<UsageError>({"there must be nothing but flags, got '", unknown.front(), "'"});
  }
}

/// A message of CLI11, in this program's words.
[[noreturn]] void fail_parse(const CLI::ParseError& error) {
  const std::string message = error.what();
  const std::size_t colon = message.find(": ");
  if (colon != std::string::npos && message.find("required") != std::string::npos) {
    fail<UsageError>({message.substr(0, colon), " needs a value"});
  }
  if (message.find("override") != std::string::npos) {
    fail<UsageError>(
        {"--", message.substr(0, message.find(' ')), " must stand alone, got a value"});
  }
  fail<UsageError>({message});
}

AnyRule read_rule(const Flags& flags, const std::string& name, const std::string& model) {
  AnyRule rule = make_rule(name);
  if (model == "cnn" && name == "sgd") {
    set_option(rule, "lr", "0.02");  // the others' rates are the mlp's
  }
  std::vector<std::string> settings = flags.all("--opt");
  if (const auto lr = flags.at("--lr")) {
    positive_number("--lr", *lr);
    settings.push_back("lr=" + *lr);
  }
  std::map<std::string, int> times;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    require<UsageError>(equals != std::string::npos && equals > 0, "--opt must be KEY=VALUE, got '",
                        setting, "'");
    const std::string key = setting.substr(0, equals);
    require<UsageError>(++times[key] == 1, "the optimizer's option ", key,
                        " must be given once, got it twice");
    try {
      set_option(rule, key, setting.substr(equals + 1));
    } catch (const gradus::ValueError& error) {
      fail<UsageError>({"--opt ", setting, ": ", error.what()});
    }
  }
  require<UsageError>(learning_rate(rule) > 0, "the learning rate must be above 0, got ",
                      learning_rate(rule));
  return rule;
}

/// Where MNIST is, if anything says it.
std::string find_data(const Flags& flags) {
  if (const auto folder = flags.at("--data")) {
    struct stat status = {};
    require<UsageError>(::stat(folder->c_str(), &status) == 0 && S_ISDIR(status.st_mode),
                        "--data must be a folder that exists, got '", *folder, "'");
    return *folder;
  }
  const char* const data = std::getenv("GRADUS_DATA");
  return data && *data ? std::string(data) + "/mnist" : "";
}

Options read_values(const Flags& flags) {
  Options options;
  const std::vector<std::string> datasets = {"mnist", "digits"};
  if (const auto text = flags.at("--dataset")) {
    options.dataset = one_of("--dataset", *text, datasets);
  }
  options.test_dataset = options.dataset;
  if (const auto text = flags.at("--test-dataset")) {
    options.test_dataset = one_of("--test-dataset", *text, datasets);
  }
  if (const auto text = flags.at("--train-size")) {
    options.train_size = whole_number("--train-size", *text, 1, kMany);
  }
  if (const auto text = flags.at("--validation")) {
    options.validation = whole_number("--validation", *text, 1, kMany);
  }
  if (const auto text = flags.at("--model")) {
    options.model = one_of("--model", *text, model_names());
  }
  if (const auto text = flags.at("--hidden")) {
    options.hidden = whole_number("--hidden", *text, 1, 100'000);
  }
  if (const auto text = flags.at("--dropout")) {
    options.dropout = share("--dropout", *text);
  }
  if (const auto text = flags.at("--augment")) {
    options.augment = one_of("--augment", *text, {"none", "shift", "distort"});
  }
  if (const auto text = flags.at("--optimizer")) {
    options.optimizer = one_of("--optimizer", *text, rule_names());
  }
  if (const auto text = flags.at("--lr-schedule")) {
    options.rate_falls = one_of("--lr-schedule", *text, {"linear", "constant"}) == "linear";
  }
  options.epochs = usual_epochs(options.model);
  if (const auto text = flags.at("--epochs")) {
    options.epochs = whole_number("--epochs", *text, 1, kMany);
  }
  options.batch_size = usual_batch_size(options.optimizer);
  if (const auto text = flags.at("--batch-size")) {
    options.batch_size = whole_number("--batch-size", *text, 1, kMany);
  }
  if (const auto text = flags.at("--explain")) {
    options.explain = explain_value("--explain", *text);
  }
  if (const auto text = flags.at("--seed")) {
    options.seed = seed_number("--seed", *text);
  }
  if (options.dataset == "digits" && !options.train_size) {
    options.train_size = kDigits;
  }
  if (options.train_size) {
    require_batch_fits(options.batch_size, *options.train_size);
  }
  options.threads = gradus::num_threads();
  if (const auto text = flags.at("--threads")) {
    options.threads = static_cast<int>(whole_number("--threads", *text, 1, 1024));
  }
  options.rule = read_rule(flags, options.optimizer, options.model);
  options.data = find_data(flags);
  return options;
}

}  // namespace

void require_batch_fits(Index batch_size, Index images) {
  require<UsageError>(batch_size <= images, "--batch-size must be at most the ", images,
                      " images to train on, got ", batch_size);
}

Options parse_options(const std::vector<std::string>& arguments) {
  CLI::App app("Trains a network on MNIST or on the built-in digits.", "train_mnist");
  Flags flags(app);
  add_flags(flags);
  app.footer(kModelList + rule_list());
  app.set_help_flag();
  bool json = false;
  bool quiet = false;
  bool help = false;
  app.add_flag("--json", json, "print the result as one line of JSON on stdout");
  app.add_flag("--quiet", quiet, "print nothing but the result");
  app.add_flag("-h,--help", help, "print this text");
  for (CLI::Option* const option : app.get_options()) {
    option->disable_flag_override();  // no --json=false
  }
  app.allow_extras();

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    fail_parse(error);
  }
  refuse_unknown(app.remaining(), app);
  flags.check();
  for (const char* const name : {"--json", "--quiet", "--help"}) {
    const std::size_t times = app.count(name);
    require<UsageError>(times <= 1, name, " must be given once, got ", times, " times");
  }

  Options options = read_values(flags);
  options.json = json;
  options.quiet = quiet;
  options.help = help ? app.help() : "";
  options.help.erase(options.help.find_last_not_of('\n') + 1);
  return options;
}

}  // namespace train_mnist
