// Convolutions and pooling against values and gradients recorded from PyTorch.
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/pool.h>
#include <gtest/gtest.h>

#include "support/recorded_ops.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

// "conv2d_stride2x1_groups2": a function and its options.
class Call {
 public:
  explicit Call(const std::string& name) : name_(name) {}

  bool is(const std::string& function) const { return name_.rfind(function + "_", 0) == 0; }
  Size2 size(const std::string& option, Index usual) const {
    const std::size_t at = name_.find("_" + option);
    if (at == std::string::npos) {
      return usual;
    }
    const std::string text = name_.substr(at + 1 + option.size());
    std::size_t used = 0;
    const Index first = std::stoll(text, &used);
    return text[used] == 'x' ? Size2{first, std::stoll(text.substr(used + 1))} : Size2{first};
  }
  Index number(const std::string& option, Index usual) const { return size(option, usual).w; }

  Tensor operator()(const Tensors& x) const {
    if (is("conv2d")) {
      return conv2d(x[0], x[1], x[2],
                    {.stride = size("stride", 1),
                     .padding = size("padding", 0),
                     .dilation = size("dilation", 1),
                     .groups = number("groups", 1)});
    }
    if (is("conv_transpose2d")) {
      return conv_transpose2d(x[0], x[1], x[2],
                              {.stride = size("stride", 1),
                               .padding = size("padding", 0),
                               .output_padding = size("output-padding", 0),
                               .dilation = size("dilation", 1),
                               .groups = number("groups", 1)});
    }
    if (is("conv1d")) {
      return conv1d(x[0], x[1], x[2],
                    {.stride = number("stride", 1),
                     .padding = number("padding", 0),
                     .dilation = number("dilation", 1),
                     .groups = number("groups", 1)});
    }
    const MaxPoolOptions max{.stride = size("stride", 1),
                             .padding = size("padding", 0),
                             .dilation = size("dilation", 1),
                             .ceil_mode = number("ceil-mode", 0) == 1};
    const AvgPoolOptions avg{.stride = size("stride", 1),
                             .padding = size("padding", 0),
                             .count_include_pad = number("count-include-pad", 1) == 1,
                             .ceil_mode = number("ceil-mode", 0) == 1};
    return is("max_pool2d")   ? max_pool2d(x[0], {3, 2}, max)
           : is("avg_pool2d") ? avg_pool2d(x[0], {3, 2}, avg)
           : is("max_pool1d") ? max_pool1d(x[0], 2, max)
           : is("avg_pool1d") ? avg_pool1d(x[0], 2, avg)
                              : adaptive_avg_pool2d(x[0], size("output", 0));
  }

 private:
  std::string name_;
};

TEST(Torch, values_and_gradients_of_convolutions_and_pooling_agree) {
  test::NamedOps ops;
  for (const test::Recorded& c : test::read_recorded("ops_conv.txt")) {
    ops[c.name] = Call(c.name);
  }
  EXPECT_GT(ops.size(), 30u);
  test::expect_ops_as_recorded("ops_conv.txt", ops);
}

}  // namespace
}  // namespace gradus
