// Saving and loading averages of weights.
#include <gradus/core/random.h>
#include <gradus/optim/weight_average.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/naive.h"

namespace gradus {
namespace {

using optim::Ema;
using optim::Swa;
using test::expect_error;
using V = std::vector<float>;

void draw(const Parameters& parameters, Rng& rng) {
  for (const Parameter& p : parameters) {
    copy(p.tensor, randn(p.tensor.shape(), rng));
  }
}

Parameters model() { return {{"a", zeros({2, 3})}, {"b", zeros({5}, f64)}}; }

// The averages after seven updates, moved to a second object after `saved` of them.
template <class Make>
std::vector<std::vector<double>> averages(int saved, const Make& make) {
  Rng rng(11);
  const Parameters first = model();
  const auto before = make(first);
  int i = 0;
  for (; i < saved; ++i) {
    draw(first, rng);
    before->update();
  }
  const Parameters reordered = {{"b", first[1].tensor}, {"a", first[0].tensor}};
  const auto after = make(reordered);
  after->load_state_dict(before->state_dict());
  EXPECT_EQ(after->updates(), saved);
  for (; i < 7; ++i) {
    draw(first, rng);
    after->update();
  }
  std::vector<std::vector<double>> found;
  for (const Parameter& p : after->averages()) {
    found.push_back(convert(p.tensor, f64).to_vector<double>());
  }
  return found;
}

TEST(WeightAverageState, going_on_after_loading_is_never_having_stopped_bit_for_bit) {
  const auto ema = [](const Parameters& p) { return std::make_unique<Ema>(p, 0.8, true); };
  const auto swa = [](const Parameters& p) { return std::make_unique<Swa>(p); };
  for (const int saved : {0, 1, 3, 6}) {
    EXPECT_EQ(averages(saved, ema), averages(7, ema)) << saved;
    EXPECT_EQ(averages(saved, swa), averages(7, swa)) << saved;
  }
  EXPECT_NE(averages(7, ema), averages(7, swa));
}

TEST(WeightAverageState, holds_kind_options_count_and_copies) {
  const Parameters p = model();
  Ema ema(p, 0.25, true);
  EXPECT_EQ(ema.state_dict().size(), 4u);
  ema.update();
  const StateDict state = ema.state_dict();
  EXPECT_EQ(state.text("kind"), "Ema");
  EXPECT_EQ(state.number("updates"), 1);
  EXPECT_EQ(state.number("decay"), 0.25);
  EXPECT_EQ(state.number("warm_up"), 1);
  EXPECT_EQ(state.size(), 6u);
  fill(p[0].tensor, 5);
  ema.update();
  EXPECT_EQ(state.tensor("average.a").to_vector(), V(6, 0));
}

TEST(WeightAverageState, loading_takes_over_the_options_and_copies) {
  const Parameters p = model();
  Ema saved(p, 0.25, true);
  saved.update();
  StateDict state = saved.state_dict();
  Ema loaded(p, 0.5);
  loaded.load_state_dict(state);
  EXPECT_DOUBLE_EQ(loaded.next_decay(), 2.0 / 11);
  fill(state.tensor("average.a"), 7);
  EXPECT_EQ(loaded.averages()[0].tensor.to_vector(), V(6, 0));
}

// An Ema's state with one entry changed, or left out if the value is an empty text.
StateDict changed(const StateDict& from, const std::string& name, const StateDict::Value& value) {
  StateDict to;
  for (const auto& [key, old] : from) {
    if (key != name) {
      to.set(key, old);
    }
  }
  const auto* text = std::get_if<std::string>(&value);
  if (!text || !text->empty()) {
    to.set(name, value);
  }
  return to;
}

TEST(WeightAverageState, loads_all_or_nothing) {
  const Parameters p = model();
  Ema source(p, 0.5);
  fill(p[0].tensor, 3);
  source.update();
  const StateDict good = source.state_dict();
  fill(p[0].tensor, 1);
  Ema ema(p, 0.25);
  ema.update();
  const auto loading = [&](const std::string& name, const StateDict::Value& value) {
    return [&ema, state = changed(good, name, value)] { ema.load_state_dict(state); };
  };
  expect_error<ValueError>(loading("kind", "Swa"),
                           "Ema: kind of the saved average must be Ema, got Swa");
  expect_error<ValueError>(loading("kind", ""),
                           "StateDict: 'kind' must be there, got 5 entries without it");
  for (const auto& [updates, text] : {std::pair(-1.0, "-1"), {0.5, "0.5"}, {double(NAN), "nan"}}) {
    expect_error<ValueError>(
        loading("updates", updates),
        std::string("Ema: updates must be a whole number of at least 0, got ") + text);
  }
  expect_error<ValueError>(
      loading("updates", 0.0),
      "Ema: there must be no averages before the first update, got one of 'a'");
  expect_error<ValueError>(loading("decay", 1.0),
                           "Ema: decay must be at least 0 and below 1, got 1");
  expect_error<ValueError>(loading("warm_up", 2.0), "Ema: warm_up must be 0 or 1, got 2");
  expect_error<ValueError>(loading("average.b", ""),
                           "StateDict: 'average.b' must be there, got 5 entries without it; did "
                           "you mean 'average.a'?");
  expect_error<ValueError>(loading("average.c", zeros({1})),
                           "Ema: load_state_dict() does not know the entry 'average.c'; it must be "
                           "from an average of the same parameters");
  expect_error<ShapeError>(loading("average.b", zeros({6}, f64)),
                           "Ema: average of 'b' must have the parameter's shape [5], got [6]");
  expect_error<DtypeError>(loading("average.b", zeros({5})),
                           "Ema: average of 'b' must have the parameter's dtype f64, got f32");
  EXPECT_EQ(ema.averages()[0].tensor.to_vector(), V(6, 1));
  EXPECT_EQ(ema.next_decay(), 0.25);
  EXPECT_EQ(ema.updates(), 1);
  ema.load_state_dict(good);
  EXPECT_EQ(ema.averages()[0].tensor.to_vector(), V(6, 3));
  EXPECT_EQ(ema.next_decay(), 0.5);
}

}  // namespace
}  // namespace gradus
