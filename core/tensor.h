#pragma once
// Tensor: a handle on an n-dimensional array.  Copying one copies the handle: both show the same
// elements.  Views (see core/view.h) share the storage under another shape, strides and offset.
//
// A tensor may carry a GradSlot: its place in a graph of operations, opaque here, and its gradient.
// Functions in namespace gradus::core see numbers alone and record nothing; those of autograd/ops
// record.
//
// Several threads may read one tensor.  While a thread changes it, no other may use its storage.
#include <gradus/core/dtype.h>
#include <gradus/core/error.h>
#include <gradus/core/grad_mode.h>
#include <gradus/core/shape.h>
#include <gradus/core/storage.h>

#include <string>
#include <vector>

namespace gradus {

struct GradSlot;

class Tensor {
 public:
  /// An undefined tensor: tests false, and every other use of it is an error.
  Tensor() = default;
  /// Uninitialised elements.
  Tensor(const Shape& shape, Dtype dtype);
  /// A view of `storage`: element (i, j, ...) lies at offset + i*strides[0] + j*strides[1] + ...
  /// All of them must lie inside the storage; whoever makes a view sees to it.
  Tensor(Ref<Storage> storage, const Shape& shape, const Shape& strides, Index offset, Dtype dtype);

  explicit operator bool() const { return bool(body_); }

  const Shape& shape() const { return body().shape; }
  const Shape& strides() const { return body().strides; }  ///< in elements, not bytes
  int rank() const { return body().shape.rank(); }
  /// The size of a dimension; negative ones count from the end.
  Index size(Index dim) const;
  Index numel() const { return body().numel; }
  Dtype dtype() const { return body().dtype; }
  /// Dense and row-major.
  bool is_contiguous() const { return body().contiguous; }

  /// The first element.  T must be the dtype's type.
  template <Element T>
  const T* data() const {
    check_type(dtype_of<T>);
    return static_cast<const T*>(address());
  }
  /// The same for writing; counts as a change of the storage.
  template <Element T>
  T* mutable_data() const {
    check_type(dtype_of<T>);
    storage().bump_version();
    return static_cast<T*>(address());
  }
  /// The first element, whatever its type.  What is written through it is not counted as a change:
  /// only for tensors that nobody else has seen yet.
  void* address() const {
    const Body& b = body();
    return b.storage->data() + b.offset * item_size(b.dtype);
  }
  Storage& storage() const { return *body().storage; }
  const Ref<Storage>& storage_ref() const { return body().storage; }
  Index offset() const { return body().offset; }

  /// The only element as a number.  Throws ShapeError unless numel() is 1.
  double item() const;
  /// All elements in row-major order.  T must be the dtype's type.
  template <Element T = float>
  std::vector<T> to_vector() const;

  /// The same numbers in a tensor of its own, dense.  Not recorded: gradients do not flow through
  /// it.
  Tensor clone() const;
  /// The same numbers without history: in place if they are dense, otherwise a dense copy.
  Tensor dense() const;
  /// The same storage without history: gradients do not flow through it.
  Tensor detach() const;
  /// True if both are handles on one and the same tensor.
  bool is(const Tensor& other) const { return body_ == other.body_; }
  /// True if there are other handles on this tensor.
  bool is_shared() const { return body_ && body_->use_count() > 1; }
  /// True if these elements are dense and nobody else sees them: no other handle, and no other
  /// tensor of the storage.  They may then be changed, or kept.
  bool is_own() const {
    return body_ && body_->use_count() == 1 && body_->storage->use_count() == 1 &&
           body_->contiguous;
  }

  // --- gradients -----------------------------------------------------------------------------

  /// True for a leaf that wants a gradient and for every result computed from one.
  bool requires_grad() const { return bool(body().slot); }
  /// Makes a leaf want a gradient, or not.  Throws DtypeError for i64 and u8, GraphError for a
  /// result of recorded operations.  Returns the tensor.
  Tensor& set_requires_grad(bool wanted = true);
  /// The gradient that backward() left; undefined if there is none.
  Tensor grad() const;
  /// Throws unless shape and dtype are the tensor's own.  An undefined tensor clears the gradient.
  void set_grad(const Tensor& grad) const;
  /// Accumulates the derivative of this scalar into the gradients of the leaves that it was
  /// computed from.  Defined in autograd/backward.cpp.
  void backward() const;

  const Ref<GradSlot>& slot() const { return body().slot; }
  void set_slot(Ref<GradSlot> slot);

 private:
  struct Body : Counted {
    Ref<Storage> storage;
    Ref<GradSlot> slot;
    Index offset = 0;
    Index numel = 0;
    Dtype dtype = f32;
    bool contiguous = true;
    Shape shape;
    Shape strides;
    Body(const Shape& sh, Dtype t);  // dense, in a storage of its own
    Body(Ref<Storage> s, const Shape& sh, const Shape& st, Index o, Dtype t);
    ~Body();
  };

