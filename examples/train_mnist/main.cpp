// train_mnist: trains a network on MNIST or on the built-in digits.  `train_mnist --help` lists
// what can be chosen; training.cpp has the loop.
#include <gradus/core/parallel.h>

#include <csignal>
#include <exception>
#include <new>

#include "train_mnist/console.h"
#include "train_mnist/dataset.h"
#include "train_mnist/model.h"
#include "train_mnist/report.h"

namespace train_mnist {
namespace {

using namespace gradus;

void run(const Options& options) {
  set_num_threads(options.threads);
  Rng rng(options.seed);
  Rng digits_rng = rng.split();
  Rng model_rng = rng.split();
  const Rng order_rng = rng.split();

  const Dataset dataset = load_dataset(options, digits_rng);
  const auto model = make_model(options, model_rng);
  const auto optimizer = make_optimizer(options.rule, model->parameters());

  const Index batches =
      (dataset.train.images.size(0) + options.batch_size - 1) / options.batch_size;
  if (options.explain) {
    require_explainable(*options.explain, model->parameters(), options.epochs * batches);
  }
  Report report(options);
  report.start(dataset.description, describe(options, *model));
  Score test;
  const Progress end =
      train(*model, *optimizer, dataset.train, options, order_rng,
            {.after_step =
                 [&](const Progress& progress) { report.step(progress, options.epochs * batches); },
             .after_epoch =
                 [&](const Progress& progress) {
                   test = evaluate(*model, dataset.test);
                   report.epoch(progress, test);
                 },
             .explained =
                 [&](const optim::Explanation& explanation) { report.explanation(explanation); }});
  report.result({end, test, weights_hash(model->parameters())});
}

/// Returns the exit status: 0, 1 for a run that failed, 2 for a command line that is not taken.
int guarded_main(const std::vector<std::string>& arguments) {
  const auto complain = [](const std::string& message) {
    write_line(stderr, printable("train_mnist: " + message));
  };
  try {
    const Options options = parse_options(arguments);
    require_open_stdout();
    if (!options.help.empty()) {
      write_line(stdout, options.help);
    } else {
      run(options);
    }
    return 0;
  } catch (const UsageError& error) {
    complain(error.what());
    return 2;
  } catch (const std::bad_alloc&) {
    complain("there is not enough memory");
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return 1;
}

}  // namespace
}  // namespace train_mnist

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is then a write that fails, with a message
  train_mnist::end_bar_line_on_signals();
  return train_mnist::guarded_main({argv + (argc > 0 ? 1 : 0), argv + argc});
}
