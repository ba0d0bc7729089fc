#pragma once
// Text from elsewhere, a name in a file or an argument, on its way to a person.
#include <string>
#include <string_view>

namespace gradus {

/// The text on one line and in valid UTF-8: control characters, and bytes that are not UTF-8,
/// become "\x1b" and the like.
std::string printable(std::string_view text);

}  // namespace gradus
