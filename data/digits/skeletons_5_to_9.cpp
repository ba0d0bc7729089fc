#include <gradus/data/digits/skeleton.h>

namespace gradus::data::handwriting {

// A bar, a short stem and a bowl open to the left: with corners, as one wave, or the bar apart.
void draw_five(Sketch& s) {
  const double left = s.between(0.08, 0.36);
  const double waist = s.between(0.32, 0.52);
  const double right = s.between(0.66, 0.95);
  const double bar = s.between(0.7, 1.15);
  const double bar_height = s.between(-0.06, 0.08);
  const double choice = s.between(0, 1);
  if (choice < 0.45) {
    s.down({bar, bar_height})
        .to({(bar + left) / 2, bar_height / 2 + 0.02})
        .to({left, 0.03})
        .corner();
    s.to({left - 0.03, waist / 2}).to({left - 0.05, waist}).corner();
  } else if (choice < 0.65) {  // one wave
    s.down({bar, bar_height}).to({(bar + left) / 2, bar_height / 2}).to({left + 0.04, 0.08});
    s.to({left - 0.04, waist * 0.6}).to({left + 0.08, waist - 0.02});
  } else {  // the bar comes last, and may not touch
    const double gap = s.between(-0.06, 0.1);
    s.down({left + gap, s.between(0, 0.06)}).to({bar, bar_height});
    s.down({left, s.between(0, 0.08)}).to({left - 0.03, waist / 2});
    s.to({left - 0.05, waist});
    if (s.chance(0.6)) {
      s.corner();
    } else {
      s.to({left + 0.06, waist + 0.02});
    }
  }
  const double belly = s.between(0, 0.1);
  s.to({(left + right) / 2, waist - 0.02 - belly / 2}).to({right - 0.08, waist + 0.08});
  s.to({right, (waist + 1) / 2}).to({right - 0.12, 0.9}).to({(left + right) / 2 - 0.1, 1});
  const double end = s.between(0.78, 1.02);
  s.to({0.15, 0.4 * end + 0.58});
  if (s.chance(0.75)) {
    s.to({s.between(-0.1, 0.08), end});
  }
}

// A stem that runs down into a loop.
void draw_six(Sketch& s) {
  const double top = s.between(0.14, 0.85);
  const double loop = s.between(0.4, 0.68);  // the height of the loop's upper edge
  const double right = s.between(0.5, 1.0);
  const double left = 0.06;
  const double bulge = s.between(-0.08, 0.14);
  const double middle = (loop + 1) / 2;
  s.down({top, 0});
  if (s.chance(0.25)) {
    s.to({top - 0.14, s.between(-0.02, 0.06)});
  }
  s.to({(top + left) / 2 - bulge, loop * 0.5});
  s.to({left + 0.03, loop + 0.06}).to({left, middle + 0.08}).to({left + 0.16, 0.95});
  s.to({(left + right) / 2 + 0.04, 1}).to({right - 0.06, 0.5 * middle + 0.46}).to({right, middle});
  s.to({right - 0.12, loop + 0.05}).to({(left + right) / 2 + 0.02, loop});
  const double close = s.between(0, 1);
  if (close < 0.12) {  // left open
    return;
  }
  s.to({left + s.between(-0.08, 0.36), loop + (middle - loop) * s.between(0.4, 1.5)});
  if (close > 0.7) {
    s.to({left + s.between(-0.08, 0.3), middle + s.between(0.1, 0.3)});
  }
}

// A bar and a stem; with a hook before the bar, a cross-bar, a bent or straight stem.
void draw_seven(Sketch& s) {
  const double right = s.between(0.62, 1.0);
  const double foot = s.between(0.1, 0.62);
  const double top = s.between(-0.05, 0.1);
  const double left = s.between(-0.05, 0.16);
  if (s.chance(0.3)) {
    s.down({left + s.between(-0.06, 0.04), top + s.between(0.1, 0.4)}).to({left, top + 0.03});
    if (s.chance(0.6)) {
      s.corner();
    }
  } else {
    s.down({left, top});
  }
  const double wave = s.between(-0.06, 0.06);
  s.to({(left + right) / 2, top / 2 + wave});
  const double bend = s.between(-0.12, 0.1);
  if (s.chance(0.55)) {
    s.to({right, 0.02}).corner();
  } else {
    s.to({right - 0.1, 0.01}).to({right, 0.08});
  }
  s.to({0.6 * right + 0.4 * foot + bend * 0.8, 0.36}).to({0.25 * right + 0.75 * foot + bend, 0.68});
  s.to({foot, 1});
  if (s.chance(0.22)) {
    const double height = s.between(0.4, 0.62);
    const double centre = foot + (right - foot) * (1 - height) + bend * 0.8;
    const double reach = s.between(0.16, 0.46);
    const double tilt = s.between(-0.08, 0.06);
    s.down({centre - reach, height - tilt}).to({centre + reach * 0.9, height + tilt});
  }
}

// One stroke that crosses itself in the waist, or two ovals one above the other.
void draw_eight(Sketch& s) {
  const double waist = s.between(0.36, 0.62);
  const double upper = s.between(0.18, 0.42);  // half widths
  const double lower = s.between(0.15, 0.44);
  const double shift = s.between(-0.08, 0.1);
  const double top = 0.5 + shift;
  if (s.chance(0.12)) {
    s.down({top, 0}).arc({top, waist / 2}, upper, waist / 2, -0.25, -s.between(0.95, 1.1));
    s.down({0.5, waist})
        .arc({0.5, (1 + waist) / 2}, lower, (1 - waist) / 2, -0.25, s.chance(0.5) ? 1.03 : -1.03);
    return;
  }
  const double cross = s.between(-0.06, 0.06);
  const bool mirrored = s.chance(0.1);
  const auto x = [&](double centre, double offset) {
    return centre + (mirrored ? -offset : offset);
  };
  if (s.chance(0.6)) {  // from the side, maybe far out
    const double hook = s.between(0.9, 2);
    s.down({x(top, upper * hook), waist * s.between(0, 0.45)}).to({x(top, upper * 0.6), 0.04});
  } else {
    s.down({x(top, upper * s.between(-0.3, 0.25)), s.between(-0.01, 0.06)});
  }
  s.to({x(top, -upper * 0.45), 0.01}).to({x(top, -upper), waist * 0.36});
  s.to({x(top, -upper * 0.7), waist * 0.72}).to({0.5 + cross, waist});
  s.to({x(0.5, lower * 0.75), waist + (1 - waist) * 0.25})
      .to({x(0.5, lower), waist + (1 - waist) * 0.6});
  s.to({x(0.5, lower * 0.6), 0.95}).to({0.5, 1}).to({x(0.5, -lower * 0.65), 0.95});
  s.to({x(0.5, -lower), waist + (1 - waist) * 0.62})
      .to({x(0.5, -lower * 0.65), waist + (1 - waist) * 0.25});
  s.to({0.5 + cross + 0.02, waist - 0.02}).to({x(top, upper * 0.75), waist * 0.7});
  s.to({x(top, upper * s.between(0.9, 1.1)), waist * 0.36});
  if (s.chance(0.6)) {
    s.to({x(top, upper * s.between(0.4, 1.6)), waist * s.between(-0.15, 0.2)});
  }
}

// A loop and a stem on its right, straight or with a tail curving to the left.
void draw_nine(Sketch& s) {
  const double loop = s.between(0.28, 0.6);  // the height of the loop's lower edge
  const double left = s.between(-0.08, 0.4);
  const double right = s.between(0.66, 0.86);
  const double centre = (left + right) / 2;
  const double start = s.between(0.0, 0.22);
  const bool round = s.chance(0.5);
  if (round) {
    const double rx = (right - left) / 2;
    const double from = s.between(-0.2, 0.05);
    const double to = -s.between(0.68, 0.85);
    const double growth = s.between(0.9, 1.05);
    const Point p = on_circle(from);
    s.down({centre + rx * p.x, loop / 2 * (1 + p.y)});
    s.arc({centre, loop / 2}, rx, loop / 2, from - 0.08, to - from, growth);
  } else {
    s.down({right + s.between(-0.2, 0.08), start});
    if (s.chance(0.7)) {
      s.to({right - 0.16, start * 0.35});
    }
    s.to({centre, s.between(-0.01, 0.03)}).to({left + 0.08, loop * 0.28}).to({left, loop * 0.62});
    s.to({left + 0.12, loop * 0.96}).to({centre + 0.02, loop}).to({right - 0.1, loop * 0.72});
  }
  const bool pointed = s.chance(0.5);
  if (pointed) {
    s.to({right + s.between(-0.02, 0.08), s.between(-0.12, 0.26)}).corner();
  } else {
    s.to({right + 0.01, loop * 0.4}).to({right, loop * 0.1 + 0.03}).to({right + 0.03, loop * 0.4});
  }
  const double foot = right + s.between(-0.3, 0.08);
  const double tail = s.between(0, 1);
  if (tail < 0.8) {
    s.to({(right + foot) / 2 + s.between(-0.02, 0.06), 0.55}).to({foot, 1});
    return;
  }
  s.to({right + 0.02, 0.5}).to({right - 0.03, 0.78}).to({right - 0.2, 0.96});
  s.to({centre - 0.12, s.between(0.94, 1.02)});
  if (s.chance(0.6)) {
    s.to({left + s.between(-0.08, 0.06), s.between(0.8, 0.96)});
  }
}

void draw_skeleton(int digit, Sketch& s) {
  static constexpr void (*kDraw[])(Sketch&) = {draw_zero,  draw_one,  draw_two, draw_three,
                                               draw_four,  draw_five, draw_six, draw_seven,
                                               draw_eight, draw_nine};
  kDraw[digit](s);
}

}  // namespace gradus::data::handwriting
