#include "train_mnist/explain.h"

#include <algorithm>
#include <limits>

namespace train_mnist {

using namespace gradus;

namespace {

/// "0,5"
std::string index_text(const std::vector<Index>& index) {
  std::string text;
  for (const Index i : index) {
    text += join({text.empty() ? "" : ",", i});
  }
  return text;
}

}  // namespace

Explain explain_value(const std::string& flag, const std::string& text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find("]@");
  require<UsageError>(
      open != std::string::npos && open > 0 && close != std::string::npos && open < close, flag,
      " must be PARAMETER[INDEX]@STEP, such as fc1.weight[0,5]@3, got '", text, "'");
  constexpr Index kLargest = std::numeric_limits<Index>::max();
  Explain what;
  what.parameter = text.substr(0, open);
  what.step = whole_number(flag + ": the step", text.substr(close + 2), 1, kLargest);
  const std::string indices = text.substr(open + 1, close - open - 1);
  for (std::size_t first = 0; !indices.empty() && first <= indices.size();) {
    const std::size_t comma = std::min(indices.find(',', first), indices.size());
    const std::string index = indices.substr(first, comma - first);
    what.index.push_back(whole_number(flag + ": an index", index, 0, kLargest));
    first = comma + 1;
  }
  return what;
}

void require_element(const Explain& what, const Parameters& parameters) {
  std::vector<std::string> names;
  for (const Parameter& p : parameters) {
    names.push_back(p.name);
    if (p.name != what.parameter) {
      continue;
    }
    const Shape& shape = p.tensor.shape();
    bool inside = what.index.size() == static_cast<std::size_t>(shape.rank());
    for (int d = 0; inside && d < shape.rank(); ++d) {
      inside = what.index[static_cast<std::size_t>(d)] < shape[d];
    }
    require<UsageError>(inside, "--explain: the index must be one of ", p.name, ", of shape ",
                        shape, ", got [", index_text(what.index), "]");
    return;
  }
  std::string list;
  for (const std::string& name : names) {
    list += join({list.empty() ? "" : ", ", name});
  }
  fail<UsageError>({"--explain: there is no parameter '", what.parameter,
                    "'; the model's parameters are ", list});
}

void require_step(const Explain& what, Index steps) {
  require<UsageError>(what.step <= steps, "--explain: the step must be one of the ", steps,
                      " that the training takes, got ", what.step);
}

}  // namespace train_mnist
