#pragma once
// A StateDict as one text, for comparison bit by bit.
#include <gradus/core/state_dict.h>

#include <string>

namespace gradus::test {

/// All names, and the bytes of all tensors, numbers and texts.
inline std::string text_of(const StateDict& state) {
  std::string text;
  for (const auto& [name, value] : state) {
    text += name + "=";
    if (const auto* x = std::get_if<Tensor>(&value)) {
      text.append(static_cast<const char*>(x->address()),
                  static_cast<std::size_t>(x->numel() * item_size(x->dtype())));
    } else if (const auto* number = std::get_if<double>(&value)) {
      text.append(reinterpret_cast<const char*>(number), sizeof *number);
    } else {
      text += std::get<std::string>(value);
    }
  }
  return text;
}

}  // namespace gradus::test
