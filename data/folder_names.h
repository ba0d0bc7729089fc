#pragma once
// What is in a folder.
#include <string>
#include <vector>

namespace gradus::data {

/// The names in the folder, in no order, without "." and ".."; none where it cannot be read.
std::vector<std::string> folder_names(const std::string& path);

}  // namespace gradus::data
