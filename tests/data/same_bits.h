#pragma once
// What is read back must have the bits of what was written.
#include <gradus/core/state_dict.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace gradus::test {

inline void expect_same_bits(const Tensor& a, const Tensor& b, const std::string& what) {
  ASSERT_EQ(a.shape(), b.shape()) << what;
  ASSERT_EQ(a.dtype(), b.dtype()) << what;
  const Tensor x = a.clone(), y = b.clone();  // dense
  const auto bytes = static_cast<std::size_t>(x.numel() * item_size(x.dtype()));
  EXPECT_TRUE(bytes == 0 || std::memcmp(x.address(), y.address(), bytes) == 0) << what;
}

inline void expect_same_bits(const StateDict& a, const StateDict& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, value] : a) {
    if (const auto* x = std::get_if<Tensor>(&value)) {
      expect_same_bits(*x, b.tensor(name), name);
    } else if (const auto* number = std::get_if<double>(&value)) {
      EXPECT_EQ(b.number(name), *number);
    } else {
      EXPECT_EQ(b.text(name), std::get<std::string>(value));
    }
  }
}

}  // namespace gradus::test
