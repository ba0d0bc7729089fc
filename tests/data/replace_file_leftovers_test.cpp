// What killed writers leave, and who removes it.
#include <fcntl.h>
#include <gradus/data/replace_file.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

#include "support/temp_folder.h"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;
using test::contents;
using test::files_in;

TEST(ReplaceFile, removes_what_killed_writers_left_and_nothing_else) {
  const test::TempFolder folder;
  folder.write(".a.123-0.part", "half");
  folder.write(".a.part", "not ours");
  folder.write(".b.123-0.part", "another file's");
  const std::string alive = folder.write(".a.124-0.part", "of a writer that lives");
  const int descriptor = ::open(alive.c_str(), O_RDONLY);
  ASSERT_EQ(::flock(descriptor, LOCK_EX), 0);
  replace_file("f", folder / "a", {"x"});
  EXPECT_FALSE(fs::exists(folder / ".a.123-0.part"));
  EXPECT_TRUE(fs::exists(folder / ".a.part"));
  EXPECT_TRUE(fs::exists(folder / ".b.123-0.part"));
  EXPECT_TRUE(fs::exists(alive));
  ::close(descriptor);
  replace_file("f", folder / "a", {"y"});
  EXPECT_FALSE(fs::exists(alive));
}

TEST(ReplaceFile, removes_what_killed_writers_left_of_names_that_go_on) {
  const test::TempFolder folder;
  const auto is_a_number = [](std::string_view ending) {
    return ending.find_first_not_of("0123456789") == std::string_view::npos;
  };
  for (const std::string& name : {std::string("a"), std::string(96, 'n')}) {
    const std::string path = folder / name;
    const pid_t child = ::fork();
    if (child == 0) {
      struct Killed : FileCalls {
        int fsync(int) override { ::_exit(0); }
      } calls;
      replace_file("f", path + ".12345", {"half"}, calls);
    }
    ::waitpid(child, nullptr, 0);
    ASSERT_EQ(files_in(folder.path()), 1U);
    remove_leftovers_beside(path, is_a_number);
    EXPECT_EQ(files_in(folder.path()), 0U);
  }
  // An ending that is not asked for, the file's own, another file's, no temporary.
  const std::string others[] = {".a.x.123-0.part", ".a.123-0.part", ".ab.1.123-0.part",
                                ".a.1.part",       ".a.1.123-0",    "a.1"};
  for (const std::string& other : others) {
    folder.write(other, "");
  }
  const std::string alive = folder.write(".a.1.124-0.part", "of a writer that lives");
  const int descriptor = ::open(alive.c_str(), O_RDONLY);
  ASSERT_EQ(::flock(descriptor, LOCK_EX), 0);
  remove_leftovers_beside(folder / "a", is_a_number);
  EXPECT_EQ(files_in(folder.path()), std::size(others) + 1);
  ::close(descriptor);
  remove_leftovers_beside(folder / "a", is_a_number);
  EXPECT_EQ(files_in(folder.path()), std::size(others));
}

// 255 bytes is the longest name that Linux takes; the temporary's must not be longer.
TEST(ReplaceFile, takes_the_longest_names_and_knows_their_leftovers) {
  const std::string same(150, 'n');
  const std::string names[] = {std::string(255, 'n'), same + 'a', same + 'b', "a" + [] {
                                 std::string cut_within_a_letter;
                                 for (int k = 0; k < 127; ++k) {
                                   cut_within_a_letter += "\xc3\xa9";
                                 }
                                 return cut_within_a_letter;
                               }()};
  for (const std::string& name : names) {
    const test::TempFolder folder;
    replace_file("f", folder / name, {"x"});
    EXPECT_EQ(contents(folder / name), "x");
    EXPECT_EQ(files_in(folder.path()), 1U);
  }
  // A writer that is killed, and one of a name with the same beginning.
  const test::TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    struct Killed : FileCalls {
      int fsync(int) override { ::_exit(0); }
    } calls;
    replace_file("f", folder / names[1], {"half"}, calls);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(files_in(folder.path()), 1U);
  const std::string left = fs::directory_iterator(folder.path())->path().filename().string();
  EXPECT_EQ(left.rfind("." + std::string(80, 'n') + ".", 0), 0U) << left;
  EXPECT_LT(left.size(), 128U);
  replace_file("f", folder / names[2], {"x"});
  EXPECT_EQ(files_in(folder.path()), 2U);
  replace_file("f", folder / names[1], {"x"});
  EXPECT_EQ(files_in(folder.path()), 2U);
  EXPECT_FALSE(fs::exists(folder / left));
}

}  // namespace
}  // namespace gradus::data
