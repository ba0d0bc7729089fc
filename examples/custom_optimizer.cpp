// An optimizer of one's own: write the formula, and everything else is there already.
//
//   build/release/examples/custom_optimizer [folder of MNIST]
//
// The rule is Signum: each weight takes a step of the same length lr, in the direction that the
// gradients of late agree on.  It trains a network, first with one group of parameters, then with
// two.  Without a folder it uses built-in digits.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

/// w: weight, g: gradient, m: their running mean, which starts at 0.
///   m <- beta * m + (1 - beta) * g
///   w <- w - lr * sign(m)
/// Bernstein, Wang, Azizzadenesheli, Anandkumar: signSGD: Compressed optimisation for non-convex
/// problems. ICML 2018, arXiv:1802.04434, algorithm 2.
/// All members are needed.  In the formula write sqrt(x), not std::sqrt(x), and choose by element
/// with where(mask, a, b).
struct Signum {
  static constexpr std::string_view name = "Signum";
  double lr = 1e-4, beta = 0.9;
  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta", self.beta);
  }
  struct State {
    Tensor m;
    static void fields(auto& self, auto&& visit) { visit("m", self.m); }
  };
  void check() const {
    optim::require_at_least_zero(name, "lr", lr);
    optim::require_below_one(name, "beta", beta);
  }
  void update(Index, Tensor& w, const Tensor& g, State& s) const {
    optim::start_at_zero(s.m, w);
    core::elementwise(
        "Signum",
        [rule = *this](auto& wi, auto gi, auto& m) {
          m = rule.beta * m + (1 - rule.beta) * gi;
          wi -= rule.lr * sign(m);
        },
        w, g, s.m);
  }
};

// Trains for one epoch and prints the mean loss.
void train(const char* what, nn::Module& net, optim::OptimizerBase& optimizer,
           const data::LabelledImages& set) {
  double sum = 0;
  data::DataLoader batches(set, {.batch_size = 64}, Rng(2));
  for (const data::Batch& batch : batches) {
    const Tensor loss = nn::cross_entropy(net(batch.x), batch.y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    sum += loss.item();
  }
  std::printf("%s: mean loss of the epoch %.4f\n", what,
              sum / static_cast<double>(batches.batches()));
}

nn::Sequential make_net() {
  Rng rng(1);
  return nn::Sequential(nn::Flatten(), nn::Linear(784, 128, rng), nn::ReLU(),
                        nn::Linear(128, 10, rng));
}

int main(int argc, char** argv) try {
  const data::LabelledImages set =
      argc > 1 ? data::load_mnist(argv[1], data::Split::train) : data::digits(6000, /*seed=*/1);

  nn::Sequential net = make_net();
  optim::Optimizer optimizer(net.parameters(), Signum{.lr = 5e-4});
  train("Signum", net, optimizer, set);

  // Groups come with the driver: here biases take steps of half the length.
  nn::Sequential other = make_net();
  Parameters weights, biases;
  for (const Parameter& p : other.parameters()) {
    (p.tensor.rank() == 1 ? biases : weights).push_back(p);
  }
  optim::Optimizer<Signum> grouped;
  grouped.add_group(weights, {.lr = 5e-4});
  grouped.add_group(biases, {.lr = 2.5e-4});
  train("Signum, biases at half the rate", other, grouped, set);

  // And so do checks: an option out of range is refused, by name.
  try {
    grouped.groups()[0].rule.beta = 1.5;
    grouped.step();
  } catch (const ValueError& error) {
    std::printf("refused: %s\n", error.what());
  }
} catch (const Error& error) {
  std::fprintf(stderr, "custom_optimizer: %s\n", error.what());
  return 1;
}
