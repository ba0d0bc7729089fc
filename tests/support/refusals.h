#pragma once
// Tables of calls that must be refused, each with the whole text of its error.
#include <gradus/core/tensor.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::test {

inline const char* const kUndefined =
    "Tensor: must be defined before it is used, got a default-constructed or moved-from one";

struct Refusal {
  const char* name;  ///< what is called, and what the text begins with
  void (*call)();
  const char* text;
};

// Operands: f32, f64, i64, u8, and f32 that wants a gradient, so that the recorded form refuses.
template <class... Sizes>
Tensor x(Sizes... sizes) {
  return zeros({Index(sizes)...});
}
template <class... Sizes>
Tensor wide(Sizes... sizes) {
  return zeros({Index(sizes)...}, f64);
}
template <class... Sizes>
Tensor whole(Sizes... sizes) {
  return zeros({Index(sizes)...}, i64);
}
template <class... Sizes>
Tensor bytes(Sizes... sizes) {
  return zeros({Index(sizes)...}, u8);
}
template <class... Sizes>
Tensor leaf(Sizes... sizes) {
  return x(sizes...).set_requires_grad();
}

/// A name as layers and operations share it: MaxPool2d and max_pool2d.
inline std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_') {
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return plain;
}

inline std::string text_of_error(const Refusal& refusal) {
  try {
    refusal.call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline void expect_refusals(const std::vector<Refusal>& table) {
  for (const Refusal& refusal : table) {
    EXPECT_EQ(text_of_error(refusal), refusal.text) << refusal.name;
    EXPECT_TRUE(plain_name(refusal.text).starts_with(plain_name(refusal.name)))
        << refusal.name << ": " << refusal.text;
  }
}

}  // namespace gradus::test
