#include "train_mnist/saver.h"

#include <gradus/data/folder_names.h>
#include <gradus/data/replace_file.h>

#include <algorithm>
#include <filesystem>

namespace train_mnist {

using namespace gradus;

namespace fs = std::filesystem;

namespace {

/// Of "FILE.ENDING", for those that --keep asks for.
bool is_kept_ending(std::string_view ending) {
  return ending == "best" || (!ending.empty() && ending.size() <= 18 &&
                              ending.find_first_not_of("0123456789") == std::string_view::npos);
}

/// False also for what cannot be read.
bool is_checkpoint_of_step(const std::string& path, double step) {
  try {
    return train::load_checkpoint(path).run.number("steps") == step;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

void Saver::begin(const RunState& state, nn::Module& model, const optim::OptimizerBase& optimizer) {
  saved_best_ = state.best_accuracy;
  const std::string best = options_.checkpoint + ".best";
  std::error_code ignored;
  if (options_.keep > 0 && saved_best_ >= 0 && !fs::exists(best, ignored)) {
    warn_(best + " is not there; it is saved when an epoch is better than all before");
  }
  save(state, model, optimizer, false, warn_);
}

void Saver::at_position(const RunState& state, nn::Module& model,
                        const optim::OptimizerBase& optimizer) {
  const Index every = options_.checkpoint_every;
  const bool is_due = every > 0 ? state.progress.steps % every == 0 : state.progress.batches == 0;
  save(state, model, optimizer, is_due, warn_);
}

void Saver::finish(const RunState& state, nn::Module& model,
                   const optim::OptimizerBase& optimizer) {
  const bool is_due =
      state.progress.steps != saved_steps_ || state.progress.batches != saved_batches_;
  std::string failure;
  save(state, model, optimizer, is_due, [&](const std::string& message) { failure = message; });
  require<FileError>(failure.empty(), failure);
}

// FILE comes last.  A run that is killed before goes on from an older FILE and saves the others
// again; it never goes on behind a best epoch that was not saved.  Where saving the best fails, the
// best that is there counts, for epochs that follow and for FILE.
void Saver::save(const RunState& state, nn::Module& model, const optim::OptimizerBase& optimizer,
                 bool is_due, const Warn& failed) {
  const std::string& file = options_.checkpoint;
  // The weights that were evaluated are those at the end of an epoch.
  const bool is_evaluated = state.progress.batches == 0 && state.progress.steps > 0;
  const bool is_best = options_.keep > 0 && is_evaluated && state.test.accuracy > saved_best_;
  if (file.empty() || (!is_due && !is_best)) {
    return;
  }
  if (!is_clean_) {
    data::remove_leftovers_beside(file, is_kept_ending);
    is_clean_ = true;
  }
  RunState known = state;
  const auto saved = [&](const std::string& path) {
    try {
      train::save_checkpoint(path, to_checkpoint(options_, known, model, optimizer));
      return true;
    } catch (const FileError& error) {
      failed(error.what());
      return false;
    }
  };
  if (is_best) {
    known.best_accuracy = state.test.accuracy;
    saved_best_ = saved(file + ".best") ? known.best_accuracy : saved_best_;
  }
  if (!is_due) {
    return;
  }
  if (options_.keep > 0) {
    known.best_accuracy = saved_best_;
  }
  const std::string kept = file + "." + std::to_string(state.progress.steps);
  const bool is_kept = options_.keep > 0 && saved(kept);
  if (saved(file) && (is_kept || options_.keep == 0)) {
    saved_steps_ = state.progress.steps;
    saved_batches_ = state.progress.batches;
  }
  if (is_kept) {
    remove_older(file, state.progress.steps, options_.keep);
  }
}

void remove_older(const std::string& file, Index steps, Index keep) {
  const fs::path path = file;
  const std::string start = path.filename().string() + ".";
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::pair<Index, fs::path>> numbered;
  for (const std::string& name : data::folder_names(folder)) {
    const std::string digits = name.starts_with(start) ? name.substr(start.size()) : "";
    if (digits != "best" && is_kept_ending(digits)) {
      const Index number = std::stoll(digits);
      if (number <= steps) {
        numbered.emplace_back(number, folder / name);
      }
    }
  }
  std::sort(numbered.rbegin(), numbered.rend());
  for (std::size_t k = static_cast<std::size_t>(keep); k < numbered.size(); ++k) {
    const auto& [step, older] = numbered[k];
    if (is_checkpoint_of_step(older.string(), static_cast<double>(step))) {
      std::error_code ignored;
      fs::remove(older, ignored);
    }
  }
}

}  // namespace train_mnist
