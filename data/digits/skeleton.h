#pragma once
// Skeletons: which strokes make a digit, in the variants that people write.
#include <gradus/data/digits/sketch.h>

namespace gradus::data::handwriting {

/// Draws one of the digit's variants.  digit: 0 to 9.
void draw_skeleton(int digit, Sketch& s);

// One function a digit.
void draw_zero(Sketch& s);
void draw_one(Sketch& s);
void draw_two(Sketch& s);
void draw_three(Sketch& s);
void draw_four(Sketch& s);
void draw_five(Sketch& s);
void draw_six(Sketch& s);
void draw_seven(Sketch& s);
void draw_eight(Sketch& s);
void draw_nine(Sketch& s);

}  // namespace gradus::data::handwriting
