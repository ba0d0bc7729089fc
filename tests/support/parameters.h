#pragma once
// Other tensors in the places of a module's parameters.
#include <gradus/nn/module.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace gradus::test {

class ReplaceParameters : public nn::Fields {
 public:
  explicit ReplaceParameters(const std::vector<Tensor>& values) : values_(values) {}

  void operator()(const std::string& name, Tensor& parameter) override {
    if (parameter) {
      ASSERT_LT(next_, values_.size()) << name;
      ASSERT_EQ(parameter.shape(), values_[next_].shape()) << name;
      parameter = values_[next_++];
    }
  }
  void operator()(const std::string&, nn::Module& child) override { child.fields(*this); }

 private:
  const std::vector<Tensor>& values_;
  std::size_t next_ = 0;
};

/// The values, in the order of fields(), become the parameters, with the history that they have.
inline void replace_parameters(nn::Module& module, const std::vector<Tensor>& values) {
  ReplaceParameters replace(values);
  module.fields(replace);
}

}  // namespace gradus::test
