#include <gradus/core/state_dict.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"

namespace gradus {
namespace {

using test::expect_error;

std::vector<std::string> names(const StateDict& dict) {
  std::vector<std::string> found;
  for (const auto& [name, value] : dict) {
    found.push_back(name);
  }
  return found;
}

TEST(StateDict, gives_back_numbers_texts_and_tensors) {
  const Tensor x = tensor({1, 2});
  StateDict dict;
  EXPECT_TRUE(dict.empty());
  dict.set("lr", 0.1);
  dict.set("rule", "Adam");
  dict.set("state.w.m", x);
  EXPECT_EQ(dict.size(), 3u);
  EXPECT_FALSE(dict.empty());
  EXPECT_EQ(dict.number("lr"), 0.1);
  EXPECT_EQ(dict.text("rule"), "Adam");
  EXPECT_TRUE(dict.tensor("state.w.m").is(x));
  EXPECT_TRUE(dict.contains("lr"));
  EXPECT_FALSE(dict.contains("state.w"));
  EXPECT_FALSE(dict.contains("LR"));
}

TEST(StateDict, keeps_every_bit_of_a_number) {
  StateDict dict;
  dict.set("nan", NAN);
  dict.set("minus zero", -0.0);
  dict.set("tiny", 5e-324);
  dict.set("steps", 9007199254740992.0);
  EXPECT_TRUE(std::isnan(dict.number("nan")));
  EXPECT_TRUE(std::signbit(dict.number("minus zero")));
  EXPECT_EQ(dict.number("tiny"), 5e-324);
  EXPECT_EQ(dict.number("steps"), 9007199254740992.0);
}

TEST(StateDict, keeps_the_order_of_insertion) {
  StateDict dict;
  for (const char* name : {"zebra", "ant", "m.b", "m.a", "10", "9"}) {
    dict.set(name, 0.0);
  }
  EXPECT_EQ(names(dict), (std::vector<std::string>{"zebra", "ant", "m.b", "m.a", "10", "9"}));
}

TEST(StateDict, finds_each_of_many_entries) {
  StateDict dict;
  for (int i = 0; i < 20000; ++i) {
    dict.set("layers." + std::to_string(i * 7919 % 20000) + ".weight", double(i));
  }
  for (int i = 0; i < 20000; ++i) {
    ASSERT_EQ(dict.number("layers." + std::to_string(i * 7919 % 20000) + ".weight"), i);
  }
}

TEST(StateDict, holds_a_tensor_by_its_handle) {
  const Tensor x = tensor({1, 2});
  StateDict dict;
  dict.set("shown", x);
  dict.set("snapshot", x.clone());
  fill(x, 5);
  EXPECT_EQ(dict.tensor("shown").to_vector(), (std::vector<float>{5, 5}));
  EXPECT_EQ(dict.tensor("snapshot").to_vector(), (std::vector<float>{1, 2}));
}

TEST(StateDict, copies_have_entries_of_their_own) {
  StateDict a;
  a.set("x", 1.0);
  StateDict b = a;
  b.set("y", 2.0);
  EXPECT_EQ(names(a), std::vector<std::string>{"x"});
  EXPECT_EQ(b.number("x"), 1);
  EXPECT_EQ(b.number("y"), 2);
  a = std::move(b);
  EXPECT_EQ(a.number("y"), 2);
}

TEST(StateDict, refuses_an_empty_name_a_second_of_a_name_and_an_undefined_tensor) {
  StateDict dict;
  dict.set("lr", 0.1);
  expect_error<ValueError>([&] { dict.set("", 1.0); }, "StateDict: a name must not be empty");
  expect_error<ValueError>([&] { dict.set("lr", "fast"); },
                           "StateDict: names must differ, got 'lr' twice");
  expect_error<ValueError>([&] { dict.set("m", Tensor()); },
                           "StateDict: tensor 'm' must be defined; leave out what there is not");
  EXPECT_EQ(dict.size(), 1u);
  EXPECT_EQ(dict.number("lr"), 0.1);
}

TEST(StateDict, says_that_an_entry_is_missing_and_which_is_near) {
  StateDict dict;
  expect_error<ValueError>([&] { dict.number("lr"); },
                           "StateDict: 'lr' must be there, got no entries at all");
  dict.set("fc1.weight", 1.0);
  dict.set("fc2.weight", 1.0);
  dict.set("fc2.bias", 1.0);
  expect_error<ValueError>([&] { dict.tensor("fc2.wieght"); },
                           "StateDict: 'fc2.wieght' must be there, got 3 entries without it; did "
                           "you mean 'fc2.weight'?");
  expect_error<ValueError>([&] { dict.text("fc2_bias"); },
                           "StateDict: 'fc2_bias' must be there, got 3 entries without it; did you "
                           "mean 'fc2.bias'?");
  expect_error<ValueError>([&] { dict.text("momentum"); },
                           "StateDict: 'momentum' must be there, got 3 entries without it");
}

TEST(StateDict, says_which_kind_an_entry_is) {
  StateDict dict;
  dict.set("lr", 0.25);
  dict.set("rule", "Adam");
  dict.set("m", zeros({2, 3}, f64));
  expect_error<ValueError>([&] { dict.text("lr"); },
                           "StateDict: 'lr' must be a text, got the number 0.25");
  expect_error<ValueError>([&] { dict.tensor("rule"); },
                           "StateDict: 'rule' must be a tensor, got the text 'Adam'");
  expect_error<ValueError>([&] { dict.number("m"); },
                           "StateDict: 'm' must be a number, got a tensor of shape [2, 3], f64");
}

TEST(StateDict, adds_a_part_below_a_prefix_and_takes_it_out_again) {
  StateDict inner;
  inner.set("b", 1.0);
  inner.set("a", "text");
  StateDict outer;
  outer.set("first", 0.0);
  outer.add("ema", inner);
  outer.add("ema.more", inner);
  outer.set("emasculated.b", 2.0);  // begins with the prefix, but is not below it
  outer.set("ema", 3.0);
  EXPECT_EQ(names(outer), (std::vector<std::string>{"first", "ema.b", "ema.a", "ema.more.b",
                                                    "ema.more.a", "emasculated.b", "ema"}));
  const StateDict part = outer.part("ema");
  EXPECT_EQ(names(part), (std::vector<std::string>{"b", "a", "more.b", "more.a"}));
  EXPECT_EQ(part.number("b"), 1);
  EXPECT_EQ(part.part("more").text("a"), "text");
  EXPECT_TRUE(outer.part("none").empty());
  EXPECT_TRUE(outer.part("first").empty());
}

TEST(StateDict, adds_itself) {
  StateDict dict;
  dict.set("x", 1.0);
  dict.add("old", dict);
  EXPECT_EQ(names(dict), (std::vector<std::string>{"x", "old.x"}));
}

TEST(StateDict, adds_a_part_as_a_whole_or_not_at_all) {
  StateDict part;
  part.set("a", 1.0);
  part.set("b", 2.0);
  StateDict dict;
  dict.set("p.b", 0.0);
  expect_error<ValueError>([&] { dict.add("p", part); },
                           "StateDict: names must differ, got 'p.b' twice");
  expect_error<ValueError>([&] { dict.add("", part); }, "StateDict: a prefix must not be empty");
  EXPECT_EQ(names(dict), std::vector<std::string>{"p.b"});
}

}  // namespace
}  // namespace gradus
