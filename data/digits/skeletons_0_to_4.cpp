#include <gradus/data/digits/skeleton.h>

namespace gradus::data::handwriting {

// An oval from the top, counter-clockwise, that may stay open, overlap, or begin with a hook.
void draw_zero(Sketch& s) {
  const double rx = s.between(0.28, 0.66);
  const double from = -0.25 + s.between(-0.12, 0.18);
  const double turns = s.between(0.94, 1.14);
  const double growth = s.between(0.86, 1.16);
  const double way = s.chance(0.85) ? -1 : 1;
  if (s.chance(0.3)) {
    const double depth = s.between(0.1, 0.5);
    const Point p = on_circle(from - 0.04 * way);
    s.down({0.5 + rx * (1 - depth) * p.x, 0.5 + 0.5 * (1 - depth) * p.y});
  } else {
    const Point p = on_circle(from);
    s.down({0.5 + rx * p.x, 0.5 + 0.5 * p.y});
  }
  s.arc({0.5, 0.5}, rx, 0.5, from + 0.06 * way, way * (turns - 0.06), growth);
  if (s.chance(0.3)) {
    const double depth = s.between(0.1, 0.6);
    const Point p = on_circle(from + way * (turns + s.between(0, 0.1)));
    s.to({0.5 + rx * (1 - depth) * p.x, 0.5 + 0.5 * (1 - depth) * p.y});
  }
}

// A stick; with a flag at the top, with a foot, or with both.
void draw_one(Sketch& s) {
  const double bow = s.between(-0.05, 0.05);
  const bool flag = s.chance(0.16);
  if (flag) {
    const double reach = s.between(0.1, 0.4);
    s.down({0.5 - reach, s.between(0.08, 0.32)});
    if (s.chance(0.5)) {
      s.to({0.5 - reach / 2, s.between(0.06, 0.16)});
    }
    s.to({0.5, 0}).corner();
  } else {
    s.down({0.5, 0});
  }
  s.to({0.5 + bow, 0.5}).to({0.5, 1});
  if (s.chance(flag ? 0.5 : 0.02)) {
    const double reach = s.between(0.18, 0.4);
    s.down({0.5 - reach, 1}).to({0.5 + reach * s.between(0.7, 1.1), 1 + s.between(-0.03, 0.03)});
  }
}

// A bow over the top down to the lower left, then a baseline after a corner, a bend or a loop.
void draw_two(Sketch& s) {
  const double right = s.between(0.62, 0.95);
  const double turn = s.between(0.2, 0.5);  // the height at which the bow turns back
  const double start = s.between(0.1, 0.36);
  s.down({s.between(0.0, 0.2), start});
  if (s.chance(0.15)) {
    s.to({0.1, start + 0.06});
  }
  s.to({0.2, start * s.between(0.2, 0.5)})
      .to({0.5 * right + 0.08, 0})
      .to({right - 0.06, turn * 0.4});
  s.to({right, turn}).to({right - 0.12, turn + 0.17});
  const double left = s.between(-0.05, 0.2);
  const double end = s.between(0.7, 1.4);
  const double sag = s.between(-0.06, 0.08);
  const double choice = s.between(0, 1);
  s.to({0.55 * right + 0.45 * left, s.between(0.66, 0.78)});
  if (choice < 0.4) {
    s.to({left, 0.96}).corner().to({(left + end) / 2, 0.96 - sag}).to({end, s.between(0.86, 1.02)});
    return;
  }
  if (choice < 0.55) {  // a bend without corner
    s.to({left + 0.06, 0.88}).to({left + 0.08, 0.97}).to({left + 0.3, 0.98});
    s.to({end, s.between(0.9, 1.0)});
    return;
  }
  const double size = s.between(0.04, 0.18);  // half the loop's height
  const double middle = s.between(0.82, 0.94);
  s.to({left + 0.24, middle + size * 0.8}).to({left + 0.1, middle + size});
  s.to({left - s.between(0, 0.12), middle}).to({left + 0.12, middle - size});
  s.to({left + 0.34, middle - size * 0.5});
  s.to({(left + 0.3 + end) / 2, middle + size * 0.3 + sag})
      .to({end, middle + s.between(-0.06, 0.2)});
}

// Two bows open to the left that meet in a corner, a bend or a small loop; or a flat top.
void draw_three(Sketch& s) {
  const double waist = s.between(0.38, 0.54);
  const double inward = s.between(0.22, 0.55);
  const double upper = s.between(0.62, 0.88);
  const double lower = s.between(0.74, 0.98);
  if (s.chance(0.1)) {
    s.down({0.1, s.between(0, 0.06)}).to({0.45, 0.02}).to({upper, 0.02}).corner();
    s.to({(upper + inward) / 2, waist * 0.55});
  } else {
    const double start = s.between(0.06, 0.24);
    s.down({s.between(0.0, 0.2), start}).to({0.24, start * 0.3}).to({0.5, 0});
    s.to({upper - 0.06, waist * 0.17}).to({upper, waist * 0.45}).to({upper - 0.12, waist * 0.78});
  }
  const double middle = s.between(0, 1);
  if (middle < 0.5) {
    s.to({inward, waist}).corner();
  } else if (middle < 0.8) {
    s.to({inward + 0.05, waist - 0.02}).to({inward + 0.05, waist + 0.02});
  } else {
    const double size = s.between(0.03, 0.09);
    s.to({inward, waist + size}).to({inward - 0.07, waist}).to({inward, waist - size});
  }
  s.to({(inward + lower) / 2 + 0.06, waist + 0.05}).to({lower - 0.04, waist + 0.14});
  s.to({lower, (waist + 1) / 2 + 0.04}).to({lower - 0.12, 0.92}).to({0.45, 1});
  const double end = s.between(0.74, 1.0);
  s.to({0.2, 0.97 * 0.6 + end * 0.4});
  if (s.chance(0.85)) {
    s.to({s.between(-0.05, 0.14), end});
  }
}

// Open: an angle or a bowl and a stem; closed: a triangle whose stem crosses its base.
void draw_four(Sketch& s) {
  const double base = s.between(0.42, 0.66);
  const double stem = s.between(0.58, 0.96);
  const double lean = s.between(-0.14, 0.06);
  const double reach = s.chance(0.7) ? s.between(0.04, 0.4) : s.between(-0.06, 0.04);
  const double choice = s.between(0, 1);
  const double tip = s.between(-0.05, 0.24);
  if (choice < 0.06) {  // closed
    const double top = stem + s.between(-0.12, 0.06);
    s.down({top, 0})
        .to({(top + 0.02) / 2 - 0.03, base * 0.52})
        .to({s.between(-0.04, 0.1), base})
        .corner();
    s.to({0.4, base + s.between(-0.04, 0.04)}).to({stem + reach, base + s.between(-0.08, 0.05)});
    s.down({top, s.between(-0.02, 0.12)}).to({stem + lean / 2, 0.5}).to({stem + lean, 1});
    return;
  }
  const double left = s.between(0, 0.16);
  s.down({left + s.between(0, 0.26), s.between(-0.04, 0.22)});
  s.to({left + 0.04, base * 0.55});
  if (choice < 0.58) {
    s.to({left, base}).corner().to({(left + stem) / 2, base + s.between(-0.04, 0.04)});
    s.to({stem + reach, base + s.between(-0.1, 0.06)});
  } else if (choice < 0.92) {
    s.to({left + 0.02, base - 0.08})
        .to({left + 0.16, base})
        .to({(left + stem) / 2 + 0.1, base - 0.01});
    s.to({stem + reach, base - s.between(0, 0.12)});
  } else {  // a bowl that rises into the stem, without lifting the pen
    s.to({left + 0.02, base - 0.1})
        .to({left + 0.18, base})
        .to({(left + stem) / 2 + 0.1, base - 0.05});
    s.to({stem - 0.03, base - 0.2}).to({stem + 0.03, tip}).corner();
    s.to({stem + lean / 2, 0.6}).to({stem + lean, 1});
    return;
  }
  s.down({stem + s.between(-0.02, 0.08), tip}).to({stem + lean / 2, 0.5}).to({stem + lean, 1});
}

}  // namespace gradus::data::handwriting
