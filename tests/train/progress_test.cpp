#include <gradus/train/progress.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradus::train {
namespace {

TEST(ProgressLine, takes_exactly_the_columns_there_are) {
  EXPECT_EQ(progress_line("a", 0.5, "b", 16), "a [=====>    ] b");
  for (const double share : {0.0, 0.3, 0.999, 1.0}) {
    EXPECT_EQ(progress_line("epoch 1/5", share, "loss 0.5", 79).size(), 79U) << share;
  }
}

TEST(ProgressLine, is_empty_at_the_start_and_full_at_the_end) {
  EXPECT_EQ(progress_line("a", 0, "b", 11), "a [>    ] b");
  EXPECT_EQ(progress_line("a", 1, "b", 11), "a [=====] b");
}

TEST(ProgressLine, keeps_to_the_ends_for_shares_outside_0_to_1) {
  EXPECT_EQ(progress_line("a", -3, "b", 11), "a [>    ] b");
  EXPECT_EQ(progress_line("a", 7, "b", 11), "a [=====] b");
  EXPECT_EQ(progress_line("a", std::nan(""), "b", 11), "a [>    ] b");
}

TEST(ProgressLine, goes_without_a_bar_where_there_is_no_room_for_four) {
  EXPECT_EQ(progress_line("a", 0.5, "b", 10), "a [==> ] b");
  EXPECT_EQ(progress_line("a", 0.5, "b", 9), "a b");
}

TEST(ProgressLine, is_cut_off_rather_than_too_wide) {
  EXPECT_EQ(progress_line("epoch 1/5", 0.5, "loss", 7), "epoch 1");
  EXPECT_EQ(progress_line("epoch", 0.5, "loss", 0), "");
  EXPECT_EQ(progress_line("epoch", 0.5, "loss", -1), "");
}

TEST(DurationText, has_minutes_and_hours_where_there_are_some) {
  EXPECT_EQ(duration_text(0), "0:00");
  EXPECT_EQ(duration_text(59.4), "0:59");
  EXPECT_EQ(duration_text(59.6), "1:00");
  EXPECT_EQ(duration_text(12 * 60 + 30), "12:30");
  EXPECT_EQ(duration_text(3723), "1:02:03");
}

TEST(DurationText, is_a_question_mark_for_what_is_no_duration) {
  EXPECT_EQ(duration_text(-1), "?");
  EXPECT_EQ(duration_text(std::nan("")), "?");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "?");
}

TEST(ProgressBar, writes_nothing_where_there_is_no_terminal) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    ProgressBar bar(file);
    EXPECT_FALSE(bar.is_due());
    bar.draw("epoch", 0.5, "loss");
    bar.clear();
  }
  std::fseek(file, 0, SEEK_END);
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

}  // namespace
}  // namespace gradus::train
