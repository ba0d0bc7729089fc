#pragma once
// The flags of the command line as texts, before anybody asks what they mean.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "train_mnist/flag_values.h"

namespace train_mnist {

class Flags {
 public:
  /// Reads `arguments`, argv without the program's name.  Throws UsageError for flags that do not
  /// exist, lack their value, or are given twice where once is enough.
  explicit Flags(const std::vector<std::string>& arguments);

  /// All values given for the flag, in their order.
  std::vector<std::string> all(const std::string& flag) const;
  /// The only value, or none.
  std::optional<std::string> at(const std::string& flag) const;
  /// True if the flag, one without value, is given.
  bool has(const std::string& flag) const { return switches_.at(flag); }
  /// Gives the flag a value more.
  void add(const std::string& flag, const std::string& value) { given_[flag].push_back(value); }

  /// What --help prints, if it is given.
  const std::string& help() const { return help_; }

 private:
  std::map<std::string, std::vector<std::string>> given_;
  std::map<std::string, bool> switches_;
  std::string help_;
};

}  // namespace train_mnist
