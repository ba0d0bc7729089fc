#include <gradus/optim/digits.h>
#include <gradus/optim/explanation.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace gradus::optim {
namespace {

// The rule and its options, in lines of at most 80 columns.
std::string options_text(const Explanation& e) {
  std::string text = e.rule;
  std::size_t column = text.size();
  for (const Option& option : e.options) {
    const std::string item = join({option.name, " ", significant_digits(option.value)});
    const bool fits = column + 2 + item.size() < 80;
    text += join({fits ? ", " : ",\n  ", item});
    column = (fits ? column : 0) + 2 + item.size();
  }
  return text;
}

// A formula that is a single value needs no numbers beside it.
bool shows_numbers(const Line& line) {
  return line.numbers != significant_digits(line.value) && line.numbers != line.formula;
}

std::string heading(const Explanation& e, const ExplainedStep& step) {
  return join({"step ", step.t, " of ", e.parameter, ": w = ", significant_digits(step.before),
               ", g = ", significant_digits(step.gradient)});
}

std::string in_json(const std::string& text) {
  std::string result(1, '"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      result += code;
    } else {
      result += c;
    }
  }
  result += '"';
  return result;
}

std::string in_json(double x) {
  return std::isfinite(x) ? significant_digits(x, 17) : in_json(significant_digits(x));
}

// A vertical bar would end a cell of a table.
std::string in_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

}  // namespace

std::string to_text(const Explanation& e) {
  std::string text = options_text(e) + "\n";
  for (const ExplainedStep& step : e.steps) {
    text += join({"\n", heading(e, step), "\n"});
    std::size_t width = 4;
    for (const Line& line : step.lines) {
      width = std::max(width, line.name.size());
    }
    const auto pad = [&](const std::string& name) {
      return join({"  ", name, std::string(width - name.size(), ' ')});
    };
    const std::string below = join({pad(""), "  = "});
    for (const Line& line : step.lines) {
      text += join({pad(line.name), " <- ", line.formula, "\n"});
      if (shows_numbers(line)) {
        text += join({below, line.numbers, "\n"});
      }
      text += join({below, significant_digits(line.value), "\n"});
    }
    text += pad("step") + "  = " + significant_digits(step.after - step.before) +
            ", w = " + significant_digits(step.after, 9) + "\n";
  }
  return text;
}

std::string to_markdown(const Explanation& e) {
  std::string text = options_text(e) + "\n";
  for (const ExplainedStep& step : e.steps) {
    text +=
        "\n**" + heading(e, step) + "**\n\n| | formula | numbers | value |\n|---|---|---|---|\n";
    for (const Line& line : step.lines) {
      text += join({"| ", in_cell(line.name), " | `", in_cell(line.formula), "` | `",
                    in_cell(line.numbers), "` | ", significant_digits(line.value), " |\n"});
    }
    text += join({"| step | `w after - w before` | `", significant_digits(step.after, 9), " - ",
                  significant_digits(step.before, 9), "` | ",
                  significant_digits(step.after - step.before), " |\n"});
  }
  return text;
}

std::string to_json(const Explanation& e) {
  std::string text = join({"{\"rule\": ", in_json(e.rule), ", \"options\": {"});
  const char* comma = "";
  for (const Option& option : e.options) {
    text += join({comma, in_json(option.name), ": ", in_json(option.value)});
    comma = ", ";
  }
  text += join({"}, \"parameter\": ", in_json(e.parameter), ", \"steps\": ["});
  comma = "";
  for (const ExplainedStep& step : e.steps) {
    text += join({comma, "{\"t\": ", step.t, ", \"gradient\": ", in_json(step.gradient),
                  ", \"before\": ", in_json(step.before), ", \"after\": ", in_json(step.after),
                  ", \"lines\": ["});
    const char* between = "";
    for (const Line& line : step.lines) {
      text += join(
          {between, "{\"name\": ", in_json(line.name), ", \"formula\": ", in_json(line.formula),
           ", \"numbers\": ", in_json(line.numbers), ", \"value\": ", in_json(line.value), "}"});
      between = ", ";
    }
    text += "]}";
    comma = ", ";
  }
  text += "]}\n";
  return text;
}

}  // namespace gradus::optim
