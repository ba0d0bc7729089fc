// The tables and the worked steps of docs/adam_and_rmsprop.md are what the code gives: each test
// makes a block of the page anew, and looks it up there.  A test that fails prints the new block.
#include <gradus/optim/explain.h>
#include <gradus/optim/keras.h>
#include <gradus/optim/radam.h>
#include <gradus/optim/rprop.h>
#include <gradus/optim/tf1.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "article_rules.h"
#include "article_runs.h"

namespace gradus::test::article {
namespace {

using optim::Adam;
using optim::RMSprop;

std::string docs() {
  const std::string here = __FILE__;
  return here.substr(0, here.rfind('/')) + "/../../docs/";
}

std::string page() {
  std::ifstream in(docs() + "adam_and_rmsprop.md");
  EXPECT_TRUE(in.good()) << "cannot read " << docs() << "adam_and_rmsprop.md";
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void expect_on_page(const std::string& block) {
  EXPECT_TRUE(page().find(block) != std::string::npos) << "docs/adam_and_rmsprop.md ought to have\n"
                                                       << block;
}

std::string number(double x, const char* format = "%.4g") {
  char text[32];
  std::snprintf(text, sizeof text, format, x);
  return text;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += " " + cell + " |";
  }
  return line + "\n";
}

// --- worked steps --------------------------------------------------------------------------------

/// The steps alone, without the line of options.
template <class R>
std::string steps_of(const R& rule, const Numbers& gradients) {
  const std::string text = to_text(optim::explain(rule, 1.0, gradients));
  return text.substr(text.find("\n\n") + 2);
}

TEST(ArticlePage, shows_two_steps_of_adam) {
  expect_on_page("```text\n" + steps_of(Adam{.lr = 0.1}, {0.5, 0.25}) + "```\n");
}

TEST(ArticlePage, shows_a_step_of_rmsprop) {
  expect_on_page("```text\n" + steps_of(RMSprop{.lr = 0.1, .alpha = 0.9}, {0.5}) + "```\n");
}

// --- tables --------------------------------------------------------------------------------------

TEST(ArticlePage, shows_the_first_steps_of_each_adam) {
  const Numbers ones = repeat(1, 5000);
  const Numbers right = steps_in_rates(Adam{}, ones);
  const Numbers stored = steps_in_rates(StoredCorrections{}, ones);
  const Numbers high = steps_in_rates(ExponentTooHigh{}, ones);
  const Numbers uncorrected = steps_in_rates(Uncorrected{}, ones);
  std::string table;
  for (const std::size_t t : {1U, 2U, 5U, 10U, 12U, 100U, 1000U, 5000U}) {
    table += row({std::to_string(t), number(right[t - 1], "%.3f"),
                  t <= 10 ? number(stored[t - 1], "%.2g") : "0", number(high[t - 1], "%.3f"),
                  number(uncorrected[t - 1], "%.3f")});
    EXPECT_TRUE(t <= 10 || stored[t - 1] < 1e-8);
  }
  expect_on_page(table);
}

/// Of a rule: the first step at a zero gradient, 50 zero gradients after one of 1, and the step of
/// a 1 after 100 of 1 and 20,000 of 0; in lr.
template <class R>
std::string zero_row(const std::string& name, const R& rule) {
  Numbers one = repeat(0, 51);
  one[0] = 1;
  const Numbers after = steps_in_rates(rule, one);
  double coasting = 0;
  for (std::size_t t = 1; t < after.size(); ++t) {
    coasting += after[t];
  }
  Numbers pause = repeat(1, 100);
  pause.resize(20100, 0);
  pause.push_back(1);
  const double moved = std::fabs(coasting) < 1e-9 ? 0 : coasting;
  return row({name, number(steps_in_rates(rule, {0})[0]), number(moved, "%.3g"),
              number(steps_in_rates(rule, pause).back(), "%.3g")});
}

TEST(ArticlePage, shows_what_zero_gradients_do) {
  expect_on_page(
      zero_row("SGD", optim::SGD{}) + zero_row("SGD, momentum 0.9", optim::SGD{.momentum = 0.9}) +
      zero_row("Adagrad", optim::Adagrad{}) + zero_row("RMSprop, rho 0.9", RMSprop{.alpha = 0.9}) +
      zero_row("RMSprop, rho 0.99", RMSprop{}) +
      zero_row("RMSprop, rho 0.99, momentum 0.9", RMSprop{.momentum = 0.9}) +
      zero_row("Adam, AdamW", Adam{}) + zero_row("Adamax", optim::Adamax{}) +
      zero_row("NAdam", optim::NAdam{}) + zero_row("RAdam", optim::RAdam{}) +
      zero_row("Lion", optim::Lion{}));
}

/// The options that are not the same in all of the libraries; the third may be absent.
template <class R>
std::string default_rows(const R& ours, const R& keras, const R* tf1 = nullptr) {
  std::string rows;
  const optim::Options a = optim::options_of(ours), b = optim::options_of(keras);
  const optim::Options c = optim::options_of(tf1 ? *tf1 : ours);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].value != b[i].value || a[i].value != c[i].value) {
      rows += row({std::string(R::name), "`" + a[i].name + "`", number(a[i].value),
                   number(b[i].value), tf1 ? number(c[i].value) : ""});
    }
  }
  return rows;
}

