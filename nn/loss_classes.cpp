#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gradus/nn/loss_classes.h>
#include <gradus/nn/require_dtype.h>

#include <algorithm>

namespace gradus::nn {
namespace {

int class_dim(const char* loss, const Tensor& scores) {
  require<ShapeError>(scores.rank() >= 1, loss, ": scores must be [batch, classes, ...], got ",
                      scores.shape());
  const int d = scores.rank() == 1 ? 0 : 1;
  require<ShapeError>(scores.shape()[d] >= 1, loss, ": there must be at least one class, got ",
                      scores.shape());
  require_floating(loss, "scores", scores);
  return d;
}

void check_weight(const char* loss, const Tensor& weight, const Tensor& scores, int d) {
  require<ShapeError>(!weight || weight.shape() == Shape{scores.shape()[d]}, loss,
                      ": weight must be [classes] for scores ", scores.shape(), ", got ",
                      weight ? weight.shape() : Shape{});
}

// `weight` along dimension d of the scores.
Tensor along_classes(const Tensor& weight, const Tensor& scores, int d) {
  Shape shape = scores.shape();
  for (int k = 0; k < shape.rank(); ++k) {
    shape[k] = k == d ? shape[k] : 1;
  }
  return core::reshape(convert(weight.detach(), scores.dtype()), shape);
}

// Labels with the ignored ones as class 0, and where there are others: both with the classes'
// dimension as 1.
struct Labels {
  Tensor indices;
  Tensor counted;  // u8
};

Labels check_labels(const char* loss, const Tensor& scores, const Tensor& target, int d,
                    Index ignore_index) {
  Shape expected = scores.shape();
  expected.erase(d);
  require<ShapeError>(target.shape() == expected, loss, ": class indices must be ", expected,
                      " for scores ", scores.shape(), ", got ", target.shape());
  require<DtypeError>(target.dtype() == i64, loss, ": class indices must be i64, got ",
                      target.dtype());
  const Index classes = scores.shape()[d];
  Labels labels{target.clone(), ne(target, double(ignore_index))};
  auto* at = labels.indices.mutable_data<std::int64_t>();
  for (Index i = 0; i < target.numel(); ++i) {
    if (at[i] == ignore_index) {
      at[i] = 0;
    }
    require<IndexError>(at[i] >= 0 && at[i] < classes, loss, ": label must be from 0 to ",
                        classes - 1, " for scores of shape ", scores.shape(), ", got ", at[i],
                        " at position ", i, " of labels of shape ", target.shape());
  }
  return {core::unsqueeze(labels.indices, d), core::unsqueeze(labels.counted, d)};
}

// The loss of each row by its label, smoothed, and the mean weighted by the labels' weights.
Tensor of_labels(const char* loss, const Tensor& log_p, const Tensor& target,
                 const CrossEntropyOptions& o) {
  const int d = class_dim(loss, log_p);
  check_weight(loss, o.weight, log_p, d);
  const Labels labels = check_labels(loss, log_p, target, d, o.ignore_index);
  Tensor share = convert(labels.counted, log_p.dtype());  // the weight of each label, or 0
  if (o.weight) {
    const Tensor classes = core::expand(along_classes(o.weight, log_p, d), log_p.shape());
    share = share * core::gather(classes, d, labels.indices);
  }
  Tensor rows = gather(log_p, d, labels.indices) * -share;
  if (o.label_smoothing != 0) {
    const Tensor spread = o.weight ? log_p * along_classes(o.weight, log_p, d) : log_p;
    const double each = o.label_smoothing / double(log_p.shape()[d]);
    rows = rows * (1 - o.label_smoothing) - sum(spread, {d}, true) * each;
  }
  rows = squeeze(where(labels.counted, rows, 0.0), d);  // -infinity of an ignored row, too
  return o.reduction == Reduction::mean ? sum(rows) / core::sum(share) : reduce(rows, o.reduction);
}

bool ignores(const Tensor& target, Index ignore_index) {
  if (target.dtype() != i64) {
    return false;
  }
  const Tensor dense = target.dense();
  const auto* at = dense.data<std::int64_t>();
  return std::find(at, at + dense.numel(), ignore_index) != at + dense.numel();
}

// The cross entropy with the given probabilities, smoothed.
Tensor of_probabilities(const Tensor& log_p, const Tensor& target, const CrossEntropyOptions& o) {
  const int d = class_dim("cross_entropy", log_p);
  check_weight("cross_entropy", o.weight, log_p, d);
  require<ShapeError>(target.shape() == log_p.shape(),
                      "cross_entropy: probabilities must have the shape ", log_p.shape(),
                      " of the logits, got ", target.shape());
  require_dtype_of("cross_entropy", "probabilities", target, "logits", log_p);
  Tensor q = target;
  if (o.label_smoothing != 0) {
    q = q * (1 - o.label_smoothing) + o.label_smoothing / double(log_p.shape()[d]);
  }
  if (o.weight) {
    q = q * along_classes(o.weight, log_p, d);
  }
  return reduce(-sum(q * log_p, {d}), o.reduction);
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& o) {
  require(o.label_smoothing >= 0 && o.label_smoothing <= 1,
          "cross_entropy: label_smoothing must be from 0 to 1, got ", o.label_smoothing);
  const bool indices = !is_floating(target.dtype());
  const bool plain = !o.weight && o.label_smoothing == 0 && o.reduction == Reduction::mean;
  if (indices && plain && logits.rank() == 2 && !ignores(target, o.ignore_index)) {
    return gradus::cross_entropy(logits, target);  // one pass each way
  }
  const int d = class_dim("cross_entropy", logits);
  const Tensor log_p = log_softmax(logits, d);
  return indices ? of_labels("cross_entropy", log_p, target, o)
                 : of_probabilities(log_p, target, o);
}

Tensor nll(const Tensor& log_probabilities, const Tensor& target, const NllOptions& o) {
  visit_floating("nll", log_probabilities.dtype(), [](auto) {});
  return of_labels("nll", log_probabilities, target,
                   {.weight = o.weight, .ignore_index = o.ignore_index, .reduction = o.reduction});
}

}  // namespace gradus::nn
