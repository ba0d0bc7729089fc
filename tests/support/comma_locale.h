#pragma once
// A German program: its numbers have a decimal comma, in the locale of C and in that of C++.  The
// locale is made for the test by localedef, which is beside the C library; few machines have one
// installed.
#include <gtest/gtest.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <locale>
#include <string>

#include "support/temp_folder.h"

namespace gradus::test {

class CommaLocale {
 public:
  CommaLocale()
      : before_(std::locale::global(std::locale(std::locale::classic(), new DecimalComma))) {
    const std::string source = folder_ / "source";
    std::ofstream(source) << "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\n"
                             "grouping 3;3\nEND LC_NUMERIC\n";
    const std::string make = "localedef -c -i " + source + " -f ANSI_X3.4-1968 --no-archive " +
                             folder_ / "comma" + " > /dev/null 2>&1";
    const int ignored = std::system(make.c_str());  // it warns of what a locale has besides
    static_cast<void>(ignored);
    ::setenv("LOCPATH", folder_.path().c_str(), 1);
    std::setlocale(LC_ALL, "comma");
    char text[8];
    std::snprintf(text, sizeof text, "%g", 0.5);
    EXPECT_STREQ(text, "0,5") << "localedef made no locale";
  }
  ~CommaLocale() {
    std::setlocale(LC_ALL, "C");
    ::unsetenv("LOCPATH");
    std::locale::global(before_);
  }
  CommaLocale(const CommaLocale&) = delete;
  CommaLocale& operator=(const CommaLocale&) = delete;

 private:
  class DecimalComma : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };

  TempFolder folder_;
  std::locale before_;
};

}  // namespace gradus::test
