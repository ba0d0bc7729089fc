#pragma once
// Modules with buffers, one of them without a tensor, and one inside another.
#include <gradus/nn/linear.h>
#include <gradus/nn/module.h>

#include <cstdint>

namespace gradus::test {

// y = fc(x) + mean, with a count beside.
struct Counting : nn::Module {
  nn::Linear fc;
  Tensor mean = tensor({1, 2});
  Tensor count = from_vector<std::int64_t>({7}, {});
  Tensor nothing;
  explicit Counting(Rng& rng) : fc(3, 2, rng) {}
  Tensor forward(const Tensor& x) override { return fc(x) + mean; }
  void fields(nn::Fields& visit) override {
    visit("fc", fc);
    visit.buffer("mean", mean);
    visit.buffer("count", count);
    visit.buffer("nothing", nothing);
  }
};

struct Outer : nn::Module {
  Counting a;
  nn::Linear b;
  explicit Outer(Rng& rng) : a(rng), b(2, 2, rng, false) {}
  Tensor forward(const Tensor& x) override { return b(a(x)); }
  void fields(nn::Fields& visit) override {
    visit("a", a);
    visit("b", b);
  }
};

}  // namespace gradus::test
