#include <gradus/autograd/checkpoint.h>
#include <gradus/autograd/node.h>
#include <gradus/autograd/sweep.h>
#include <gradus/autograd/watch.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace gradus {
namespace {

struct Drawing {
  Rng* rng;
  Rng::State before;
};

thread_local std::vector<Drawing>* drawings = nullptr;  // of the first run that goes on
thread_local bool recomputing = false;

// Sets a variable for a while.
template <class T>
class Change {
 public:
  Change(T& variable, T value) : variable_(variable), before_(std::exchange(variable, value)) {}
  ~Change() { variable_ = before_; }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

 private:
  T& variable_;
  const T before_;
};

// Sets generators to where they stood, and back at the end.
class Replay {
 public:
  explicit Replay(const std::vector<Drawing>& all) {
    for (const Drawing& drawing : all) {
      after_.push_back({drawing.rng, drawing.rng->state()});
      *drawing.rng = Rng(drawing.before);
    }
  }
  ~Replay() {
    for (const Drawing& drawing : after_) {
      *drawing.rng = Rng(drawing.before);
    }
  }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

 private:
  std::vector<Drawing> after_;
};

// A number that tells whether two tensors have the same bits, without keeping either.
std::uint64_t fingerprint(const Tensor& x) {
  const Tensor dense = x.dense();
  const auto* byte = static_cast<const unsigned char*>(dense.address());
  const auto bytes = static_cast<std::size_t>(dense.numel() * item_size(dense.dtype()));
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < bytes; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, byte + i, std::min<std::size_t>(8, bytes - i));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  return hash;
}

// x, where the sweep through the second run ends, even if x is given twice.
Tensor place_of_its_own(const Tensor& x) {
  const GradMode recording(true);
  return record(x.detach(), "input", {x}, [](const Tensor& dy, Grads& dx) { dx[0] = dy; });
}

struct Checkpoint {
  Segment f;
  std::vector<Saved> inputs;
  std::vector<Saved> captured;  // what f refers to and wants a gradient
  std::vector<Drawing> drawn;
  Shape shape;
  std::uint64_t bits = 0;

  Tensor run_again(const std::vector<Tensor>& x) const {
    const Replay replay(drawn);
    const Change<bool> second(recomputing, true);
    const Change<std::vector<Drawing>*> none(drawings, nullptr);
    const GradMode recording(true);
    const Tensor y = f(x);
    require<GraphError>(y && y.shape() == shape && fingerprint(y) == bits,
                        "the second run gave other numbers than the first; f must compute the same "
                        "again: call note_drawing(rng) before it draws, and change nothing that it "
                        "reads until backward");
    return y;
  }

  void operator()(const Tensor& dy, Grads& dx) const {
    const bool create_graph = is_recording();
    std::vector<Tensor> x;
    std::vector<std::pair<int, Ref<GradSlot>>> targets;
    int place = 0;
    for (const Saved& input : inputs) {
      x.push_back(input ? place_of_its_own(*input) : Tensor());
      if (dx.wanted(place++)) {
        targets.emplace_back(place - 1, x.back().slot());
      }
    }
    for (const Saved& tensor : captured) {
      if (dx.wanted(place++)) {
        targets.emplace_back(place - 1, (*tensor).slot());
      }
    }
    const Tensor y = run_again(x);
    if (!y.requires_grad()) {
      return;
    }
    std::vector<Ref<GradSlot>> slots;
    for (const auto& target : targets) {
      slots.push_back(target.second);
    }
    Sweep sweep({.create_graph = create_graph, .stop_at_targets = true});
    sweep.stop_at(slots);
    sweep.start_at(y.slot(), dy);
    sweep.aim_at(slots);
    sweep.run();
    for (const auto& target : targets) {
      dx[target.first] = sweep.arrived_at(target.second);
    }
  }
};

}  // namespace

Tensor checkpoint(const Segment& f, const std::vector<Tensor>& inputs) {
  if (!is_recording()) {
    return f(inputs);
  }
  Checkpoint segment{f, {}, {}, {}, {}, 0};
  std::vector<Tensor> x;
  for (const Tensor& input : inputs) {
    segment.inputs.emplace_back(input);
    x.push_back(input ? input.detach() : input);
  }
  Tensor y;
  CollectOperands collect;
  {
    const NoGrad keep_nothing;
    const Change<std::vector<Drawing>*> first(drawings, &segment.drawn);
    y = f(x);
  }
  require(bool(y), "checkpoint: f must return a tensor, got an undefined one");
  std::vector<Tensor> captured = collect.stop();
  // What f hands through counts too, once.
  const bool is_known = std::any_of(captured.begin(), captured.end(),
                                    [&](const Tensor& t) { return t.slot() == y.slot(); });
  if (y.requires_grad() && !is_known) {
    captured.push_back(y);
  }
  std::vector<Input> operands(inputs.begin(), inputs.end());
  operands.insert(operands.end(), captured.begin(), captured.end());
  for (const Tensor& tensor : captured) {
    segment.captured.emplace_back(tensor);
  }
  segment.shape = y.shape();
  segment.bits = fingerprint(y);
  return record(y.detach(), "checkpoint", operands, std::move(segment));
}

void note_drawing(Rng& rng) {
  if (!drawings) {
    return;
  }
  for (const Drawing& drawing : *drawings) {
    if (drawing.rng == &rng) {
      return;
    }
  }
  drawings->push_back({&rng, rng.state()});
}

bool is_recomputing() { return recomputing; }

}  // namespace gradus
