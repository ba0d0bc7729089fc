// An optimizer of one's own: write the formula, and everything else is there already.
//
//   build/release/examples/custom_optimizer [folder of MNIST]
//
// The rule is Signum: each weight takes a step of the same length lr, in the direction that the
// gradients of late agree on.  It is checked, explained, and trains a network, first with one group
// of parameters, then with two.  Without a folder it uses built-in digits.  How the rule is written
// is told in docs/write_an_optimizer.md.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;
using namespace gradus::optim;

/// w: weight, g: gradient, m: their running mean, which starts at 0.
///   m <- beta * m + (1 - beta) * g
///   w <- w - lr * sign(m)
/// Bernstein, Wang, Azizzadenesheli, Anandkumar: signSGD: Compressed optimisation for non-convex
/// problems. ICML 2018, arXiv:1802.04434, algorithm 2.
struct Signum {
  static constexpr std::string_view name = "Signum";
  Number lr = 1e-4, beta = 0.9;
  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta", self.beta);
  }
  struct State {
    Tensor m;
    static void fields(auto& self, auto&& visit) { visit("m", self.m); }
  };
  void check() const {
    require_at_least_zero(name, "lr", lr);
    require_below_one(name, "beta", beta);
  }
  double step_bound(Index) const { return lr; }
  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    start_at_zero(s.m, w);
    const auto formula = [rule = *this](auto& wi, auto gi, auto& m) {
      m = rule.beta * m + (1 - rule.beta) * gi;
      wi -= rule.lr * sign(m);
    };
    update_elements("Signum", formula, w, g, s.m);
  }
};

// Trains for one epoch and prints the mean loss.
void train(const char* what, nn::Module& net, OptimizerBase& optimizer,
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
  // Does it keep what everyone relies on?
  const conformance::Report report = conformance::check(Signum{.lr = 5e-4});
  std::printf("%s\n", to_text(report).c_str());

  // What does it do to a single number?
  std::printf("%s\n", to_text(explain(Signum{.lr = 0.1}, 1.0, {0.5, -0.25})).c_str());

  const data::LabelledImages set =
      argc > 1 ? data::load_mnist(argv[1], data::Split::train) : data::digits(6000, /*seed=*/1);
  nn::Sequential net = make_net();
  Optimizer optimizer(net.parameters(), Signum{.lr = 5e-4});
  train("Signum", net, optimizer, set);

  // Groups and schedules come with Optimizer: here biases take steps of half the length, and all
  // steps grow over the first 50.
  nn::Sequential other = make_net();
  Parameters weights, biases;
  for (const Parameter& p : other.parameters()) {
    (p.tensor.rank() == 1 ? biases : weights).push_back(p);
  }
  Optimizer<Signum> grouped;
  grouped.add_group(weights, {.lr = 5e-4});
  grouped.add_group(biases, {.lr = 2.5e-4});
  grouped.schedule_factor("lr", schedule::linear(1, {.total = 50}));
  train("Signum, biases at half the rate", other, grouped, set);

  // And so do checks: an option out of range is refused, by name.
  try {
    grouped.groups()[0].rule.beta = 1.5;
    grouped.step();
  } catch (const ValueError& error) {
    std::printf("refused: %s\n", error.what());
  }
  return report.passed() ? 0 : 1;
} catch (...) {
  std::fprintf(stderr, "custom_optimizer: %s\n", caught_message());
  return 1;
}
