// Random sequences of the views of core/view.h against the naive picture.
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/naive.h"

namespace gradus {
namespace {

using core::expand;
using core::permute;
using core::reshape;
using core::select;
using core::slice;
using core::squeeze;
using core::unsqueeze;
using test::build;
using test::counted;
using test::expect_same;
using test::Indices;
using test::Naive;
using test::shares;

struct Pair {
  Tensor x;
  Naive n;
};

class Views {
 public:
  explicit Views(unsigned seed) : random_(seed) {}

  Index draw(Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random_);
  }
  Indices sizes(int rank) {
    Indices result;
    for (int d = 0; d < rank; ++d) {
      result.push_back(draw(0, 9) == 0 ? 0 : draw(1, rank > 4 ? 3 : 5));
    }
    return result;
  }

  // One random view; `copied` tells whether it may own new storage.
  Pair step(const Pair& p, bool& may_copy) {
    may_copy = false;
    const int rank = p.n.rank();
    const Index dim = rank > 0 ? draw(0, rank - 1) : 0;
    const auto d = static_cast<std::size_t>(dim);
    const Index shown = draw(0, 1) ? dim : dim - rank;  // the same dimension, counted from the end
    switch (draw(0, 6)) {
      case 0:
        may_copy = true;
        return reshaped(p);
      case 1:
        return permuted(p);
      case 2: {
        if (rank == 0) return p;
        const Index start = draw(-6, 6);
        const Index stop = draw(-6, 6);
        const Index step = draw(1, 3);
        // Python's rule, element by element.
        Indices kept;
        const Index size = p.n.sizes[d];
        const Index from = start < 0 ? start + size : start;
        const Index to = stop < 0 ? stop + size : stop;
        for (Index i = std::max<Index>(from, 0); i < std::min(to, size); i += step) {
          kept.push_back(i);
        }
        Indices result = p.n.sizes;
        result[d] = static_cast<Index>(kept.size());
        return {slice(p.x, shown, start, stop, step), build(result, [&](Indices at) {
                  at[d] = kept[static_cast<std::size_t>(at[d])];
                  return p.n(at);
                })};
      }
      case 3: {
        if (rank == 0 || p.n.sizes[d] == 0) return p;
        const Index index = draw(0, p.n.sizes[d] - 1);
        Indices result = p.n.sizes;
        result.erase(result.begin() + dim);
        return {select(p.x, shown, draw(0, 1) ? index : index - p.n.sizes[d]),
                build(result, [&](Indices at) {
                  at.insert(at.begin() + dim, index);
                  return p.n(at);
                })};
      }
      case 4:
        return expanded(p);
      case 5: {
        if (rank == 0 || p.n.sizes[d] != 1) return p;
        Pair result{squeeze(p.x, shown), p.n};
        result.n.sizes.erase(result.n.sizes.begin() + dim);
        return result;
      }
      default: {
        if (rank >= 6) return p;
        const Index at = draw(0, rank);
        Pair result{unsqueeze(p.x, draw(0, 1) ? at : at - rank - 1), p.n};
        result.n.sizes.insert(result.n.sizes.begin() + at, 1);
        return result;
      }
    }
  }

 private:
  Pair reshaped(const Pair& p) {
    // The same number of elements, cut at random: factors of it, shuffled among up to 6 sizes.
    Indices sizes(static_cast<std::size_t>(draw(1, 6)), 1);
    Index left = test::product(p.n.sizes);
    const auto any = [&] { return static_cast<std::size_t>(draw(0, Index(sizes.size()) - 1)); };
    if (left == 0) {
      sizes[any()] = 0;
    }
    for (Index factor = 2; left > 1; left % factor == 0 ? left /= factor : ++factor) {
      sizes[any()] *= left % factor == 0 ? factor : 1;
    }
    Shape asked = test::to_shape(sizes);
    if (test::product(sizes) > 0 && draw(0, 1)) {
      asked[static_cast<int>(any())] = -1;
    }
    return {reshape(p.x, asked), {sizes, p.n.values}};
  }

  Pair permuted(const Pair& p) {
    Indices order;
    for (int d = 0; d < p.n.rank(); ++d) {
      order.insert(order.begin() + draw(0, d), d);
    }
    Indices sizes;
    for (const Index from : order) {
      sizes.push_back(p.n.sizes[static_cast<std::size_t>(from)]);
    }
    const Naive expected = build(sizes, [&](const Indices& at) {
      Indices place(at.size());
      for (std::size_t d = 0; d < at.size(); ++d) {
        place[static_cast<std::size_t>(order[d])] = at[d];
      }
      return p.n(place);
    });
    return {permute(p.x, order), expected};
  }

  Pair expanded(const Pair& p) {
    Indices sizes = p.n.sizes;
    for (Index& size : sizes) {
      size = size == 1 ? draw(0, 3) : size;
    }
    const Index lead = p.n.rank() < 5 ? draw(0, 1) : 0;
    sizes.insert(sizes.begin(), static_cast<std::size_t>(lead), 2);
    const Naive expected = build(sizes, [&](Indices at) {
      at.erase(at.begin(), at.begin() + lead);
      for (std::size_t d = 0; d < at.size(); ++d) {
        at[d] = p.n.sizes[d] == 1 ? 0 : at[d];
      }
      return p.n(at);
    });
    return {expand(p.x, test::to_shape(sizes)), expected};
  }

  std::mt19937 random_;
};

TEST(View, random_sequences_show_the_elements_that_the_definition_names) {
  for (unsigned seed = 0; seed < 4000; ++seed) {
    Views views(seed);
    const Indices sizes = views.sizes(static_cast<int>(views.draw(0, 6)));
    const Tensor x = counted(test::to_shape(sizes));
    Pair p{x, test::read(x)};
    for (int i = 0; i < 5 && p.n.values.size() < 3000; ++i) {
      bool may_copy = false;
      const Tensor before = p.x;
      p = views.step(p, may_copy);
      ASSERT_TRUE(may_copy || shares(before, p.x)) << "seed " << seed;
      expect_same(p.x, p.n, "seed " + std::to_string(seed) + " step " + std::to_string(i));
      ASSERT_FALSE(testing::Test::HasFailure());
    }
    const std::vector<float> found = p.x.to_vector();
    ASSERT_EQ(std::vector<double>(found.begin(), found.end()), p.n.values) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gradus
