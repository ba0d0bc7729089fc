#include <gradus/core/tensor.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "support/naive.h"
#include "support/refusals.h"

namespace gradus {
namespace {

using test::expect_error;
using test::kUndefined;

TEST(Tensor, creation_functions_give_their_numbers) {
  EXPECT_EQ(zeros({2, 2}).to_vector(), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(ones({3}, u8).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{1, 1, 1}));
  EXPECT_EQ(full({2}, -2.5, f64).to_vector<double>(), (std::vector<double>{-2.5, -2.5}));
  EXPECT_EQ(arange(4).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(arange(3, f32).to_vector(), (std::vector<float>{0, 1, 2}));
  EXPECT_EQ(linspace(-1, 1, 5).to_vector(), (std::vector<float>{-1, -0.5, 0, 0.5, 1}));
  EXPECT_EQ(linspace(2, 3, 1).to_vector(), std::vector<float>{2});
  EXPECT_EQ(eye(2, f64).to_vector<double>(), (std::vector<double>{1, 0, 0, 1}));
  EXPECT_EQ(tensor({1, 2, 3}).shape(), Shape{3});
  EXPECT_EQ(tensor({{1, 2}, {3, 4}, {5, 6}}).shape(), (Shape{3, 2}));
  EXPECT_EQ(tensor({{1, 2}, {3, 4}}).to_vector(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(empty({2, 3}, i64).dtype(), i64);
}

TEST(Tensor, creation_like_another_takes_its_shape_and_dtype_but_not_its_layout) {
  const Tensor x = core::transpose(test::counted({2, 3}, f64), 0, 1);
  for (const Tensor& y : {zeros_like(x), ones_like(x), empty_like(x)}) {
    EXPECT_EQ(y.shape(), (Shape{3, 2}));
    EXPECT_EQ(y.dtype(), f64);
    EXPECT_TRUE(y.is_contiguous());
  }
  EXPECT_EQ(ones_like(x).to_vector<double>(), std::vector<double>(6, 1.0));
}

TEST(Tensor, a_new_tensor_describes_itself) {
  const Tensor x = zeros({2, 3, 4});
  EXPECT_EQ(x.rank(), 3);
  EXPECT_EQ(x.numel(), 24);
  EXPECT_EQ(x.strides(), (Shape{12, 4, 1}));
  EXPECT_EQ(x.offset(), 0);
  EXPECT_EQ(x.size(0), 2);
  EXPECT_EQ(x.size(-1), 4);
  EXPECT_TRUE(x.is_contiguous());
  EXPECT_FALSE(x.requires_grad());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(x.address()) % kAlignment, 0U);
}

TEST(Tensor, rank_0_and_empty_tensors_are_ordinary) {
  const Tensor scalar = full({}, 3);
  EXPECT_EQ(scalar.rank(), 0);
  EXPECT_EQ(scalar.numel(), 1);
  EXPECT_EQ(scalar.item(), 3);
  const Tensor none = zeros({3, 0, 2});
  EXPECT_EQ(none.numel(), 0);
  EXPECT_TRUE(none.to_vector().empty());
  EXPECT_EQ(none.clone().shape(), (Shape{3, 0, 2}));
  EXPECT_EQ(arange(0).numel(), 0);
  EXPECT_EQ(eye(0).shape(), (Shape{0, 0}));
  EXPECT_EQ(linspace(0, 1, 0).numel(), 0);
}

TEST(Tensor, size_refuses_dimensions_that_are_not_there) {
  const Tensor x = zeros({2, 3});
  expect_error<IndexError>([&] { x.size(2); },
                           "size: dim must be from -2 to 1 for a tensor of rank 2, got 2");
  EXPECT_THROW(x.size(-3), IndexError);
  EXPECT_THROW(x.size(std::numeric_limits<Index>::min()), IndexError);
  EXPECT_THROW(full({}, 1).size(0), Error);
  EXPECT_THROW(full({}, 1).size(-1), Error);
}

TEST(Tensor, sizes_that_cannot_be_are_shape_errors) {
  expect_error<ShapeError>([] { zeros({2, -3}); }, "Shape: sizes must be at least 0, got [2, -3]");
  expect_error<ShapeError>(
      [] {
        empty({Index{1} << 62, 4});
      },
      "Shape: sizes above 0 must multiply to at most 2^56, got [4611686018427387904, 4]");
  EXPECT_THROW(empty({kMaxElements + 1}, u8), ShapeError);
  EXPECT_THROW(empty({0, kMaxElements + 1}), ShapeError);
  EXPECT_THROW(empty({Index{1} << 40, Index{1} << 40, Index{1} << 40}), ShapeError);
  EXPECT_THROW(arange(-1), ShapeError);
  EXPECT_THROW(eye(-1), ShapeError);
  EXPECT_THROW(linspace(0, 1, -1), ShapeError);
  EXPECT_THROW(eye(Index{1} << 32), ShapeError);
}

TEST(Tensor, sizes_that_no_memory_holds_are_memory_errors) {
  EXPECT_THROW(empty({1000000000000000}), MemoryError);
  EXPECT_THROW(zeros({1000000, 1000000, 1000}, f64), MemoryError);
  EXPECT_THROW(empty({kMaxElements}), MemoryError);
  EXPECT_THROW(empty({kMaxElements}, u8), MemoryError);
}

TEST(Tensor, vectors_must_fit_their_shape) {
  const std::vector<float> values = {1, 2, 3};
  expect_error<ShapeError>(
      [&] {
        from_vector(values, {2, 2});
      },
      "from_vector: shape [2, 2] must hold as many elements as there are "
      "values, got 4 and 3");
  EXPECT_THROW(from_vector(values, {2}), ShapeError);
  EXPECT_THROW(from_vector(values, {}), ShapeError);
  EXPECT_THROW(from_vector(values, {-1, -3}), ShapeError);
  EXPECT_THROW(tensor({{1, 2}, {3}}), ShapeError);
  EXPECT_THROW(arange(257, u8), ValueError);
  EXPECT_THROW(linspace(0, 1, 3, i64), DtypeError);
}

TEST(Tensor, vectors_of_every_type_come_back_as_they_went_in) {
  const std::vector<std::int64_t> whole = {std::numeric_limits<std::int64_t>::min(), 0,
                                           std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(from_vector(whole, {3}).to_vector<std::int64_t>(), whole);
  const std::vector<double> real = {-0.0, 5e-324, 1.7e308};
  EXPECT_EQ(from_vector(real, {3, 1}).to_vector<double>(), real);
  const std::vector<std::uint8_t> bytes = {0, 128, 255};
  EXPECT_EQ(from_vector(bytes, {1, 3}).to_vector<std::uint8_t>(), bytes);
}

TEST(Tensor, data_must_be_asked_for_by_its_own_type) {
  const Tensor x = zeros({2}, f64);
  expect_error<DtypeError>([&] { x.data<float>(); },
                           "data: element type must be the tensor's f64, got f32");
  EXPECT_THROW(x.mutable_data<std::int64_t>(), DtypeError);
  EXPECT_THROW(x.to_vector<float>(), DtypeError);
}

TEST(Tensor, item_needs_exactly_one_element) {
  EXPECT_EQ(full({1, 1, 1}, 7, u8).item(), 7);
  EXPECT_EQ(core::select(arange(5), 0, 3).item(), 3);
  expect_error<ShapeError>(
      [] {
        zeros({2, 3}).item();
      },
      "item: tensor must have one element, got shape [2, 3]");
  EXPECT_THROW(zeros({0}).item(), ShapeError);
}

TEST(Tensor, every_use_of_an_undefined_one_is_an_error) {
  Tensor none;
  EXPECT_FALSE(none);
  EXPECT_TRUE(none.is(Tensor()));
  EXPECT_FALSE(none.is(zeros({1})));
  expect_error<ValueError>([&] { (void)none.shape(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.dtype(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.data<float>(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.mutable_data<float>(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.address(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.storage(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.size(0); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.item(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.to_vector(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.clone(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.dense(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.detach(); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.requires_grad(); }, kUndefined);
  expect_error<ValueError>([&] { none.set_requires_grad(); }, kUndefined);
  expect_error<ValueError>([&] { none.set_requires_grad(false); }, kUndefined);
  expect_error<ValueError>([&] { (void)none.grad(); }, kUndefined);
  expect_error<ValueError>([&] { none.set_grad(none); }, kUndefined);
  expect_error<ValueError>([&] { none.set_slot({}); }, kUndefined);
  expect_error<ValueError>([&] { fill(none, 1); }, kUndefined);
  expect_error<ValueError>([&] { copy(none, zeros({1})); }, kUndefined);
  expect_error<ValueError>([&] { copy(zeros({1}), none); }, kUndefined);
  expect_error<ValueError>([&] { convert(none, f64); }, kUndefined);
  expect_error<ValueError>([&] { zeros_like(none); }, kUndefined);
}

TEST(Tensor, a_moved_from_one_is_undefined_and_takes_a_new_value) {
  Tensor a = ones({2});
  const Tensor b = std::move(a);
  EXPECT_FALSE(a);  // NOLINT: the moved-from state is what is tested
  expect_error<ValueError>([&] { a.numel(); }, kUndefined);
  EXPECT_EQ(b.to_vector(), (std::vector<float>{1, 1}));
  a = zeros({1});
  EXPECT_EQ(a.numel(), 1);
}

TEST(Tensor, self_assignment_keeps_it) {
  Tensor a = ones({2});
  Tensor& same = a;
  a = same;
  a = std::move(same);
  EXPECT_EQ(a.to_vector(), (std::vector<float>{1, 1}));
}

TEST(Tensor, copies_are_handles_and_clones_are_not) {
  const Tensor a = zeros({3});
  const Tensor handle = a;
  const Tensor twin = a.clone();
  fill(a, 5);
  EXPECT_TRUE(handle.is(a));
  EXPECT_EQ(handle.to_vector(), (std::vector<float>{5, 5, 5}));
  EXPECT_EQ(twin.to_vector(), (std::vector<float>{0, 0, 0}));
}

TEST(Tensor, dense_copies_only_what_is_not_dense) {
  const Tensor a = test::counted({2, 3});
  EXPECT_TRUE(a.dense().is(a));
  const Tensor t = core::transpose(a, 0, 1);
  EXPECT_FALSE(t.is_contiguous());
  EXPECT_EQ(t.dense().to_vector(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
  EXPECT_FALSE(t.dense().storage_ref() == a.storage_ref());
}

TEST(Tensor, sizes_of_one_do_not_make_a_tensor_strided) {
  const Tensor a = test::counted({4, 3});
  EXPECT_TRUE(core::slice(a, 0, 1, 2, 3).is_contiguous());
  EXPECT_TRUE(core::transpose(core::slice(a, 0, 0, 1), 0, 1).is_contiguous());
  EXPECT_FALSE(core::slice(a, 1, 0, 2).is_contiguous());
}

TEST(Tensor, every_way_of_writing_counts_as_a_change_and_reading_does_not) {
  const Tensor x = zeros({2, 2});
  const auto changes = [&](auto&& action) {
    const std::uint64_t before = x.storage().version();
    action();
    return x.storage().version() - before;
  };
  EXPECT_GE(changes([&] { fill(x, 1); }), 1U);
  EXPECT_GE(changes([&] { copy(x, ones({2})); }), 1U);
  EXPECT_GE(changes([&] { fill(core::select(x, 0, 1), 2); }), 1U);
  EXPECT_GE(changes([&] { x.mutable_data<float>(); }), 1U);
  EXPECT_EQ(changes([&] { (void)x.data<float>(); }), 0U);
  EXPECT_EQ(changes([&] { (void)x.to_vector(); }), 0U);
  EXPECT_EQ(changes([&] { (void)x.clone(); }), 0U);
  EXPECT_EQ(changes([&] { (void)to_text(x); }), 0U);
}

TEST(ThreadsTensor, a_tensor_may_end_in_another_thread) {
  for (int i = 0; i < 100; ++i) {
    Tensor x = full({i + 1, 50}, i);
    const Tensor view = core::select(x, 0, i);
    std::thread([moved = std::move(x)]() mutable { moved = Tensor(); }).join();
    EXPECT_EQ(view.to_vector(), std::vector<float>(50, static_cast<float>(i)));
  }
}

}  // namespace
}  // namespace gradus
