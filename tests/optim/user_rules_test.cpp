// Rules that a user wrote after docs/write_an_optimizer.md: short, right, conforming, and in the
// page to the letter.
#include "optim/user_rules.h"

#include <gradus/optim/conformance.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "support/naive.h"

namespace gradus {
namespace {

std::string read_file(const std::string& from_root) {
  const std::string here = __FILE__;
  const std::string root = here.substr(0, here.rfind("tests/optim/"));
  std::ifstream file(root + from_root);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// "struct Name {" to "};".
std::string text_of(const std::string& name) {
  const std::string all = read_file("tests/optim/user_rules.h");
  const std::size_t begin = all.find("struct " + name + " {");
  const std::size_t end = all.find("\n};\n", begin);
  EXPECT_NE(end, std::string::npos) << name;
  return all.substr(begin, end + 4 - begin);
}

// Lines that are neither empty nor a comment.
int lines_of_code(const std::string& text) {
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find_first_not_of(" \t");
    count += first != std::string::npos && line.compare(first, 2, "//") != 0 ? 1 : 0;
  }
  return count;
}

TEST(UserRules, are_short) {
  EXPECT_LE(lines_of_code(text_of("Signum")), 25);
  EXPECT_LE(lines_of_code(text_of("NovoGrad")), 35);
  EXPECT_LE(lines_of_code(text_of("SpectralDescent")), 45);
  EXPECT_EQ(lines_of_code("a\n\n  // b\n c // d\n"), 2);
}

TEST(UserRules, stand_in_the_page_to_the_letter) {
  const std::string page = read_file("docs/write_an_optimizer.md");
  for (const std::string name : {"Signum", "NovoGrad", "SpectralDescent"}) {
    EXPECT_NE(page.find(text_of(name)), std::string::npos) << name;
  }
}

TEST(UserRules, conform) {
  const auto expect_passed = [](const auto& rule) {
    const auto report = optim::conformance::check(rule);
    EXPECT_TRUE(report.passed()) << to_text(report);
  };
  expect_passed(user::Signum{});
  expect_passed(user::Signum{.lr = 0.1, .beta = 0});
  expect_passed(user::NovoGrad{});
  expect_passed(user::NovoGrad{.lr = 0.1, .beta1 = 0, .beta2 = 0.5, .weight_decay = 0.1});
  expect_passed(user::SpectralDescent{});
  expect_passed(user::SpectralDescent{.lr = 1, .momentum = 0, .iterations = 3});
}

// The parameter after steps by these gradients.
template <class R>
Tensor after_in_f64(const R& rule, const Tensor& start, const std::vector<Tensor>& gradients) {
  Tensor w = convert(start, f64);
  w.set_requires_grad();
  optim::Optimizer<R> optimizer({{"w", w}}, rule);
  for (const Tensor& g : gradients) {
    w.set_grad(convert(g, f64));
    optimizer.step();
  }
  return w;
}

TEST(UserRules, signum_goes_by_the_sign_of_the_mean) {
  // m = 0.5, then 0.25 - 0.125 = 0.125, then 0.0625 - 1 < 0.
  const std::vector<Tensor> g = {tensor({1}), tensor({-0.25}), tensor({-2})};
  const user::Signum rule{.lr = 0.25, .beta = 0.5};
  EXPECT_EQ(after_in_f64(rule, tensor({1}), {g[0]}).item(), 0.75);
  EXPECT_EQ(after_in_f64(rule, tensor({1}), {g[0], g[1]}).item(), 0.5);
  EXPECT_EQ(after_in_f64(rule, tensor({1}), g).item(), 0.75);
}

TEST(UserRules, novograd_divides_by_one_norm_for_the_whole_tensor) {
  // |g| = 5, then 10: v = 25, then (25 + 100) / 2 = 62.5.
  const user::NovoGrad rule{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.5, .eps = 0, .weight_decay = 0};
  const Tensor one = after_in_f64(rule, tensor({1, 1}), {tensor({3, 4})});
  EXPECT_DOUBLE_EQ(one.to_vector<double>()[0], 1 - 0.5 * 0.6);
  EXPECT_DOUBLE_EQ(one.to_vector<double>()[1], 1 - 0.5 * 0.8);
  const Tensor two = after_in_f64(rule, tensor({1, 1}), {tensor({3, 4}), tensor({10, 0})});
  EXPECT_NEAR(two.to_vector<double>()[0], 0.7 - 0.5 * (0.3 + 10 / std::sqrt(62.5)), 1e-15);
  EXPECT_NEAR(two.to_vector<double>()[1], 0.6 - 0.5 * 0.4, 1e-15);
}

TEST(UserRules, spectral_descent_makes_all_singular_values_one) {
  // A rotation by 30 degrees, stretched by 2 and 1 along the axes: the rotation is what is left.
  const double c = std::sqrt(0.75);
  const Tensor g = tensor({{2 * c, -0.5}, {1, c}});
  const user::SpectralDescent rule{.lr = 1, .momentum = 0, .iterations = 12};
  const std::vector<double> w = after_in_f64(rule, zeros({2, 2}), {g}).to_vector<double>();
  EXPECT_NEAR(w[0], -c, 1e-6);
  EXPECT_NEAR(w[1], 0.5, 1e-6);
  EXPECT_NEAR(w[2], -0.5, 1e-6);
  EXPECT_NEAR(w[3], -c, 1e-6);
  test::expect_error<ValueError>([&] { after_in_f64(rule, tensor({1}), {}); },
                                 "SpectralDescent: w must be a matrix, got shape [1]");
}

}  // namespace
}  // namespace gradus
