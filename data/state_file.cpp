#include <gradus/core/error.h>
#include <gradus/data/safetensors.h>
#include <gradus/data/state_file.h>

#include <charconv>

namespace gradus::data {
namespace {

constexpr std::string_view kNumberKey = "gradus.number.";
constexpr std::string_view kTextKey = "gradus.text.";

double number_from(const std::string& text, const std::string& label) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  require<FileError>(error == std::errc() && stop == end, label, " must hold a number, got '",
                     text.substr(0, 40), "'");
  return value;
}

void add_entry(StateDict& state, std::string name, StateDict::Value value,
               const std::string& label) {
  require<FileError>(!name.empty(), label, " must have names that are not empty, got an empty one");
  require<FileError>(!state.contains(name), label, " must have each name once, got '",
                     name.substr(0, 100), "' twice");
  state.set(std::move(name), std::move(value));
}

}  // namespace

void write_state(const std::string& path, const StateDict& state, FileCalls& calls) {
  StateDict tensors;
  std::map<std::string, std::string> metadata;
  for (const auto& [name, value] : state) {
    if (const auto* x = std::get_if<Tensor>(&value)) {
      tensors.set(name, *x);
    } else if (const auto* number = std::get_if<double>(&value)) {
      metadata[std::string(kNumberKey) + name] = Part(*number).text();
    } else {
      metadata[std::string(kTextKey) + name] = std::get<std::string>(value);
    }
  }
  write_safetensors(path, tensors, metadata, calls);
}

StateDict read_state(const std::string& path) {
  const std::string label = "read_state: " + path;
  Safetensors file = read_safetensors(path);
  StateDict state = std::move(file.tensors);
  for (const auto& [key, value] : file.metadata) {
    if (key.starts_with(kNumberKey)) {
      add_entry(state, key.substr(kNumberKey.size()),
                number_from(value, label + ": '" + key.substr(0, 100) + "'"), label);
    } else if (key.starts_with(kTextKey)) {
      add_entry(state, key.substr(kTextKey.size()), value, label);
    }
  }
  return state;
}

}  // namespace gradus::data
