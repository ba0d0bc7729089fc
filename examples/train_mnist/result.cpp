#include "train_mnist/result.h"

#include <cstdio>
#include <type_traits>

namespace train_mnist {
namespace {

using namespace gradus;

double images_per_second(const Result& result) {
  return static_cast<double>(result.training.images) / result.training.seconds;
}

/// `value` must be finite.
std::string json_number(double value) { return Part(value).text(); }

/// `text` has no characters to escape.
std::string json_text(const std::string& text) { return '"' + text + '"'; }

template <class T>
std::string json_option(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, Index>) {
    return std::to_string(value);
  } else {
    return json_number(double(value));
  }
}

}  // namespace

std::string weights_hash(const Parameters& parameters) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const Parameter& parameter : parameters) {
    const Tensor dense = parameter.tensor.dense();
    const auto* const bytes = static_cast<const unsigned char*>(dense.address());
    const auto size = static_cast<std::size_t>(dense.numel() * item_size(dense.dtype()));
    for (std::size_t i = 0; i < size; ++i) {
      hash = (hash ^ bytes[i]) * 0x100000001b3U;
    }
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

std::string to_line(const Options& options, const Result& result) {
  const char* const kind = options.validation > 0 ? "validation" : "test";
  char text[256];
  std::snprintf(text, sizeof text,
                "%s accuracy %.2f %%, loss %.4f; trained in %.2f s, %.0f images/s", kind,
                100 * result.test.accuracy, result.test.loss, result.training.seconds,
                images_per_second(result));
  return text;
}

std::string to_json(const Options& options, const Result& result) {
  const std::string kind = options.validation > 0 ? "validation" : "test";
  std::string text = "{";
  const auto add = [&](const std::string& key, const std::string& value) {
    text += (text.size() > 1 ? ", " : "") + json_text(key) + ": " + value;
  };
  add("dataset", json_text(options.dataset));
  add("model", json_text(options.model));
  add("hidden", std::to_string(options.hidden));
  add("dropout", json_number(options.dropout));
  add("augment", json_text(options.augment));
  add("optimizer", json_text(options.optimizer));
  std::visit(
      [&]<class R>(const R& rule) {
        R::fields(rule,
                  [&](const char* name, const auto& value) { add(name, json_option(value)); });
      },
      options.rule);
  add("lr_schedule", json_text(options.rate_falls ? "linear" : "constant"));
  add("batch_size", std::to_string(options.batch_size));
  add("epochs", std::to_string(options.epochs));
  add("seed", std::to_string(options.seed));
  add("threads", std::to_string(options.threads));
  add("train_loss", json_number(result.training.score.loss));
  add(kind + "_loss", json_number(result.test.loss));
  add(kind + "_accuracy", json_number(result.test.accuracy));
  add("train_seconds", json_number(result.training.seconds));
  add("images_per_second", json_number(images_per_second(result)));
  add("weights_hash", json_text(result.weights_hash));
  return text + "}";
}

}  // namespace train_mnist
