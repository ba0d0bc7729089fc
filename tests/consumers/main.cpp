// What somebody else's program does with Gradus: include it, link it, run it.
#include <gradus/core/blas.h>
#include <gradus/core/parallel.h>
#include <gradus/gradus.h>

#include <cstdio>

int main() {
  gradus::set_num_threads(2);
  const gradus::Tensor a = gradus::tensor({{1, 2}, {3, 4}});
  const gradus::Tensor b = gradus::tensor({{5, 6}, {7, 8}});
  const gradus::Tensor c = gradus::zeros({2, 2});
  gradus::core::gemm("consumer", a, b, c);
  for (const float value : c.to_vector<float>()) {
    std::printf("%g ", static_cast<double>(value));
  }
  std::printf("\n");
}
