// Saving and loading where the n-th allocation fails: an error, and everything as it was.
#include <gradus/nn/linear.h>
#include <gradus/optim/instances.h>
#include <gradus/train/checkpoint.h>

#include <cstdlib>
#include <functional>
#include <new>

#include "support/temp_folder.h"

namespace {
// Allocations until one fails, and whether all after it fail too; -1: none.
thread_local long countdown = -1;
thread_local bool for_ever = false;

bool is_due() {
  if (countdown < 0) {
    return false;
  }
  if (countdown > 0) {
    --countdown;
    return false;
  }
  countdown = for_ever ? 0 : -1;
  return true;
}

void* allocate(std::size_t size) {
  void* const block = is_due() ? nullptr : std::malloc(size ? size : 1);
  if (!block) {
    throw std::bad_alloc();
  }
  return block;
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return is_due() ? nullptr : std::malloc(size ? size : 1);
}
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }

namespace gradus::train {
namespace {

/// Calls `work` with the n-th allocation failing, for n = 0, 1, ... until it succeeds, and `check`
/// after each failure.  Returns how many failed.
int fail_in_turn(bool all_after, const std::function<void()>& work,
                 const std::function<void()>& check) {
  for (int n = 0;; ++n) {
    countdown = n;
    for_ever = all_after;
    bool failed = false;
    try {
      work();
    } catch (const std::bad_alloc&) {
      failed = true;
    } catch (const Error&) {
      failed = true;  // a message for it was still to be had
    }
    const bool was_due = countdown != -1 ? for_ever && countdown == 0 : true;
    countdown = -1;
    if (!failed && (all_after || !was_due)) {
      return n;
    }
    check();
  }
}

TEST(Allocations, that_fail_leave_the_file_and_the_objects_as_they_were) {
  const test::TempFolder folder;
  Rng rng(1);
  nn::Linear net(3, 2, rng);
  optim::Optimizer sgd(net.parameters(), optim::SGD{.momentum = 0.9});
  const std::string path = folder / "a";
  save_checkpoint(path, {net.state_dict(), sgd.state_dict(), {}});
  const std::vector<float> before = net.state_dict().tensor("weight").to_vector();
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(folder.path()), {});
  };
  StateDict other = net.state_dict();
  {
    const NoGrad no_grad;
    for (const auto& [name, value] : other) {
      fill(std::get<Tensor>(value), 5);
    }
  }
  const Checkpoint changed{other, sgd.state_dict(), {}};
  for (const bool all_after : {false, true}) {
    const int saves = fail_in_turn(
        all_after, [&] { save_checkpoint(path, changed); },
        [&] {
          ASSERT_EQ(files(), 1);
          ASSERT_NO_THROW(load_checkpoint(path));
        });
    EXPECT_GT(saves, 50);
    const int loads = fail_in_turn(
        all_after, [&] { load_checkpoint(path); }, [&] { ASSERT_EQ(files(), 1); });
    EXPECT_GT(loads, 50);
    const std::vector<float> saved = net.state_dict().tensor("weight").to_vector();
    const int restores = fail_in_turn(
        all_after, [&] { restore(changed, net, sgd); },
        [&] {
          // The state is read when memory is there again.
          ASSERT_EQ(net.state_dict().tensor("weight").to_vector(), saved);
        });
    EXPECT_GT(restores, 20);
    EXPECT_EQ(net.state_dict().tensor("weight").to_vector(), std::vector<float>(6, 5));
    save_checkpoint(path, {net.state_dict(), sgd.state_dict(), {}});
  }
  EXPECT_NE(before, std::vector<float>(6, 5));
}

}  // namespace
}  // namespace gradus::train
