#include "train_mnist/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "train_mnist/model.h"

namespace train_mnist {
namespace {

using gradus::fail;
using gradus::require;

struct FlagText {
  const char* flag;
  const char* value;  ///< what --help calls it
  const char* help;
};

constexpr FlagText kFlags[] = {
    {"--dataset", "NAME", "mnist (default) or digits, which needs no files"},
    {"--test-dataset", "NAME", "test on mnist or digits (default: --dataset)"},
    {"--data", "DIR", "folder of MNIST (default: $GRADUS_DATA/mnist)"},
    {"--train-size", "N", "train on the first N images (default: all)"},
    {"--validation", "N", "test on the last N training images instead"},
    {"--model", "NAME", "mlp (default), lenet, cnn or vgg; see below"},
    {"--hidden", "N", "hidden units of the mlp (default: 128)"},
    {"--dropout", "P", "in front of fully connected layers (default: 0)"},
    {"--augment", "NAME", "none (default), shift, or distort (also bent)"},
    {"--optimizer", "NAME", "sgd by default; see below"},
    {"--lr", "X", "learning rate (default: the optimizer's)"},
    {"--lr-schedule", "NAME", "linear: falling to 0 (default), or constant"},
    {"--opt", "KEY=VALUE", "an option of the optimizer, such as momentum=0.5"},
    {"--epochs", "N", "passes over the images (default: 5; cnn, vgg: 3)"},
    {"--batch-size", "N", "images in a step (default: 64; rprop: 256)"},
    {"--explain", "WHAT", "print a step's lines, such as fc1.weight[0,5]@3"},
    {"--seed", "N", "of all random numbers (default: 1)"},
    {"--threads", "N", "threads to use (default: one a processor)"},
    {"--checkpoint", "FILE", "save there, whole or not at all, to go on from"},
    {"--checkpoint-every", "N", "save every N steps (default: once an epoch)"},
    {"--keep", "K", "keep the last K as FILE.STEP, best as FILE.best"},
    {"--resume", "FILE", "go on with its settings; --epochs is the total"},
};
constexpr FlagText kSwitches[] = {
    {"--json", "", "print the result as one line of JSON on stdout"},
    {"--quiet", "", "print nothing but the result"},
    {"--help", "", "print this text"},
};

constexpr const char* kModelList =
    "Models, with ReLU:\n"
    "  mlp    784-hidden-10\n"
    "  lenet  conv5x5(6)-avgpool-conv5x5(16)-avgpool-120-84-10\n"
    "  cnn    conv3x3(32)-conv3x3(64)-maxpool-128-10\n"
    "  vgg    2 conv3x3(32)-maxpool-2 conv3x3(64)-maxpool-128-10, batch norms\n";

constexpr const char* kExitCodes =
    "Ends with 0; 1 if something fails; 2 if the flags are wrong; and, behind a step\n"
    "that is saved, with 130 or 143 on SIGINT (Ctrl-C) or SIGTERM.\n";

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
    const std::string name = argument.substr(0, argument.find('='));
    const std::size_t first = name.find_first_not_of('-');
    if (first == 0 || first == std::string::npos) {
      continue;
    }
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
      names.push_back(option->get_lnames().front());
    }
    std::string lower = name.substr(first);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::string near = nearest_word(lower, names);
    fail<UsageError>({"there is no flag ", name, near.empty() ? "" : "; did you mean --", near,
                      near.empty() ? "; --help lists them" : "?"});
  }
  if (!unknown.empty()) {
    fail<UsageError>({"there must be nothing but flags, got '", unknown.front(), "'"});
  }
}

/// Throws UsageError for what CLI11 would take and nobody means.
void refuse_strange(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    require<UsageError>(argument != "--", "there must be nothing but flags, got '--'");
    const std::string name = argument.substr(0, argument.find('='));
    const bool is_switch =
        name == "-h" || std::any_of(std::begin(kSwitches), std::end(kSwitches),
                                    [&](auto& text) { return name == text.flag; });
    require<UsageError>(!is_switch || name == argument, name, " must stand alone, got a value");
  }
}

/// A message of CLI11, in this program's words.
[[noreturn]] void fail_parse(const CLI::ParseError& error) {
  const std::string message = error.what();
  const std::size_t colon = message.find(": ");
  if (colon != std::string::npos && message.find("required") != std::string::npos) {
    fail<UsageError>({message.substr(0, colon), " needs a value"});
  }
  fail<UsageError>({message});
}

/// The flags as CLI11 knows them, and what it finds of them.  Made once: to describe them takes
/// longer than to read a command line.
struct Grammar {
  CLI::App app{"Trains a network on MNIST or on the built-in digits.", "train_mnist"};
  std::map<std::string, std::vector<std::string>> given;
  std::map<std::string, bool> switches;

  Grammar() {
    for (const FlagText& text : kFlags) {
      const CLI::callback_t keep = [this, text](const CLI::results_t& results) {
        given[text.flag] = results;
        return true;
      };
      app.add_option(text.flag, keep, text.help)
          ->type_name(text.value)
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    app.footer(kModelList + rule_list() + kExitCodes);
    app.set_help_flag();
    for (const FlagText& text : kSwitches) {
      const std::string name = text.flag;
      app.add_flag((name == "--help" ? "-h," : "") + name, switches[name], text.help);
    }
    app.allow_extras();
  }
  void read(std::vector<std::string> arguments) {
    given.clear();
    for (auto& [flag, is_given] : switches) {
      is_given = false;
    }
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError& error) {
      fail_parse(error);
    }
  }
};

}  // namespace

Flags::Flags(const std::vector<std::string>& arguments) {
  static Grammar grammar;
  const CLI::App& app = grammar.app;
  refuse_strange(arguments);
  grammar.read(arguments);
  given_ = std::move(grammar.given);
  switches_ = grammar.switches;
  refuse_unknown(app.remaining(), app);
  for (const auto& [flag, values] : given_) {
    for (const std::string& value : values) {
      require<UsageError>(value.compare(0, 2, "--") != 0, flag, " needs a value, got the flag ",
                          value);
    }
  }
  for (const FlagText& text : kSwitches) {
    const std::size_t times = app.count(text.flag);
    require<UsageError>(times <= 1, text.flag, " must be given once, got ", times, " times");
  }
  if (has("--help")) {
    help_ = app.help();
    help_.erase(help_.find_last_not_of('\n') + 1);
  }
}

std::vector<std::string> Flags::all(const std::string& flag) const {
  const auto found = given_.find(flag);
  return found == given_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::string> Flags::at(const std::string& flag) const {
  const std::vector<std::string> values = all(flag);
  require<UsageError>(values.size() <= 1, flag, " must be given once, got ", values.size(),
                      " times");
  return values.empty() ? std::nullopt : std::optional(values.front());
}

}  // namespace train_mnist
