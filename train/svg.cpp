#include <gradus/train/svg.h>

#include <charconv>
#include <cmath>

namespace gradus::train {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// How many bytes at the start of `text`, which is not empty, are one character that XML can hold;
/// 0 if none is.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return first >= 0x20 || first == '\t' || first == '\n' ? 1 : 0;
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) {
    return 0;
  }
  unsigned code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return 0;
    }
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr unsigned kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool allowed = code != 0xFFFE && code != 0xFFFF && code <= 0x10FFFF;
  return code >= kLeast[length] && !surrogate && allowed ? length : 0;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) {
      out += kReplacement;
    } else if (text[0] == '&') {
      out += "&amp;";
    } else if (text[0] == '<') {
      out += "&lt;";
    } else if (text[0] == '>') {
      out += "&gt;";
    } else if (text[0] == '"') {
      out += "&quot;";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string rounded(double value, int decimals) {
  const double scale = std::pow(10, decimals);
  const double units = std::round(value * scale);
  if (units == 0) {
    return "0";
  }
  char text[400];
  const auto end =
      std::to_chars(text, text + sizeof text, units / scale, std::chars_format::fixed, decimals);
  std::string out(text, end.ptr);
  out.resize(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) {
    out.pop_back();
  }
  return out;
}

std::string pixels(double value) { return rounded(value, 1); }

double text_width(std::string_view text, double size) {
  double ems = 0;
  for (const char c : text) {
    const bool follows = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    const bool narrow = std::string_view("iljtfrI.,:;|!'()[] ").find(c) != std::string_view::npos;
    const bool wide = std::string_view("mwMW%@").find(c) != std::string_view::npos;
    ems += follows ? 0 : narrow ? 0.33 : wide ? 0.88 : c >= 'A' && c <= 'Z' ? 0.69 : 0.57;
  }
  return ems * size;
}

std::vector<std::string> wrap_text(std::string_view text, double size, double width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::string longer = line.empty() ? std::string(word) : line + ' ' + std::string(word);
    if (!line.empty() && text_width(longer, size) > width) {
      lines.push_back(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (!line.empty()) {
    lines.push_back(line);
  }
  return lines;
}

std::string path_data(const std::vector<Points>& pieces, double least) {
  std::string d;
  for (const Points& piece : pieces) {
    Point last;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      const Point p = piece[i];
      const bool must = i == 0 || i + 1 == piece.size();
      if (must || std::hypot(p.x - last.x, p.y - last.y) >= least) {
        d += (i == 0 ? 'M' : 'L') + pixels(p.x) + ' ' + pixels(p.y);
        last = p;
      }
    }
    if (piece.size() == 1) {
      d += "h0";  // a dot, with round ends
    }
  }
  return d;
}

Svg::Svg(double width, double height, std::string_view title) {
  const std::string w = pixels(width), h = pixels(height);
  open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
               {"width", w},
               {"height", h},
               {"viewBox", "0 0 " + w + ' ' + h},
               {"role", "img"},
               {"font-family", "Helvetica, Arial, sans-serif"},
               {"fill", "#222222"}});
  add_text("title", {}, title);
  // Without it the page would be black where a viewer is.
  add("rect", {{"width", w}, {"height", h}, {"fill", "#ffffff"}});
}

void Svg::begin(std::string_view name, const Attributes& attributes) {
  out_.append(open_.size(), ' ');
  out_ += '<';
  out_ += name;
  for (const auto& [key, value] : attributes) {
    out_ += ' ';
    out_ += key;
    out_ += "=\"" + xml_text(value) + '"';
  }
}

void Svg::add(std::string_view name, const Attributes& attributes) {
  begin(name, attributes);
  out_ += "/>\n";
}

void Svg::add_text(std::string_view name, const Attributes& attributes, std::string_view text) {
  begin(name, attributes);
  out_ += '>' + xml_text(text) + "</";
  out_ += name;
  out_ += ">\n";
}

void Svg::open(std::string_view name, const Attributes& attributes) {
  begin(name, attributes);
  out_ += ">\n";
  open_.emplace_back(name);
}

void Svg::close() {
  const std::string name = open_.back();
  open_.pop_back();
  out_.append(open_.size(), ' ');
  out_ += "</" + name + ">\n";
}

std::string Svg::finish() {
  while (!open_.empty()) {
    close();
  }
  return std::move(out_);
}

}  // namespace gradus::train