  const Body& body() const {
    if (!body_) [[unlikely]] {
      fail_undefined();
    }
    return *body_;
  }
  void check_type(Dtype wanted) const {
    if (body().dtype != wanted) [[unlikely]] {
      fail_type(wanted);
    }
  }
  [[noreturn]] static void fail_undefined();
  [[noreturn]] void fail_type(Dtype wanted) const;

  Ref<Body> body_;
};

/// What is called with a gradient when it is complete: autograd/hooks.h.
struct GradHook : Counted {
  virtual ~GradHook() = default;
  /// The gradient to go on with; undefined for the one that came in.
  virtual Tensor operator()(const Tensor& gradient) = 0;

  Ref<GradHook> next;  ///< called after this one
};

/// What a tensor carries for autograd.  A plain GradSlot belongs to a leaf; results of recorded
/// operations carry a Node (autograd/node.h), which derives from it.
struct GradSlot : Counted {
  GradSlot(bool leaf, const Shape& s, Dtype t) : is_leaf(leaf), dtype(t), shape(s) {}
  virtual ~GradSlot() = default;

  /// Drops the reference.  Where it was the last one, whatever hangs on the slot is released after
  /// it, in a loop: the end of a graph of any depth needs no stack.
  static void release(Ref<GradSlot> slot) noexcept;

  /// What a backward sweep notes at a slot.
  struct Sweep {
    std::uint64_t id = 0;    ///< the sweep that these notes belong to
    int pending = 0;         ///< consumers that have not yet given their part
    bool wanted = true;      ///< a gradient is asked for, of this tensor or of what it comes from
    bool is_target = false;  ///< it is handed to the caller
    Tensor incoming;         ///< the sum of the parts so far
  };

  const bool is_leaf;
  const Dtype dtype;  ///< of the tensor and so of its gradient
  Sweep sweep;
  Tensor grad;  ///< of a leaf: what earlier sweeps left
  Ref<GradHook> hooks;
  const Shape shape;

 private:
  GradSlot* next_released_ = nullptr;
};

// --- creation, all dense -----------------------------------------------------------------------

Tensor empty(const Shape& shape, Dtype dtype = f32);
Tensor zeros(const Shape& shape, Dtype dtype = f32);
Tensor ones(const Shape& shape, Dtype dtype = f32);
/// Throws ValueError unless the dtype can hold the value: i64 and u8 whole numbers of their range.
Tensor full(const Shape& shape, double value, Dtype dtype = f32);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor empty_like(const Tensor& x);
/// 0, 1, ..., n-1.
Tensor arange(Index n, Dtype dtype = i64);
/// n numbers from `first` to `last`, both included.
Tensor linspace(double first, double last, Index n, Dtype dtype = f32);
/// The identity matrix, [n, n].
Tensor eye(Index n, Dtype dtype = f32);
/// The values in row-major order.  Throws ShapeError unless there are as many as the shape holds.
template <Element T>
Tensor from_vector(const std::vector<T>& values, const Shape& shape);

/// A number, or a list of lists in braces.
class Nested {
 public:
  Nested(double value) : value_(value) {}
  Nested(std::initializer_list<Nested> items) : is_list_(true), items_(items) {}

 private:
  friend Tensor tensor(std::initializer_list<Nested> items);
  void read(int depth, Shape& shape, std::vector<float>& values) const;

  double value_ = 0;
  bool is_list_ = false;
  std::vector<Nested> items_;
};
/// tensor({{1, 2}, {3, 4}}): f32, of any rank.  Throws ShapeError unless the lists at each level
/// have one length.
Tensor tensor(std::initializer_list<Nested> items);

/// The numbers in another dtype.  Floating to integer truncates towards 0 and saturates at the
/// type's range; NaN becomes 0.  Not recorded.
Tensor convert(const Tensor& x, Dtype dtype);

// --- in place ----------------------------------------------------------------------------------
// They change x itself, count as a change of its storage, and throw GraphError if x wants a
// gradient while operations record (wrap them in NoGrad).

/// Throws ValueError as full().
void fill(const Tensor& x, double value);
/// x takes the values of `source`, broadcast to its shape and converted to its dtype.  Right also
/// where the two overlap.  Not recorded: gradients do not flow to `source`.
void copy(const Tensor& x, const Tensor& source);

/// Throws GraphError, naming `where`, if changing x in place now would spoil a recorded graph.
void require_writable(const char* where, const Tensor& x);

/// "tensor([[1, 2],\n        [3, 4]])", shortened when large.
std::string to_text(const Tensor& x);

}  // namespace gradus
