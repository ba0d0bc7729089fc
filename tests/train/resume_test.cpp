// Training that was cut off at any step and goes on from a file: the bits of one that never
// stopped, for every rule with every schedule, in f32 and f64.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/parallel.h>
#include <gradus/data/loader.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/instances.h>
#include <gradus/optim/joint.h>
#include <gradus/optim/plateau.h>
#include <gradus/train/checkpoint.h>

#include <cmath>
#include <cstdio>
#include <random>

#include "support/state_text.h"
#include "support/temp_folder.h"
#include "support/trials.h"

namespace gradus::train {
namespace {

namespace schedule = optim::schedule;
using MakeOptimizer = std::unique_ptr<optim::OptimizerBase> (*)(const Parameters&);

template <optim::Rule R>
std::unique_ptr<optim::OptimizerBase> make(const Parameters& all) {
  R rule;
  rule.lr = 0.01;
  if constexpr (requires { rule.momentum; }) {
    rule.momentum = 0.5;
  }
  return std::make_unique<optim::Optimizer<R>>(all, rule);
}

template <>
std::unique_ptr<optim::OptimizerBase> make<optim::Muon>(const Parameters& all) {
  Parameters matrices, others;
  for (const Parameter& p : all) {
    (p.tensor.rank() == 2 ? matrices : others).push_back(p);
  }
  auto joint = std::make_unique<optim::JointOptimizer>();
  joint->add(optim::Optimizer(matrices, optim::Muon{}));
  joint->add(optim::Optimizer(others, optim::AdamW{}));
  return joint;
}

constexpr MakeOptimizer kRules[] = {
    make<optim::SGD>,   make<optim::Adagrad>, make<optim::RMSprop>,  make<optim::Adadelta>,
    make<optim::Adam>,  make<optim::AdamW>,   make<optim::Adamax>,   make<optim::NAdam>,
    make<optim::RAdam>, make<optim::Rprop>,   make<optim::Lion>,     make<optim::LARS>,
    make<optim::LAMB>,  make<optim::Muon>,    make<optim::Adafactor>};

constexpr Index kEpochs = 4;
constexpr Index kBatches = 5;
constexpr Index kSteps = kEpochs * kBatches;

/// Factors of the learning rate; one that is empty stands for a plateau.
std::vector<optim::Schedule> all_schedules() {
  using namespace schedule;
  return {{},
          constant(1),
          piecewise({.milestones = {3, 9}, .values = {1, 0.5, 0.3}}),
          schedule::step(1, {.size = 4, .gamma = 0.5}),
          multi_step(1, {.milestones = {2, 11}, .gamma = 0.5}),
          exponential(1, {.gamma = 0.9}),
          inverse_time(1, {.rate = 0.1}),
          polynomial(1, {.total = kSteps, .power = 2}),
          linear(1, {.total = 7}),
          cosine(1, {.total = kSteps}),
          cosine_restarts(1, {.period = 3, .period_factor = 2}),
          one_cycle(1, {.total = kSteps}),
          cyclic(0.1, 1, {.up = 3, .down = 4}),
          sequence({linear(1, {.total = 5}), cosine(1, {.total = 15})}, {5}),
          product(linear(1, {.total = 5}), schedule::step(1, {.size = 6, .gamma = 0.5})),
          every(kBatches, exponential(1, {.gamma = 0.7}))};
}

struct Case {
  MakeOptimizer make_optimizer;
  optim::Schedule factor;
  Dtype dtype;
};

struct Training {
  const Case c;
  Rng rng{1};
  nn::Sequential net{nn::Linear(3, 4, rng), nn::BatchNorm1d(4), nn::Dropout(0.3, rng),
                     nn::Linear(4, 2, rng)};
  std::unique_ptr<optim::OptimizerBase> optimizer;
  optim::ReduceOnPlateau plateau{{.factor = 0.7, .patience = 0}};
  Index done = 0;

  explicit Training(const Case& of) : c(of) {
    net.to(c.dtype);
    optimizer = c.make_optimizer(net.parameters());
  }

  void set_schedules() {
    if (!c.factor) {
      return;
    }
    optimizer->schedule_factor("lr", c.factor);
    for (std::size_t group = 0; group < optimizer->group_count(); ++group) {
      for (const optim::Option& option : optimizer->options(group)) {
        if (option.name == "momentum" || option.name == "beta1") {
          optimizer->schedule(group, option.name, schedule::one_cycle_momentum({.total = kSteps}));
        }
      }
    }
  }

