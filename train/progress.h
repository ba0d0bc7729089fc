#pragma once
// A progress bar: one line of a terminal that is drawn again and again.
//
//   epoch 2/5 [=====>      ] loss 0.1034  accuracy 96.9 %  118301 images/s  0:02 left
//
// It needs nothing of the terminal but the carriage return, and is never wider than it.
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace gradus::train {

/// "left [==>   ] right" in at most `columns` columns, the bar filled to `share` (0 to 1) and
/// taking what room the texts leave.  Without room for a bar of 4, only the texts, cut off where
/// the line ends.  The texts are ASCII.
std::string progress_line(std::string_view left, double share, std::string_view right, int columns);

/// "0:07", "12:30", "1:02:03"; negative and non-finite durations are "?".
std::string duration_text(double seconds);

/// The terminal's columns, 80 where it does not say.
int terminal_columns(int descriptor);

class ProgressBar {
 public:
  /// Draws on `stream`, which must outlive it, if that is a terminal; otherwise it does nothing.
  explicit ProgressBar(std::FILE* stream);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// True if there is a terminal and the last drawing was at least 0.1 s ago.  Ask before making
  /// the texts: a loop may be far faster than an eye.
  bool is_due() const;
  /// Draws the line over the one before.
  void draw(std::string_view left, double share, std::string_view right);
  /// Wipes the line, so that other text can stand there.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::FILE* stream_;
  bool on_terminal_;
  int drawn_columns_ = 0;  // of the line that stands there
  Clock::time_point last_drawn_;
};

}  // namespace gradus::train
