#pragma once
// What a run was asked for, as a checkpoint keeps it: the flags that decide its numbers, each with
// its value, also where that is a default.  Threads, the folder of MNIST and what is printed are
// not among them.
#include <gradus/train/checkpoint.h>

#include <string>
#include <utility>
#include <vector>

#include "train_mnist/command_line.h"
#include "train_mnist/options.h"

namespace train_mnist {

/// Pairs such as ("--seed", "1"), and ("--opt momentum", "0.9") for each option of the rule.
using Settings = std::vector<std::pair<std::string, std::string>>;

Settings settings_of(const Options& options);

/// As entries "settings.--seed" of a checkpoint's run, and back.
void write_settings(gradus::StateDict& run, const Settings& settings);
/// Throws FileError, naming the file `path`, for a checkpoint of something else.
Settings read_settings(const gradus::train::Checkpoint& saved, const std::string& path);

/// Gives those flags their saved value that were not given.  Throws UsageError if --optimizer is
/// another one, whose options are others too.
void add_settings(const Settings& saved, Flags& flags);

/// Throws UsageError unless both say the same, but for --epochs, of which there may be more.
void require_same(const Settings& saved, const Settings& now, const std::string& path);

}  // namespace train_mnist
