#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/hooks.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/residual.h>
#include <gradus/nn/transformer.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

TEST(ModuleHooks, see_what_goes_in_and_comes_out) {
  nn::ReLU layer;
  std::vector<std::vector<float>> seen;
  nn::Module* called = nullptr;
  nn::on_forward(layer, [&](nn::Module& m, const Tensor& x, const Tensor& y) {
    called = &m;
    seen = {x.to_vector(), y.to_vector()};
  });
  EXPECT_EQ(layer(tensor({-1, 2})).to_vector(), (std::vector<float>{0, 2}));
  EXPECT_EQ(called, &layer);
  EXPECT_EQ(seen, (std::vector<std::vector<float>>{{-1, 2}, {0, 2}}));
}

TEST(ModuleHooks, see_the_attention_of_a_transformer_with_its_masks) {
  Rng rng(1);
  nn::TransformerEncoderLayer layer(4, 2, rng, {.feedforward = 8});
  std::vector<std::string> seen;
  for (const nn::NamedModule& m : layer.modules()) {
    nn::on_forward(*m.module, [&seen, path = m.path](nn::Module&, const Tensor&, const Tensor&) {
      seen.push_back(path);
    });
  }
  layer(ones({2, 3, 4}), {.causal = true});
  EXPECT_EQ(seen, (std::vector<std::string>{"self_attn.dropout", "self_attn.out_proj", "self_attn",
                                            "dropout1", "norm1", "linear1", "dropout", "linear2",
                                            "dropout2", "norm2", ""}));
  seen.clear();
  const Tensor x = ones({2, 3, 4});
  layer.self_attn(x, x, x);
  EXPECT_EQ(seen.back(), "self_attn");
}

TEST(ModuleHooks, replace_the_result_one_after_the_other) {
  nn::ReLU layer;
  const auto twice = [](nn::Module&, const Tensor&, const Tensor& y) { return y * 2.0; };
  const auto plus_one = [](nn::Module&, const Tensor&, const Tensor& y) { return y + 1.0; };
  nn::on_forward(layer, twice);
  nn::on_forward(layer, plus_one);
  nn::on_forward(layer, [](nn::Module&, const Tensor&, const Tensor&) { return Tensor(); });
  EXPECT_EQ(layer(tensor({-1, 2})).to_vector(), (std::vector<float>{1, 5}));
}

TEST(ModuleHooks, are_removed_by_their_handle_alone) {
  nn::ReLU layer;
  int first = 0;
  int second = 0;
  nn::HookHandle handle =
      nn::on_forward(layer, [&](nn::Module&, const Tensor&, const Tensor&) { ++first; });
  nn::on_forward(layer, [&](nn::Module&, const Tensor&, const Tensor&) { ++second; });
  layer(ones({1}));
  handle.remove();
  handle.remove();
  layer(ones({1}));
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
}

TEST(ModuleHooks, a_hook_may_remove_itself_and_add_another) {
  nn::ReLU layer;
  int later = 0;
  std::vector<nn::HookHandle> handles;
  handles.push_back(nn::on_forward(layer, [&](nn::Module& m, const Tensor&, const Tensor&) {
    handles[0].remove();
    nn::on_forward(m, [&](nn::Module&, const Tensor&, const Tensor&) { ++later; });
  }));
  layer(ones({1}));
  EXPECT_EQ(later, 0);
  layer(ones({1}));
  layer(ones({1}));
  EXPECT_EQ(later, 2);
}

TEST(ModuleHooks, run_in_sequential_and_residual_and_go_along_with_a_copy) {
  Rng rng(1);
  nn::Linear fc(2, 2, rng);
  int calls = 0;
  nn::HookHandle handle =
      nn::on_forward(fc, [&](nn::Module&, const Tensor&, const Tensor&) { ++calls; });
  nn::Sequential net(fc, nn::Residual(fc));
  net(ones({1, 2}));
  EXPECT_EQ(calls, 2);
  handle.remove();
  net(ones({1, 2}));
  EXPECT_EQ(calls, 2);
}

TEST(ModuleHooks, do_not_run_when_the_pass_throws) {
  Rng rng(1);
  nn::Linear fc(2, 2, rng);
  int calls = 0;
  nn::on_forward(fc, [&](nn::Module&, const Tensor&, const Tensor&) { ++calls; });
  EXPECT_THROW(fc(ones({1, 3})), ShapeError);
  EXPECT_EQ(calls, 0);
}

TEST(ModuleGradientHooks, see_the_gradient_of_the_result) {
  Rng rng(1);
  nn::Sequential net(nn::Linear(2, 3, rng), nn::Tanh());
  std::vector<float> seen;
  nn::on_gradient(net, [&](const Tensor& dy) { seen = dy.to_vector(); });
  sum(net(ones({1, 2})) * tensor({1, 2, 3})).backward();
  EXPECT_EQ(seen, (std::vector<float>{1, 2, 3}));
}

TEST(ModuleGradientHooks, replace_the_gradient_on_its_way) {
  Rng rng(1);
  nn::Linear a(2, 1, rng);
  nn::on_gradient(a, [](const Tensor& dy) { return dy * 10.0; });
  sum(a(tensor({{3, 4}}))).backward();
  EXPECT_EQ(a.weight.grad().to_vector(), (std::vector<float>{30, 40}));
  EXPECT_EQ(a.bias.grad().to_vector(), (std::vector<float>{10}));
}

TEST(ModuleGradientHooks, see_the_part_through_the_module_alone_where_it_gives_its_input) {
  Tensor x = tensor({1, 2}).set_requires_grad();
  nn::Identity same;
  std::vector<std::vector<float>> seen;
  nn::on_gradient(same, [&](const Tensor& dy) { seen.push_back(dy.to_vector()); });
  sum(same(x) * 3.0 + x).backward();
  sum(x).backward();
  EXPECT_EQ(seen, (std::vector<std::vector<float>>{{3, 3}}));
  EXPECT_EQ(x.grad().to_vector(), (std::vector<float>{5, 5}));
}

TEST(ModuleGradientHooks, once_removed_see_no_gradient_that_is_still_to_come) {
  Rng rng(1);
  nn::Linear fc(2, 1, rng);
  int calls = 0;
  nn::HookHandle handle = nn::on_gradient(fc, [&](const Tensor&) { ++calls; });
  const Tensor loss = sum(fc(ones({1, 2})));
  handle.remove();
  loss.backward();
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(fc.bias.grad().to_vector(), (std::vector<float>{1}));
}

TEST(ModuleGradientHooks, leave_a_pass_without_recording_alone) {
  Rng rng(1);
  nn::Linear fc(2, 1, rng);
  nn::on_gradient(fc, [](const Tensor& dy) { return dy; });
  const NoGrad values_only;
  EXPECT_FALSE(fc(ones({1, 2})).requires_grad());
}

TEST(ModuleGradientHooks, refuse_a_gradient_of_another_shape_or_dtype) {
  Rng rng(1);
  nn::Linear fc(2, 1, rng);
  nn::HookHandle handle = nn::on_gradient(fc, [](const Tensor&) { return ones({3}); });
  EXPECT_THROW(sum(fc(ones({1, 2}))).backward(), ShapeError);
  handle.remove();
  nn::on_gradient(fc, [](const Tensor& dy) { return convert(dy, f64); });
  EXPECT_THROW(sum(fc(ones({1, 2}))).backward(), DtypeError);
}

}  // namespace
}  // namespace gradus
