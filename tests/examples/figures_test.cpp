// The programs that draw figures: what they print, and what they draw.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "examples/process.h"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++n;
  }
  return n;
}

/// True for: key="value" key="value" ...  (No regex: it would recurse over the length of a path.)
bool are_attributes(std::string_view text) {
  while (!text.empty()) {
    const std::size_t equals = text.find("=\"");
    const std::size_t end = equals == text.npos ? text.npos : text.find('"', equals + 2);
    if (text[0] != ' ' || end == text.npos || equals < 2 ||
        text.substr(1, equals - 1).find_first_of(" <>\"") != text.npos) {
      return false;
    }
    text.remove_prefix(end + 1);
  }
  return true;
}

/// "" if `xml` is one element with all that is opened closed in order, as far as figures go: no
/// comments, no CDATA, attributes in double quotes.
std::string fault_of(const std::string& xml) {
  std::vector<std::string> open;
  bool any = false;
  for (std::size_t at = 0; (at = xml.find('<', at)) != std::string::npos; any = true) {
    const std::size_t end = xml.find_first_of("<>", at + 1);
    if (end == std::string::npos || xml[end] == '<') {
      return "a tag without an end: " + xml.substr(at, 60);
    }
    std::string tag = xml.substr(at + 1, end - at - 1);
    at = end;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) {
        return "closes what is not open: " + tag;
      }
      open.pop_back();
      continue;
    }
    if (any && open.empty()) {
      return "a second root: " + tag.substr(0, 60);
    }
    const std::string name = tag.substr(0, tag.find_first_of(" /"));
    const bool empty = tag.back() == '/';
    if (!are_attributes(tag.substr(name.size(), tag.size() - name.size() - empty))) {
      return "no attributes: " + tag.substr(0, 60);
    }
    if (!empty) {
      open.push_back(name);
    }
  }
  static const std::regex bare("&(?!amp;|lt;|gt;|quot;)");
  return !any                             ? "empty"
         : !open.empty()                  ? "does not close " + open.back()
         : std::regex_search(xml, bare)   ? "an & that is not escaped"
         : xml.find("nan") != xml.npos    ? "a coordinate that is no number"
         : xml.find("=\"inf") != xml.npos ? "a coordinate that is infinite"
                                          : "";
}

TEST(FaultOf, finds_what_is_no_xml) {
  EXPECT_EQ(fault_of("<a x=\"1\" y-z=\"&lt; >\"></a>").substr(0, 2), "no");
  EXPECT_EQ(fault_of("<a x=\"1\" y-z=\"&lt;\"><b/>text</a>"), "");
  for (const char* const wrong : {"", "<a>", "<a></b>", "<a/><b/>", "<a x=1/>", "<a x=\"1/>",
                                  "<a>&</a>", "<a <b/>", "</a>"}) {
    EXPECT_NE(fault_of(wrong), "") << wrong;
  }
}

class Figures : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  Outcome run_program(const std::string& name, const std::vector<std::string>& arguments) {
    Call call;
    call.program = std::string(GRADUS_EXAMPLES_FOLDER) + "/" + name;
    call.arguments = arguments;
    return run(call);
  }
  /// What a figure's program prints, with the file that it wrote in svg_.
  std::string draw(const std::string& name) {
    const std::string path = (folder_ / "figure.svg").string();
    const Outcome outcome = run_program(name, {path});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(outcome.out.ends_with("wrote " + path + "\n")) << outcome.out;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    svg_ = text.str();
    EXPECT_EQ(fault_of(svg_), "");
    return outcome.out;
  }

  fs::path folder_;
  std::string svg_;
};

TEST_F(Figures, gradient_descent_follows_its_formula_and_batches_do_not) {
  const std::string out = draw("gradient_descent");
  // The last loss: median, least, most.
  const auto losses = [&](const std::string& name) {
    std::smatch match;
    EXPECT_TRUE(std::regex_search(
        out, match,
        std::regex(name + " +after 100 passes: lowest \\+ (\\S+), from (\\S+) to (\\S+)\n")))
        << out;
    return std::vector<std::string>(match.begin() + 1, match.end());
  };
  std::smatch formula;
  ASSERT_TRUE(std::regex_search(out, formula,
                                std::regex("formula +after 100 steps: +lowest \\+ (\\S+)\n")));
  const auto all = losses("all 256 at once");
  EXPECT_EQ(all, (std::vector<std::string>{formula[1], formula[1], formula[1]}));
  for (const char* const name : {"batches of 4 ", "batches of 32"}) {
    const auto part = losses(name);
    EXPECT_GT(std::stod(part[2]), 10 * std::stod(part[1])) << "without noise: " << name;
  }
}

TEST_F(Figures, gradient_descent_measures_the_noise_that_its_formula_predicts) {
  const std::string out = draw("gradient_descent");
  const std::regex row("batches of (\\d+) +\\|g_b - g\\| / \\|g\\| = (\\S+), formula (\\S+)\n");
  int rows = 0;
  double before = 1e9;
  for (std::sregex_iterator it(out.begin(), out.end(), row), end; it != end; ++it, ++rows) {
    const double measured = std::stod((*it)[2]), predicted = std::stod((*it)[3]);
    EXPECT_NEAR(measured, predicted, 0.15 * predicted) << it->str();  // 200 batches
    EXPECT_LT(measured, before);
    before = measured;
  }
  EXPECT_EQ(rows, 9);
  EXPECT_EQ(before, 0);  // all samples at once: exact
}

