// All our rules conform, and each planted mistake is found by the check that is there for it.
#include <gradus/optim/adafactor.h>
#include <gradus/optim/conformance.h>
#include <gradus/optim/keras.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/muon.h>
#include <gradus/optim/tf1.h>
#include <gtest/gtest.h>

#include <set>

#include "optim/planted_rules.h"
#include "support/naive.h"
#include "support/rule_table.h"
#include "support/threads.h"

namespace gradus {
namespace {

namespace conformance = optim::conformance;
using conformance::Outcome;
using conformance::Report;
using test::Mistake;
using test::Planted;

TEST(Conformance, of_all_rules_with_all_their_options) {
  test::for_each_rule([](const auto& rule) {
    const Report report = conformance::check(rule);
    EXPECT_TRUE(report.passed()) << to_text(report);
  });
}

TEST(Conformance, of_every_type_of_rule_with_its_defaults) {
  std::set<std::string_view> names;
  test::for_each_rule_type([&]<class R>(const R& rule) {
    names.insert(R::name);
    const Report report = conformance::check(rule);
    EXPECT_TRUE(report.passed()) << to_text(report);
  });
  EXPECT_EQ(names.size(), 15U);
}

TEST(Conformance, of_rules_that_look_at_whole_tensors) {
  const auto expect_passed = [](const auto& rule) {
    EXPECT_FALSE(rule.per_element);
    const Report report = conformance::check(rule);
    EXPECT_TRUE(report.passed()) << to_text(report);
    EXPECT_EQ(report.check("splitting").outcome, Outcome::skipped);
  };
  using namespace optim;
  expect_passed(LARS{});
  expect_passed(LARS{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01});
  expect_passed(LARS{.lr = 0.1, .momentum = 0.9, .nesterov = true, .always_adapt = true});
  expect_passed(LARS{.lr = 0.1, .trust_clip = true, .always_adapt = true});
  expect_passed(LAMB{});
  expect_passed(LAMB{.weight_decay = 0});
  expect_passed(LAMB{.weight_decay = 0.1, .decoupled_weight_decay = true, .trust_clip = true});
  expect_passed(LAMB{.grad_averaging = false, .bias_correction = false, .always_adapt = true});
  expect_passed(Muon{});
  expect_passed(Muon{.nesterov = false, .matched_rms = 0.2, .add_eps = true});
  expect_passed(Muon{.weight_decay = 0, .flatten_filters = true, .sum_momentum = true});
  expect_passed(Adafactor{});
  expect_passed(Adafactor{.lr = 0.1, .weight_decay = 0.1, .maximize = true});
  expect_passed(Adafactor{.eps1 = 1e-30, .eps1_in_square = true});
}

TEST(Conformance, of_presets_of_other_libraries) {
  const auto expect_passed = []<class P>(const P& preset) {
    const Report report = conformance::check(static_cast<typename P::rule_type>(preset));
    EXPECT_TRUE(report.passed()) << to_text(report);
  };
  namespace keras = optim::keras;
  expect_passed(keras::SGD{.momentum = 0.9, .nesterov = true});
  expect_passed(keras::Adagrad{});
  expect_passed(keras::RMSprop{.momentum = 0.9, .centered = true});
  expect_passed(keras::Adadelta{});
  expect_passed(keras::Adam{.amsgrad = true});
  expect_passed(keras::AdamW{});
  expect_passed(keras::Adamax{});
  expect_passed(keras::Nadam{});
  expect_passed(keras::Lion{});
  expect_passed(keras::Lamb{});
  expect_passed(keras::Adafactor{});
  expect_passed(keras::Muon{});
  expect_passed(optim::tf1::RMSprop{});
}

TEST(Conformance, of_rules_with_their_defaults_skips_only_the_step_bound) {
  const Report report = conformance::check<optim::RMSprop>();
  for (const auto& check : report.checks) {
    const Outcome expected = check.name == "step bound" ? Outcome::skipped : Outcome::passed;
    EXPECT_EQ(check.outcome, expected) << check.name << ": " << check.note;
  }
  EXPECT_EQ(report.checks.size(), 28U);
}

TEST(Conformance, passes_where_there_is_no_mistake) {
  const Report report = conformance::check(Planted<>{.weight_decay = 0});
  for (const auto& check : report.checks) {
    EXPECT_EQ(check.outcome, Outcome::passed) << check.name << ": " << check.note;
  }
}

template <Mistake kListed = Mistake::none>
void expect_found(const std::string& check, const std::string& note) {
  const Report report = conformance::check(Planted<kListed>{});
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.check(check).outcome, Outcome::failed) << check << "\n" << to_text(report);
  EXPECT_NE(report.check(check).note.find(note), std::string::npos) << report.check(check).note;
}

void expect_found(Mistake mistake, const std::string& check, const std::string& note) {
  const test::Making making(mistake);
  expect_found(check, note);
}

TEST(Conformance, finds_mistakes_in_the_formula) {
  expect_found(Mistake::bias_exponent, "step bound", "step 1 is 0.0141");
  expect_found(Mistake::no_bias_correction, "step bound", "step 1 is 0.0316");
  expect_found(Mistake::absolute_gradient, "sign symmetry", "step 1 from -w by -g");
  expect_found(Mistake::absolute_gradient, "direction", "uphill");
  expect_found(Mistake::square_as_numerator, "sign symmetry", "step 1 from -w by -g");
  expect_found(Mistake::square_as_numerator, "direction", "uphill");
  expect_found(Mistake::uphill, "direction", "uphill");
  expect_found(Mistake::sign_of_zero, "sign symmetry", "step 1 from -w by -g");
  expect_found(Mistake::sign_of_zero, "zero gradients", "after a first gradient of 0");
  expect_found(Mistake::no_eps, "zero gradients", "not finite");
  expect_found(Mistake::decay_at_zero_lr, "lr = 0", "with lr = 0");
  expect_found<Mistake::signed_state>("state sign",
                                      "State::at_least_zero names 'm', of which step");
}

TEST(Conformance, finds_elements_that_see_each_other) {
  expect_found(Mistake::neighbour, "permutation", "in another order");
  expect_found(Mistake::neighbour, "permutation", "says static constexpr bool per_element = false");
  expect_found(Mistake::neighbour, "non-finite gradients", "beside an element");
  expect_found(Mistake::summed_gradient, "splitting", "cut in two");
}

TEST(Conformance, finds_parameters_that_see_each_other) {
  expect_found(Mistake::count_per_tensor, "independence", "beside others");
  expect_found(Mistake::count_per_tensor, "missing gradients", "from the 5th step on");
  expect_found(Mistake::shared_state, "independence", "beside others");
  expect_found(Mistake::shared_options, "groups", "beside a group with another lr");
  expect_found(Mistake::hidden_counter, "second run", "of a second run");
  expect_found(Mistake::fading_counter, "second run", "of a second run");
  const test::WithThreads two(2);
  expect_found(Mistake::thread_dependent, "threads", "with 2 threads");
}

TEST(Conformance, finds_what_is_not_saved_or_checked) {
  expect_found<Mistake::unlisted_state>("save and load", "saved and loaded after step 1");
  expect_found<Mistake::unlisted_state>("state listed", "State has 1 members");
  expect_found(Mistake::frozen_state, "state changes", "leave 'm' as it was");
  expect_found<Mistake::unlisted_option>("options listed", "the rule has 1 members");
  const Report report = conformance::check(Planted<Mistake::unlisted_option>{.beta2 = 0.9});
  EXPECT_EQ(report.check("save and load").outcome, Outcome::failed);
  expect_found<Mistake::swapped_option>("options listed", "beta2 is");
  expect_found(Mistake::unchecked_option, "options checked", "check() lets eps be nan");
  expect_found(Mistake::unnamed_option, "options checked", "does not name it");
}

TEST(Conformance, finds_lost_precision_and_overflow) {
  expect_found(Mistake::float_share, "options in double", "when beta2 changes");
  expect_found(Mistake::float_rate, "options in double", "when lr changes");
  expect_found(Mistake::single_state, "f32 against f64", "it threw");
  expect_found(Mistake::normalised_gradient, "tiny gradients", "not finite");
  expect_found(Mistake::fourth_power, "huge gradients", "not finite");
  expect_found(Mistake::growing_weights, "long run", "not finite");
  expect_found(Mistake::hidden_nan, "non-finite gradients", "leaves parameter and state finite");
}

TEST(Conformance, finds_writes_to_the_wrong_place) {
  expect_found(Mistake::writes_gradient, "read-only gradient", "the gradient after the step");
  expect_found(Mistake::rebound_parameter, "same tensor", "another tensor");
  expect_found(Mistake::uncounted_write, "same tensor", "counts no change");
  expect_found(Mistake::own_loop, "explain", "no line for w");
  expect_found(Mistake::needs_a_dimension, "shapes", "it threw");
}

// The construction of each optimizer says it, too.
struct MisnamedState : optim::SGD {
  struct State : optim::SGD::State {
    static constexpr std::string_view at_least_zero[] = {"momentum_bufer"};
  };
};

TEST(Conformance, finds_a_name_in_at_least_zero_that_no_state_has) {
  const Report report = conformance::check<MisnamedState>();
  EXPECT_EQ(report.check("state listed").note,
            "State::at_least_zero names 'momentum_bufer', which its fields() does not visit");
  const std::string threw =
      "it threw: SGD: State::at_least_zero must name what State's fields() visits, got "
      "'momentum_bufer'; that visits momentum_buffer";
  EXPECT_EQ(report.check("state sign").note, threw);
  EXPECT_EQ(report.check("shapes").note, threw);
}

// A preconditioner of its length squared must not be asked for a vector of 70,001.
struct LongVectorsRefused : optim::SGD {
  void update(optim::Number t, Tensor& w, const Tensor& g, State& s) const {
    require(w.rank() == 2 || w.numel() < 1000, "too long");
    optim::SGD::update(t, w, g, s);
  }
};
struct LongVectorsTaken : LongVectorsRefused {
  static constexpr bool per_element = true;
};

TEST(Conformance, takes_long_vectors_only_for_rules_that_say_per_element) {
  EXPECT_EQ(conformance::check<LongVectorsRefused>().check("threads").outcome, Outcome::passed);
  EXPECT_EQ(conformance::check<LongVectorsTaken>().check("threads").outcome, Outcome::failed);
}

// Optional members that are there and are not what they must be are told from missing ones.
struct MisspeltMembers : optim::SGD {
  double step_bound(Index) { return 1; }
  void check_parameter(const std::string&, const Tensor&) const {}
  bool per_element = false;
};
static_assert(optim::NamesStepBound<MisspeltMembers> &&
              optim::NamesCheckParameter<MisspeltMembers>);
static_assert(optim::NamesPerElement<MisspeltMembers> &&
              !optim::ChoosesParameters<MisspeltMembers>);
static_assert(!optim::NamesStepBound<optim::SGD> && !optim::NamesCheckParameter<optim::SGD>);
static_assert(!optim::NamesPerElement<optim::SGD> && optim::NamesPerElement<optim::LARS>);
static_assert(optim::NamesCheckParameter<optim::Muon> && optim::ChoosesParameters<optim::Muon>);

TEST(Conformance, leaves_the_number_of_threads_as_it_was) {
  const test::WithThreads two(2);
  conformance::check<optim::SGD>();
  EXPECT_EQ(num_threads(), 2);
}

TEST(Conformance, report_reads_as_a_table) {
  Report report{"R", {{"lr", 0.5}}, {}};
  report.checks.push_back({"one", "holds", Outcome::passed, ""});
  report.checks.push_back({"two", "would hold", Outcome::failed, "it is 3"});
  report.checks.push_back({"three", "may hold", Outcome::skipped, "does not apply"});
  EXPECT_EQ(to_text(report),
            "R lr=0.5\n"
            "  passed   one                       holds\n"
            "  FAILED   two                       would hold\n"
            "                                     but it is 3\n"
            "  skipped  three                     does not apply\n"
            "DOES NOT CONFORM: 1 passed, 1 failed, 1 skipped\n");
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.check("three").note, "does not apply");
  test::expect_error<ValueError>([&] { report.check("four"); },
                                 "Report: there is no check 'four'; there are one, two, three");
}

}  // namespace
}  // namespace gradus
