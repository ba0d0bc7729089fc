// A function of one's own, with its derivative beside it, in eight lines.
//
//   build/release/examples/custom_function
//
// The function is the soft threshold of sparse coding: numbers move towards 0 by t, and those below
// t become 0.  It is checked, differentiated twice, and finds the few causes behind many
// measurements. docs/autograd.md says more.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

// s(x) = x - t tanh(x / t): near 0 for |x| < t, and x -+ t far away; smooth, so that it has a
// second derivative.
Tensor shrink(const Tensor& x, double t) {
  const Tensor numbers = x.detach();  // what follows records nothing
  const Tensor y = numbers - t * tanh(numbers / t);
  return record(y, "shrink", {x}, [x = Saved(x), t](const Tensor& dy, Grads& dx) {
    const Tensor h = tanh(*x / t);
    dx[0] = h * h * dy;  // d s = tanh^2(x / t)
  });
}

int main() try {
  // Right?  Central differences say so, of the function and of its derivative.
  const Tensor x = from_vector<double>({-2, -0.3, 0.4, 1.5}, {4}).set_requires_grad();
  const auto value = [](const std::vector<Tensor>& in) { return sum(shrink(in[0], 0.5)); };
  const auto slope = [&](const std::vector<Tensor>& in) {
    const GradMode recording(true);
    return sum(grad({value(in)}, in, {.create_graph = true})[0]);
  };
  std::printf("first derivative:  %s\n", check_gradients(value, {x}) ? "right" : "wrong");
  std::printf("second derivative: %s\n", check_gradients(slope, {x}) ? "right" : "wrong");

  // 40 measurements, each a random mixture of 20 causes, of which three are at work.
  Rng rng(1);
  const Tensor mixture = randn({40, 20}, rng);
  const Tensor causes = zeros({20, 1});
  for (const Index k : {2, 7, 11}) {
    causes.mutable_data<float>()[k] = float(k);
  }
  const Tensor measured = matmul(mixture, causes);

  Tensor guess = full({20, 1}, 0.1);
  guess.set_requires_grad();
  optim::Optimizer opt({{"guess", guess}}, optim::Adam{.lr = 0.1});
  for (int step = 0; step < 1000; ++step) {
    const Tensor error = matmul(mixture, shrink(guess, 0.5)) - measured;
    opt.zero_grad();
    mean(error * error).backward();
    opt.step();
  }
  const Tensor found = shrink(guess.detach(), 0.5);
  for (Index k = 0; k < 20; ++k) {
    const double amount = select(found, 0, k).item();
    if (amount > 0.5) {
      std::printf("cause %2d: %.2f\n", int(k), amount);
    }
  }
} catch (...) {
  std::fprintf(stderr, "custom_function: %s\n", caught_message());
  return 1;
}
