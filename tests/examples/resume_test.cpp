// A run that was cut off and goes on gives the bits of one that was not.
#include <gradus/core/parallel.h>
#include <gradus/data/digits.h>

#include <cstdio>
#include <filesystem>
#include <random>

#include "support/naive.h"
#include "support/sanitizer.h"
#include "support/temp_folder.h"
#include "support/trials.h"
#include "train_mnist/model.h"
#include "train_mnist/result.h"
#include "train_mnist/run_state.h"
#include "train_mnist/settings.h"

namespace train_mnist {
namespace {

using namespace gradus;

// 50 images in batches of 16, 16, 16 and 2, twice; of models with convolutions 14 in batches of 4.
constexpr Index kSteps = 8;
// The large ones less often.
constexpr const char* kModels[] = {"mlp", "lenet", "mlp", "cnn", "lenet", "mlp", "lenet", "vgg"};

Options options_of(const std::string& rule, int variant) {
  Options options;
  options.optimizer = rule;
  options.rule = make_rule(rule);
  options.epochs = 2;
  options.hidden = 5;
  options.model = kModels[variant % 8];
  options.batch_size = options.model == "mlp" ? 16 : 4;
  options.augment = variant / 8 % 3 == 0 ? "none" : variant / 8 % 3 == 1 ? "shift" : "distort";
  options.dropout = variant / 24 % 2 == 0 ? 0.3 : 0;
  options.rate_falls = variant / 48 == 0;
  return options;
}

struct Training {
  Options options;
  std::unique_ptr<nn::Module> model;
  std::unique_ptr<optim::OptimizerBase> optimizer;
  RunState state;