TEST_F(Figures, gradient_descent_draws_a_line_for_each_row) {
  draw("gradient_descent");
  // 3 bands; 3 lines on the left, 1 on the right, and 4 in the legend; 11 and 9 rings.
  EXPECT_EQ(count(svg_, "fill-opacity"), 3U);
  EXPECT_EQ(count(svg_, "stroke-width=\"1.8\""), 8U);
  EXPECT_EQ(count(svg_, "<circle"), 20U);
}

TEST_F(Figures, trajectories_has_a_row_and_a_path_for_each_rule_and_surface) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "takes minutes with a sanitizer";
  }
  const std::string out = draw("trajectories");
  const std::regex row(
      "(\\w+(?: \\w+)?)  +(\\w+(?: [0-9.]+)?) +([0-9.e+-]+) +(\\d+) +(\\d+) +(\\d+) +(\\d+)/20\n");
  std::map<std::string, std::map<std::string, int>> arrived, medians;
  for (std::sregex_iterator it(out.begin(), out.end(), row), end; it != end; ++it) {
    const int median = std::stoi((*it)[4]), least = std::stoi((*it)[5]);
    const int most = std::stoi((*it)[6]), number = std::stoi((*it)[7]);
    EXPECT_TRUE(least <= median && median <= most && most <= 2000) << it->str();
    EXPECT_EQ(number == 20, most < 2000) << it->str();
    arrived[(*it)[1]][(*it)[2]] = number;
    medians[(*it)[1]][(*it)[2]] = median;
  }
  ASSERT_EQ(arrived.size(), 6U) << out;
  const std::size_t rules = arrived["ravine"].size();
  EXPECT_GE(rules, 5U);
  for (const auto& [surface, numbers] : arrived) {
    EXPECT_EQ(numbers.size(), rules) << surface;
    EXPECT_GE(numbers.at("Adam"), 15) << surface;
    EXPECT_GE(numbers.at("momentum"), 15) << surface;
  }
  // What the text says of the others.
  EXPECT_LE(arrived["Rosenbrock"]["SGD"], 5);
  for (const char* const other : {"momentum", "Adam"}) {
    EXPECT_LT(medians["Himmelblau"]["SGD"], medians["Himmelblau"][other]);
    EXPECT_LT(medians["saddle"]["SGD"], medians["saddle"][other]);
    EXPECT_LT(medians["ravine"]["RMSprop"], medians["ravine"][other]);
    EXPECT_GT(medians["turned ravine"]["RMSprop"], medians["turned ravine"][other]);
  }
  // On each of 6 surfaces 4 rules have a path, a median and a band; the legend has 4 lines.
  EXPECT_EQ(count(svg_, "stroke-width=\"1.5\""), 6 * 4 * 2 + 4U);
  EXPECT_EQ(count(svg_, "fill-opacity"), 6 * 4U);
  EXPECT_EQ(count(svg_, "fill=\"#f0e442\""), 10U);  // stars at the minima
}

TEST_F(Figures, effective_rate_is_one_number_for_sgd_and_spreads_for_adaptive_rules) {
  if (kAddressSanitizer || kThreadSanitizer) {
    GTEST_SKIP() << "takes minutes with a sanitizer";
  }
  const std::string out = draw("effective_rate");
  const std::regex row("(\\w+) +(weights|biases) +(\\S+) +\\S+ +(\\S+) +\\S+ +(\\S+) .*\n");
  int rows = 0;
  for (std::sregex_iterator it(out.begin(), out.end(), row), end; it != end; ++it, ++rows) {
    const double low = std::stod((*it)[3]), high = std::stod((*it)[5]);
    if ((*it)[1] == "SGD") {
      EXPECT_EQ(low, 0.1) << it->str();
      EXPECT_EQ(high, 0.1) << it->str();
    } else {
      EXPECT_GT(high, 3 * low) << it->str();
    }
  }
  EXPECT_EQ(rows, 8);
  EXPECT_GE(count(svg_, "<path"), 8 * 3U);  // two bands and a line each
}

TEST_F(Figures, programs_refuse_arguments_that_they_do_not_know) {
  for (const std::string name : {"gradient_descent", "trajectories"}) {
    const std::string own = std::string(GRADUS_EXAMPLES_FOLDER) + "/" + name;
    for (const auto& [arguments, shown] :
         {std::pair{std::vector<std::string>{"--help"}, "--help"}, {{"a.svg", "b.svg"}, "b.svg"}}) {
      const Outcome outcome = run_program(name, arguments);
      EXPECT_EQ(outcome.status, 2);
      EXPECT_EQ(outcome.out, "");
      EXPECT_EQ(outcome.err, std::string("got \"") + shown + "\"; usage: " + own +
                                 " [figure.svg], which is " + name + ".svg unless given\n");
    }
  }
}

TEST_F(Figures, gradient_descent_says_in_one_line_that_it_cannot_write) {
  const std::string path = (folder_ / "no" / "a.svg").string();
  const Outcome outcome = run_program("gradient_descent", {path});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "gradient_descent: write_file: " + path +
                             " must be a file that can be written, got \"No such file or "
                             "directory\"; is the folder there, and is there room?\n");
}

}  // namespace
}  // namespace gradus::test
