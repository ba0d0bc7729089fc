// Sequences of operations, chosen by the bytes: tensors, views, changes in place, derivatives,
// steps of optimizers.  Each gives a result or an Error; all numbers of a result can be read, and a
// gradient is like its tensor.
#include <gradus/gradus.h>

#include <array>
#include <optional>

#include "fuzz/choices.h"
#include "fuzz/target.h"
#include "support/huge_requests.h"

namespace gradus {
namespace {

using test::Choices;

constexpr std::size_t kTensors = 6;
constexpr Index kMostElements = 256;             // of an operand; what is larger is replaced
constexpr Index kMostPlaces = 4096;              // of a tensor without elements
constexpr Index kBeyondMemory = Index{1} << 40;  // in elements
constexpr int kMostActs = 24;

Tensor fresh(Choices& choices) {
  const Dtype dtype = choices.dtype();
  const Shape shape = choices.shape();
  Tensor x = full(shape, choices.byte() % 7, dtype);
  if (choices.byte() % 2 == 1) {
    x.set_requires_grad(true);
  }
  return x;
}

Tensor view(Choices& choices, const Tensor& x) {
  const int choice = choices.byte() % 8;
  const Index dim = choices.index();
  switch (choice) {
    case 0:
      return reshape(x, choices.shape());
    case 1:
      return transpose(x, dim, choices.index());
    case 2: {
      const Index start = choices.index();
      const Index stop = choices.index();
      return slice(x, dim, start, stop, choices.index());
    }
    case 3:
      return select(x, dim, choices.index());
    case 4:
      return expand(x, choices.shape());
    case 5:
      return squeeze(x, dim);
    case 6:
      return unsqueeze(x, dim);
    default:
      return flatten(x, dim, choices.index());
  }
}

Tensor of_one(Choices& choices, const Tensor& x) {
  switch (choices.byte() % 16) {
    case 0:
      return exp(x);
    case 1:
      return log(x);
    case 2:
      return sqrt(x);
    case 3:
      return relu(x);
    case 4:
      return tanh(x);
    case 5:
      return pow(x, double(choices.index() % 5));
    case 6:
      return sum(x, {choices.index()}, choices.byte() % 2 == 1);
    case 7:
      return mean(x);
    case 8:
      return softmax(x, choices.index());
    case 9:
      return cumsum(x, choices.index());
    case 10:
      return flip(x, {choices.index(), choices.index()});
    case 11:
      return tril(x, choices.index());
    case 12:
      return clamp(x, double(choices.byte() % 3), {});
    case 13:
      return convert(x, choices.dtype());
    case 14:
      return sum_to(x, choices.shape());
    default:
      return log_softmax(x, choices.index());
  }
}

Tensor of_two(Choices& choices, const Tensor& a, const Tensor& b) {
  switch (choices.byte() % 13) {
    case 0:
      return add(a, b);
    case 1:
      return sub(a, b);
    case 2:
      return mul(a, b);
    case 3:
      return div(a, b);
    case 4:
      return matmul(a, b);
    case 5:
      return maximum(a, b);
    case 6:
      return cat({a, b}, choices.index());
    case 7:
      return stack({a, b}, choices.index());
    case 8:
      return index_select(a, choices.index(), b);
    case 9:
      return gather(a, choices.index(), b);
    case 10:
      return scatter_add(a, choices.index(), b, a);
    case 11:
      return cross_entropy(a, b);
    default:
      return where(b, a, a);
  }
}

void step(Choices& choices, const Tensor& x) {
  const double lr = choices.byte() % 2 == 1 ? 0.1 : double(choices.index());
  if (choices.byte() % 2 == 1) {
    optim::Optimizer({{"x", x}}, optim::Adam{.lr = lr}).step();
  } else {
    optim::Optimizer({{"x", x}}, optim::SGD{.lr = lr, .momentum = 0.9}).step();
  }
}

// A sum over a side of 0 has a zero for each place of the other sides: a tensor without elements is
// replaced where these are many. More than memory holds must be refused, so such a tensor stays.
bool makes_many_of_nothing(const Tensor& x) {
  Index sides = 1;
  for (const Index size : x.shape()) {
    if (size > 0 && __builtin_mul_overflow(sides, size, &sides)) {
      return false;
    }
  }
  return x.numel() == 0 && sides > kMostPlaces && sides < kBeyondMemory;
}

// One operation on tensors of the table, its result in its place there.
void act(Choices& choices, std::array<Tensor, kTensors>& table) {
  const int choice = choices.byte();
  Tensor& a = table[static_cast<std::size_t>(choices.byte()) % kTensors];
  Tensor& b = table[static_cast<std::size_t>(choices.byte()) % kTensors];
  switch (choice % 10) {
    case 0:
      a = fresh(choices);
      break;
    case 1:
      a = view(choices, b);
      break;
    case 2:
    case 3:
      a = of_one(choices, b);
      break;
    case 4:
    case 5:
      a = of_two(choices, a, b);
      break;
    case 6:
      fill(a, choices.byte());
      break;
    case 7:
      copy(a, b);
      break;
    case 8:
      backward(sum(a), {.retain_graph = choices.byte() % 2 == 1});
      break;
    default:
      step(choices, a);
      break;
  }
  if (a.numel() > kMostElements || makes_many_of_nothing(a)) {
    a = ones({2, 3});
  }
}

void check_tensor(const Tensor& x) {
  const Tensor read = x.clone();
  test::check(read.shape() == x.shape() && read.dtype() == x.dtype());
  if (x.requires_grad() && x.grad()) {
    test::check(x.grad().shape() == x.shape() && x.grad().dtype() == x.dtype());
    x.grad().clone();
  }
}

}  // namespace
}  // namespace gradus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  Choices choices(bytes, size);
  std::array<Tensor, kTensors> table;
  table.fill(ones({2, 3}));
  // Enough for any mixture, and an end to what grows.
  for (int k = 0; k < kMostActs && !choices.ended(); ++k) {
    test::expect_result_or_error([&] { act(choices, table); });
  }
  for (const Tensor& x : table) {
    check_tensor(x);
  }
  return 0;
}
