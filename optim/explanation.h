#pragma once
// Explanation: what steps did to one number, line by line, as text, Markdown or JSON.
#include <gradus/core/shape.h>
#include <gradus/optim/options.h>

#include <string>
#include <vector>

namespace gradus::optim {

/// "name <- formula = numbers = value".
struct Line {
  std::string name;
  std::string formula;  ///< in symbols, as the rule's code has it
  std::string numbers;  ///< the same with the value of each symbol
  double value = 0;
};

struct ExplainedStep {
  Index t = 0;  ///< the parameter's step, from 1
  double gradient = 0;
  double before = 0;  ///< the parameter
  double after = 0;
  std::vector<Line> lines;
};

struct Explanation {
  std::string rule;
  Options options;
  std::string parameter;  ///< "fc1.weight[0,5]"
  std::vector<ExplainedStep> steps;
};

/// For a terminal, lines of symbols, numbers and values one below the other.
std::string to_text(const Explanation& explanation);
/// One table for each step.
std::string to_markdown(const Explanation& explanation);
/// {"rule": ..., "options": {...}, "parameter": ..., "steps": [{"t": ..., "lines": [...]}]}; a NaN
/// or infinity, which JSON does not know, is a string.
std::string to_json(const Explanation& explanation);

}  // namespace gradus::optim
