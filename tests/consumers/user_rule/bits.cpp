// Rules of a user's file, compiled with -O2 alone, give the bits of their built-in twins on every
// instruction set that is dispatched to, and one instruction set those of every other.
#include <gradus/core/cpu.h>
#include <gradus/core/random.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/rmsprop.h>

#include <cstdio>
#include <cstring>

#include "rule.h"

using namespace gradus;

namespace {

using Make = std::unique_ptr<optim::OptimizerBase> (*)(const Parameters&, double);

template <class R>
std::unique_ptr<optim::OptimizerBase> built_in(const Parameters& parameters, double lr) {
  return std::make_unique<optim::Optimizer<R>>(parameters, R{.lr = lr});
}

// A parameter after 20 steps.
Tensor trained(Make make, Index n, Dtype dtype) {
  Rng rng(1);
  Tensor w = randn({n}, rng, 0, 1, dtype);
  w.set_requires_grad();
  const auto optimizer = make({{"w", w}}, 0.01);
  for (int step = 0; step < 20; ++step) {
    w.set_grad(randn({n}, rng, 0, 1, dtype));
    optimizer->step();
  }
  return w;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return std::memcmp(a.address(), b.address(),
                     static_cast<std::size_t>(a.numel() * item_size(a.dtype()))) == 0;
}

}  // namespace

int main() {
  const struct {
    const char* name;
    Make user;
    Make built_in;
  } twins[] = {{"Adam", user::adam, built_in<optim::Adam>},
               {"RMSprop", user::rmsprop, built_in<optim::RMSprop>}};
  int differ = 0;
  for (const auto& twin : twins) {
    for (const Dtype dtype : {f32, f64}) {
      for (const Index n : {1, 7, 37, 40000}) {
        set_active_cpu(Cpu::base);
        const Tensor expected = trained(twin.built_in, n, dtype);
        for (const Cpu cpu : {Cpu::base, Cpu::avx2, Cpu::avx512}) {
          if (cpu > detected_cpu()) {
            continue;
          }
          set_active_cpu(cpu);
          for (const Make make : {twin.user, twin.built_in}) {
            if (!same_bits(trained(make, n, dtype), expected)) {
              ++differ;
              std::printf("%s %s of %d elements, %s: other bits with %s\n",
                          make == twin.user ? "user's" : "built-in", twin.name, static_cast<int>(n),
                          to_text(dtype).c_str(), to_text(cpu));
            }
          }
        }
      }
    }
  }
  std::printf("%d differ\n", differ);
  return differ == 0 ? 0 : 1;
}
