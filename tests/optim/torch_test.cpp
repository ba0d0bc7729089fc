// Ten steps of each rule against those recorded from PyTorch: two groups with rates of their own, a
// parameter whose gradient is missing at some steps and zero at one, and a rate that changes.
#include <gradus/optim/optimizer.h>
#include <gradus/optim/options.h>
#include <gtest/gtest.h>

#include "support/recorded.h"
#include "support/rule_table.h"

namespace gradus {
namespace {

using test::Recorded;

template <class R>
R rule_of(const Recorded& c, double lr) {
  R rule;
  rule.lr = lr;
  std::istringstream words(c.options);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    optim::set_option(rule, word.substr(0, equals), word.substr(equals + 1));
  }
  return rule;
}

template <class R>
void replay(const Recorded& c) {
  const std::string note = c.name + " " + to_text(c.dtype) + " " + c.options;
  std::vector<Tensor> p = c.all("start");
  ASSERT_EQ(p.size(), 2u) << note;
  optim::Optimizer<R> opt;
  opt.add_group({{"first", p[0].set_requires_grad()}}, rule_of<R>(c, 0.05));
  opt.add_group({{"second", p[1].set_requires_grad()}}, rule_of<R>(c, 0.01));
  std::size_t at = 2;
  for (int step = 1; step <= 10; ++step) {
    p[0].set_grad(c.values.at(at).second);
    p[1].set_grad(c.values.at(at + 1).second);
    opt.step();
    for (std::size_t k = 0; k < 2; ++k) {
      test::expect_as_recorded(p[k], c.values.at(at + 2 + k).second, 1,
                               note + ", step " + std::to_string(step));
    }
    at += 4;
    if (step == 7) {
      opt.groups()[0].rule.lr /= 2;
      opt.groups()[1].rule.lr /= 2;
    }
  }
  EXPECT_EQ(at, c.values.size()) << note;
  EXPECT_EQ(opt.groups()[0].entries[0].steps, 8) << note;
  EXPECT_EQ(opt.groups()[1].entries[0].steps, 10) << note;
}

// All rules that PyTorch 1.13 has; Lion it has not.
TEST(Torch, steps_of_rules_agree) {
  const std::vector<Recorded> cases = test::read_recorded("rules.txt");
  EXPECT_EQ(cases.size(), 64u);
  test::for_each_element_rule_type([&]<class R>(const R&) {
    int replayed = 0;
    for (const Recorded& c : cases) {
      if (c.name == R::name) {
        replay<R>(c);
        ++replayed;
      }
    }
    EXPECT_EQ(replayed > 0, R::name != optim::Lion::name) << R::name;
  });
}

}  // namespace
}  // namespace gradus
