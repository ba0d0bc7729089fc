#pragma once
// Operations against the values and gradients that tests/reference/recording.py records.
#include <gradus/autograd/backward.h>

#include <functional>
#include <map>

#include "support/recorded.h"

namespace gradus::test {

using NamedOps = std::map<std::string, std::function<Tensor(const std::vector<Tensor>&)>>;

/// Every case of the file, with the operation of its name; every operation must be in the file.
/// Elements are of size 1; a gradient that is a small difference keeps the error of its terms.
inline void expect_ops_as_recorded(const std::string& file, const NamedOps& ops) {
  std::map<std::string, int> seen;
  for (const Recorded& c : read_recorded(file)) {
    const std::string note = c.name + " " + to_text(c.dtype);
    ASSERT_TRUE(ops.contains(c.name)) << note;
    std::vector<Tensor> inputs = c.all("in");
    for (Tensor& x : inputs) {
      x.set_requires_grad();
    }
    const Tensor y = ops.at(c.name)(inputs);
    expect_as_recorded(y, c.all("out").at(0), 1, note);
    backward(y, {.upstream = c.all("up").at(0)});
    const std::vector<Tensor> gradients = c.all("grad");
    ASSERT_EQ(gradients.size(), inputs.size()) << note;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      expect_as_recorded(inputs[i].grad(), gradients[i], 1, note + ", gradient");
    }
    ++seen[c.name];
  }
  for (const auto& [name, f] : ops) {
    EXPECT_EQ(seen[name], 2) << name;  // in f32 and f64
  }
}

}  // namespace gradus::test
