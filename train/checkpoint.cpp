#include <gradus/core/error.h>
#include <gradus/data/state_file.h>
#include <gradus/nn/dropout.h>
#include <gradus/train/checkpoint.h>

#include <charconv>
#include <utility>
#include <vector>

namespace gradus::train {
namespace {

constexpr const char* kOwn = "gradus.";
constexpr const char* kOptimizer = "gradus.optimizer";
constexpr const char* kRun = "gradus.run";
constexpr const char* kVersion = "gradus.checkpoint";
constexpr double kCurrentVersion = 1;

// f(name, dropout) for each of the model.
template <class F>
void for_each_dropout(nn::Module& model, F f) {
  for (const nn::NamedModule& named : model.modules()) {
    if (auto* const dropout = dynamic_cast<nn::Dropout*>(named.module)) {
      f("generator." + named.path, *dropout);
    }
  }
}

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint,
                     data::FileCalls& calls) {
  StateDict all;
  for (const auto& [name, value] : checkpoint.model) {
    require(!name.starts_with(kOwn),
            "save_checkpoint: the model must be without names that begin "
            "with '",
            kOwn, "', got '", name, "'");
    all.set(name, value);
  }
  all.set(kVersion, kCurrentVersion);
  all.add(kOptimizer, checkpoint.optimizer);
  all.add(kRun, checkpoint.run);
  data::write_state(path, all, calls);
}

Checkpoint load_checkpoint(const std::string& path) {
  const StateDict all = data::read_state(path);
  const StateDict::Value* const value = all.find(kVersion);
  const auto* const version = value ? std::get_if<double>(value) : nullptr;
  require<FileError>(!value || (version && *version == kCurrentVersion), "load_checkpoint: ", path,
                     " must have layout ", kCurrentVersion, ", got ",
                     version ? Part(*version) : Part("something that is no number"),
                     "; a newer Gradus wrote it");
  Checkpoint checkpoint{{}, all.part(kOptimizer), all.part(kRun)};
  for (const auto& [name, entry] : all) {
    if (!name.starts_with(kOwn)) {
      checkpoint.model.set(name, entry);
    }
  }
  return checkpoint;
}

void restore(const Checkpoint& checkpoint, nn::Module& model, optim::OptimizerBase& optimizer) {
  std::vector<std::pair<Tensor, Tensor>> before;  // each tensor of the model, and its values
  for (const Parameters& all : {model.parameters(), model.buffers()}) {
    for (const Parameter& p : all) {
      before.emplace_back(p.tensor, p.tensor.clone());
    }
  }
  model.load_state_dict(checkpoint.model);
  try {
    optimizer.load_state_dict(checkpoint.optimizer);
  } catch (...) {
    const NoGrad values_only;
    for (const auto& [own, values] : before) {
      copy(own, values);
    }
    throw;
  }
}

void set_generators(StateDict& run, nn::Module& model) {
  for_each_dropout(model, [&](const std::string& name, nn::Dropout& dropout) {
    set_rng(run, name, dropout.rng());
  });
}

void get_generators(const StateDict& run, nn::Module& model) {
  std::vector<Rng> found;
  for_each_dropout(
      model, [&](const std::string& name, nn::Dropout&) { found.push_back(get_rng(run, name)); });
  auto next = found.begin();
  for_each_dropout(model,
                   [&](const std::string&, nn::Dropout& dropout) { dropout.rng() = *next++; });
}

void set_rng(StateDict& run, const std::string& name, const Rng& rng) {
  const Rng::State state = rng.state();
  run.set(name, join({state.seed, " ", state.stream, " ", state.position}));
}

Rng get_rng(const StateDict& run, const std::string& name) {
  const std::string& text = run.text(name);
  Rng::State state;
  const char* at = text.data();
  const char* const end = at + text.size();
  bool is_right = true;
  for (std::uint64_t* const number : {&state.seed, &state.stream, &state.position}) {
    const auto [stop, error] = std::from_chars(at, end, *number);
    is_right = is_right && error == std::errc();
    at = stop < end && *stop == ' ' ? stop + 1 : stop;
  }
  require(is_right && at == end, "get_rng: '", name, "' must be three whole numbers, got '",
          text.substr(0, 80), "'");
  return Rng(state);
}

}  // namespace gradus::train
