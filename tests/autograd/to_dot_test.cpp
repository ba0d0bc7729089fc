#include <gradus/autograd/backward.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/to_dot.h>
#include <gradus/autograd/watch.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "support/naive.h"
#include "support/sanitizer.h"

namespace gradus {
namespace {

using test::expect_error;

// What Graphviz would read: boxes by id with their labels, and edges between them.
struct Picture {
  std::map<std::string, std::string> labels;
  std::multiset<std::pair<std::string, std::string>> edges;

  explicit Picture(const std::string& text) {
    static const std::regex box(
        R"re(  (\w+) \[label="((?:[^"\\]|\\.)*)"(?:, [a-z]+=(?:[a-z]+|"[^"]*"))*\];)re");
    static const std::regex edge(R"re(  (\w+) -> (\w+);)re");
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "digraph gradus {");
    std::getline(lines, line);
    EXPECT_EQ(line, "  node [fontname=\"Helvetica\", shape=box, style=rounded];");
    while (std::getline(lines, line) && line != "}") {
      std::smatch part;
      if (std::regex_match(line, part, box)) {
        EXPECT_TRUE(labels.emplace(part[1], part[2]).second) << line;
      } else if (std::regex_match(line, part, edge)) {
        edges.emplace(part[1], part[2]);
      } else {
        ADD_FAILURE() << "neither box nor edge: " << line;
      }
    }
    EXPECT_EQ(line, "}");
    EXPECT_FALSE(std::getline(lines, line));
    for (const auto& [from, to] : edges) {
      EXPECT_TRUE(labels.count(from) && labels.count(to)) << from << " -> " << to;
    }
  }
};

TEST(ToDot, shows_operations_shapes_and_leaves_by_name) {
  const Tensor w = tensor({1, 2}).set_requires_grad();
  const Tensor x = tensor({3, 4}).set_requires_grad();
  const Picture picture(to_dot(sum(w * x), {{"layer.weight", w}}));
  const std::map<std::string, std::string> labels{{"n0", R"(sum\n[] f32)"},
                                                  {"n1", R"(mul\n[2] f32)"},
                                                  {"n2", R"(layer.weight\n[2] f32\n= [1, 2])"},
                                                  {"n3", R"(leaf\n[2] f32)"}};
  EXPECT_EQ(picture.labels, labels);
  EXPECT_EQ(picture.edges, (decltype(picture.edges){{"n1", "n0"}, {"n2", "n1"}, {"n3", "n1"}}));
}

TEST(ToDot, shows_an_operand_used_twice_once_with_two_edges) {
  const Tensor x = tensor({3}).set_requires_grad();
  const Picture picture(to_dot(x * x));
  EXPECT_EQ(picture.labels.size(), 2U);
  EXPECT_EQ(picture.edges.count({"n1", "n0"}), 2U);
}

TEST(ToDot, shows_small_values_and_constants_where_they_were_kept) {
  const KeepValues keep;
  const Tensor x = tensor({{1, 2}, {3, 4}}).set_requires_grad();
  const Tensor y = x * tensor({10, 20}) + zeros({5, 1, 1});
  const Picture picture(to_dot(y));
  EXPECT_EQ(picture.labels.at("n0"), R"(add\n[5, 2, 2] f32)");  // 20 numbers are too many
  EXPECT_EQ(picture.labels.at("n1"), R"(mul\n[2, 2] f32\n= [[10, 40], [30, 80]])");
  EXPECT_EQ(picture.labels.at("n1_1"), R"(constant\n[2] f32\n= [10, 20])");
  EXPECT_EQ(picture.labels.at("n0_1"), R"(constant\n[5, 1, 1] f32)");
  const Picture without(to_dot(y, {}, {.max_values = 0}));
  EXPECT_EQ(without.labels.at("n1"), R"(mul\n[2, 2] f32)");
}

TEST(ToDot, names_modules_where_they_were_noted) {
  Rng rng(1);
  nn::Sequential net(nn::Linear(2, 3, rng), nn::Linear(3, 1, rng));
  const Parameters parameters = net.parameters();
  net.name_modules();
  const KeepValues keep;
  const std::string text = to_dot(mean(net(ones({1, 2}))), parameters);
  const Picture picture(text);
  EXPECT_NE(text.find(R"(linear\nin 1\n[1, 1] f32)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(linear\nin 0\n[1, 3] f32)"), std::string::npos) << text;
  for (const Parameter& p : parameters) {
    EXPECT_NE(text.find("\"" + p.name + "\\n"), std::string::npos) << p.name;
  }
}

TEST(ToDot, shows_the_dtype_once) {
  const Tensor x = full({}, 0.5, f64).set_requires_grad();
  EXPECT_EQ(Picture(to_dot(x, {{"x", x}})).labels.at("n0"), R"(x\n[] f64\n= 0.5)");
}

TEST(ToDot, quotes_names) {
  const Tensor x = tensor({3}).set_requires_grad();
  const Picture picture(to_dot(x * 2, {{"a\"b\\c\nd", x}}));
  EXPECT_EQ(picture.labels.at("n1"), R"(a\"b\\c d\n[1] f32\n= [3])");
}

TEST(ToDot, gives_the_same_text_for_the_same_graph) {
  const auto text = [] {
    const Tensor x = tensor({3}).set_requires_grad();
    const Tensor h = exp(x);
    return to_dot(sum(h * x + tanh(h)));
  };
  EXPECT_EQ(text(), text());
}

TEST(ToDot, shows_derivatives_too_and_what_is_used_up) {
  const Tensor x = tensor({3}).set_requires_grad();
  const Tensor y = sum(x * x * x);
  const Tensor d = grad({y}, {x}, {.create_graph = true})[0];
  EXPECT_GT(Picture(to_dot(d)).labels.size(), 4U);
  y.backward();
  EXPECT_EQ(Picture(to_dot(y)).labels.at("n0"), R"(sum\n[] f32\n(used up))");
  EXPECT_EQ(Picture(to_dot(x)).labels.at("n0"), R"(leaf\n[1] f32)");
}

TEST(ToDot, of_a_tensor_without_history_is_an_error) {
  expect_error<GraphError>([] { to_dot(zeros({2})); },
                           "to_dot: tensor must come from operations on tensors that require a "
                           "gradient, got one without "
                           "history; call set_requires_grad() on the leaves");
}

TEST(ToDot, of_a_million_operations_does_not_recurse) {
  const int depth = test::kAddressSanitizer || test::kThreadSanitizer ? 50'000 : 1'000'000;
  Tensor y = full({}, 1).set_requires_grad();
  for (int i = 0; i < depth; ++i) {
    y = y + 1;
  }
  const std::string text = to_dot(y);
  const std::string last = "  n" + std::to_string(depth) + " [label=\"leaf";
  EXPECT_NE(text.rfind(last), std::string::npos);
}

}  // namespace
}  // namespace gradus
