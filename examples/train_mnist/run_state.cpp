#include "train_mnist/run_state.h"

#include <cmath>
#include <type_traits>

#include "train_mnist/settings.h"

namespace train_mnist {

using namespace gradus;

namespace {

// Every number of a RunState, by its name: written and read by the same list.
template <class State, class F>
void visit_numbers(State& state, F f) {
  f("epoch", state.progress.epoch);
  f("batches", state.progress.batches);
  f("steps", state.progress.steps);
  f("images", state.progress.images);
  f("seconds", state.progress.seconds);
  f("train_loss", state.progress.score.loss);
  f("train_accuracy", state.progress.score.accuracy);
  f("epoch_loss", state.progress.epoch_score.loss);
  f("epoch_right", state.progress.epoch_score.right);
  f("epoch_images", state.progress.epoch_score.images);
  f("test_loss", state.test.loss);
  f("test_accuracy", state.test.accuracy);
  f("best_accuracy", state.best_accuracy);
}

}  // namespace

train::Checkpoint to_checkpoint(const Options& options, const RunState& state, nn::Module& model,
                                const optim::OptimizerBase& optimizer) {
  train::Checkpoint checkpoint{model.state_dict(), optimizer.state_dict(), {}};
  visit_numbers(state, [&](const char* name, const auto& value) {
    checkpoint.run.set(name, static_cast<double>(value));
  });
  checkpoint.run.set("data", state.data);
  train::set_generators(checkpoint.run, model);
  write_settings(checkpoint.run, settings_of(options));
  return checkpoint;
}

RunState resume(const train::Checkpoint& saved, const Options& options, nn::Module& model,
                optim::OptimizerBase& optimizer) {
  RunState state;
  try {
    visit_numbers(state, [&]<class T>(const char* name, T& value) {
      const double number = saved.run.number(name);
      if constexpr (std::is_integral_v<T>) {
        require(number >= 0 && number <= 0x1p53 && number == std::floor(number), "'", name,
                "' must be a whole number from 0 to 2^53, got ", number);
      }
      value = static_cast<T>(number);
    });
    state.data = saved.run.text("data");
    const bool is_within_epoch = state.progress.batches > 0;
    const Index least = state.progress.epoch - (is_within_epoch ? 0 : 1);
    require<UsageError>(least <= options.epochs, "--epochs must be at least ", least,
                        is_within_epoch ? ", the epoch that " : ", which ", options.resume,
                        is_within_epoch ? " is in, got " : " has behind it, got ", options.epochs);
    require<UsageError>(!options.explain || options.explain->step > state.progress.steps,
                        "--explain: the step must be above ", state.progress.steps, ", which ",
                        options.resume, " has behind it, got ",
                        options.explain ? options.explain->step : 0);
    train::restore(saved, model, optimizer);
    train::get_generators(saved.run, model);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    fail<FileError>({"--resume: ", options.resume, ": ", error.what()});
  }
  return state;
}

void require_same_data(const RunState& state, const std::string& data, const std::string& path) {
  require<UsageError>(state.data == data, "--resume: ", path,
                      " must have been trained on the same data, got a run on ", state.data,
                      ", where there are ", data);
}

}  // namespace train_mnist
