#include <gradus/core/error.h>
#include <gradus/core/printable.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

TEST(Printable, leaves_text_in_utf_8_as_it_is) {
  for (const char* text : {"", "plain",
                           "gr\xc3\xb6\xc3\x9f"
                           "er",
                           "\xe2\x82\xac", "\xf0\x9f\x99\x82"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, escapes_control_characters) {
  EXPECT_EQ(printable("a\nb\x1b[2J\x7f"), "a\\x0ab\\x1b[2J\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // the same as escape and bracket, in Latin 1
}

TEST(Printable, escapes_bytes_that_are_not_utf_8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc3"), "\\xc3");                             // cut short
  EXPECT_EQ(printable("\xc3("), "\\xc3(");                           // no second byte
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // longer than needed
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // likewise
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // half of a pair
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above the last character
}

TEST(Printable, is_what_every_error_says) {
  test::expect_error<FileError>(
      [] {
        fail<FileError>({"read: a\nb", " must be ...\x1b[2J"});
      },
      "read: a\\x0ab must be ...\\x1b[2J");
  test::expect_error<ValueError>([] { require(false, "f: got '\xff'"); }, "f: got '\\xff'");
}

}  // namespace
}  // namespace gradus
