#include <gradus/core/parallel.h>
#include <gradus/data/digits.h>
#include <gradus/data/digits/ink.h>
#include <gradus/data/digits/skeleton.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace gradus::data {
namespace {

using namespace handwriting;

// Streams far from those of other generators of the same seed: one an image, one a set of ten
// labels.
constexpr std::uint64_t kImageStreams = std::uint64_t{1} << 62;
constexpr std::uint64_t kLabelStreams = std::uint64_t{1} << 63;

// 0 to 9 in random order, for images 10 * ten to 10 * ten + 9.
std::array<int, 10> ten_labels(Index ten, std::uint64_t seed) {
  Rng rng(Rng::State{seed, kLabelStreams + static_cast<std::uint64_t>(ten), 0});
  std::array<int, 10> labels = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (Index i = 9; i > 0; --i) {
    std::swap(labels[static_cast<std::size_t>(i)],
              labels[static_cast<std::size_t>(rng.below(i + 1))]);
  }
  return labels;
}

void draw_image(Index i, int digit, std::uint64_t seed, std::uint8_t* pixels) {
  Rng rng(Rng::State{seed, kImageStreams + static_cast<std::uint64_t>(i), 0});
  const Hand hand = Hand::random(rng);
  Sketch sketch(rng, hand.unsteadiness);
  draw_skeleton(digit, sketch);
  std::vector<Run> runs;
  for (const Run& controls : sketch.runs()) {
    runs.push_back(smooth(controls));
    for (Point& p : runs.back()) {
      p = hand.place(p);
    }
  }
  draw_ink(std::move(runs), hand, rng, pixels);
}

}  // namespace

LabelledImages digits(Index n, std::uint64_t seed) {
  require(n >= 0, "digits: n must be at least 0, got ", n);
  LabelledImages result{Tensor({n, kSide, kSide}, u8), Tensor({n}, i64)};
  auto* images = result.images.mutable_data<std::uint8_t>();
  auto* labels = result.labels.mutable_data<std::int64_t>();
  parallel_for((n + 9) / 10, [&](Index ten) {
    const auto order = ten_labels(ten, seed);
    for (Index i = 10 * ten; i < std::min(n, 10 * ten + 10); ++i) {
      const int digit = order[static_cast<std::size_t>(i - 10 * ten)];
      labels[i] = digit;
      draw_image(i, digit, seed, images + i * kSide * kSide);
    }
  });
  return result;
}

}  // namespace gradus::data
