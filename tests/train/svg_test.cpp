#include <gradus/train/svg.h>
#include <gtest/gtest.h>

namespace gradus::train {
namespace {

TEST(XmlText, escapes_what_has_a_meaning_in_xml) {
  EXPECT_EQ(xml_text("a < b & \"c\" > d"), "a &lt; b &amp; &quot;c&quot; &gt; d");
}

TEST(XmlText, keeps_utf8_and_replaces_what_xml_cannot_hold) {
  EXPECT_EQ(xml_text("Gr\u00F6\u00DFe \u03B2\u2082 \U0001F600\t\n"),
            "Gr\u00F6\u00DFe \u03B2\u2082 \U0001F600\t\n");
  // NUL, escape, a lone continuation, a lone start, an overlong slash, a surrogate, U+FFFE, and
  // a number above the last character.
  EXPECT_EQ(xml_text(std::string_view("\0\x1b", 2)), "\uFFFD\uFFFD");
  EXPECT_EQ(xml_text("\x80z"), "\uFFFDz");
  EXPECT_EQ(xml_text("\xC3"), "\uFFFD");
  EXPECT_EQ(xml_text("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(xml_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(xml_text("\xEF\xBF\xBE"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(xml_text("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Pixels, are_tenths_without_needless_characters) {
  EXPECT_EQ(pixels(12.34), "12.3");
  EXPECT_EQ(pixels(12.96), "13");
  EXPECT_EQ(pixels(-0.04), "0");
  EXPECT_EQ(pixels(-3.25), "-3.3");
  EXPECT_EQ(pixels(1e9), "1000000000");
}

TEST(WrapText, cuts_at_spaces_and_leaves_long_words_whole) {
  EXPECT_EQ(wrap_text("", 10, 100), (std::vector<std::string>{}));
  EXPECT_EQ(wrap_text("one two", 10, 1000), (std::vector<std::string>{"one two"}));
  EXPECT_EQ(wrap_text("one two three", 10, 1), (std::vector<std::string>{"one", "two", "three"}));
}

TEST(PathData, leaves_out_points_too_near_but_never_the_last) {
  EXPECT_EQ(path_data({{{0, 0}, {0.2, 0}, {0.4, 0}, {1, 0}, {1.1, 0}}}, 0.5), "M0 0L1 0L1.1 0");
}

TEST(PathData, begins_each_piece_anew_and_makes_a_dot_of_one_point) {
  EXPECT_EQ(path_data({{{1, 2}, {3, 4}}, {}, {{5, 6}}}, 0), "M1 2L3 4M5 6h0");
}

TEST(Svg, closes_what_is_open_and_escapes_attributes) {
  Svg svg(20, 10.5, "<title>");
  svg.open("g", {{"fill", "\"red\""}});
  svg.add("path", {{"d", "M0 0"}});
  svg.add_text("text", {}, "a & b");
  EXPECT_EQ(svg.finish(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10.5\" "
            "viewBox=\"0 0 20 10.5\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" "
            "fill=\"#222222\">\n"
            " <title>&lt;title&gt;</title>\n"
            " <rect width=\"20\" height=\"10.5\" fill=\"#ffffff\"/>\n"
            " <g fill=\"&quot;red&quot;\">\n"
            "  <path d=\"M0 0\"/>\n"
            "  <text>a &amp; b</text>\n"
            " </g>\n"
            "</svg>\n");
}

}  // namespace
}  // namespace gradus::train
