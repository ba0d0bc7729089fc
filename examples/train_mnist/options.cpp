#include "train_mnist/options.h"

#include <gradus/core/parallel.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <map>

#include "train_mnist/model.h"
#include "train_mnist/settings.h"

namespace train_mnist {
namespace {

using gradus::fail;
using gradus::require;

constexpr Index kMany = 1'000'000;
constexpr Index kDigits = 60'000;  // as many as MNIST has

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
  std::string all;
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
    all += (all.empty() ? "--opt " : " --opt ") + setting;
  }
  try {
    check(rule);
  } catch (const gradus::ValueError& error) {
    fail<UsageError>({all, ": ", error.what()});
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

void read_values(const Flags& flags, Options& options) {
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
}

/// Found out before the training rather than when it first saves.  Whether it may write there, the
/// save finds out.
void require_place(const std::string& file) {
  struct stat status = {};
  require<UsageError>(::stat(file.c_str(), &status) != 0 || !S_ISDIR(status.st_mode),
                      "--checkpoint must name a file, got the folder '", file, "'");
  const std::size_t slash = file.rfind('/');
  if (slash == std::string::npos || slash == 0) {
    return;
  }
  const std::string folder = file.substr(0, slash);
  const bool is_there = ::stat(folder.c_str(), &status) == 0 ? S_ISDIR(status.st_mode)
                                                             : errno != ENOENT && errno != ENOTDIR;
  require<UsageError>(is_there, "--checkpoint must be in a folder that exists, got '", file, "'");
}

void read_checkpoint_flags(const Flags& flags, Options& options) {
  options.checkpoint = flags.at("--checkpoint").value_or("");
  options.resume = flags.at("--resume").value_or("");
  if (const auto text = flags.at("--checkpoint-every")) {
    options.checkpoint_every = whole_number("--checkpoint-every", *text, 1, kMany);
  }
  if (const auto text = flags.at("--keep")) {
    options.keep = whole_number("--keep", *text, 1, kMany);
  }
  for (const char* const flag : {"--checkpoint-every", "--keep"}) {
    require<UsageError>(!flags.at(flag) || !options.checkpoint.empty(), flag,
                        " needs --checkpoint, which says where to save");
  }
  for (const char* const flag : {"--checkpoint", "--resume"}) {
    require<UsageError>(!flags.at(flag) || !flags.at(flag)->empty(), flag,
                        " must name a file, got ''");
  }
  if (!options.checkpoint.empty()) {
    require_place(options.checkpoint);
  }
}

}  // namespace

void require_batch_fits(Index batch_size, Index images) {
  require<UsageError>(batch_size <= images, "--batch-size must be at most the ", images,
                      " images to train on, got ", batch_size);
}

Options parse_options(const std::vector<std::string>& arguments) {
  Flags flags(arguments);
  Options options;
  read_checkpoint_flags(flags, options);
  if (options.resume.empty() || flags.has("--help")) {
    read_values(flags, options);
  } else {
    options.saved = gradus::train::load_checkpoint(options.resume);
    const Settings saved = read_settings(*options.saved, options.resume);
    add_settings(saved, flags);
    read_values(flags, options);
    require_same(saved, settings_of(options), options.resume);
  }
  options.json = flags.has("--json");
  options.quiet = flags.has("--quiet");
  options.help = flags.has("--help") ? flags.help() : "";
  return options;
}

}  // namespace train_mnist
