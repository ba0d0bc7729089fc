#pragma once
// MNIST and every data set in its format (Fashion-MNIST, KMNIST): two IDX files a split, one of
// images and one of labels.
#include <gradus/data/labelled_images.h>

#include <cstddef>
#include <string>

namespace gradus::data {

enum class Split { train, test };

/// "train" or "test".
const char* to_text(Split split);

struct LabelledOptions {
  Index classes = 10;                            ///< labels are below this
  std::size_t max_bytes = std::size_t{2} << 30;  ///< refuse images, or i64 labels, of more bytes
  Shape image_shape = {};                        ///< refuse others than {rows, columns}, if given
};

/// The split in `folder`, from files named train-images-idx3-ubyte, train-labels-idx1-ubyte,
/// t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or with ".idx" in place of "-idx", each with
/// or without ".gz".  Throws FileError, naming the files looked for, unless there are two of them,
/// and as load_labelled does.
LabelledImages load_mnist(const std::string& folder, Split split,
                          const LabelledOptions& options = {});

/// True if `folder` holds files of those names for both splits; they may still be damaged.
bool has_mnist(const std::string& folder);

/// Images and labels from two IDX files of any names.  Throws FileError unless the images are u8 of
/// rank 3, of options.image_shape if it is given, the labels integers of rank 1, of the same
/// number, and all below options.classes.  Refused before they take memory, labels included, which
/// become i64 whatever their type.
LabelledImages load_labelled(const std::string& images_path, const std::string& labels_path,
                             const LabelledOptions& options = {});

}  // namespace gradus::data
