// train_mnist: trains a network on MNIST or on the built-in digits.  `train_mnist --help` lists
// what can be chosen; training.cpp has the loop.
#include <gradus/core/parallel.h>
#include <gradus/core/printable.h>

#include <algorithm>
#include <csignal>

#include "train_mnist/console.h"
#include "train_mnist/dataset.h"
#include "train_mnist/model.h"
#include "train_mnist/report.h"
#include "train_mnist/run_state.h"
#include "train_mnist/saver.h"
#include "train_mnist/signals.h"

namespace train_mnist {
namespace {

using namespace gradus;

Index steps_of(const Options& options, Index images) {
  return options.epochs * ((images + options.batch_size - 1) / options.batch_size);
}

/// Returns the exit status: 0, or 128 and the signal that ended the training.
int run(Options options) {
  set_num_threads(options.threads);
  Rng rng(options.seed);
  Rng digits_rng = rng.split();
  Rng model_rng = rng.split();
  const Rng order_rng = rng.split();

  const auto model = make_model(options, model_rng);
  const auto optimizer = make_optimizer(options.rule, model->parameters());
  // What is wrong without a look at the data is found before they are read, which takes long.
  if (options.explain) {
    require_element(*options.explain, model->parameters());
  }
  if (options.explain && options.train_size) {
    require_step(*options.explain, steps_of(options, *options.train_size));
  }
  RunState state;
  if (options.saved) {
    state = resume(*options.saved, options, *model, *optimizer);
    options.saved.reset();  // as large as the model and its state
  }

  const Dataset dataset = load_dataset(options, digits_rng);
  const Index steps = steps_of(options, dataset.train.images.size(0));
  if (options.explain) {
    require_step(*options.explain, steps);
  }
  if (!options.resume.empty()) {
    require_same_data(state, fingerprint(dataset), options.resume);
  } else if (!options.checkpoint.empty()) {
    state.data = fingerprint(dataset);
  }
  Report report(options);
  if (!options.checkpoint.empty()) {
    stop_on_signals();
  }
  report.start(dataset.description, describe(options, *model));
  if (!options.resume.empty()) {
    report.resumed(state.progress);
  }
  Saver saver(options, [&](const std::string& message) { report.warning(message); });
  saver.begin(state, *model, *optimizer);
  const Callbacks callbacks = {
      .after_step = [&](const Progress& progress) { report.step(progress, steps); },
      .after_epoch =
          [&](const Progress& progress) {
            const Score test = evaluate(*model, dataset.test, [] { return stop_signal() != 0; });
            report.epoch(progress, test);  // where this fails, the run goes on in front of it
            state.test = test;
            state.best_accuracy = std::max(state.best_accuracy, test.accuracy);
          },
      .at_position =
          [&](const Progress& progress) {
            state.progress = progress;
            saver.at_position(state, *model, *optimizer);
            if (stop_signal() != 0) {
              throw Interrupted();
            }
          },
      .explained = [&](const optim::Explanation& explanation) { report.explanation(explanation); }};
  try {
    const Progress end =
        train(*model, *optimizer, dataset.train, options, order_rng, callbacks, state.progress);
    report.result({end, state.test, weights_hash(model->parameters())});
  } catch (const Interrupted&) {
    saver.finish(state, *model, *optimizer);
    report.interrupted(state.progress);
    return 128 + stop_signal();
  } catch (const FileError&) {  // nobody reads what is printed, which must not cost the training
    saver.finish(state, *model, *optimizer);
    throw;
  }
  saver.finish(state, *model, *optimizer);
  return 0;
}

/// Returns the exit status: that of run(), 1 for a run that failed, 2 for a command line that is
/// not taken.
int guarded_main(const std::vector<std::string>& arguments) {
  const auto complain = [](const std::string& message) {
    write_line(stderr, gradus::printable("train_mnist: " + message));
  };
  try {
    Options options = parse_options(arguments);
    require_open_stdout();
    if (!options.help.empty()) {
      write_line(stdout, options.help);
      return 0;
    }
    return run(std::move(options));
  } catch (const UsageError& error) {
    complain(error.what());
    return 2;
  } catch (...) {
    complain(caught_message());
  }
  return 1;
}

}  // namespace
}  // namespace train_mnist

int main(int argc, char** argv) {
  // A closed pipe, or an output beyond `ulimit -f`, is then a write that fails, with a message.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  train_mnist::end_bar_line_on_signals();
  return train_mnist::guarded_main({argv + (argc > 0 ? 1 : 0), argv + argc});
}
