// A child saves two checkpoints of different sizes in turn, and is killed at any moment.
#include <gradus/train/checkpoint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "support/temp_folder.h"
#include "support/trials.h"

namespace gradus::train {
namespace {

/// Its numbers say which one it is.
Checkpoint checkpoint_of(Index size) {
  Checkpoint checkpoint;
  checkpoint.model.set("w", full({size}, static_cast<double>(size)));
  checkpoint.run.set("size", static_cast<double>(size));
  return checkpoint;
}

constexpr Index kSizes[] = {2'000, 150'000};

[[noreturn]] void save_for_ever(const std::string& path) {
  const Checkpoint checkpoints[] = {checkpoint_of(kSizes[0]), checkpoint_of(kSizes[1])};
  for (int k = 0;; ++k) {
    save_checkpoint(path, checkpoints[k % 2]);
  }
}

TEST(Kill, of_a_writer_leaves_a_complete_file_and_no_heap_of_leftovers) {
  const test::TempFolder folder;
  const std::string path = folder / "a";
  save_checkpoint(path, checkpoint_of(kSizes[0]));
  std::mt19937 random(1);
  const int kills = test::trials("GRADUS_KILLS", 100);
  int seen[2] = {};
  std::size_t most_files = 0;
  for (int k = 0; k < kills; ++k) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      save_for_ever(path);
    }
    ::usleep(static_cast<useconds_t>(random() % 30'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const Checkpoint left = load_checkpoint(path);  // throws where the checksum is wrong
    const auto size = static_cast<Index>(left.run.number("size"));
    ASSERT_TRUE(size == kSizes[0] || size == kSizes[1]);
    ++seen[size == kSizes[1]];
    const std::vector<float> numbers = left.model.tensor("w").to_vector();
    ASSERT_EQ(numbers,
              std::vector<float>(static_cast<std::size_t>(size), static_cast<float>(size)));
    const auto files = std::distance(std::filesystem::directory_iterator(folder.path()), {});
    most_files = std::max(most_files, static_cast<std::size_t>(files));
  }
  EXPECT_LE(most_files, 2U);
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
  save_checkpoint(path, checkpoint_of(kSizes[0]));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  RecordProperty("kills", kills);
  std::printf("%d kills: 0 torn, %d old, %d new, at most %zu files\n", kills, seen[0], seen[1],
              most_files);
}

}  // namespace
}  // namespace gradus::train
