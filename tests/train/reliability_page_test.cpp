// docs/reliability.md says which test proves what: each that it names is there.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <vector>

#include "support/temp_folder.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

using test::contents;

/// The suites of the tree, and its tests as Suite.test.
std::set<std::string> suites_and_tests(const fs::path& root) {
  std::set<std::string> names;
  const std::regex definition("\\nTEST(?:_F|_P)?\\((\\w+), (\\w+)\\)");
  for (const auto& file : fs::recursive_directory_iterator(root / "tests")) {
    if (file.path().filename().string().ends_with("_test.cpp")) {
      const std::string text = contents(file.path());
      for (std::sregex_iterator at(text.begin(), text.end(), definition), end; at != end; ++at) {
        names.insert((*at)[1].str());
        names.insert((*at)[1].str() + "." + (*at)[2].str());
      }
    }
  }
  return names;
}

/// What the pattern's first group finds.
std::vector<std::string> all_found(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

TEST(ReliabilityPage, names_tests_that_there_are) {
  const fs::path root = fs::path(__FILE__).parent_path().parent_path().parent_path();
  std::set<std::string> names = suites_and_tests(root);
  names.insert("Suite.test");  // the page's own example
  const std::string page = contents(root / "docs/reliability.md");
  const std::vector<std::string> tests = all_found(page, "`([A-Z]\\w+\\.\\w+)`");
  EXPECT_GT(tests.size(), 100U);
  // Alone, names of suites stand in the last column of a table only; elsewhere a type has such a
  // name.
  std::vector<std::string> suites;
  for (const std::string& cell : all_found(page, "\\n\\|[^\\n]*\\|([^|\\n]*)\\|(?=\\n)")) {
    for (const std::string& name : all_found(cell, "`([A-Z]\\w+)`")) {
      suites.push_back(name);
    }
  }
  EXPECT_GT(suites.size(), 10U);
  for (const auto& named : {tests, suites}) {
    for (const std::string& name : named) {
      EXPECT_TRUE(names.contains(name)) << name;
    }
  }
}

}  // namespace
}  // namespace gradus
