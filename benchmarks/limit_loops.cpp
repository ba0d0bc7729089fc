#include "limit_loops.h"

namespace limit {
namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
typedef float Values __attribute__((vector_size(kBytes)));
constexpr int kSums = 12;  // more than latency times units of any processor so far

}  // namespace

const long kFlops = 2L * kSums * (kBytes / 4);

void multiply_adds(long times) {
  Values sums[kSums];
  for (int i = 0; i < kSums; ++i) {
    sums[i] = Values{} + static_cast<float>(i);
  }
  Values factor = Values{} + 0.999F;
  asm volatile("" : "+m"(factor));  // what it is may not be foreseen
  for (long t = 0; t < times; ++t) {
    for (Values& sum : sums) {
      sum = sum * factor + factor;
    }
  }
  for (Values& sum : sums) {
    asm volatile("" : "+m"(sum));
  }
}

}  // namespace limit
