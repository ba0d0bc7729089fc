#include <gradus/data/replace_file.h>
#include <gradus/train/write_file.h>

namespace gradus::train {

void write_file(const std::string& path, std::string_view text) {
  data::replace_file("write_file", path, {text});
}

}  // namespace gradus::train
