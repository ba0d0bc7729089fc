#pragma once
// A writer of SVG, as far as figures need it: elements with attributes, all text escaped.
// W3C: Scalable Vector Graphics (SVG) 1.1 (second edition). 2011.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::train {

struct Point {
  double x = 0;
  double y = 0;
};
using Points = std::vector<Point>;

/// `text` for the inside of an XML element or attribute: & < > " are escaped.  Control characters
/// and bytes that are not UTF-8, which XML cannot hold, become U+FFFD.
std::string xml_text(std::string_view text);

/// With at most so many decimals, at least one: "12.3", "-4", never "-0".
std::string rounded(double value, int decimals);

/// A coordinate to a tenth of a pixel.
std::string pixels(double value);

/// About how wide `text` is in a sans-serif font of that size, in pixels.
double text_width(std::string_view text, double size);

/// `text` in lines of about `width` pixels, cut at spaces.
std::vector<std::string> wrap_text(std::string_view text, double size, double width);

/// What a path's attribute d says: lines through the points of each piece.  A point that lies
/// less than `least` pixels from the one before is left out, unless it is the last.
std::string path_data(const std::vector<Points>& pieces, double least);

class Svg {
 public:
  using Attribute = std::pair<const char*, std::string>;
  using Attributes = std::vector<Attribute>;

  /// A white page of that size in pixels.  `title` is what screen readers say.
  Svg(double width, double height, std::string_view title);

  /// <name .../>
  void add(std::string_view name, const Attributes& attributes);
  /// <name ...>text</name>
  void add_text(std::string_view name, const Attributes& attributes, std::string_view text);
  /// <name ...>, and later </name>.
  void open(std::string_view name, const Attributes& attributes);
  void close();

  /// The document, with all that is still open closed.
  std::string finish();

 private:
  void begin(std::string_view name, const Attributes& attributes);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace gradus::train
