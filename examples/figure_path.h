#pragma once
// The command line of programs that draw figures.
#include <cstdio>
#include <cstdlib>
#include <string>

/// The path that what is drawn goes to: the program's only argument, or `standard`.  Other command
/// lines end the program with status 2 and a line that says how it is called.
inline std::string figure_path(int argc, char** argv, const std::string& standard,
                               const char* what = "figure.svg") {
  if (argc > 2 || (argc == 2 && (argv[1][0] == '-' || argv[1][0] == '\0'))) {
    std::fprintf(stderr, "got \"%s\"; usage: %s [%s], which is %s unless given\n", argv[argc - 1],
                 argv[0], what, standard.c_str());
    std::exit(2);
  }
  return argc == 2 ? argv[1] : standard;
}
