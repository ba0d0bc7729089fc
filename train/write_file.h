#pragma once
// Files that are there whole, or not at all.
#include <string>
#include <string_view>

namespace gradus::train {

/// Puts `text` into the file `path`, in place of what was there.  The text goes to `path`.part
/// first, which then takes the name: who reads `path` sees the old text or the new one, never half
/// of it.  A device (/dev/stdout) is written to directly.  Throws FileError, leaving the old file,
/// unless all of it was written.
void write_file(const std::string& path, std::string_view text);

}  // namespace gradus::train
