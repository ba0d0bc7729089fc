#pragma once
// What the tests of DataLoader with workers load.
#include <gradus/core/random.h>
#include <gradus/data/digits.h>
#include <gradus/data/loader.h>

#include <cstdint>
#include <vector>

namespace gradus::test {

using Floats = std::vector<float>;

inline data::DataLoader make_loader(const data::LoaderOptions& options, Index samples = 61) {
  return {data::digits(samples, 1), options, Rng(5)};
}

/// All the numbers of an epoch.
inline Floats numbers_of(const data::DataLoader::Epoch& epoch) {
  Floats numbers;
  for (const data::Batch& batch : epoch) {
    const Floats x = batch.x.dtype() == f32 ? batch.x.to_vector<float>() : Floats();
    numbers.insert(numbers.end(), x.begin(), x.end());
    for (const std::int64_t y : batch.y.to_vector<std::int64_t>()) {
      numbers.push_back(static_cast<float>(y));
    }
  }
  return numbers;
}

}  // namespace gradus::test
