// What an optimizer saves, how it goes on from there, and what it refuses to load.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>
#include <gradus/optim/instances.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "support/naive.h"

namespace gradus {
namespace {

using optim::Adam;
using optim::Optimizer;
using optim::SGD;
using test::expect_error;

/// Two parameters in two groups, and gradients that depend on the step alone.
template <class R>
struct Run {
  Tensor a, b;
  Optimizer<R> opt;

  explicit Run(const R& first, const R& second) {
    Rng rng(1);
    a = randn({3, 4}, rng).set_requires_grad();
    b = convert(randn({5}, rng), f64).set_requires_grad();
    opt.add_group({{"a", a}}, first);
    opt.add_group({{"b", b}}, second);
  }
  void steps(int from, int to) {
    for (int t = from; t < to; ++t) {
      Rng rng(100 + static_cast<std::uint64_t>(t));
      a.set_grad(t % 3 == 1 ? Tensor() : randn({3, 4}, rng));
      b.set_grad(convert(randn({5}, rng), f64));
      opt.step();
    }
  }
  std::string bits() const {
    const auto as = a.to_vector<float>();
    const auto bs = b.to_vector<double>();
    return std::string(reinterpret_cast<const char*>(as.data()), as.size() * sizeof(float)) +
           std::string(reinterpret_cast<const char*>(bs.data()), bs.size() * sizeof(double));
  }
};

template <class R>
void expect_continues(const R& first, const R& second) {
  for (const int cut : {0, 1, 2, 7}) {
    Run<R> whole(first, second);
    whole.opt.schedule(1, "lr", [](Index s) { return 0.1 / double(1 + s); });
    whole.steps(0, cut);
    const StateDict saved = whole.opt.state_dict();
    Run<R> resumed(R{}, R{});
    copy(resumed.a.detach(), whole.a);
    copy(resumed.b.detach(), whole.b);
    const Parameters at_cut = {{"a", whole.a.clone()}, {"b", whole.b.clone()}};
    resumed.opt.load_state_dict(saved);
    resumed.opt.schedule(1, "lr", [](Index s) { return 0.1 / double(1 + s); });
    whole.steps(cut, 12);
    resumed.steps(cut, 12);
    EXPECT_EQ(resumed.bits(), whole.bits()) << R::name << " cut at " << cut;
    EXPECT_EQ(resumed.opt.steps(), 12);
    // And it matters: with the same options but without its state the run goes elsewhere.
    Run<R> forgetful(first, second);
    copy(forgetful.a.detach(), at_cut[0].tensor);
    copy(forgetful.b.detach(), at_cut[1].tensor);
    forgetful.opt.schedule(1, "lr", [cut](Index s) { return 0.1 / double(1 + s + cut); });
    forgetful.steps(cut, 12);
    EXPECT_EQ(forgetful.bits() == whole.bits(), cut == 0) << R::name << " cut at " << cut;
  }
}

TEST(State, continues_bit_for_bit) {
  expect_continues(SGD{.lr = 0.1, .momentum = 0.9}, SGD{.lr = 0.2, .momentum = 0.5});
  expect_continues(optim::RMSprop{.momentum = 0.9, .centered = true}, optim::RMSprop{.alpha = 0.5});
  expect_continues(Adam{.amsgrad = true}, Adam{.weight_decay = 0.1});
}

TEST(State, is_by_name_whatever_the_order_of_parameters) {
  const auto net = [](bool reversed) {
    Parameters p = {{"first", zeros({2}).set_requires_grad()},
                    {"second", zeros({2}).set_requires_grad()}};
    if (reversed) {
      std::swap(p[0], p[1]);
    }
    return p;
  };
  Parameters p = net(false);
  Optimizer opt(p, Adam{});
  p[0].tensor.set_grad(tensor({1, 2}));
  p[1].tensor.set_grad(tensor({30, 40}));
  opt.step();
  Optimizer other(net(true), Adam{});
  other.load_state_dict(opt.state_dict());
  const auto& entries = other.groups()[0].entries;
  EXPECT_EQ(entries[0].parameter.name, "second");
  EXPECT_NEAR(entries[0].state.m.template to_vector<float>()[1], 4, 1e-5);
  EXPECT_NEAR(entries[1].state.m.template to_vector<float>()[1], 0.2, 1e-6);
}

TEST(State, is_a_copy_in_both_directions) {
  const Tensor a = ones({1}).set_requires_grad();
  Optimizer opt({{"a", a}}, SGD{.lr = 1, .momentum = 1});
  a.set_grad(ones({1}));
  opt.step();
  const StateDict saved = opt.state_dict();
  opt.step();
  EXPECT_EQ(saved.tensor("parameter.a.state.momentum_buffer").item(), 1);
  opt.load_state_dict(saved);
  opt.step();
  EXPECT_EQ(saved.tensor("parameter.a.state.momentum_buffer").item(), 1);
}

TEST(State, names_everything_there_is) {
  const Tensor a = ones({2, 3}).set_requires_grad();
  Optimizer opt({{"net.a", a}}, SGD{.lr = 0.5, .momentum = 0.25});
  std::string names;
  for (const auto& [name, value] : opt.state_dict()) {
    names += name + "\n";
  }
  EXPECT_EQ(names,
            "rule\nsteps\ncount_together\ngroups\ngroup.0.lr\ngroup.0.momentum\n"
            "group.0.dampening\ngroup.0.weight_decay\ngroup.0.decoupled_weight_decay\n"
            "group.0.nesterov\ngroup.0.maximize\ngroup.0.lr_in_buffer\n"
            "parameter.net.a.group\nparameter.net.a.shape\nparameter.net.a.steps\n"
            "parameter.net.a.state.momentum_buffer\n");
  EXPECT_EQ(opt.state_dict().text("parameter.net.a.shape"), "[2, 3] f32");
  EXPECT_EQ(opt.state_dict().text("parameter.net.a.state.momentum_buffer"), "none");
}

// --- refusals ------------------------------------------------------------------------------------

struct Refusals : testing::Test {
  Tensor a = ones({2}).set_requires_grad();
  Optimizer<Adam> opt{{{"a", a}}, Adam{.lr = 0.5}};
  StateDict good;

