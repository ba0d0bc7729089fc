#include "train_mnist/settings.h"

#include <algorithm>

namespace train_mnist {

using namespace gradus;

namespace {

const std::string kOption = "--opt ";
constexpr const char* kPart = "settings";

const std::string* find(const Settings& settings, const std::string& name) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const auto& setting) { return setting.first == name; });
  return found == settings.end() ? nullptr : &found->second;
}

[[noreturn]] void contradict(const std::string& name, const std::string& saved,
                             const std::string& path, const std::string& now) {
  fail<UsageError>({name, " must be ", saved, " as in ", path, ", got ", now,
                    "; leave it out, or train anew without --resume"});
}

}  // namespace

Settings settings_of(const Options& options) {
  Settings all = {{"--dataset", options.dataset}, {"--test-dataset", options.test_dataset}};
  if (options.train_size) {
    all.emplace_back("--train-size", std::to_string(*options.train_size));
  }
  if (options.validation > 0) {
    all.emplace_back("--validation", std::to_string(options.validation));
  }
  all.insert(all.end(), {{"--model", options.model},
                         {"--hidden", std::to_string(options.hidden)},
                         {"--dropout", Part(options.dropout).text()},
                         {"--augment", options.augment},
                         {"--optimizer", options.optimizer},
                         {"--lr-schedule", options.rate_falls ? "linear" : "constant"},
                         {"--epochs", std::to_string(options.epochs)},
                         {"--batch-size", std::to_string(options.batch_size)},
                         {"--seed", std::to_string(options.seed)}});
  std::visit(
      [&]<class R>(const R& rule) {
        R::fields(rule, [&](const char* name, const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, bool>) {
            all.emplace_back(kOption + name, value ? "true" : "false");
          } else {
            all.emplace_back(kOption + name, Part(double(value)).text());
          }
        });
      },
      options.rule);
  return all;
}

void write_settings(StateDict& run, const Settings& settings) {
  StateDict part;
  for (const auto& [name, value] : settings) {
    part.set(name, value);
  }
  run.add(kPart, part);
}

Settings read_settings(const train::Checkpoint& saved, const std::string& path) {
  Settings settings;
  for (const auto& [name, value] : saved.run.part(kPart)) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      settings.emplace_back(name, *text);
    }
  }
  require<FileError>(find(settings, "--optimizer") && find(settings, "--epochs"),
                     "--resume: ", path,
                     " must be a checkpoint of train_mnist, got one without its settings");
  return settings;
}

void add_settings(const Settings& saved, Flags& flags) {
  const std::string optimizer = *find(saved, "--optimizer");
  if (const auto now = flags.at("--optimizer"); now && *now != optimizer) {
    contradict("--optimizer", optimizer, *flags.at("--resume"), *now);
  }
  const std::vector<std::string> given = flags.all("--opt");
  for (const auto& [name, value] : saved) {
    if (!name.starts_with(kOption)) {
      if (flags.all(name).empty()) {
        flags.add(name, value);
      }
      continue;
    }
    const std::string key = name.substr(kOption.size());
    const bool is_given = (key == "lr" && flags.at("--lr")) ||
                          std::any_of(given.begin(), given.end(), [&](const std::string& option) {
                            return option.starts_with(key + "=");
                          });
    if (!is_given) {
      flags.add("--opt", key + "=" + value);
    }
  }
}

void require_same(const Settings& saved, const Settings& now, const std::string& path) {
  for (const auto& [name, value] : now) {
    const std::string* const before = find(saved, name);
    if (name != "--epochs" && (!before || *before != value)) {
      contradict(name, before ? *before : "left out", path, value);
    }
  }
}

}  // namespace train_mnist
