// Every differentiable operation, and each of its tensors in turn: when that one has changed before
// backward, backward refuses, or gives the gradient of what was computed, to the last bit.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/index.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <string>

#include "support/cases.h"
#include "support/constant_rows.h"

namespace gradus {
namespace {

using test::Case;
using test::ConstantRow;
using test::OpRow;
using test::Tensors;

// The gradients of all leaves, one after the other.
using Bits = std::vector<std::uint64_t>;

// How a case is tried: which leaf, if any, is a constant, and whether the derivatives are recorded,
// for which many operations have another way.
struct Trial {
  std::optional<std::size_t> constant = {};
  bool recorded = false;
};

// How often one tensor was changed, and how often backward refused then.
struct Tally {
  int tried = 0;
  int refused = 0;
};

// What these save is theirs alone: places, or results on the way.  They refuse nothing.
const std::set<std::string> kKeepTheirOwn = {"max_pool2d",
                                             "max_pool2d_with_all_options",
                                             "max_pool2d_ceil_mode",
                                             "max_pool1d",
                                             "MaxPool2d_layer",
                                             "max",
                                             "min",
                                             "var",
                                             "var_of_all",
                                             "var_keepdim",
                                             "logsumexp",
                                             "logsumexp_of_all",
                                             "logsumexp_keepdim",
                                             "bce",
                                             "kl_divergence_of_logs",
                                             "cross_entropy_rows",
                                             "cross_entropy_weighted",
                                             "cross_entropy_ignoring",
                                             "cross_entropy_of_probabilities"};
// These refuse too, although other values would give the same gradient.
const std::set<std::string> kRefuseMore = {"pow_0", "zero_pow", "dropout", "prod_of_a_zero"};

// Other values: in the reverse order, and a quarter more, so that signs, order and sums differ.
void change(const Tensor& x) {
  const NoGrad in_place;
  Tensor own = x.detach();
  std::vector<Index> dims(static_cast<std::size_t>(x.rank()));
  std::iota(dims.begin(), dims.end(), 0);
  for (const Index d : dims) {
    own = x.strides()[int(d)] == 0 ? core::slice(own, d, 0, 1) : own;  // what is expanded, once
  }
  const Tensor reversed = core::flip(own, dims);
  copy(own, x.dtype() == f64 ? reversed + 0.25 : reversed);
}

// The gradients after all[changed] has changed, where all are the leaves and the result; nothing if
// backward refused.  All leaves are then as before.
std::optional<Bits> gradients(const Case& c, const Trial& trial,
                              std::optional<std::size_t> changed) {
  Tensors all;
  Tensors wanted;
  Tensors before;
  for (const Tensor& leaf : c.leaves) {
    before.push_back(leaf.clone());
    Tensor& x = all.emplace_back(leaf.detach());
    if (trial.constant != all.size() - 1) {
      wanted.push_back(x.set_requires_grad());
      x.set_grad(zeros(x.shape(), f64));
    }
  }
  const Tensor y = all.emplace_back(c.f(all));
  if (!y.requires_grad()) {
    return Bits();
  }
  if (changed) {
    change(all[*changed]);
  }
  Rng rng(3);
  const Tensor upstream = rand(y.shape(), rng, 0.5, 1.5, f64);
  bool is_refused = false;
  Tensors found;
  try {
    if (trial.recorded) {
      found =
          grad({y}, wanted, {.upstream = {upstream}, .create_graph = true, .allow_unused = true});
    } else {
      backward(y, {.upstream = upstream});
    }
  } catch (const GraphError& e) {
    is_refused = true;
    EXPECT_NE(std::string(e.what()).find("was changed in place after it was used"),
              std::string::npos)
        << c.name << ": " << e.what();
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    const NoGrad in_place;
    copy(c.leaves[i], before[i]);
  }
  Bits bits;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Tensor dx = trial.recorded && !is_refused ? found[i] : wanted[i].grad();
    for (const double value : dx ? dx.to_vector<double>() : std::vector<double>()) {
      bits.push_back(std::bit_cast<std::uint64_t>(value));
      EXPECT_TRUE(!is_refused || value == 0) << c.name << ": a gradient although it refused";
    }
  }
  return is_refused ? std::nullopt : std::optional(bits);
}

// Each leaf and the result, or the constant alone.
void try_changes(const Case& c, const Trial& trial, Tally& tally) {
  const std::string note = c.name + (trial.constant ? ", with a constant" : "") +
                           (trial.recorded ? ", recorded" : "") + ", tensor ";
  const std::optional<Bits> old = gradients(c, trial, {});
  ASSERT_TRUE(old) << note;
  const std::size_t last = trial.constant.value_or(c.leaves.size());
  for (std::size_t i = trial.constant.value_or(0); i <= last; ++i) {
    const std::optional<Bits> found = gradients(c, trial, i);
    EXPECT_TRUE(!found || found == old) << note << i << ": another gradient";
    ++tally.tried;
    tally.refused += !found;
  }
}

// All leaves want a gradient; then each in turn is a constant beside the others.
void try_all_changes(const Case& c, bool recorded, Tally& tally) {
  try_changes(c, {.recorded = recorded}, tally);
  for (std::size_t i = 0; c.leaves.size() > 1 && i < c.leaves.size(); ++i) {
    try_changes(c, {.constant = i, .recorded = recorded}, tally);
  }
}

// Whether other values of that leaf, from the start, give other gradients.
bool depends_on(const Case& c, const Trial& trial, std::size_t leaf) {
  Case other = c;
  other.leaves[leaf] = c.leaves[leaf].clone();
  change(other.leaves[leaf]);
  return gradients(other, trial, {}) != gradients(c, trial, {});
}

// The first derivatives of the case, squared and added up: what is saved for the second ones.
Case of_derivatives(const Case& c) {
  const auto f = [f = c.f](const Tensors& x) {
    Tensors wanted;
    Tensor total = zeros({}, f64);
    for (const Tensor& leaf : x) {
      if (leaf.requires_grad()) {
        wanted.push_back(leaf);
        total = total + sum(leaf) * 0;  // a history, although the derivative may be constant
      }
    }
    const Tensor y = f(x);
    if (y.requires_grad()) {
      Rng rng(5);
      for (const Tensor& dx : grad({y}, wanted,
                                   {.upstream = {rand(y.shape(), rng, 0.5, 1.5, f64)},
                                   .create_graph = true,
                                   .allow_unused = true})) {
        total = dx ? total + sum(dx * dx) : total;
      }
    }
    return total;
  };
  return {c.name + ", derivatives", f, c.leaves};
}

class ChangedTensors : public testing::TestWithParam<const OpRow*> {};

TEST_P(ChangedTensors, are_refused_or_leave_the_gradient_as_it_was) {
  const std::string& name = GetParam()->name;
  Tally tally;
  bool depends = false;
  for (const Case& c : cases_of(*GetParam())) {
    try_all_changes(c, false, tally);
    try_all_changes(c, true, tally);
    for (std::size_t i = 0; !depends && i < c.leaves.size(); ++i) {
      depends = depends_on(c, {}, i);
    }
  }
  EXPECT_EQ(tally.refused > 0, depends ? !kKeepTheirOwn.contains(name) : kRefuseMore.contains(name))
      << tally.refused << " of " << tally.tried;
  RecordProperty("tried", tally.tried);
  RecordProperty("refused", tally.refused);
}

TEST_P(ChangedTensors, are_refused_or_leave_the_second_derivative_as_it_was) {
  Tally tally;
  for (const Case& c : cases_of(*GetParam())) {
    try_all_changes(of_derivatives(c), false, tally);
  }
  RecordProperty("tried", tally.tried);
  RecordProperty("refused", tally.refused);
}

INSTANTIATE_TEST_SUITE_P(Op, ChangedTensors, testing::ValuesIn(test::op_rows()),
                         [](const auto& row) { return row.param->name; });

class ChangedConstants : public testing::TestWithParam<ConstantRow> {};

TEST_P(ChangedConstants, are_refused_or_leave_the_gradient_as_it_was) {
  const ConstantRow& row = GetParam();
  const Case c = {
      row.name, [&](const Tensors& x) { return row.f(x[0], x[1]); }, {row.x, row.constant}};
  for (const bool recorded : {false, true}) {
    Tally tally;
    const Trial trial{.constant = 1, .recorded = recorded};
    try_changes(c, trial, tally);
    EXPECT_TRUE(depends_on(c, trial, 1));
    EXPECT_EQ(tally.refused, row.is_saved ? 1 : 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Op, ChangedConstants, testing::ValuesIn(test::constant_rows()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gradus
