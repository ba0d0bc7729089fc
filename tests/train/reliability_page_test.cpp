// docs/reliability.md says which test proves what: each that it names is there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace gradus {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ReliabilityPage, names_tests_that_there_are) {
  const fs::path root = fs::path(__FILE__).parent_path().parent_path().parent_path();
  std::set<std::string> tests = {"Suite.test"};  // the page's own example
  const std::regex definition("\\nTEST(?:_F|_P)?\\((\\w+), (\\w+)\\)");
  for (const auto& file : fs::recursive_directory_iterator(root / "tests")) {
    if (file.path().filename().string().ends_with("_test.cpp")) {
      const std::string text = contents(file.path());
      for (std::sregex_iterator at(text.begin(), text.end(), definition), end; at != end; ++at) {
        tests.insert((*at)[1].str() + "." + (*at)[2].str());
      }
    }
  }
  const std::string page = contents(root / "docs/reliability.md");
  const std::regex name("`([A-Z]\\w+\\.\\w+)`");
  int named = 0;
  for (std::sregex_iterator at(page.begin(), page.end(), name), end; at != end; ++at, ++named) {
    EXPECT_TRUE(tests.count((*at)[1].str()) == 1) << (*at)[1];
  }
  EXPECT_GT(named, 100);
}

}  // namespace
}  // namespace gradus
