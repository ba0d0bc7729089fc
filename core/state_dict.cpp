#include <gradus/core/state_dict.h>

#include <algorithm>
#include <numeric>

namespace gradus {
namespace {

// How many letters must be put in, taken out or replaced to make one of the other.
// Levenshtein: Binary codes capable of correcting deletions, insertions, and reversals. Soviet
//   Physics Doklady 10(8), 1966; computed row by row as in Wagner, Fischer: The string-to-string
//   correction problem. Journal of the ACM 21(1), 1974.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string describe(const StateDict::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    return join({"the number ", *number});
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return join({"the text '", *text, "'"});
  }
  const auto& x = std::get<Tensor>(value);
  return join({"a tensor of shape ", x.shape(), ", ", x.dtype()});
}

}  // namespace

void StateDict::set(std::string name, Value value) {
  require(!name.empty(), "StateDict: a name must not be empty");
  require(!contains(name), "StateDict: names must differ, got '", name, "' twice");
  const auto* x = std::get_if<Tensor>(&value);
  require(!x || *x, "StateDict: tensor '", name, "' must be defined; leave out what there is not");
  entries_.emplace_back(name, std::move(value));
  try {
    places_.emplace(std::move(name), entries_.size() - 1);
  } catch (...) {
    entries_.pop_back();
    throw;
  }
}

const StateDict::Value* StateDict::find(std::string_view name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? nullptr : &entries_[place->second].second;
}

void StateDict::fail_missing(std::string_view name) const {
  require(!empty(), "StateDict: '", name, "' must be there, got no entries at all");
  const auto nearest = std::min_element(begin(), end(), [&](const Entry& a, const Entry& b) {
    return edit_distance(name, a.first) < edit_distance(name, b.first);
  });
  const bool near =
      edit_distance(name, nearest->first) <= std::max<std::size_t>(2, name.size() / 3);
  fail({"StateDict: '", name, "' must be there, got ", size(), " entries without it",
        near ? "; did you mean '" + nearest->first + "'?" : ""});
}

template <class T>
const T& StateDict::get(std::string_view name, const char* wanted) const {
  const Value* value = find(name);
  if (!value) {
    fail_missing(name);
  }
  const T* found = std::get_if<T>(value);
  require(found != nullptr, "StateDict: '", name, "' must be ", wanted, ", got ",
          found ? std::string() : describe(*value));
  return *found;
}

double StateDict::number(std::string_view name) const { return get<double>(name, "a number"); }
const std::string& StateDict::text(std::string_view name) const {
  return get<std::string>(name, "a text");
}
const Tensor& StateDict::tensor(std::string_view name) const {
  return get<Tensor>(name, "a tensor");
}

void StateDict::add(std::string_view prefix, const StateDict& part) {
  require(!prefix.empty(), "StateDict: a prefix must not be empty");
  std::vector<Entry> added;  // apart, for `part` may be this one
  for (const auto& [name, value] : part) {
    added.emplace_back(join({prefix, ".", name}), value);
    require(!contains(added.back().first), "StateDict: names must differ, got '",
            added.back().first, "' twice");
  }
  for (auto& [name, value] : added) {
    set(std::move(name), std::move(value));
  }
}

StateDict StateDict::part(std::string_view prefix) const {
  StateDict found;
  for (const auto& [name, value] : entries_) {
    if (name.size() > prefix.size() + 1 && name.starts_with(prefix) && name[prefix.size()] == '.') {
      found.set(name.substr(prefix.size() + 1), value);
    }
  }
  return found;
}

}  // namespace gradus
