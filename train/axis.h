#pragma once
// One axis of a figure: which place a number has, and where the ticks are.
#include <string>
#include <vector>

namespace gradus::train {

/// From low to high.  The default, low = high = 0, stands for "as the data have it".
struct Range {
  double low = 0;
  double high = 0;
  bool is_given() const { return low != 0 || high != 0; }
};

struct Tick {
  double value = 0;
  std::string text;  ///< empty at a minor tick
};

class Axis {
 public:
  /// `name` is for messages: "the x range of panel 1".  Throws ValueError unless low < high, both
  /// finite and not too near each other to tell ticks apart, and above 0 on a logarithmic axis.
  Axis(const std::string& name, Range range, bool logarithmic);
  /// An axis that shows all of `values`, those that it can show, with a little room around them.
  /// Throws ValueError if it can show none.
  static Axis around(const std::string& name, const std::vector<double>& values, bool logarithmic,
                     double room);

  Range range() const { return range_; }
  /// False for what has no place: NaN, infinities, on a logarithmic axis also 0 and below.
  bool can_show(double value) const { return can_show(value, logarithmic_); }
  static bool can_show(double value, bool logarithmic);
  /// 0 at low and 1 at high; a number that cannot be shown lies far below, +infinity far above.
  double share(double value) const;
  /// The value at a share.
  double at(double share) const;
  /// About `wanted` labelled ticks at round numbers; on a logarithmic axis minor ones between.
  std::vector<Tick> ticks(int wanted) const;

 private:
  std::vector<Tick> linear_ticks(int wanted) const;
  std::vector<Tick> logarithmic_ticks(int wanted) const;

  Range range_;
  bool logarithmic_;
};

}  // namespace gradus::train