  Refusals() {
    a.set_grad(tensor({1, 2}));
    opt.step();
    good = opt.state_dict();
  }

  /// The good state with one entry replaced, left out (no value) or added.
  StateDict with(const std::string& name, std::optional<StateDict::Value> value) const {
    StateDict changed;
    for (const auto& [key, old] : good) {
      if (key != name) {
        changed.set(key, old);
      }
    }
    if (value) {
      changed.set(name, *value);
    }
    return changed;
  }

  template <class E = ValueError>
  void expect_refused(const StateDict& state, const std::string& message) {
    const Tensor m = opt.groups()[0].entries[0].state.m.clone();
    expect_error<E>([&] { opt.load_state_dict(state); }, message);
    // Nothing is lost: neither options, counts nor state.
    EXPECT_EQ(opt.groups()[0].rule.lr, 0.5);
    EXPECT_EQ(opt.groups()[0].entries[0].steps, 1);
    EXPECT_EQ(opt.groups()[0].entries[0].state.m.to_vector(), m.to_vector());
  }
};

TEST_F(Refusals, another_rule) {
  Optimizer<SGD> other({{"a", a}});
  expect_error<ValueError>([&] { other.load_state_dict(good); },
                           "SGD: load_state_dict: the state must be of rule SGD, got that of Adam");
}

TEST_F(Refusals, other_parameters_and_groups) {
  Optimizer<Adam> other({{"b", a}});
  EXPECT_THROW(other.load_state_dict(good), ValueError);
  Optimizer<Adam> more({{"a", a}, {"b", ones({1}).set_requires_grad()}});
  EXPECT_THROW(more.load_state_dict(good), ValueError);
  Optimizer<Adam> grouped({{"a", a}});
  grouped.add_group({{"b", ones({1}).set_requires_grad()}});
  expect_error<ValueError>([&] { grouped.load_state_dict(good); },
                           "Adam: load_state_dict: the state must have 2 groups, got 1");
  expect_refused(with("parameter.a.group", 1.0),
                 "Adam: load_state_dict: parameter 'a' must be in group 0, got one of group 1");
}

TEST_F(Refusals, other_shapes_and_dtypes) {
  Optimizer<Adam> other({{"a", ones({3}).set_requires_grad()}});
  expect_error<ShapeError>([&] { other.load_state_dict(good); },
                           "Adam: load_state_dict: parameter 'a' must be [3] f32, got the state of "
                           "one that is [2] f32");
  expect_refused<ShapeError>(with("parameter.a.state.m", ones({1, 2})),
                             "Adam: load_state_dict: 'parameter.a.state.m' must have shape [2], "
                             "got [1, 2]");
  expect_refused<DtypeError>(with("parameter.a.state.m", ones({2}, f64)),
                             "Adam: load_state_dict: 'parameter.a.state.m' must have dtype f32, "
                             "got f64");
}

TEST_F(Refusals, entries_missing_or_unknown) {
  for (const auto& [name, value] : good) {
    const StateDict without = with(name, std::nullopt);
    EXPECT_THROW(opt.load_state_dict(without), ValueError) << name;
  }
  expect_refused(with("parameter.a.state.mm", ones({2})),
                 "Adam: load_state_dict: there must be no 'parameter.a.state.mm', which this "
                 "optimizer does not have");
}

TEST_F(Refusals, counts_and_numbers_that_cannot_be) {
  expect_refused(with("parameter.a.steps", -1.0),
                 "Adam: load_state_dict: 'parameter.a.steps' must be a whole number from 0 on, "
                 "got -1");
  expect_refused(with("steps", 0.5),
                 "Adam: load_state_dict: 'steps' must be a whole number from 0 on, got 0.5");
  expect_refused(with("steps", NAN),
                 "Adam: load_state_dict: 'steps' must be a whole number from 0 on, got nan");
  expect_refused(with("count_together", 2.0),
                 "Adam: load_state_dict: 'count_together' must be 0 or 1, got 2");
  expect_refused(with("parameter.a.state.v", tensor({1, NAN})),
                 "Adam: load_state_dict: 'parameter.a.state.v' must be finite, got an element "
                 "that is not");
  expect_refused(with("group.0.beta1", 1.5), "Adam: beta1 must be at least 0 and below 1, got 1.5");
  expect_refused(with("parameter.a.state.v", std::string("nothing")),
                 "Adam: load_state_dict: 'parameter.a.state.v' must be a tensor or the text "
                 "'none', got 'nothing'");
}

// Of every rule: what is never negative in its formula is refused where a file says so.
TEST(NegativeState, is_refused_where_no_step_can_make_it) {
  struct Row {
    const char* name;  // of the state
    std::unique_ptr<optim::OptimizerBase> (*make)(const Parameters&);
  };
  const auto of = []<class R>(const char* name, R) {
    return Row{name, [](const Parameters& all) -> std::unique_ptr<optim::OptimizerBase> {
                 R rule;
                 if constexpr (requires { rule.amsgrad; }) {
                   rule.amsgrad = true;
                 }
                 return std::make_unique<Optimizer<R>>(all, rule);
               }};
  };
  const Row rows[] = {of("v", Adam{}),
                      of("v_max", Adam{}),
                      of("v", optim::AdamW{}),
                      of("v_max", optim::AdamW{}),
                      of("square_avg", optim::RMSprop{}),
                      of("square_avg", optim::Adadelta{}),
                      of("acc_delta", optim::Adadelta{}),
                      of("sum", optim::Adagrad{}),
                      of("u", optim::Adamax{}),
                      of("v", optim::NAdam{}),
                      of("v", optim::RAdam{}),
                      of("v", optim::LAMB{}),
                      of("row_mean", optim::Adafactor{}),
                      of("column_mean", optim::Adafactor{}),
                      of("step_size", optim::Rprop{})};
  for (const Row& row : rows) {
    const Tensor a = ones({2, 2}).set_requires_grad();
    const auto opt = row.make({{"a", a}});
    a.set_grad(tensor({{1, 2}, {3, 4}}));
    opt->step();
    const std::string key = std::string("parameter.a.state.") + row.name;
    StateDict changed;
    for (const auto& [name, value] : opt->state_dict()) {
      changed.set(name, name == key ? StateDict::Value(std::get<Tensor>(value) * -1.0) : value);
    }
    const double first = std::get<Tensor>(*changed.find(key)).to_vector<float>()[0];
    expect_error<ValueError>([&] { opt->load_state_dict(changed); },
                             join({opt->rule_name(), ": load_state_dict: '", key,
                                   "' must be at least 0 everywhere, got ", first}));
    EXPECT_EQ(opt->steps(), 1);
    EXPECT_GE(opt->state_dict().tensor(key).to_vector<float>()[0], 0) << row.name;
  }
  const Tensor a = ones({1}).set_requires_grad();
  Optimizer nadam({{"a", a}}, optim::NAdam{});
  StateDict changed;
  for (const auto& [name, value] : nadam.state_dict()) {
    changed.set(name, name == "parameter.a.state.mu_product" ? StateDict::Value(-1.0) : value);
  }
  expect_error<ValueError>(
      [&] { nadam.load_state_dict(changed); },
      "NAdam: load_state_dict: 'parameter.a.state.mu_product' must be at least 0, got -1");
}

}  // namespace
}  // namespace gradus
