// The figures of docs/adam_and_rmsprop.md are what examples/article_figures.cpp draws.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <regex>
#include <set>
#include <sstream>

#include "examples/process.h"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

struct Spot {
  double x = 0;
  double y = 0;
};

fs::path docs() { return fs::path(__FILE__).parent_path().parent_path().parent_path() / "docs"; }

std::string read_file(const fs::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << "cannot read " << path;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::set<std::string> svgs_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".svg") {
      names.insert(entry.path().filename().string());
    }
  }
  return names;
}

/// The corners of all paths, one vector a path, and the document without them.
struct Picture {
  std::vector<std::vector<Spot>> paths;
  std::string rest;
};

Picture take_apart(const std::string& svg) {
  static const std::regex path(" d=\"([^\"]*)\"");
  static const std::regex spot("(-?[0-9.]+) (-?[0-9.]+)");
  Picture picture;
  for (std::sregex_iterator at(svg.begin(), svg.end(), path), end; at != end; ++at) {
    const std::string data = (*at)[1];
    picture.paths.emplace_back();
    for (std::sregex_iterator each(data.begin(), data.end(), spot); each != end; ++each) {
      picture.paths.back().push_back({std::stod((*each)[1]), std::stod((*each)[2])});
    }
  }
  picture.rest = std::regex_replace(svg, path, "");
  return picture;
}

/// How far a spot is from the nearest point of a line through these corners.
double distance(const Spot& p, const std::vector<Spot>& corners) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Spot a = corners[i], b = corners[std::min(i + 1, corners.size() - 1)];
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const double along = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
    const double t = std::clamp(along, 0.0, 1.0);
    least = std::min(least, std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy));
  }
  return least;
}

/// The same texts and axes, and lines that nowhere are more than a pixel apart: a CBLAS may round
/// in its own way.
void expect_same_picture(const std::string& name, const std::string& a, const std::string& b) {
  const Picture drawn = take_apart(a), stored = take_apart(b);
  EXPECT_EQ(drawn.rest, stored.rest) << name;
  ASSERT_EQ(drawn.paths.size(), stored.paths.size()) << name;
  double most = 0;
  for (std::size_t i = 0; i < drawn.paths.size(); ++i) {
    for (const Spot& p : drawn.paths[i]) {
      most = std::max(most, distance(p, stored.paths[i]));
    }
    for (const Spot& p : stored.paths[i]) {
      most = std::max(most, distance(p, drawn.paths[i]));
    }
  }
  EXPECT_LE(most, 1) << name;
}

class ArticleFigures : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  Outcome draw(const std::vector<std::string>& arguments) {
    Call call;
    call.program = std::string(GRADUS_EXAMPLES_FOLDER) + "/article_figures";
    call.arguments = arguments;
    return run(call);
  }

  fs::path folder_;
};

TEST_F(ArticleFigures, are_what_the_program_draws) {
  const Outcome outcome = draw({folder_.string()});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::set<std::string> names = svgs_in(folder_);
  EXPECT_EQ(names.size(), 11U);
  for (const std::string& name : names) {
    EXPECT_NE(outcome.out.find(name), std::string::npos);
    expect_same_picture(name + ": draw it again with article_figures", read_file(folder_ / name),
                        read_file(docs() / "figures" / name));
  }
}

TEST_F(ArticleFigures, are_all_shown_on_the_page) {
  draw({folder_.string()});
  const std::string page = read_file(docs() / "adam_and_rmsprop.md");
  for (const std::string& name : svgs_in(folder_)) {
    EXPECT_NE(page.find("](figures/" + name + ")"), std::string::npos) << name;
  }
}

TEST_F(ArticleFigures, need_a_folder_to_go_to) {
  const Outcome nowhere = draw({"/nowhere"});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_EQ(nowhere.err.rfind("article_figures: write_file: ", 0), 0U) << nowhere.err;
}

TEST_F(ArticleFigures, refuse_arguments_that_they_do_not_know) {
  const std::string own = std::string(GRADUS_EXAMPLES_FOLDER) + "/article_figures";
  for (const auto& [arguments, shown] :
       {std::pair{std::vector<std::string>{"--help"}, "--help"}, {{""}, ""}, {{"a", "b"}, "b"}}) {
    const Outcome outcome = draw(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, std::string("got \"") + shown + "\"; usage: " + own +
                               " [folder], which is docs/figures unless given\n");
  }
}

}  // namespace
}  // namespace gradus::test
