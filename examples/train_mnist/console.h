#pragma once
// Writing to the terminal, or to what stands in its place, such that nothing is lost unnoticed.
#include <cstdio>
#include <string>

namespace train_mnist {

/// Throws FileError if standard output is closed.
void require_open_stdout();

/// Writes text and a line's end at once.  Throws FileError with the reason if stdout does not take
/// it; stderr has nobody to tell.
void write_line(std::FILE* stream, const std::string& text);

/// From now on a signal that ends the program (Ctrl-C, kill) first ends the line of a progress bar
/// that stands on the descriptor set last.
void end_bar_line_on_signals();
/// -1 means that there is no bar.
void set_bar_descriptor(int descriptor);

}  // namespace train_mnist
