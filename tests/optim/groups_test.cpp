// Groups by name: which parameter gets which options, and the table that shows it.
#include <gradus/optim/adam.h>
#include <gradus/optim/groups.h>
#include <gradus/optim/keras.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include "support/naive.h"
#include "support/parameter_names.h"

namespace gradus {
namespace {

using optim::group_by_name;
using optim::matches;
using optim::SGD;
using test::expect_error;
using test::names;

Parameters network() {
  const auto leaf = [](const Shape& shape) { return zeros(shape).set_requires_grad(); };
  return {{"fc1.weight", leaf({4, 3})},
          {"fc1.bias", leaf({4})},
          {"fc2.weight", leaf({2, 4})},
          {"fc2.bias", leaf({2})}};
}

using Names = std::vector<std::string>;

TEST(Groups, patterns_match_whole_names) {
  EXPECT_TRUE(matches("*.bias", "fc1.bias"));
  EXPECT_FALSE(matches("*.bias", "fc1.bias.old"));
  EXPECT_FALSE(matches("bias", "fc1.bias"));
  EXPECT_TRUE(matches("fc?.weight", "fc1.weight"));
  EXPECT_FALSE(matches("fc?.weight", "fc12.weight"));
  EXPECT_TRUE(matches("fc*.*", "fc12.weight"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("*a*b*", "xaxxbx"));
  EXPECT_FALSE(matches("*a*b*", "xbxxax"));
  EXPECT_TRUE(matches("a*a", "aaa"));
  EXPECT_FALSE(matches("a*a", "a"));
}

TEST(Groups, a_pattern_of_many_stars_takes_no_exponential_time) {
  const std::string name(2000, 'a');
  std::string pattern;
  for (int i = 0; i < 50; ++i) {
    pattern += "a*";
  }
  EXPECT_FALSE(matches(pattern + "b", name));
  EXPECT_TRUE(matches(pattern, name));
}

TEST(Groups, options_change_where_names_match) {
  const auto opt = group_by_name(network(), SGD{.lr = 0.5, .weight_decay = 0.1},
                                 {{"*.bias", [](SGD& o) { o.weight_decay = 0; }}});
  ASSERT_EQ(opt.group_count(), 2u);
  EXPECT_EQ(names(opt.parameters(0)), (Names{"fc1.weight", "fc2.weight"}));
  EXPECT_EQ(names(opt.parameters(1)), (Names{"fc1.bias", "fc2.bias"}));
  EXPECT_EQ(opt.groups()[0].rule.weight_decay, 0.1);
  EXPECT_EQ(opt.groups()[1].rule.weight_decay, 0);
  EXPECT_EQ(opt.groups()[1].rule.lr, 0.5);
}

TEST(Groups, later_patterns_override_option_by_option) {
  const auto opt = group_by_name(network(), SGD{.lr = 0.5, .weight_decay = 0.1},
                                 {{"fc2.*", optim::changing<SGD>("lr=0.25 momentum=0.9")},
                                  {"*.bias", optim::changing<SGD>("weight_decay=0")},
                                  {"fc2.bias", [](SGD& o) { o.lr = 0.125; }}});
  ASSERT_EQ(opt.group_count(), 4u);
  const SGD& last = opt.groups()[3].rule;
  EXPECT_EQ(names(opt.parameters(3)), (Names{"fc2.bias"}));
  EXPECT_EQ(last.lr, 0.125);
  EXPECT_EQ(last.momentum, 0.9);
  EXPECT_EQ(last.weight_decay, 0);
}

TEST(Groups, with_equal_options_are_one) {
  const auto opt = group_by_name(
      network(), SGD{.lr = 0.5},
      {{"fc1.*", [](SGD& o) { o.lr = 0.5; }}, {"fc2.*", [](SGD& o) { o.momentum = 0; }}});
  EXPECT_EQ(opt.group_count(), 1u);
  EXPECT_EQ(names(opt.parameters(0)), (Names{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}));
}

TEST(Groups, a_pattern_that_matches_nothing_is_refused) {
  expect_error<ValueError>(
      [] {
        group_by_name(network(), SGD{}, {{"*.biass", [](SGD&) {}}});
      },
      "SGD: group_by_name: the pattern '*.biass' must match a parameter; their names are "
      "fc1.weight, fc1.bias, fc2.weight, fc2.bias");
}

TEST(Groups, options_are_checked) {
  expect_error<ValueError>(
      [] {
        group_by_name(network(), SGD{}, {{"*.bias", [](SGD& o) { o.lr = -1; }}});
      },
      "SGD: lr must be finite and at least 0, got -1");
  expect_error<ValueError>(
      [] {
        group_by_name(network(), SGD{}, {{"*.bias", optim::changing<SGD>("lr")}});
      },
      "SGD: options must be written as name=value, got 'lr'");
  expect_error<ValueError>(
      [] {
        group_by_name(network(), SGD{}, {{"*.bias", optim::changing<SGD>("lr=fast")}});
      },
      "SGD: lr must be a number, got 'fast'");
}

TEST(Groups, print_as_a_table_of_what_differs) {
  const auto opt = group_by_name(network(), SGD{.lr = 0.5, .weight_decay = 0.1},
                                 {{"*.bias", optim::changing<SGD>("weight_decay=0")}});
  EXPECT_EQ(optim::group_table(opt),
            "group  tensors  numbers  lr   weight_decay  parameters\n"
            "0      2        20       0.5  0.1           fc1.weight, fc2.weight\n"
            "1      2        6        0.5  0             fc1.bias, fc2.bias\n");
  Parameters many = network();
  const optim::Optimizer one(many, SGD{});
  EXPECT_EQ(optim::group_table(one),
            "group  tensors  numbers  lr     parameters\n"
            "0      4        26       0.001  fc1.weight, fc1.bias, fc2.weight, ... (1 more)\n");
}

TEST(Groups, a_pattern_without_a_change_is_refused) {
  expect_error<ValueError>(
      [] {
        group_by_name(network(), SGD{}, {{"*", {}}});
      },
      "SGD: group_by_name: the pattern '*' must have a change of the options, got none");
}

TEST(Groups, of_presets_by_name_keep_their_conventions) {
  const auto opt = group_by_name(network(), optim::keras::Adam{.weight_decay = 0.1},
                                 {{"*.bias", [](optim::Adam& o) { o.weight_decay = 0; }}});
  EXPECT_TRUE(opt.counts_together());
  EXPECT_TRUE(opt.groups()[1].rule.eps_before_correction);
  EXPECT_EQ(opt.groups()[1].rule.weight_decay, 0);
}

TEST(Groups, of_presets_count_alike) {
  const auto leaf = [](const char* name) {
    return Parameters{{name, ones({1}).set_requires_grad()}};
  };
  optim::Optimizer<optim::Adam> opt;
  opt.add_group(leaf("a"), optim::keras::Adam{});
  EXPECT_TRUE(opt.counts_together());
  optim::Optimizer<optim::Adam> apart(leaf("a"));
  expect_error<ValueError>([&] { apart.add_group(leaf("b"), optim::keras::Adam{}); },
                           "Adam: groups must count their steps alike, got a preset that counts "
                           "them together; use count_together()");
  EXPECT_EQ(apart.group_count(), 1u);
}

}  // namespace
}  // namespace gradus
