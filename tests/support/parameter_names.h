#pragma once
#include <gradus/core/parameter.h>

#include <string>
#include <vector>

namespace gradus::test {

inline std::vector<std::string> names(const Parameters& all) {
  std::vector<std::string> names;
  for (const Parameter& p : all) {
    names.push_back(p.name);
  }
  return names;
}

}  // namespace gradus::test
