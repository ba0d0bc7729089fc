// Clipped gradients and averaged weights against those recorded from PyTorch.
#include <gradus/optim/clip.h>
#include <gradus/optim/weight_average.h>
#include <gtest/gtest.h>

#include <memory>

#include "support/recorded.h"

namespace gradus {
namespace {

using optim::Norm;

TEST(Torch, clipped_gradients_agree) {
  int replayed = 0;
  for (const test::Recorded& c : test::read_recorded("clip.txt")) {
    if (!c.name.starts_with("clip_")) {
      continue;
    }
    ++replayed;
    const std::string note = c.name + " " + to_text(c.dtype) + " " + c.options;
    std::istringstream words(c.options);
    std::string option;
    double limit = 0;
    words >> option >> limit;
    Parameters p;
    for (std::size_t k = 0; k < 4; ++k) {
      const Tensor& g = c.values.at(k).second;
      const Shape shape = g ? g.shape() : Shape{7};
      p.push_back({std::to_string(k), zeros(shape, c.dtype).set_requires_grad()});
      p.back().tensor.set_grad(g);
    }
    if (c.name == "clip_grad_norm") {
      const Norm norm = option == "one" ? Norm::one : option == "two" ? Norm::two : Norm::infinity;
      const double expected = c.all("norm").at(0).item();
      EXPECT_NEAR(optim::clip_grad_norm(p, limit, norm), expected,
                  (c.dtype == f64 ? 1e-14 : 1e-6) * expected)
          << note;
    } else {
      optim::clip_grad_value(p, limit);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const Tensor expected = c.values.at(c.values.size() - 4 + k).second;
      ASSERT_EQ(bool(expected), k != 1) << note;
      if (expected) {
        test::expect_as_recorded(p[k].tensor.grad(), expected, 0.01, note);
      }
    }
  }
  EXPECT_EQ(replayed, 22);
}

TEST(Torch, averaged_weights_agree) {
  int replayed = 0;
  for (const test::Recorded& c : test::read_recorded("clip.txt")) {
    if (c.name != "ema" && c.name != "swa") {
      continue;
    }
    ++replayed;
    const std::string note = c.name + " " + to_text(c.dtype) + " " + c.options;
    Parameters p;
    for (std::size_t k = 0; k < 4; ++k) {
      p.push_back({std::to_string(k), empty_like(c.values.at(k).second)});
    }
    std::unique_ptr<optim::WeightAverage> average = std::make_unique<optim::Swa>(p);
    if (c.name == "ema") {
      average = std::make_unique<optim::Ema>(p, std::stod(c.options));
    }
    for (std::size_t at = 0; at < c.values.size(); at += 8) {
      for (std::size_t k = 0; k < 4; ++k) {
        copy(p[k].tensor, c.values.at(at + k).second);
      }
      average->update();
      for (std::size_t k = 0; k < 4; ++k) {
        test::expect_as_recorded(average->averages()[k].tensor, c.values.at(at + 4 + k).second, 1,
                                 note + ", update " + std::to_string(average->updates()));
      }
    }
    EXPECT_EQ(average->updates(), 6) << note;
  }
  EXPECT_EQ(replayed, 8);
}

}  // namespace
}  // namespace gradus
