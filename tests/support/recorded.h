#pragma once
// The values recorded from PyTorch: tests/reference/record_torch.py writes the files and describes
// them.
#include <gradus/core/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace gradus::test {

struct Recorded {
  std::string name;
  Dtype dtype = f64;
  std::string options;  ///< the rest of the case's first line
  std::vector<std::pair<std::string, Tensor>> values;

  std::vector<Tensor> all(const std::string& key) const {
    std::vector<Tensor> found;
    for (const auto& [k, x] : values) {
      if (k == key) {
        found.push_back(x);
      }
    }
    return found;
  }
};

/// "key sizes : numbers"; "key" alone gives an undefined tensor.
inline std::pair<std::string, Tensor> parse_line(const std::string& text, Dtype dtype) {
  std::istringstream words(text);
  std::string key;
  words >> key;
  std::string word;
  Shape shape;
  if (!(words >> word)) {
    return {key, Tensor()};
  }
  for (; word != ":"; words >> word) {
    shape.push_back(std::stoll(word));
  }
  std::vector<double> numbers;
  while (words >> word) {
    numbers.push_back(std::strtod(word.c_str(), nullptr));
  }
  return {key, convert(from_vector(numbers, shape), dtype)};
}

/// All cases of a file in tests/reference.
inline std::vector<Recorded> read_recorded(const std::string& file) {
  const std::string here = __FILE__;
  const std::string path = here.substr(0, here.rfind('/')) + "/../reference/" + file;
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << "cannot read " << path;
  std::vector<Recorded> cases;
  bool open = false;
  for (std::string text; std::getline(in, text);) {
    std::istringstream words(text);
    std::string first;
    words >> first;
    if (first == "case") {
      Recorded c;
      std::string dtype;
      words >> c.name >> dtype;
      std::getline(words >> std::ws, c.options);
      c.dtype = dtype == "f32" ? f32 : f64;
      cases.push_back(c);
      open = true;
    } else if (first == "end") {
      open = false;
    } else if (open) {
      cases.back().values.push_back(parse_line(text, cases.back().dtype));
    }
  }
  return cases;
}

/// Expects |found - expected| <= relative * max(|expected|, floor): 1e-12 of f64, 1e-6 of f32.
inline void expect_as_recorded(const Tensor& found, const Tensor& expected, double floor,
                               const std::string& note) {
  ASSERT_TRUE(bool(found)) << note;
  ASSERT_EQ(found.shape(), expected.shape()) << note;
  ASSERT_EQ(found.dtype(), expected.dtype()) << note;
  const double relative = expected.dtype() == f64 ? 1e-12 : 1e-6;
  const std::vector<double> a = convert(found, f64).to_vector<double>();
  const std::vector<double> b = convert(expected, f64).to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i], b[i], relative * std::max(std::fabs(b[i]), floor)) << note << ", " << i;
  }
}

}  // namespace gradus::test
