#include "train_mnist/saver.h"

#include <algorithm>
#include <filesystem>

namespace train_mnist {

using namespace gradus;

namespace fs = std::filesystem;

void Saver::at_position(const RunState& state, nn::Module& model,
                        const optim::OptimizerBase& optimizer) {
  if (options_.checkpoint.empty()) {
    return;
  }
  const Index every = options_.checkpoint_every;
  const bool is_due = every > 0 ? state.progress.steps % every == 0 : state.progress.batches == 0;
  try {
    if (is_due) {
      save(state, model, optimizer);
    }
    save_best(state, model, optimizer);
  } catch (const FileError& error) {
    warn_(error.what());
  }
}

void Saver::finish(const RunState& state, nn::Module& model,
                   const optim::OptimizerBase& optimizer) {
  if (options_.checkpoint.empty()) {
    return;
  }
  if (state.progress.steps != saved_steps_ || state.progress.batches != saved_batches_) {
    save(state, model, optimizer);
  }
  save_best(state, model, optimizer);
}

void Saver::save(const RunState& state, nn::Module& model, const optim::OptimizerBase& optimizer) {
  const train::Checkpoint checkpoint = to_checkpoint(options_, state, model, optimizer);
  const std::string& file = options_.checkpoint;
  train::save_checkpoint(file, checkpoint);
  if (options_.keep > 0) {
    train::save_checkpoint(file + "." + std::to_string(state.progress.steps), checkpoint);
    remove_older(file, state.progress.steps, options_.keep);
  }
  saved_steps_ = state.progress.steps;
  saved_batches_ = state.progress.batches;
}

// The weights that were evaluated are those at the end of an epoch.
void Saver::save_best(const RunState& state, nn::Module& model,
                      const optim::OptimizerBase& optimizer) {
  if (options_.keep > 0 && state.progress.batches == 0 &&
      state.test.accuracy == state.best_accuracy && state.best_accuracy > saved_best_) {
    train::save_checkpoint(options_.checkpoint + ".best",
                           to_checkpoint(options_, state, model, optimizer));
    saved_best_ = state.best_accuracy;
  }
}

void remove_older(const std::string& file, Index steps, Index keep) {
  const fs::path path = file;
  const std::string start = path.filename().string() + ".";
  std::vector<std::pair<unsigned long long, fs::path>> numbered;
  std::error_code ignored;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end;
       it.increment(ignored)) {
    const std::string name = it->path().filename().string();
    const std::string digits =
        name.compare(0, start.size(), start) == 0 ? name.substr(start.size()) : "";
    if (!digits.empty() && digits.size() <= 18 &&
        digits.find_first_not_of("0123456789") == std::string::npos) {
      const unsigned long long number = std::stoull(digits);
      if (number <= static_cast<unsigned long long>(steps)) {
        numbered.emplace_back(number, it->path());
      }
    }
  }
  std::sort(numbered.rbegin(), numbered.rend());
  for (std::size_t k = static_cast<std::size_t>(keep); k < numbered.size(); ++k) {
    fs::remove(numbered[k].second, ignored);
  }
}

}  // namespace train_mnist
