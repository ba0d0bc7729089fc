#pragma once
// StateDict: what an object would need to go on as if it had never stopped, by dotted name:
// "groups.0.lr" a number, "rule" a text, "state.fc1.weight.m" a tensor.  Optimizers, averages and
// schedules write themselves into one and read themselves from one.
//
// A tensor is held by its handle, so it shows whatever happens to its elements later.  Whoever
// fills a StateDict decides: clone() for a snapshot, the handle itself for what is read at once.
#include <gradus/core/tensor.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gradus {

/// A map from names to numbers, texts and tensors that keeps the order of insertion.  Finding a
/// name takes logarithmic time.  Copying one copies handles of tensors, not elements.
class StateDict {
 public:
  using Value = std::variant<double, std::string, Tensor>;
  using Entry = std::pair<std::string, Value>;  ///< name and value

  /// Adds an entry behind the others.  Throws ValueError if the name is empty or there already, or
  /// the value an undefined tensor.
  void set(std::string name, Value value);

  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// The value of that name, or nullptr.  Lives until the next change.
  const Value* find(std::string_view name) const;

  /// The entry of that name.  Throws ValueError, saying what there is instead, if there is none or
  /// it is of another kind.  References live until the next change.
  double number(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  const Tensor& tensor(std::string_view name) const;

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::vector<Entry>::const_iterator begin() const { return entries_.begin(); }
  std::vector<Entry>::const_iterator end() const { return entries_.end(); }

  /// Adds every entry of `part` as `prefix.name`.  Throws ValueError, adding nothing, if the prefix
  /// is empty or one of the names is there already.
  void add(std::string_view prefix, const StateDict& part);
  /// The entries whose names begin with `prefix.`, without it, in order; maybe none.
  StateDict part(std::string_view prefix) const;

 private:
  template <class T>
  const T& get(std::string_view name, const char* wanted) const;
  [[noreturn]] void fail_missing(std::string_view name) const;

  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> places_;  // of names in entries_
};

}  // namespace gradus
