#include <gradus/data/folder_names.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "support/temp_folder.h"

namespace gradus::data {
namespace {

TEST(FolderNames, are_all_but_those_of_the_folder_itself_and_the_one_above) {
  const test::TempFolder folder;
  EXPECT_TRUE(folder_names(folder.path()).empty());
  folder.write("b", "");
  folder.write(".a", "");
  std::filesystem::create_directory(folder / "c");
  std::vector<std::string> names = folder_names(folder.path());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{".a", "b", "c"}));
}

TEST(FolderNames, of_what_cannot_be_read_are_none) {
  const test::TempFolder folder;
  EXPECT_TRUE(folder_names(folder / "none").empty());
  EXPECT_TRUE(folder_names(folder.write("file", "")).empty());
}

}  // namespace
}  // namespace gradus::data
