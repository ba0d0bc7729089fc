#include <gradus/autograd/backward.h>
#include <gradus/data/state_file.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/instances.h>
#include <gradus/train/checkpoint.h>

#include "support/naive.h"
#include "support/state_text.h"
#include "support/temp_folder.h"

namespace gradus::train {
namespace {

using test::text_of;

struct Net : nn::Module {
  nn::Linear fc1, fc2;
  nn::BatchNorm1d norm;
  explicit Net(std::uint64_t seed, Index hidden = 3) : Net(Rng(seed), hidden) {}
  Net(Rng rng, Index hidden) : fc1(2, hidden, rng), fc2(hidden, 1, rng), norm(hidden) {}
  Tensor forward(const Tensor& x) override { return fc2(norm(fc1(x))); }
  void fields(nn::Fields& visit) override {
    visit("fc1", fc1);
    visit("fc2", fc2);
    visit("norm", norm);
  }
};

void train_steps(Net& net, optim::OptimizerBase& optimizer, int steps) {
  const Tensor x = tensor({{0, 1}, {2, 3}, {-1, 1}});
  const Tensor y = tensor({{1}, {0}, {2}});
  for (int k = 0; k < steps; ++k) {
    optimizer.zero_grad();
    nn::mse(net(x), y).backward();
    optimizer.step();
  }
}

TEST(Checkpoint, holds_model_optimizer_and_run) {
  const test::TempFolder folder;
  Net net(1);
  optim::Optimizer adam(net.parameters(), optim::Adam{});
  train_steps(net, adam, 3);
  Checkpoint now{net.state_dict(), adam.state_dict(), {}};
  now.run.set("epoch", 7.0);
  now.run.set("note", std::string("caf\xc3\xa9"));
  Rng rng({UINT64_MAX, 5, 1});
  set_rng(now.run, "rng", rng);
  save_checkpoint(folder / "a", now);

  const Checkpoint saved = load_checkpoint(folder / "a");
  EXPECT_EQ(saved.run.number("epoch"), 7);
  EXPECT_EQ(saved.run.text("note"), "caf\xc3\xa9");
  EXPECT_EQ(get_rng(saved.run, "rng").state(), rng.state());
  Net other(2);
  optim::Optimizer other_adam(other.parameters(), optim::Adam{});
  restore(saved, other, other_adam);
  EXPECT_EQ(text_of(other.state_dict()), text_of(net.state_dict()));
  train_steps(net, adam, 3);
  train_steps(other, other_adam, 3);
  EXPECT_EQ(text_of(other.state_dict()), text_of(net.state_dict()));
}

// The one that loads, made of what was saved by another.
struct Spoiled {
  const char* what;
  std::function<void(Checkpoint&)> spoil;
};

void replace(StateDict& state, const std::string& name, const StateDict::Value* value) {
  StateDict changed;
  for (const auto& [key, old] : state) {
    if (key != name) {
      changed.set(key, old);
    } else if (value) {
      changed.set(key, *value);
    }
  }
  if (value && !state.contains(name)) {
    changed.set(name, *value);
  }
  state = changed;
}

TEST(Checkpoint, that_does_not_fit_changes_nothing) {
  const auto with = [](StateDict Checkpoint::*part, const std::string& name,
                       const StateDict::Value& value) {
    return [=](Checkpoint& c) { replace(c.*part, name, &value); };
  };
  const auto without = [](StateDict Checkpoint::*part, const std::string& name) {
    return [=](Checkpoint& c) { replace(c.*part, name, nullptr); };
  };
  const auto model = &Checkpoint::model;
  const auto optimizer = &Checkpoint::optimizer;
  const std::string m = "parameter.fc1.weight.state.m";
  const Spoiled cases[] = {{"a tensor less", without(model, "fc1.weight")},
                           {"a tensor more", with(model, "fc3.weight", ones({2}))},
                           {"another shape", with(model, "fc1.weight", ones({2, 3}))},
                           {"another dtype", with(model, "fc1.weight", ones({3, 2}, f64))},
                           {"another rule", with(optimizer, "rule", std::string("SGD"))},
                           {"another number of groups", with(optimizer, "groups", 2.0)},
                           {"no state", [](Checkpoint& c) { c.optimizer = {}; }},
                           {"a negative step", with(optimizer, "parameter.fc1.weight.steps", -1.0)},
                           {"half a step", with(optimizer, "steps", 0.5)},
                           {"a moment that is NaN", with(optimizer, m, full({3, 2}, std::nan("")))},
                           {"a moment of another shape", with(optimizer, m, ones({2, 3}))},
                           {"a moment less", without(optimizer, m)},
                           {"an entry more", with(optimizer, "more", 1.0)}};
  Net net(1);
  optim::Optimizer adam(net.parameters(), optim::Adam{});
  train_steps(net, adam, 3);
  for (const Spoiled& c : cases) {
    Checkpoint spoilt{net.state_dict(), adam.state_dict(), {}};
    c.spoil(spoilt);
    Net other(2);
    optim::Optimizer other_adam(other.parameters(), optim::Adam{});
    train_steps(other, other_adam, 1);
    const std::string before = text_of(other.state_dict()) + text_of(other_adam.state_dict());
    EXPECT_THROW(restore(spoilt, other, other_adam), Error) << c.what;
    EXPECT_EQ(text_of(other.state_dict()) + text_of(other_adam.state_dict()), before) << c.what;
  }
}

TEST(Checkpoint, of_another_network_lists_all_that_differs_at_once) {
  Net net(1), wider(1, 4);
  StateDict saved = wider.state_dict();
  replace(saved, "fc2.bias", nullptr);
  const StateDict::Value more = ones({1});
  replace(saved, "fc9.bias", &more);
  test::expect_error<ValueError>(
      [&] { net.load_state_dict(saved); },
      "Module: load_state_dict must be given the state of a module like this one, got 9 entries "
      "for 9; missing 'fc2.bias'; unexpected 'fc9.bias'; different: 'fc1.weight' must be a tensor "
      "of shape [3, 2], f32, got a tensor of shape [4, 2], f32, 'fc1.bias' must be a tensor of "
      "shape [3], f32, got a tensor of shape [4], f32, 'fc2.weight' must be a tensor of shape [1, "
      "3], f32, got a tensor of shape [1, 4], f32, 'norm.weight' must be a tensor of shape [3], "
      "f32, got a tensor of shape [4], f32, 'norm.bias' must be a tensor of shape [3], f32, got a "
      "tensor of shape [4], f32, 'norm.running_mean' must be a tensor of shape [3], f32, got a "
      "tensor of shape [4], f32, 'norm.running_var' must be a tensor of shape [3], f32, got a "
      "tensor of shape [4], f32");
}

// PyTorch matches the state of an optimizer by order, and takes one for the other.
TEST(Checkpoint, finds_the_state_of_a_parameter_by_its_name) {
  Parameters one = {{"a", zeros({2})}, {"b", zeros({2})}};
  for (Parameter& p : one) {
    p.tensor.set_requires_grad();
  }
  const Parameters swapped = {one[1], one[0]};
  optim::Optimizer first(one, optim::Adam{});
  optim::Optimizer second(swapped, optim::Adam{});
  one[0].tensor.set_grad(full({2}, 100));
  one[1].tensor.set_grad(full({2}, 1));
  first.step();
  second.load_state_dict(first.state_dict());
  EXPECT_NEAR(second.state_dict().tensor("parameter.a.state.m").to_vector()[0], 10, 1e-5);
  EXPECT_NEAR(second.state_dict().tensor("parameter.b.state.m").to_vector()[0], 0.1, 1e-7);
}

TEST(Checkpoint, refuses_names_that_are_its_own_and_generators_that_are_none) {
  const test::TempFolder folder;
  Checkpoint checkpoint;
  checkpoint.model.set("gradus.weight", ones({1}));
  test::expect_error<ValueError>([&] { save_checkpoint(folder / "a", checkpoint); },
                                 "save_checkpoint: the model must be without names that begin with "
                                 "'gradus.', got 'gradus.weight'");
  for (const std::string text : {"1 2", "", "1,2,3", "1 2 -3", "1 2 3 4", "1 2 3x"}) {
    StateDict run;
    run.set("rng", text);
    test::expect_error<ValueError>(
        [&] { get_rng(run, "rng"); },
        "get_rng: 'rng' must be three whole numbers, got '" + text + "'");
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

TEST(Checkpoint, of_a_newer_layout_is_named) {
  const test::TempFolder folder;
  for (const auto& [version, text] : {std::pair<StateDict::Value, std::string>{2.0, "2"},
                                      {std::string("1"), "something that is no number"}}) {
    StateDict state;
    state.set("gradus.checkpoint", version);
    data::write_state(folder / "a", state);
    test::expect_error<FileError>([&] { load_checkpoint(folder / "a"); },
                                  "load_checkpoint: " + (folder / "a") +
                                      " must have layout 1, got " + text +
                                      "; a newer Gradus wrote it");
  }
}

TEST(Checkpoint, has_the_generators_of_all_dropouts) {
  Rng rng(1);
  nn::Sequential net(nn::Dropout(0.5, rng), nn::Sequential(nn::Dropout(0.5, rng)));
  const Tensor x = ones({100});
  net(x);
  StateDict run;
  train::set_generators(run, net);
  const auto expected = net(x).to_vector<float>();
  nn::Sequential other(nn::Dropout(0.5, rng), nn::Sequential(nn::Dropout(0.5, rng)));
  EXPECT_NE(other(x).to_vector<float>(), expected);
  train::get_generators(run, other);
  EXPECT_EQ(other(x).to_vector<float>(), expected);
}

TEST(Checkpoint, without_a_generator_changes_none) {
  Rng rng(1);
  nn::Sequential one((nn::Dropout(0.5, rng)));
  StateDict run;
  train::set_generators(run, one);
  nn::Sequential two(nn::Dropout(0.5, rng), nn::Dropout(0.5, rng));
  const Rng::State before = dynamic_cast<nn::Dropout&>(*two.modules()[1].module).rng().state();
  EXPECT_THROW(train::get_generators(run, two), ValueError);
  const Rng::State after = dynamic_cast<nn::Dropout&>(*two.modules()[1].module).rng().state();
  EXPECT_EQ(after.seed, before.seed);
  EXPECT_EQ(after.stream, before.stream);
  EXPECT_EQ(after.position, before.position);
}

}  // namespace
}  // namespace gradus::train
