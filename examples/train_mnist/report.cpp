#include "train_mnist/report.h"

#include <gradus/core/blas.h>
#include <gradus/core/printable.h>

#include <cstdlib>
#include <sstream>

#include "train_mnist/console.h"

namespace train_mnist {
namespace {

using namespace gradus;

/// The name of the BLAS, its version and the processor that its kernels are for, without the words
/// about how it was built: those have an underscore.
std::string blas_name() {
  std::istringstream words(blas::description());
  std::string name;
  for (std::string word; words >> word;) {
    if (word.find('_') == std::string::npos) {
      name += (name.empty() ? "" : " ") + word;
    }
  }
  return name;
}

double images_per_second(const Progress& progress) {
  return static_cast<double>(progress.images) / progress.seconds;
}

}  // namespace

Report::Report(const Options& options)
    : options_(options), notes_(options.json ? stderr : stdout), bar_(notes_) {}

void Report::start(const std::string& dataset, const std::string& model) {
  say("data:      " + dataset);
  say("model:     " + model);
  say("optimizer: " + describe(options_.rule));
  say(join({"training:  ", options_.epochs, options_.epochs == 1 ? " epoch" : " epochs",
            " in batches of ", options_.batch_size, ", lr ",
            options_.rate_falls ? "falling linearly to 0" : "constant", ", seed ", options_.seed,
            options_.augment == "none" ? "" : ", augmented: " + options_.augment}));
  say(join({"computing: ", options_.threads, options_.threads == 1 ? " thread" : " threads", ", ",
            blas_name()}));
  if (const char* const type = std::getenv("OPENBLAS_CORETYPE")) {
    say(join({"warning:   OPENBLAS_CORETYPE=", type, " is set, which may be slow"}));
  }
}

void Report::resumed(const Progress& progress) {
  if (progress.epoch > options_.epochs) {
    say(join({"resuming:  ", options_.resume, ", all ", options_.epochs, " epochs done"}));
    return;
  }
  say(join({"resuming:  ", options_.resume, ", epoch ", progress.epoch, " behind batch ",
            progress.batches, ", ", progress.steps, " steps done",
            options_.checkpoint.empty() ? "; without --checkpoint nothing is saved" : ""}));
}

void Report::warning(const std::string& message) {
  end_bar();
  write_line(stderr, printable("train_mnist: warning: " + message));
}

void Report::interrupted(const Progress& progress) {
  say(join({"stopped behind step ", progress.steps, "; --resume ", options_.checkpoint,
            " --checkpoint ", options_.checkpoint, " goes on and saves again"}));
}

void Report::step(const Progress& progress, Index all_steps) {
  if (options_.quiet || !bar_.is_due()) {
    return;
  }
  const double done = static_cast<double>(progress.steps) / static_cast<double>(all_steps);
  const double left = progress.seconds * (1 - done) / done;
  char text[128];
  std::snprintf(text, sizeof text, "loss %.4f  accuracy %.1f %%  %.0f images/s  %s left",
                progress.score.loss, 100 * progress.score.accuracy, images_per_second(progress),
                train::duration_text(left).c_str());
  set_bar_descriptor(::fileno(notes_));
  bar_.draw(join({"epoch ", progress.epoch, "/", options_.epochs}), done, text);
}

void Report::epoch(const Progress& progress, const Score& test) {
  const char* const kind = options_.validation > 0 ? "validation" : "test";
  char text[160];
  std::snprintf(text, sizeof text,
                "epoch %lld/%lld: loss %.4f; %s: loss %.4f, accuracy %.2f %%; %.2f s",
                static_cast<long long>(progress.epoch), static_cast<long long>(options_.epochs),
                progress.score.loss, kind, test.loss, 100 * test.accuracy, progress.seconds);
  say(text);
}

// Asked for by name, so --quiet does not silence it.
void Report::explanation(const optim::Explanation& explanation) {
  end_bar();
  write_line(notes_, to_text(explanation));
}

void Report::result(const Result& result) {
  end_bar();
  write_line(stdout, options_.json ? to_json(options_, result) : to_line(options_, result));
}

void Report::say(const std::string& line) {
  if (!options_.quiet) {
    end_bar();
    write_line(notes_, printable(line));
  }
}

void Report::end_bar() {
  bar_.clear();
  set_bar_descriptor(-1);
}

}  // namespace train_mnist