  void train_until(Index end) {
    Rng numbers(2);
    const Tensor x = convert(randn({19, 3}, numbers), c.dtype);
    const Tensor y = convert(randn({19, 2}, numbers), c.dtype);
    const data::DataLoader loader(
        x, y,
        {.batch_size = 4,
         .transform =
             [](data::Batch& b, Rng& noise) {
               b.x = b.x + convert(randn(b.x.shape(), noise), b.x.dtype()) * 0.1;
             }},
        Rng(3));
    ASSERT_EQ(loader.batches(), kBatches);
    for (Index epoch = done / kBatches; epoch < kEpochs && done < end; ++epoch) {
      double loss_of_batch = 0;
      for (const data::Batch& batch : loader.epoch(epoch, done % kBatches)) {
        optimizer->zero_grad();
        const Tensor loss = nn::mse(net(batch.x), batch.y);
        loss.backward();
        optimizer->step();
        loss_of_batch = loss.item();
        if (++done % kBatches == 0 && !c.factor) {
          plateau.update(loss_of_batch, *optimizer);
        }
        if (done == end) {
          return;
        }
      }
    }
  }

  Checkpoint checkpoint() {
    Checkpoint now{net.state_dict(), optimizer->state_dict(), {}};
    now.run.set("done", static_cast<double>(done));
    optim::ReduceOnPlateau::State::fields(plateau.state(), [&](const char* name, auto value) {
      now.run.set(std::string("plateau.") + name, static_cast<double>(value));
    });
    set_generators(now.run, net);
    return now;
  }
  void go_on_from(const Checkpoint& saved, bool schedules_first) {
    if (schedules_first) {
      set_schedules();
    }
    restore(saved, net, *optimizer);
    if (!schedules_first) {
      set_schedules();
    }
    get_generators(saved.run, net);
    done = static_cast<Index>(saved.run.number("done"));
    optim::ReduceOnPlateau::State state;
    optim::ReduceOnPlateau::State::fields(state, [&]<class T>(const char* name, T& value) {
      value = static_cast<T>(saved.run.number(std::string("plateau.") + name));
    });
    plateau.set_state(state);
  }
  std::string bits() {
    const Checkpoint now = checkpoint();
    return test::text_of(now.model) + test::text_of(now.optimizer) + test::text_of(now.run);
  }
};

TEST(ThreadsTrainingResume, gives_the_same_bits_for_every_rule_and_schedule) {
  const test::TempFolder folder;
  const std::vector<optim::Schedule> schedules = all_schedules();
  constexpr int kRuleCount = std::size(kRules);
  const int schedule_count = static_cast<int>(schedules.size());
  std::mt19937 random(1);
  const int cuts = test::trials("GRADUS_CUTS", 20);
  for (int k = 0; k < cuts; ++k) {
    // 15 and 16 have no common divisor, so that 240 in a row are all pairs.
    const Case c{kRules[k % kRuleCount], schedules[static_cast<std::size_t>(k % schedule_count)],
                 (k + k / (kRuleCount * schedule_count)) % 2 == 0 ? f32 : f64};
    const auto cut = 1 + static_cast<Index>(random() % (kSteps - 1));
    Training whole(c);
    whole.set_schedules();
    whole.train_until(kSteps);
    Training before(c);
    before.set_schedules();
    before.train_until(cut);
    const Checkpoint saved = before.checkpoint();
    save_checkpoint(folder / "a", saved);

    set_num_threads(1 + k % 3);
    Training after(c);
    after.go_on_from(load_checkpoint(folder / "a"), k % 2 == 0);
    after.train_until(kSteps);
    set_num_threads(1);
    const std::string note = join({whole.optimizer->rule_name(), ", schedule ", k % schedule_count,
                                   ", ", to_text(c.dtype), ", cut behind step ", cut});
    EXPECT_TRUE(after.bits() == whole.bits()) << note;
    EXPECT_TRUE(std::isfinite(sum(whole.net.parameters()[0].tensor).item())) << note;

    Training without(c);  // all but the optimizer's state
    Checkpoint less = saved;
    less.optimizer = without.optimizer->state_dict();
    without.go_on_from(less, true);
    without.train_until(kSteps);
    const std::string other = test::text_of(without.net.state_dict());
    EXPECT_FALSE(other == test::text_of(whole.net.state_dict())) << note;
  }
  std::printf("%d cuts of %d rules with %d schedules in f32 and f64: all with the same bits\n",
              cuts, kRuleCount, schedule_count);
}

}  // namespace
}  // namespace gradus::train
