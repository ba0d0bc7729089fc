// Training of a small network, all of it chosen by the bytes: data, layers, loss, rule and options,
// and what is done between the steps.  Each act does what it says or throws an Error, which leaves
// parameters, gradients and the optimizer's state as they were; a state that is loaded leads to the
// same bits again.
#include <gradus/gradus.h>

#include <memory>

#include "fuzz/network.h"
#include "fuzz/training_parts.h"
#include "support/huge_requests.h"

namespace gradus {
namespace {

using test::check;
using test::Choices;
using test::pick;
using test::pick_number;
using test::same_state;

constexpr int kMostLayers = 5;
constexpr int kMostActs = 12;

class Training {
 public:
  explicit Training(Choices& choices)
      : choices_(choices), loader_(test::make_loader(choices, rng_)), batch_(loader_.begin()) {
    Tensor x = (*batch_).x;
    for (int left = choices.byte() % (kMostLayers + 1); left > 0; --left) {
      const test::LayerPlan plan(choices, x);
      test::expect_result_or_error([&] { test::append_layer(net_, plan, x, rng_); });
    }
    optimizer_ = test::make_optimizer(choices, net_.parameters());
  }

  void act() {
    switch (choices_.byte() % 16) {
      case 0:
      case 1:
      case 2:
        test::expect_result_or_error([&] { differentiate(); });
        return attempt([&] { optimizer_->step(); });
      case 3:
        return test::expect_result_or_error([&] { differentiate(); }), void();
      case 4:
        return step_twice();
      case 5:
        return attempt([&] {
          optimizer_->load_state_dict(test::damaged(choices_, optimizer_->state_dict()));
        });
      case 6:
        return attempt([&] { net_.load_state_dict(test::damaged(choices_, net_.state_dict())); });
      case 7:
        return clip();
      case 8: {
        const std::string name = option();
        const double value = pick_number(choices_, 0, 1);
        return attempt([&] { optimizer_->set_option(name, value); });
      }
      case 9: {
        const std::string name = option();
        const bool is_factor = choices_.byte() % 2 == 1;
        return attempt([&] {
          const optim::Schedule f = test::make_schedule(choices_);
          is_factor ? optimizer_->schedule_factor(name, f) : optimizer_->schedule(name, f);
        });
      }
      case 10:
        return explain();
      case 11:
        return average();
      case 12:
        return attempt([&] { nn::summary(net_, (*batch_).x); });
      case 13:
        return net_.train(choices_.byte() % 2 == 1);
      case 14:
        return choices_.byte() % 2 == 1 ? net_.freeze() : net_.unfreeze();
      default:
        return plateau();
    }
  }

  /// All that a step depends on, and the gradients.
  StateDict now() {
    StateDict state;
    state.add("net", net_.state_dict());
    state.add("optimizer", optimizer_->state_dict());
    for (const Parameter& p : net_.parameters()) {
      if (p.tensor.grad()) {
        state.set("gradient." + p.name, p.tensor.grad().clone());
      }
    }
    return state;
  }

 private:
  /// f(), after which all is as before if it threw.
  template <class F>
  bool attempt_and_tell(const F& f) {
    const StateDict before = now();
    const bool is_done = test::expect_result_or_error(f);
    check(is_done || same_state(now(), before));
    return is_done;
  }
  template <class F>
  void attempt(const F& f) {
    attempt_and_tell(f);
  }

  void differentiate() {
    if (batch_ == data::BatchIterator::End()) {
      batch_ = loader_.begin();
    }
    const data::Batch batch = *batch_;
    ++batch_;
    const int choice = choices_.byte();
    const Tensor y = choice % 8 < 6
                         ? net_(batch.x)
                         : checkpoint([&](const auto& x) { return net_(x[0]); }, {batch.x});
    const Tensor loss = choice % 3 == 0   ? mean(y * y)
                        : choice % 3 == 1 ? sum(y)
                                          : nn::cross_entropy(y, batch.y);
    if (choice < 128) {
      optimizer_->zero_grad();
    }
    loss.backward();
  }

  /// A step, and the same one again from the state before.
  void step_twice() {
    const StateDict before = now();
    if (!attempt_and_tell([&] { optimizer_->step(); })) {
      return;
    }
    const StateDict after = now();
    test::expect_result_or_error([&] {
      optimizer_->load_state_dict(before.part("optimizer"));
      net_.load_state_dict(before.part("net"));
      check(same_state(now(), before));
      optimizer_->step();
      check(same_state(now(), after));
    });
  }

  void clip() {
    const int choice = choices_.byte();
    const double most = pick_number(choices_, 0.1, 2);
    attempt([&] {
      switch (choice % 4) {
        case 0:
          optim::clip_grad_norm(net_.parameters(), most, optim::Norm{choice / 4 % 3});
          break;
        case 1:
          optim::clip_each_grad_norm(net_.parameters(), most);
          break;
        case 2:
          optim::clip_grad_value(net_.parameters(), most);
          break;
        default:
          optim::check_gradients(net_);
      }
    });
  }

  void explain() {
    const Parameters all = net_.parameters();
    const Parameter& p = all[static_cast<std::size_t>(choices_.byte()) % all.size()];
    std::vector<Index> place;
    for (const Index size : p.tensor.shape()) {
      place.push_back(pick(choices_, 0, size - 1));
    }
    const StateDict before = now();
    test::expect_result_or_error([&] { optimizer_->values_of("effective rate"); });
    check(same_state(now(), before));
    attempt([&] { to_json(optimizer_->explain_step(p.name, place)); });
  }

  void average() {
    const bool warm_up = choices_.byte() % 2 == 1;
    const double decay = pick_number(choices_, 0, 0.9);
    attempt([&] {
      optim::Ema ema(net_.parameters(), decay, warm_up);
      ema.update();
      ema.update();
      const StateDict before = now();
      {
        const auto averaged = ema.swap();
        test::expect_result_or_error([&] { ema.update(); });
      }
      check(same_state(now(), before));
      const StateDict state = ema.state_dict();
      if (!test::expect_result_or_error(
              [&] { ema.load_state_dict(test::damaged(choices_, state)); })) {
        check(same_state(ema.state_dict(), state));
      }
    });
  }

  void plateau() {
    optim::Plateau options;
    options.factor = pick_number(choices_, 0, 0.9);
    options.patience = pick(choices_, 0, 1);
    options.threshold = pick_number(choices_, 0, 0.5);
    const double metric = pick_number(choices_, -1, 1);
    attempt([&] {
      optim::ReduceOnPlateau plateau(options);
      for (int k = 0; k < 3 && !plateau.update(metric); ++k) {
      }
      plateau.update(metric, *optimizer_);
    });
  }

  std::string option() {
    const optim::Options options = optimizer_->options(0);
    return options[static_cast<std::size_t>(choices_.byte()) % options.size()].name;
  }

  Choices& choices_;
  Rng rng_{0};
  data::DataLoader loader_;
  data::BatchIterator batch_;
  nn::Sequential net_;
  std::unique_ptr<optim::OptimizerBase> optimizer_;
};

}  // namespace
}  // namespace gradus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  Choices choices(bytes, size);
  test::expect_result_or_error([&] {
    Training training(choices);
    for (int k = 0; k < kMostActs && !choices.ended(); ++k) {
      training.act();
    }
    training.now();
  });
  return 0;
}
