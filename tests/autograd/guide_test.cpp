// The code of docs/autograd.md runs and gives what it says.
#include <gradus/autograd/ops/map.h>
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace gradus {
namespace {

using Floats = std::vector<float>;

Tensor softsign(const Tensor& x) {  // x / (1 + |x|)
  const Tensor y = x.detach() / (1 + abs(x.detach()));
  return record(y, "softsign", {x}, [y = Saved(y)](const Tensor& dy, Grads& dx) {
    const Tensor slope = 1 - abs(dx.result(y));
    dx[0] = slope * slope * dy;  // (1 - |y|)^2 dy
  });
}

Tensor swish(const Tensor& x) {
  return map_from_input(
      "swish", x, [](auto a) { return a * sigmoid(a); },
      [](auto a, auto dy) {
        const auto s = sigmoid(a);
        return s * (1.0 + a * (1.0 - s)) * dy;
      });
}

TEST(Guide, backward_and_grad) {
  const Tensor w = tensor({1, 2}).set_requires_grad();
  const Tensor loss = sum(w * w);
  loss.backward();  // adds to the gradients of leaves
  EXPECT_EQ(w.grad().to_vector(), (Floats{2, 4}));

  const Tensor h = w * 3;
  const std::vector<Tensor> d = grad({sum(h * h)}, {h, w});
  EXPECT_EQ(d[0].to_vector(), (Floats{6, 12}));   // by h
  EXPECT_EQ(d[1].to_vector(), (Floats{18, 36}));  // by w
}

TEST(Guide, functions_of_your_own_have_first_and_second_derivatives) {
  const Tensor x = from_vector<double>({-2, -0.5, 0.5, 3}, {4}).set_requires_grad();
  const auto f = [](const std::vector<Tensor>& in) { return sum(softsign(in[0]) * swish(in[0])); };
  EXPECT_TRUE(check_gradients(f, {x}));

  const auto first = [&](const std::vector<Tensor>& in) {
    const GradMode recording(true);
    return sum(grad({f(in)}, in, {.create_graph = true})[0]);
  };
  EXPECT_TRUE(check_gradients(first, {x}, {.absolute = 1e-7, .relative = 1e-7}));
}

TEST(Guide, derivatives_of_derivatives) {
  {
    const Tensor x = from_vector<double>({2}, {}).set_requires_grad();
    const Tensor first = grad({x * x * x}, {x}, {.create_graph = true})[0];
    const Tensor second = grad({first}, {x})[0];
    EXPECT_EQ(first.item(), 12);   // 3 x^2
    EXPECT_EQ(second.item(), 12);  // 6 x
  }
  const Tensor a = from_vector<double>({1, 2}, {2}).set_requires_grad();
  const Tensor v = from_vector<double>({1, -1}, {2});
  const Tensor hv = hessian_vector_product(sum(a * a * a), {a}, {v})[0];
  EXPECT_EQ(hv.to_vector<double>(), (std::vector<double>{6, -12}));  // 6 a v
}

TEST(Guide, hooks) {
  testing::internal::CaptureStdout();
  const Tensor x = tensor({1, 2}).set_requires_grad();
  const Tensor y = x * 10;
  on_gradient(y, [](const Tensor& dy) { return dy * 0.5; });
  on_gradient(x, [](const Tensor& dx) {
    std::printf("dx: %s\n", to_text(dx).c_str());
    return Tensor();  // goes on as it is
  });
  sum(y).backward();
  EXPECT_EQ(x.grad().to_vector(), (Floats{5, 5}));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "dx: tensor([5, 5])\n");
}

TEST(Guide, where_a_nan_is_born) {
  const DetectAnomaly detect;
  const Tensor x = tensor({4, 0}).set_requires_grad();
  const Tensor loss = sum(sqrt(x) * tensor({1, 0}));  // is finite, but its derivative is not
  EXPECT_THROW(loss.backward(), AnomalyError);
}

TEST(Guide, memory_for_time) {
  Rng rng(1);
  nn::Sequential block(nn::Linear(4, 4, rng), nn::Dropout(0.5, rng), nn::Tanh());
  const Tensor x = randn({3, 4}, rng).set_requires_grad();
  const Tensor y = checkpoint([&](const std::vector<Tensor>& in) { return block(in[0]); }, {x});
  sum(y).backward();
  for (const Parameter& p : block.parameters()) {
    EXPECT_TRUE(p.tensor.grad()) << p.name;
  }
}

TEST(Guide, the_graph_as_a_picture) {
  const KeepValues keep;  // notes small values and the names of modules
  const Tensor w = tensor({1, 2}).set_requires_grad();
  const std::string text = to_dot(sum(w * w), {{"w", w}});
  EXPECT_NE(text.find(R"(n2 [label="w\n[2] f32\n= [1, 2]")"), std::string::npos) << text;
}

// The words of a text, which its layout does not change.
std::string words(const std::string& path, bool only_code) {
  const std::string here = __FILE__;
  std::ifstream file(here.substr(0, here.rfind("tests/autograd/")) + path);
  EXPECT_TRUE(file) << path;
  std::string line;
  std::string all;
  bool in_code = false;
  while (std::getline(file, line)) {
    if (only_code && line.starts_with("```")) {
      in_code = line == "```cpp";
      all += in_code ? "" : "\n";
      continue;
    }
    std::istringstream parts(in_code || !only_code ? line : "");
    for (std::string word; parts >> word;) {
      all += word + " ";
    }
  }
  return all;
}

TEST(Guide, shows_the_code_that_is_tested) {
  const std::string tested = words("tests/autograd/guide_test.cpp", false);
  std::istringstream blocks(words("docs/autograd.md", true));
  int count = 0;
  for (std::string block; std::getline(blocks, block); ++count) {
    EXPECT_NE(tested.find(block), std::string::npos) << block;
  }
  EXPECT_EQ(count, 11);
}

}  // namespace
}  // namespace gradus
