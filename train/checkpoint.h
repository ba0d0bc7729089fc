#pragma once
// Checkpoint: all that a training needs to go on as if it had never stopped, in one file.
//
//   train::Checkpoint now{net.state_dict(), opt.state_dict(), {}};
//   now.run.set("step", 1000.0);
//   train::set_rng(now.run, "rng", rng);
//   train::set_generators(now.run, net);
//   train::save_checkpoint("run.safetensors", now);
//
//   const train::Checkpoint saved = train::load_checkpoint("run.safetensors");
//   train::restore(saved, net, opt);
//   Rng rng = train::get_rng(saved.run, "rng");
//   train::get_generators(saved.run, net);
//
// The file is a safetensors file (data/safetensors.h) with a checksum over every byte.  Weights and
// buffers have their own names in it, which are PyTorch's, so that other programs find them; the
// optimizer's state begins with "gradus.optimizer.", what belongs to the run with "gradus.run.".
#include <gradus/core/random.h>
#include <gradus/core/state_dict.h>
#include <gradus/data/file_calls.h>
#include <gradus/nn/module.h>
#include <gradus/optim/optimizer_base.h>

#include <string>

namespace gradus::train {

struct Checkpoint {
  StateDict model;      ///< parameters and buffers
  StateDict optimizer;  ///< empty if the file has none
  StateDict run;        ///< the program's own: epoch, position, generators, settings
};

/// Writes the file in place of the one that is there: whole and durably, or not at all
/// (data/replace_file.h).  Throws FileError where that fails, and ValueError for names that cannot
/// be written, such as those of a module that begin with "gradus.".
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint,
                     data::FileCalls& calls = data::system_file_calls());

/// Reads and checks the whole file.  A safetensors file of others gives a model alone.  Throws
/// FileError for one that is damaged, is none, or has a newer layout.
Checkpoint load_checkpoint(const std::string& path);

/// Model and optimizer take the values of the checkpoint, by name.  Throws what their
/// load_state_dict() throws, with both as they were.
void restore(const Checkpoint& checkpoint, nn::Module& model, optim::OptimizerBase& optimizer);

/// Where the generators of all nn::Dropout in the model stand, by the modules' paths.
void set_generators(StateDict& run, nn::Module& model);
/// The way back.  Throws ValueError, with all of them as they were, if one is missing.
void get_generators(const StateDict& run, nn::Module& model);

/// Where a generator stands, as a text "seed stream position" under that name.
void set_rng(StateDict& run, const std::string& name, const Rng& rng);
/// Throws ValueError if there is none.
Rng get_rng(const StateDict& run, const std::string& name);

}  // namespace gradus::train