  explicit Training(const Options& o) : options(o) {
    Rng rng(1);
    model = make_model(options, rng);
    optimizer = make_optimizer(options.rule, model->parameters());
  }
  /// Trains until so many steps are done, or to the end.
  void train_until(const data::LabelledImages& set, Index steps) {
    Callbacks callbacks;
    callbacks.at_position = [&](const Progress& progress) {
      state.progress = progress;
      if (progress.steps == steps) {
        throw Interrupted();
      }
    };
    try {
      train(*model, *optimizer, set, options, Rng(5), callbacks, state.progress);
    } catch (const Interrupted&) {
    }
  }
  /// Everything that the end depends on.
  std::string bits() {
    std::string text = weights_hash(model->parameters()) + weights_hash(model->buffers());
    Parameters tensors;
    for (const auto& [name, value] : optimizer->state_dict()) {
      if (const auto* x = std::get_if<Tensor>(&value)) {
        tensors.push_back({name, *x});
      } else if (const auto* number = std::get_if<double>(&value)) {
        text += join({" ", *number});
      }
    }
    return text + weights_hash(tensors) +
           join({" ", state.progress.score.loss, " ", state.progress.epoch_score.loss});
  }
};

void expect_resumes(const Options& options, Index cut, const std::string& path) {
  const data::LabelledImages set = data::digits(options.batch_size == 16 ? 50 : 14, 1);
  Training whole(options);
  whole.train_until(set, -1);
  Training before(options);
  before.train_until(set, cut);
  train::save_checkpoint(path,
                         to_checkpoint(options, before.state, *before.model, *before.optimizer));

  set_num_threads(2);
  Training after(options);
  after.state = resume(train::load_checkpoint(path), options, *after.model, *after.optimizer);
  after.train_until(set, -1);
  set_num_threads(1);
  EXPECT_EQ(after.bits(), whole.bits()) << options.optimizer << ", cut behind step " << cut;

  Training without(options);  // all but the optimizer's state
  without.state = before.state;
  without.model->load_state_dict(before.model->state_dict());
  StateDict generators;
  train::set_generators(generators, *before.model);
  train::get_generators(generators, *without.model);
  without.train_until(set, -1);
  EXPECT_NE(without.bits(), whole.bits()) << options.optimizer;
}

TEST(ThreadsResume, gives_the_bits_of_a_run_without_a_cut_for_every_rule) {
  const test::TempFolder folder;
  std::mt19937 random(1);
  const bool is_slow = test::kAddressSanitizer || test::kThreadSanitizer;
  const int cuts = test::trials("GRADUS_CUTS", is_slow ? 3 : 20);
  const std::vector<std::string> rules = rule_names();
  for (int k = 0; k < cuts; ++k) {
    const Options options = options_of(rules[static_cast<std::size_t>(k) % rules.size()],
                                       k % 8 + 8 * static_cast<int>(random() % 12));
    expect_resumes(options, 1 + static_cast<Index>(random() % (kSteps - 1)), folder / "a");
  }
  std::printf("%d cuts: all with the same bits\n", cuts);
}

TEST(Resume, refuses_other_data_and_a_checkpoint_of_something_else) {
  const test::TempFolder folder;
  Options options = options_of("adam", 0);
  options.resume = "FILE";
  Training run(options);
  run.state.data = "50 images, CRC-32 00000001";
  run.train_until(data::digits(50, 1), 3);
  train::Checkpoint saved = to_checkpoint(options, run.state, *run.model, *run.optimizer);
  Training other(options);
  const std::string before = other.bits();
  // A file of a version that looked at the images to train on alone.
  const std::string now = "50 images, CRC-32 00000001, and 9 to test on, CRC-32 00000002";
  test::expect_error<UsageError>(
      [&] { require_same_data(run.state, now, "FILE"); },
      "--resume: FILE must have been trained on the same data, got a run on 50 images, CRC-32 "
      "00000001, where there are " +
          now);
  const std::pair<double, std::string> wrong[] = {
      {-1, "-1"}, {0.5, "0.5"}, {0x1p54, "18014398509481984"}};
  for (const auto& [number, text] : wrong) {
    train::Checkpoint changed{saved.model, saved.optimizer, {}};
    for (const auto& [name, value] : saved.run) {
      changed.run.set(name, name == "steps" ? StateDict::Value(number) : value);
    }
    test::expect_error<FileError>(
        [&] { resume(changed, options, *other.model, *other.optimizer); },
        "--resume: FILE: 'steps' must be a whole number from 0 to 2^53, got " + text);
  }
  saved.run = {};
  test::expect_error<FileError>(
      [&] { resume(saved, options, *other.model, *other.optimizer); },
      "--resume: FILE: StateDict: 'epoch' must be there, got no entries at all");
  EXPECT_EQ(other.bits(), before);
}

// A run that goes on saving may replace the file at any time.
TEST(Resume, takes_settings_and_weights_from_one_reading_of_its_file) {
  const test::TempFolder folder;
  const std::string file = folder / "a";
  const Options options = options_of("adam", 0);
  Training run(options);
  run.train_until(data::digits(50, 1), 3);
  train::save_checkpoint(file, to_checkpoint(options, run.state, *run.model, *run.optimizer));
  const Options again = parse_options({"--resume", file});
  std::filesystem::remove(file);
  Training other(again);
  other.state = resume(again.saved.value(), again, *other.model, *other.optimizer);
  EXPECT_EQ(other.bits(), run.bits());
}

TEST(Resume, needs_the_settings_that_it_goes_on_with) {
  StateDict run;
  write_settings(run, {{"--optimizer", "adam"}});
  run.set("settings.--epochs", 3.0);
  test::expect_error<FileError>(
      [&] {
        read_settings({{}, {}, run}, "FILE");
      },
      "--resume: FILE must be a checkpoint of train_mnist, got one without its settings");
  test::expect_error<UsageError>(
      [] {
        require_same({{"--seed", "1"}}, {{"--seed", "1"}, {"--validation", "5"}}, "FILE");
      },
      "--validation must be left out as in FILE, got 5; leave it out, or train anew without "
      "--resume");
}

}  // namespace
}  // namespace train_mnist
