#include <gradus/train/progress.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace gradus::train {

std::string progress_line(std::string_view left, double share, std::string_view right,
                          int columns) {
  constexpr int kLeast = 4;
  const int texts = static_cast<int>(left.size() + right.size()) + 4;  // " [" and "] "
  const int room = columns - texts;
  std::string line(left);
  if (room >= kLeast) {
    const double filled = std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0);
    const int done = static_cast<int>(filled * room);
    line += " [";
    line.append(static_cast<std::size_t>(done), '=');
    if (done < room) {
      line += '>';
      line.append(static_cast<std::size_t>(room - done - 1), ' ');
    }
    line += ']';
  }
  line += ' ';
  line += right;
  line.resize(std::min(line.size(), static_cast<std::size_t>(std::max(columns, 0))));
  return line;
}

std::string duration_text(double seconds) {
  if (!(seconds >= 0 && seconds < 1e9)) {
    return "?";
  }
  const long all = std::lround(seconds);
  const long hours = all / 3600;
  char text[32];
  if (hours > 0) {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", hours, all / 60 % 60, all % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld", all / 60, all % 60);
  }
  return text;
}

int terminal_columns(int descriptor) {
  winsize size = {};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

ProgressBar::ProgressBar(std::FILE* stream)
    : stream_(stream), on_terminal_(::isatty(::fileno(stream)) != 0) {}

bool ProgressBar::is_due() const {
  return on_terminal_ &&
         (drawn_columns_ == 0 || Clock::now() - last_drawn_ >= std::chrono::milliseconds(100));
}

void ProgressBar::draw(std::string_view left, double share, std::string_view right) {
  if (!on_terminal_) {
    return;
  }
  // A character in the last column would make some terminals begin a new line.
  const int columns = terminal_columns(::fileno(stream_)) - 1;
  std::string line = progress_line(left, share, right, columns);
  const int length = static_cast<int>(line.size());
  const int leftover = std::clamp(drawn_columns_ - length, 0, std::max(columns - length, 0));
  line.append(static_cast<std::size_t>(leftover), ' ');
  // The cursor rests at the line's start, where the echo of Ctrl-C does no harm.
  std::fprintf(stream_, "%s\r", line.c_str());
  std::fflush(stream_);
  drawn_columns_ = length;
  last_drawn_ = Clock::now();
}

void ProgressBar::clear() {
  if (drawn_columns_ > 0) {
    const int columns = std::min(drawn_columns_, terminal_columns(::fileno(stream_)) - 1);
    std::fprintf(stream_, "%*s\r", columns, "");
    std::fflush(stream_);
    drawn_columns_ = 0;
  }
}

}  // namespace gradus::train