TEST(ArticlePage, shows_the_defaults_that_differ) {
  namespace keras = optim::keras;
  const RMSprop tf1 = optim::tf1::RMSprop{};
  expect_on_page(default_rows<RMSprop>({}, keras::RMSprop{}, &tf1) +
                 default_rows<Adam>({}, keras::Adam{}) +
                 default_rows<optim::Adagrad>({}, keras::Adagrad{}) +
                 default_rows<optim::Adadelta>({}, keras::Adadelta{}) +
                 default_rows<optim::Adamax>({}, keras::Adamax{}) +
                 default_rows<optim::NAdam>({}, keras::Nadam{}));
}

template <class R>
std::string first_step_row(const std::string& name, const R& rule) {
  std::vector<std::string> cells = {name};
  for (const double g : {1.0, 1e-2, 1e-4, 1e-6}) {
    cells.push_back(number(steps_in_rates(rule, {g})[0], "%.3g"));
  }
  return row(cells);
}

TEST(ArticlePage, shows_the_first_steps_of_three_libraries) {
  expect_on_page(first_step_row("RMSprop, PyTorch", RMSprop{}) +
                 first_step_row("RMSprop, Keras", RMSprop(optim::keras::RMSprop{})) +
                 first_step_row("RMSprop, TensorFlow 1", RMSprop(optim::tf1::RMSprop{})) +
                 first_step_row("Adam, PyTorch", Adam{}) +
                 first_step_row("Adam, Keras", Adam(optim::keras::Adam{})) +
                 first_step_row("Adagrad, PyTorch", optim::Adagrad{}) +
                 first_step_row("Adagrad, Keras", optim::Adagrad(optim::keras::Adagrad{})));
}

// --- links ---------------------------------------------------------------------------------------

/// The anchor that a heading has on code hosts: small letters, hyphens for spaces, no punctuation.
std::string anchor(const std::string& heading) {
  std::string text;
  for (const char c : heading) {
    if (c == ' ') {
      text += '-';
    } else if (std::isalnum(static_cast<unsigned char>(c))) {
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return text;
}

TEST(ArticlePage, has_links_that_lead_somewhere) {
  const std::string text = page();
  std::set<std::string> anchors;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("##", 0) == 0) {
      anchors.insert('#' + anchor(line.substr(line.find(' ') + 1)));
    }
  }
  static const std::regex link("\\]\\(([^)]+)\\)");
  int n = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at, ++n) {
    const std::string target = (*at)[1];
    EXPECT_TRUE(target[0] == '#' ? anchors.count(target) == 1
                                 : std::ifstream(docs() + target).good())
        << target;
  }
  EXPECT_GT(n, 40);
}

/// Each test that the page names is one of these files'.
TEST(ArticlePage, names_tests_that_there_are) {
  std::string sources;
  for (const char* file : {"article_test", "article_zero_test", "article_start_test"}) {
    std::ifstream in(docs() + "../tests/optim/" + file + ".cpp");
    sources += std::string(std::istreambuf_iterator<char>(in), {});
  }
  const std::string text = page();
  static const std::regex name("`(ArticleA|ArticleB|ZeroGradients)\\.(\\w+)`");
  int n = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at, ++n) {
    const std::string test = "TEST(" + (*at)[1].str() + ", " + (*at)[2].str() + ")";
    EXPECT_NE(sources.find(test), std::string::npos) << test;
  }
  EXPECT_GT(n, 10);
}

}  // namespace
}  // namespace gradus::test::article
