#include <gradus/optim/groups.h>

#include <algorithm>

namespace gradus::optim {

// Goes back to the last '*' where a letter does not fit: linear in practice, never exponential.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<std::vector<std::size_t>> match_all(std::string_view rule,
                                                const std::vector<std::string>& patterns,
                                                const Parameters& parameters) {
  std::vector<std::vector<std::size_t>> matched(parameters.size());
  for (std::size_t k = 0; k < patterns.size(); ++k) {
    bool any = false;
    std::string names;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      names += join({i == 0 ? "" : ", ", parameters[i].name});
      if (matches(patterns[k], parameters[i].name)) {
        matched[i].push_back(k);
        any = true;
      }
    }
    require(any, rule, ": group_by_name: the pattern '", patterns[k],
            "' must match a parameter; their names are ", names);
  }
  return matched;
}

namespace {

// Columns of text, each as wide as its widest cell.
class Table {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::string all;
    for (const std::vector<std::string>& row : rows_) {
      for (std::size_t c = 0; c < row.size(); ++c) {
        all += row[c];
        if (c + 1 < row.size()) {
          all += std::string(width(c) + 2 - row[c].size(), ' ');
        }
      }
      all += '\n';
    }
    return all;
  }

 private:
  std::size_t width(std::size_t column) const {
    std::size_t widest = 0;
    for (const std::vector<std::string>& row : rows_) {
      widest = std::max(widest, row[column].size());
    }
    return widest;
  }
  std::vector<std::vector<std::string>> rows_;
};

std::string first_names(const Parameters& parameters) {
  std::string names;
  for (std::size_t i = 0; i < parameters.size() && i < 3; ++i) {
    names += join({i == 0 ? "" : ", ", parameters[i].name});
  }
  return parameters.size() > 3 ? join({names, ", ... (", parameters.size() - 3, " more)"}) : names;
}

// The value as text; empty where the group's rule has no such option.
std::string value_of(const Options& options, const std::string& name) {
  for (const Option& option : options) {
    if (option.name == name) {
      return join({option.value});
    }
  }
  return "";
}

// lr, and the options in which groups differ.
std::vector<std::string> shown_options(const std::vector<Options>& groups) {
  std::vector<std::string> shown;
  for (const Options& group : groups) {
    for (const Option& option : group) {
      const bool differs = std::any_of(groups.begin(), groups.end(), [&](const Options& other) {
        return value_of(other, option.name) != value_of(groups[0], option.name);
      });
      if ((differs || option.name == "lr") &&
          std::find(shown.begin(), shown.end(), option.name) == shown.end()) {
        shown.push_back(option.name);
      }
    }
  }
  return shown;
}

}  // namespace

std::string group_table(const OptimizerBase& optimizer) {
  std::vector<Options> options;
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    options.push_back(optimizer.options(group));
  }
  const std::vector<std::string> shown = shown_options(options);
  Table table;
  std::vector<std::string> heading = {"group", "tensors", "numbers"};
  heading.insert(heading.end(), shown.begin(), shown.end());
  heading.push_back("parameters");
  table.add(heading);
  for (std::size_t group = 0; group < options.size(); ++group) {
    const Parameters parameters = optimizer.parameters(group);
    Index numbers = 0;
    for (const Parameter& p : parameters) {
      numbers += p.tensor.numel();
    }
    std::vector<std::string> row = {join({group}), join({parameters.size()}), join({numbers})};
    for (const std::string& name : shown) {
      row.push_back(value_of(options[group], name));
    }
    row.push_back(first_names(parameters));
    table.add(row);
  }
  return table.text();
}

}  // namespace gradus::optim
