// What views, joins and choices refuse, each text in full.
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/view.h>
#include <gtest/gtest.h>

#include "support/refusals.h"

namespace gradus {
namespace {

using test::bytes;
using test::Refusal;
using test::whole;
using test::wide;
using test::x;

const std::vector<Refusal> kViewsRefusals = {
    {"reshape", [] { reshape(x(2, 3), {4}); },
     "reshape: [4] must hold as many elements as [2, 3], got 4 and 6"},
    {"reshape",
     [] {
       reshape(x(2, 3), {-1, 4});
     },
     "reshape: cannot infer -1 in [-1, 4] for a tensor of shape [2, 3]"},
    {"transpose", [] { transpose(x(2, 3), 0, 2); },
     "transpose: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"transpose", [] { transpose(x(2, 3), -3, 1); },
     "transpose: dim must be from -2 to 1 for a tensor of rank 2, got -3"},
    {"permute", [] { permute(x(2, 3), {0}); },
     "permute: order must name each dimension of [2, 3] once, got [0]"},
    {"permute",
     [] {
       permute(x(2, 3), {0, 0});
     },
     "permute: order must name each dimension of [2, 3] once, got [0, 0]"},
    {"slice", [] { slice(x(2, 3), 2, 0, 1); },
     "slice: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"slice", [] { slice(x(2, 3), 0, 0, 1, 0); }, "slice: step must be at least 1, got 0"},
    {"select", [] { select(x(2, 3), 0, 2); },
     "select: index must be from -2 to 1 along dimension 0 of [2, 3], got 2"},
    {"select", [] { select(x(2, 3), 2, 0); },
     "select: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"expand",
     [] {
       expand(x(2, 3), {2, 4});
     },
     "expand: [2, 3] must broadcast to the shape asked for, got [2, 4]"},
    {"expand", [] { expand(x(2, 3), {3}); },
     "expand: [2, 3] must broadcast to the shape asked for, got [3]"},
    {"squeeze", [] { squeeze(x(2, 3), 0); },
     "squeeze: dimension 0 must have size 1, got shape [2, 3]"},
    {"squeeze", [] { squeeze(x(2, 3), 2); },
     "squeeze: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"unsqueeze", [] { unsqueeze(x(2, 3), 3); },
     "unsqueeze: dim must be from -3 to 2 for a tensor of rank 3, got 3"},
    {"unsqueeze", [] { unsqueeze(x(2, 3), -4); },
     "unsqueeze: dim must be from -3 to 2 for a tensor of rank 3, got -4"},
    {"flatten", [] { flatten(x(2, 3), 2); },
     "flatten: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"flatten", [] { flatten(x(2, 3, 4), 2, 1); },
     "flatten: start_dim must not be behind end_dim, got 2 and 1 for a tensor of shape [2, 3, 4]"},
    {"cat",
     [] {
       cat({x(2, 3), x(2, 4)});
     },
     "cat: sizes must agree but along dimension 0, got [2, 3] and [2, 4]"},
    {"cat",
     [] {
       cat({x(2, 3), wide(2, 3)});
     },
     "cat: parts must have one dtype, got f32 and f64"},
    {"stack",
     [] {
       stack({x(2, 3), x(2, 4)});
     },
     "stack: shapes must be equal, got [2, 3] and [2, 4]"},
    {"stack",
     [] {
       stack({x(2, 3), wide(2, 3)});
     },
     "stack: parts must have one dtype, got f32 and f64"},
    {"split",
     [] {
       split(x(4, 2), {1, 2});
     },
     "split: sizes must add up to that of dimension 0 of [4, 2], got [1, 2]"},
    {"split", [] { split(x(4, 2), 0); },
     "split: size must be at least 1, got 0 for a tensor of shape [4, 2]"},
    {"chunk", [] { chunk(x(4, 2), 0); },
     "chunk: count must be at least 1, got 0 for a tensor of shape [4, 2]"},
    {"chunk", [] { chunk(x(), 2); }, "chunk: tensor must have a dimension, got shape []"},
    {"pad",
     [] {
       pad(x(2), {{1, 1}, {1, 1}});
     },
     "pad: there must be at most one pair for each dimension of [2], got 2"},
    {"pad",
     [] {
       pad(x(2, 3), {{-1, 0}});
     },
     "pad: counts must be at least 0, got -1 and 0 for a tensor of shape [2, 3]"},
    {"masked_fill", [] { masked_fill(x(2), x(2), 0); }, "masked_fill: mask must be u8, got f32"},
    {"masked_fill", [] { masked_fill(x(2), bytes(3), 0); },
     "masked_fill: mask of shape [3] must broadcast to [2]"},
    {"masked_fill", [] { masked_fill(whole(2), bytes(2), 0.5); },
     "masked_fill: value must be a whole number that i64 can hold, got 0.5"},
    {"tril", [] { tril(x(2)); }, "tril: tensor must be [..., rows, columns], got [2]"},
    {"tril", [] { tril(x()); }, "tril: tensor must be [..., rows, columns], got []"},
    {"triu", [] { triu(x(2)); }, "triu: tensor must be [..., rows, columns], got [2]"},
    {"triu", [] { triu(x()); }, "triu: tensor must be [..., rows, columns], got []"},
    {"flip", [] { flip(x(2, 3), {2}); },
     "flip: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"flip",
     [] {
       flip(x(2, 3), {0, -2});
     },
     "flip: dims must differ, got -2 twice"}};

TEST(RefuseViews, in_its_own_name_and_words) { test::expect_refusals(kViewsRefusals); }

}  // namespace
}  // namespace gradus
