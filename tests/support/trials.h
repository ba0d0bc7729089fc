#pragma once
#include <cstdlib>

namespace gradus::test {

/// How often a test tries: the suite's number, or the one that scripts/soak.sh asks for.
inline int trials(const char* variable, int usual) {
  const char* const text = std::getenv(variable);
  return text ? std::atoi(text) : usual;
}

}  // namespace gradus::test
