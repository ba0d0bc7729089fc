#pragma once
// Text files that are there whole, or not at all.
#include <string>
#include <string_view>

namespace gradus::train {

/// Puts `text` into the file `path`, in place of what was there, as data/replace_file.h describes.
/// Throws FileError unless all of it was written.
void write_file(const std::string& path, std::string_view text);

}  // namespace gradus::train
