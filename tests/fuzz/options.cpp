// The command line of train_mnist from any bytes: arguments, each ended by a zero byte, then
// perhaps \x01 and names and values of the settings in a checkpoint to go on from.  Options that
// are in their ranges and make an optimizer, and that a checkpoint gives back, or an Error.
#include "train_mnist/options.h"

#include <gradus/core/tensor.h>
#include <gradus/data/safetensors_header.h>

#include <cmath>
#include <string>
#include <string_view>

#include "fuzz/memory_file.h"
#include "fuzz/target.h"
#include "support/file_checksum.h"
#include "train_mnist/settings.h"

namespace {

using namespace gradus;
using test::check;
using train_mnist::Options;
using train_mnist::Settings;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// Writes a checkpoint with these settings and returns its path, without a disk.
std::string write_checkpoint(const Settings& settings) {
  data::SafetensorsHeader header;
  header.metadata = {{"gradus.crc32", "00000000"},
                     {"gradus.format", "1"},
                     {"gradus.number.gradus.checkpoint", "1"}};
  for (const auto& [name, value] : settings) {
    header.metadata.emplace_back("gradus.text.gradus.run.settings." + name, value);
  }
  const std::string text = data::safetensors_header_text(header, "checkpoint");
  const std::uint64_t length = text.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof length);
  file += text;
  check(test::set_checksum(file));
  return test::memory_file(file.data(), file.size());
}

bool is_in(double value, double low, double high) { return value >= low && value <= high; }

void check_ranges(const Options& options) {
  constexpr double kMany = 1e6;
  check(options.dataset == "mnist" || options.dataset == "digits");
  check(options.test_dataset == "mnist" || options.test_dataset == "digits");
  check(is_in(double(options.train_size.value_or(1)), 1, kMany));
  check(is_in(double(options.validation), 0, kMany));
  check(is_in(double(options.hidden), 1, 100'000));
  check(options.dropout >= 0 && options.dropout < 1);
  check(options.augment == "none" || options.augment == "shift" || options.augment == "distort");
  check(is_in(double(options.epochs), 1, kMany) && is_in(double(options.batch_size), 1, kMany));
  check(!options.train_size || options.batch_size <= *options.train_size);
  check(is_in(options.threads, 1, 1024));
  check(is_in(double(options.checkpoint_every), 0, kMany) && is_in(double(options.keep), 0, kMany));
  check(!options.checkpoint.empty() || (options.checkpoint_every == 0 && options.keep == 0));
  check(!options.explain || options.explain->step >= 1);
  const double rate = train_mnist::learning_rate(options.rule);
  check(std::isfinite(rate) && rate > 0);
}

void check_options(const Options& options) {
  check_ranges(options);
  static const Parameters parameters = {{"w", ones({2, 3}).set_requires_grad(true)},
                                        {"b", ones({3}).set_requires_grad(true)}};
  train_mnist::make_optimizer(options.rule, parameters);
  const Settings settings = train_mnist::settings_of(options);
  const Options again = train_mnist::parse_options({"--resume", write_checkpoint(settings)});
  check(train_mnist::settings_of(again) == settings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t mark = std::min(text.find('\1'), size);
  std::vector<std::string> arguments = split(text.substr(0, mark));
  Options options;
  const bool is_taken = test::expect_result_or_error([&] {
    if (mark < size) {
      const std::vector<std::string> texts = split(text.substr(mark + 1));
      Settings settings;
      for (std::size_t k = 0; k + 1 < texts.size(); k += 2) {
        settings.emplace_back(texts[k], texts[k + 1]);
      }
      arguments.insert(arguments.end(), {"--resume", write_checkpoint(settings)});
    }
    options = train_mnist::parse_options(arguments);
  });
  if (is_taken) {
    check_options(options);
  }
  return 0;
}
