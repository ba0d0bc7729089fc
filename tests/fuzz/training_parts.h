#pragma once
// What a training is made of, chosen by the bytes: data, an optimizer, schedules, and states that
// were damaged.
#include <gradus/gradus.h>

#include <memory>

#include "fuzz/operands.h"

namespace gradus::test {

inline Tensor samples(Choices& choices, Rng& rng) {
  Shape shape = {choices.byte() % 7};
  for (int left = choices.byte() % 4; left > 0; --left) {
    shape.push_back(1 + choices.byte() % 5);
  }
  constexpr Dtype kDtypes[] = {f32, f64, u8, i64};
  const Dtype dtype = kDtypes[choices.byte() % 4];
  return convert(rand(shape, rng, 0, dtype == u8 ? 256 : 3), dtype);
}

inline data::DataLoader make_loader(Choices& choices, Rng& rng) {
  const Tensor x = samples(choices, rng);
  const Index n = pick(choices, x.size(0), x.size(0));
  const Tensor y = convert(rand({n}, rng, 0, 3), i64);
  data::LoaderOptions options;
  options.batch_size = pick(choices, 1, 4);
  options.shuffle = choices.byte() % 2 == 0;
  options.drop_last = choices.byte() % 2 == 1;
  options.flatten = choices.byte() % 2 == 1;
  options.mean = pick_number(choices, 0, 1);
  options.stddev = pick_number(choices, 0.5, 1);
  // A thread takes longer to begin than all the rest.
  options.workers = choices.byte() % 64 == 63 ? pick(choices, 1, 2) : 0;
  if (choices.byte() % 8 == 7) {
    options.transform = [](data::Batch& batch, Rng& numbers) {
      require(numbers.uniform() < 0.9, "transform: must not fail");
      batch.x = batch.x.clone();
    };
  }
  const bool has_rng = choices.byte() % 16 != 15;
  return data::DataLoader(x, y, options, has_rng ? std::optional(rng.split()) : std::nullopt);
}

template <class R>
std::unique_ptr<optim::OptimizerBase> with_rule(Choices& choices, const Parameters& parameters) {
  R rule;
  const optim::OptionRefs options = optim::option_refs(rule);
  for (int left = choices.byte() % 4; left > 0; --left) {
    const std::string name =
        optim::names_of(options)[static_cast<std::size_t>(choices.byte()) % options.size()];
    const bool is_whole = choices.byte() % 2 == 1;
    const double value = is_whole ? choices.byte() % 4 : pick_number(choices, 0, 1);
    optim::assign_options(R::name, options, {{name, value}});
  }
  return std::make_unique<optim::Optimizer<R>>(parameters, rule);
}

using Maker = std::unique_ptr<optim::OptimizerBase> (*)(Choices&, const Parameters&);
constexpr Maker kMakers[] = {
    with_rule<optim::SGD>,      with_rule<optim::Adagrad>, with_rule<optim::RMSprop>,
    with_rule<optim::Adadelta>, with_rule<optim::Adam>,    with_rule<optim::AdamW>,
    with_rule<optim::Adamax>,   with_rule<optim::NAdam>,   with_rule<optim::RAdam>,
    with_rule<optim::Rprop>,    with_rule<optim::Lion>,    with_rule<optim::LARS>,
    with_rule<optim::LAMB>,     with_rule<optim::Muon>,    with_rule<optim::Adafactor>};

inline std::unique_ptr<optim::OptimizerBase> make_optimizer(Choices& choices,
                                                            const Parameters& all) {
  const int choice = choices.byte();
  const Maker maker = kMakers[static_cast<std::size_t>(choice) % std::size(kMakers)];
  if (maker != with_rule<optim::Muon>) {
    return maker(choices, all);
  }
  Parameters matrices, others;
  for (const Parameter& p : all) {
    (p.tensor.rank() == 2 || choice > 128 ? matrices : others).push_back(p);
  }
  auto joint = std::make_unique<optim::JointOptimizer>();
  joint->add(maker(choices, matrices));
  joint->add(with_rule<optim::AdamW>(choices, others));
  return joint;
}

inline optim::Schedule make_schedule(Choices& choices) {
  using namespace optim::schedule;
  const double start = pick_number(choices, 0, 1);
  const Index total = pick(choices, 1, 5);
  const double end = pick_number(choices, 0, 1);
  const bool yes = choices.byte() % 2 == 1;
  switch (choices.byte() % 11) {
    case 0:
      return step(start, {.size = total, .gamma = end});
    case 1:
      return multi_step(start, {.milestones = {1, total}, .gamma = end});
    case 2:
      return exponential(start, {.gamma = end, .steps = total});
    case 3:
      return inverse_time(start, {.rate = end, .steps = total, .staircase = yes});
    case 4:
      return polynomial(start, {.total = total, .power = 2, .end = end, .cycle = yes});
    case 5:
      return linear(start, {.total = total, .start_factor = end});
    case 6:
      return cosine(start, {.total = total, .end = end, .rises_again = yes});
    case 7:
      return cosine_restarts(start, {.period = total, .period_factor = 1.5, .end = end});
    case 8:
      return one_cycle(start, {.total = total, .pct_start = end, .three_phase = yes});
    case 9:
      return cyclic(start, end, {.up = total, .amplitude = Amplitude::halved});
    default:
      return sequence({constant(start), every(2, linear(1, {.total = 3}))}, {total});
  }
}

/// One of the entries is gone, or has another value.
inline StateDict damaged(Choices& choices, const StateDict& state) {
  const std::size_t place = static_cast<std::size_t>(choices.byte()) % (state.size() + 1);
  StateDict changed;
  std::size_t k = 0;
  for (const auto& [name, value] : state) {
    if (k++ != place) {
      changed.set(name, value);
      continue;
    }
    switch (choices.byte() % 4) {
      case 0:
        break;
      case 1:
        changed.set(name, pick_number(choices, 0, 3));
        break;
      case 2:
        changed.set(name, std::string("other"));
        break;
      default: {
        const auto* const tensor = std::get_if<Tensor>(&value);
        const bool fits = choices.byte() % 2 == 0;
        changed.set(name, full(tensor && fits ? tensor->shape() : Shape{2},
                               pick_number(choices, 0, 1), tensor ? tensor->dtype() : f32));
      }
    }
  }
  return changed;
}

}  // namespace gradus::test
