#include <dirent.h>
#include <gradus/data/folder_names.h>

#include <memory>
#include <string_view>

namespace gradus::data {

// By readdir(), since the folder iterators of libstdc++ end the program where memory runs out.
std::vector<std::string> folder_names(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  for (const dirent* entry; folder && (entry = ::readdir(folder.get())) != nullptr;) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  return names;
}

}  // namespace gradus::data
