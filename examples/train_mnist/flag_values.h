#pragma once
// From the text after a flag to a value, or a message that says what the flag takes.
#include <gradus/core/error.h>
#include <gradus/core/shape.h>

#include <cstdint>
#include <string>
#include <vector>

namespace train_mnist {

using gradus::Index;

/// A command line that the program does not take: exit status 2.
struct UsageError : gradus::Error {
  using Error::Error;
};

/// Digits alone, for a number from `low` to `high`.  Throws UsageError naming `flag`, as all here.
Index whole_number(const std::string& flag, const std::string& text, Index low, Index high);
/// Digits alone, for a number below 2^64.
std::uint64_t seed_number(const std::string& flag, const std::string& text);
/// A finite number above 0: "0.1", "1e-3".
double positive_number(const std::string& flag, const std::string& text);
/// A number from 0 to below 1.
double share(const std::string& flag, const std::string& text);
/// `text` itself, which must be one of `choices`.
std::string one_of(const std::string& flag, const std::string& text,
                   const std::vector<std::string>& choices);

/// The word that `text` most likely is a misspelling or a beginning of; empty if none is near.
std::string nearest_word(const std::string& text, const std::vector<std::string>& words);

}  // namespace train_mnist
