#include <gradus/data/file_calls.h>
#include <gradus/data/idx.h>
#include <gradus/data/mnist.h>
#include <sys/stat.h>

#include <cerrno>

namespace gradus::data {
namespace {

struct Names {
  std::string dashed;
  std::string dotted;
};

Names image_names(Split split) {
  const std::string stem = split == Split::train ? "train-images" : "t10k-images";
  return {stem + "-idx3-ubyte", stem + ".idx3-ubyte"};
}

Names label_names(Split split) {
  const std::string stem = split == Split::train ? "train-labels" : "t10k-labels";
  return {stem + "-idx1-ubyte", stem + ".idx1-ubyte"};
}

// 0 if something of that name exists, otherwise the reason of the system; what it is shows when it
// is opened.
int look(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? 0 : errno;
}

struct Found {
  std::string path;    // empty if the file has none of its names
  int error = ENOENT;  // then
};

Found find(const std::string& folder, const Names& names) {
  Found found;
  for (const std::string& name : {names.dashed, names.dotted}) {
    for (const char* suffix : {"", ".gz"}) {
      const std::string path = join({folder, "/", name, suffix});
      const int error = look(path);
      if (error == 0) {
        return {path, 0};
      }
      found.error = error == ENOENT ? found.error : error;
    }
  }
  return found;
}

std::string reason(int error, const char* where_there_is_none) {
  return error == ENOENT ? where_there_is_none : system_reason(error);
}

std::string find_or_fail(const std::string& folder, const Names& names) {
  const int error = look(folder);
  require<FileError>(error == 0, "load_mnist: ", folder, " must be a folder, got ",
                     reason(error, "nothing there"));
  const Found found = find(folder, names);
  require<FileError>(!found.path.empty(), "load_mnist: ", folder, " must hold ", names.dashed,
                     " or ", names.dotted, ", with or without .gz, got ",
                     reason(found.error, "neither"));
  return found.path;
}

void check_fit(const IdxHeader& images, const std::string& images_path, const IdxHeader& labels,
               const std::string& labels_path) {
  require<FileError>(labels.shape.rank() == 1 && !is_floating(labels.dtype),
                     "load_labelled: labels of ", labels_path, " must be integers of rank 1, got ",
                     labels.dtype, " ", labels.shape,
                     labels.shape.rank() == 3 ? "; it looks like a file of images" : "");
  require<FileError>(images.shape.rank() == 3 && images.dtype == u8, "load_labelled: images of ",
                     images_path, " must be u8 of rank 3, got ", images.dtype, " ", images.shape,
                     images.shape.rank() == 1 ? "; it looks like a file of labels" : "");
  require<FileError>(images.shape[0] == labels.shape[0],
                     "load_labelled: there must be as many images as labels, got ", images.shape[0],
                     " images in ", images_path, " and ", labels.shape[0], " labels in ",
                     labels_path);
}

Tensor checked_labels(const Tensor& read, const std::string& path, Index classes) {
  Tensor labels = read.dtype() == i64 ? read : convert(read, i64);
  const auto* values = labels.data<std::int64_t>();
  for (Index i = 0; i < labels.numel(); ++i) {
    require<FileError>(values[i] >= 0 && values[i] < classes, "load_labelled: labels of ", path,
                       " must be 0 to ", classes - 1, ", got ", values[i], " at sample ", i);
  }
  return labels;
}

}  // namespace

const char* to_text(Split split) { return split == Split::train ? "train" : "test"; }

LabelledImages load_mnist(const std::string& folder, Split split, const LabelledOptions& options) {
  const std::string images_path = find_or_fail(folder, image_names(split));
  const std::string labels_path = find_or_fail(folder, label_names(split));
  return load_labelled(images_path, labels_path, options);
}

bool has_mnist(const std::string& folder) {
  bool complete = true;
  for (const Split split : {Split::train, Split::test}) {
    complete &= !find(folder, image_names(split)).path.empty();
    complete &= !find(folder, label_names(split)).path.empty();
  }
  return complete;
}

LabelledImages load_labelled(const std::string& images_path, const std::string& labels_path,
                             const LabelledOptions& options) {
  require(options.classes >= 1, "load_labelled: classes must be at least 1, got ", options.classes);
  const Shape& wanted = options.image_shape;
  require(wanted.rank() == 0 || wanted.rank() == 2,
          "load_labelled: image_shape must be [rows, columns], got ", wanted);
  const auto check = [&](const IdxHeader& images, const IdxHeader& labels) {
    check_fit(images, images_path, labels, labels_path);
    const auto most = options.max_bytes / sizeof(std::int64_t);
    require<FileError>(static_cast<std::size_t>(labels.shape[0]) <= most,
                       "load_labelled: labels of ", labels_path, " must be at most ", most,
                       ", as i64 within max_bytes = ", options.max_bytes, ", got ",
                       labels.shape[0]);
    if (wanted.rank() == 2) {
      require<FileError>(images.shape[1] == wanted[0] && images.shape[2] == wanted[1],
                         "load_labelled: images of ", images_path, " must have shape [n, ",
                         wanted[0], ", ", wanted[1], "], got ", images.shape);
    }
  };
  // First without memory for numbers, of which each label takes eight bytes; then what was read.
  const IdxHeader labels_header = read_idx_header(labels_path);
  check(read_idx_header(images_path), labels_header);
  const IdxOptions idx{.max_bytes = options.max_bytes};
  const Tensor labels = read_idx(labels_path, idx);
  const Tensor images = read_idx(images_path, idx);
  check({images.dtype(), images.shape()}, {labels.dtype(), labels.shape()});
  return {images, checked_labels(labels, labels_path, options.classes)};
}

}  // namespace gradus::data
