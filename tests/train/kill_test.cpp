// A child saves two checkpoints of different sizes in turn, and is killed at any moment.
#include <gradus/train/checkpoint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
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

[[noreturn]] void save_for_ever(const std::string& path, int about_to_begin) {
  const Checkpoint checkpoints[] = {checkpoint_of(kSizes[0]), checkpoint_of(kSizes[1])};
  if (::write(about_to_begin, "", 1) != 1) {
    ::_exit(1);
  }
  for (int k = 0;; ++k) {
    save_checkpoint(path, checkpoints[k % 2]);
  }
}

/// The longest time until a kill: within it both sizes are saved, also on a slow machine.
unsigned microseconds_to_save_both(const std::string& path) {
  const auto start = std::chrono::steady_clock::now();
  for (const Index size : kSizes) {
    save_checkpoint(path, checkpoint_of(size));
  }
  const auto taken = std::chrono::steady_clock::now() - start;
  return static_cast<unsigned>(std::max<std::int64_t>(
      2 * std::chrono::duration_cast<std::chrono::microseconds>(taken).count(), 30'000));
}

TEST(Kill, of_a_writer_leaves_a_complete_file_and_no_heap_of_leftovers) {
  const test::TempFolder folder;
  const std::string path = folder / "a";
  const unsigned longest = microseconds_to_save_both(path);
  save_checkpoint(path, checkpoint_of(kSizes[0]));
  std::mt19937 random(1);
  const int kills = test::trials("GRADUS_KILLS", 100);
  int seen[2] = {};
  std::size_t most_files = 0;
  for (int k = 0; k < kills; ++k) {
    int begins[2];
    ASSERT_EQ(::pipe(begins), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      save_for_ever(path, begins[1]);
    }
    ::close(begins[1]);  // so that a child that fails ends the wait
    char byte = 0;
    ASSERT_EQ(::read(begins[0], &byte, 1), 1);
    ::usleep(static_cast<useconds_t>(random() % longest));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(begins[0]);
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
