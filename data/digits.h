#pragma once
// Built-in digits: handwriting-like images drawn by code from a seed, for machines without a data
// set.  They follow MNIST's conventions (see docs/digits.md) and hold nothing of its images.
#include <gradus/data/labelled_images.h>

#include <cstdint>

namespace gradus::data {

/// n digits, each drawn by a writer of its own: images u8 [n, 28, 28], labels i64 [n].  Of every
/// ten consecutive images, from the first on, each digit is one.  The bytes depend on the seed
/// alone, and digits(n, seed) begins digits(n + 1, seed).  Throws ValueError unless n >= 0.
LabelledImages digits(Index n, std::uint64_t seed);

}  // namespace gradus::data
