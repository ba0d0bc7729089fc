#pragma once
// What the command line asks for.
#include <gradus/train/checkpoint.h>

#include <optional>

#include "train_mnist/explain.h"
#include "train_mnist/rule.h"

namespace train_mnist {

struct Options {
  std::string dataset = "mnist";  ///< mnist or digits
  std::string test_dataset =
      "mnist";                      ///< where the images come from that the result is measured on
  std::string data;                 ///< MNIST's folder; empty if there is none
  std::optional<Index> train_size;  ///< train on the first so many images
  Index validation = 0;             ///< measure on so many training images that are held back

  std::string model = "mlp";
  Index hidden = 128;
  double dropout = 0;  ///< in front of each fully connected layer but one of pixels
  std::string augment = "none";

  std::string optimizer = "sgd";
  AnyRule rule;            ///< with all its options
  bool rate_falls = true;  ///< linearly to 0; otherwise it is constant
  Index epochs = 5;
  Index batch_size = 64;

  std::optional<Explain> explain;  ///< what one step does to one weight

  std::string checkpoint;      ///< file to save to; empty if none
  Index checkpoint_every = 0;  ///< steps between two saves; 0 stands for an epoch
  Index keep = 0;              ///< so many of the last checkpoints stay, and the best
  std::string resume;          ///< file to go on from; empty if none
  std::optional<gradus::train::Checkpoint> saved;  ///< what it held when its settings were read

  std::uint64_t seed = 1;
  int threads = 1;
  bool json = false;
  bool quiet = false;

  std::string help;  ///< the text to print in place of all else, if --help is given
};

/// Reads the command line, `arguments` being argv without the program's name.  Opens no file of
/// data, but the checkpoint to go on from, whose settings count as flags.  Throws UsageError, one
/// line that says what is wrong, and what load_checkpoint() throws.
Options parse_options(const std::vector<std::string>& arguments);

/// Throws UsageError unless batch_size <= images.
void require_batch_fits(Index batch_size, Index images);

}  // namespace train_mnist
