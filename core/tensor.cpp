#include <gradus/core/tensor.h>

namespace gradus {

Tensor::Body::Body(const Shape& sh, Dtype t) : dtype(t), shape(sh) {
  numel = dense_layout(shape, strides);
  storage = make_storage(static_cast<std::size_t>(numel * item_size(dtype)));
}

Tensor::Body::Body(Ref<Storage> s, const Shape& sh, const Shape& st, Index o, Dtype t)
    : storage(std::move(s)), offset(o), numel(count(sh)), dtype(t), shape(sh), strides(st) {
  if (numel == 0) {
    offset = 0;  // not behind as many places of nothing as it was taken from
  }
  const Shape dense = dense_strides(sh);
  for (int d = 0; d < sh.rank() && numel > 1; ++d) {
    contiguous &= sh[d] == 1 || st[d] == dense[d];
  }
}

Tensor::Body::~Body() {
  if (slot) {
    GradSlot::release(std::move(slot));
  }
}

Tensor::Tensor(const Shape& shape, Dtype dtype) : body_(make_ref<Body>(shape, dtype)) {}

Tensor::Tensor(Ref<Storage> storage, const Shape& shape, const Shape& strides, Index offset,
               Dtype dtype)
    : body_(make_ref<Body>(std::move(storage), shape, strides, offset, dtype)) {}

void Tensor::fail_undefined() {
  fail({"Tensor: must be defined before it is used, got a default-constructed or moved-from one"});
}

void Tensor::fail_type(Dtype wanted) const {
  fail<DtypeError>({"data: element type must be the tensor's ", dtype(), ", got ", wanted});
}

Index Tensor::size(Index dim) const {
  require<IndexError>(rank() > 0, "size: tensor must have a dimension, got shape []");
  return shape()[wrap_dim("size", dim, rank())];
}

double Tensor::item() const {
  require<ShapeError>(numel() == 1, "item: tensor must have one element, got shape ", shape());
  return visit_any(dtype(),
                   [&](auto zero) { return static_cast<double>(*data<decltype(zero)>()); });
}

template <Element T>
std::vector<T> Tensor::to_vector() const {
  const Tensor x = dense();
  const T* values = x.data<T>();
  return std::vector<T>(values, values + numel());
}
template std::vector<float> Tensor::to_vector() const;
template std::vector<double> Tensor::to_vector() const;
template std::vector<std::int64_t> Tensor::to_vector() const;
template std::vector<std::uint8_t> Tensor::to_vector() const;

Tensor Tensor::clone() const {
  Tensor result(shape(), dtype());
  copy(result, *this);
  return result;
}

Tensor Tensor::dense() const {
  if (!is_contiguous()) {
    return clone();
  }
  return slot() ? detach() : *this;
}

Tensor Tensor::detach() const {
  return {body().storage, body().shape, body().strides, body().offset, body().dtype};
}

Tensor& Tensor::set_requires_grad(bool wanted) {
  require<DtypeError>(is_floating(dtype()), "set_requires_grad: dtype must be f32 or f64, got ",
                      dtype());
  require<GraphError>(!slot() || slot()->is_leaf,
                      "set_requires_grad: must be called on a leaf, got the result of a recorded "
                      "operation; detach() it first");
  if (wanted != requires_grad()) {
    body_->slot = wanted ? make_ref<GradSlot>(true, shape(), dtype()) : Ref<GradSlot>();
  }
  return *this;
}

Tensor Tensor::grad() const { return slot() ? slot()->grad : Tensor(); }

void Tensor::set_grad(const Tensor& grad) const {
  require<GraphError>(slot() && slot()->is_leaf,
                      "set_grad: must be called on a leaf that requires a gradient");
  if (grad) {
    require<ShapeError>(grad.shape() == shape(), "set_grad: gradient must have the shape ", shape(),
                        " of its tensor, got ", grad.shape());
    require<DtypeError>(grad.dtype() == dtype(), "set_grad: gradient must have the dtype ", dtype(),
                        " of its tensor, got ", grad.dtype());
  }
  slot()->grad = grad;
}

void Tensor::set_slot(Ref<GradSlot> slot) {
  body();  // throws if there is none
  body_->slot = std::move(slot);
}

void GradSlot::release(Ref<GradSlot> slot) noexcept {
  thread_local GradSlot* waiting = nullptr;
  thread_local bool releasing = false;
  if (!slot || slot->use_count() > 1) {
    return;
  }
  GradSlot* last = slot.release();
  last->next_released_ = std::exchange(waiting, last);
  if (releasing) {
    return;  // a loop further out on this stack goes on with it
  }
  releasing = true;
  while (waiting) {
    GradSlot* next = std::exchange(waiting, waiting->next_released_);
    Ref<GradSlot>::adopt(next);
  }
  releasing = false;
}

void require_writable(const char* where, const Tensor& x) {
  require<GraphError>(!x.requires_grad() || !is_recording(), where,
                      ": must not change a tensor that requires a gradient in place while "
                      "operations record; use NoGrad, or make a new tensor");
}

}  // namespace gradus
