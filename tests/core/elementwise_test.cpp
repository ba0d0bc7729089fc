#include <gradus/core/elementwise.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "support/cpu.h"
#include "support/naive.h"
#include "support/threads.h"

namespace gradus {
namespace {

using core::elementwise;
using test::counted;
using test::expect_error;
using test::Indices;

constexpr auto kFormula = [](auto& y, auto& z, auto a, auto b) {
  const auto root = sqrt(abs(a) + 0.25);
  y = y * 0.9 + a * b / root;
  z += where(a > b, root, -b);
};
// The same for single doubles, in plain C++.
void formula_in_double(double& y, double& z, double a, double b) {
  const double root = std::sqrt(std::fabs(a) + 0.25);
  y = y * 0.9 + a * b / root;
  z += a > b ? root : -b;
}

// Numbers without order, exact in f32.
Tensor numbers(const Shape& shape, unsigned seed, Dtype dtype) {
  std::mt19937 random(seed);
  std::vector<double> values(static_cast<std::size_t>(count(shape)));
  for (double& value : values) {
    value = (double(random() % 20001) - 10000) / 1024;
  }
  return convert(from_vector(values, shape), dtype);
}

enum class Layout { dense, transposed, stepped, narrow };
constexpr Layout kLayouts[] = {Layout::dense, Layout::transposed, Layout::stepped, Layout::narrow};

// A tensor of that shape whose elements lie in memory in another way.
Tensor laid_out(const Shape& shape, Layout layout, unsigned seed, Dtype dtype) {
  if (shape.rank() == 0 || layout == Layout::dense) {
    return numbers(shape, seed, dtype);
  }
  Shape larger = shape;
  const int last = shape.rank() - 1;
  if (layout == Layout::transposed) {
    std::swap(larger[0], larger[last]);
    return core::transpose(numbers(larger, seed, dtype), 0, last);
  }
  if (layout == Layout::stepped) {
    larger[last] = 3 * shape[last] + 1;
    return core::slice(numbers(larger, seed, dtype), last, 1, larger[last], 3);
  }
  larger[0] = shape[0] + 2;
  larger[last] += last > 0 ? 5 : 0;
  const Tensor x = numbers(larger, seed, dtype);
  return core::slice(core::slice(x, 0, 1, 1 + shape[0]), last, 0, shape[last]);
}

// A read operand that broadcasts to `shape`: size 1 in the dimensions of `ones`, the first `drop`
// dimensions missing.
Tensor broadcast(const Shape& shape, unsigned ones, int drop, Layout layout, Dtype dtype) {
  Shape own = shape;
  for (int d = 0; d < shape.rank(); ++d) {
    own[d] = ones >> d & 1U ? 1 : shape[d];
  }
  for (int d = 0; d < drop; ++d) {
    own.erase(0);
  }
  return laid_out(own, layout, 7 + ones, dtype);
}

std::vector<double> flat(const Tensor& x, const Shape& shape) {
  return test::read(core::expand(x, shape)).values;
}

template <class T>
void expect_formula(const Tensor& y, const Tensor& z, const Tensor& a, const Tensor& b) {
  const Shape shape = y.shape();
  std::vector<double> ey = flat(y, shape);
  std::vector<double> ez = flat(z, shape);
  const std::vector<double> ea = flat(a, shape);
  const std::vector<double> eb = flat(b, shape);
  std::vector<T> py(ey.begin(), ey.end());
  std::vector<T> pz(ez.begin(), ez.end());
  const std::vector<T> pa(ea.begin(), ea.end());
  const std::vector<T> pb(eb.begin(), eb.end());
  core::run_plain<T>(static_cast<Index>(py.size()), kFormula, py.data(), pz.data(), pa.data(),
                     pb.data());
  Tensor out_y = y;
  Tensor out_z = z;
  elementwise("test", kFormula, out_y, out_z, a, b);
  const std::vector<double> fy = flat(y, shape);
  const std::vector<double> fz = flat(z, shape);
  for (std::size_t i = 0; i < ey.size(); ++i) {
    formula_in_double(ey[i], ez[i], ea[i], eb[i]);
    // Three rounded operations on numbers below 200.
    const double tolerance = sizeof(T) == 4 ? 1e-4 : 1e-13;
    ASSERT_NEAR(fy[i], ey[i], tolerance) << i;
    ASSERT_NEAR(fz[i], ez[i], tolerance) << i;
    ASSERT_EQ(fy[i], double(py[i])) << i;
    ASSERT_EQ(fz[i], double(pz[i])) << i;
  }
}

TEST(Elementwise, every_layout_and_broadcast_gives_what_a_plain_loop_gives) {
  const std::vector<Shape> shapes = {{},     {1},       {7},    {300},      {0},         {3, 0},
                                     {2, 3}, {5, 1, 4}, {1, 1}, {3, 17, 5}, {2, 3, 2, 2}};
  for (const Shape& shape : shapes) {
    for (const Layout written : kLayouts) {
      for (const Layout read : kLayouts) {
        for (unsigned ones = 0; ones < 1U << shape.rank(); ++ones) {
          SCOPED_TRACE(to_text(shape) + " " + std::to_string(int(written)) + " " +
                       std::to_string(int(read)) + " " + std::to_string(ones));
          const int drop = (ones & 1U) ? 1 : 0;
          expect_formula<float>(
              laid_out(shape, written, 1, f32), laid_out(shape, Layout::dense, 2, f32),
              broadcast(shape, ones, drop, read, f32), broadcast(shape, 0, 0, read, f32));
          ASSERT_FALSE(HasFailure());
        }
      }
      expect_formula<double>(laid_out(shape, written, 1, f64), laid_out(shape, written, 2, f64),
                             broadcast(shape, 0, shape.rank(), Layout::dense, f64),
                             laid_out(shape, written, 3, f64));
      ASSERT_FALSE(HasFailure());
    }
  }
}

TEST(ThreadsElementwise, large_tensors_of_every_layout_give_what_a_plain_loop_gives) {
  const test::WithThreads threads(2);
  for (const Shape& shape : {Shape{70001}, Shape{150, 301}, Shape{40000, 2}, Shape{2, 33000}}) {
    for (const Layout written : kLayouts) {
      SCOPED_TRACE(to_text(shape) + " " + std::to_string(int(written)));
      expect_formula<float>(laid_out(shape, written, 1, f32), laid_out(shape, written, 2, f32),
                            broadcast(shape, 1, 0, written, f32),
                            broadcast(shape, 1U << (shape.rank() - 1), 0, Layout::dense, f32));
      ASSERT_FALSE(HasFailure());
    }
  }
}

TEST(ThreadsElementwise, bits_do_not_depend_on_threads_or_instruction_set) {
  for (const Layout layout : kLayouts) {
    std::vector<float> first;
    for (const int count : {1, 2, 3}) {
      for (const Cpu cpu : test::all_cpus()) {
        const test::WithThreads threads(count);
        const test::WithCpu active(cpu);
        Tensor y = laid_out({250, 333}, layout, 1, f32);
        Tensor z = laid_out({250, 333}, layout, 2, f32);
        const Tensor a = laid_out({250, 333}, layout, 3, f32);
        const Tensor b = laid_out({333}, layout, 4, f32);
        for (int step = 0; step < 3; ++step) {
          elementwise("test", kFormula, y, z, a, b);
        }
        const std::vector<float> found = y.to_vector();
        first = first.empty() ? found : first;
        ASSERT_EQ(std::memcmp(found.data(), first.data(), found.size() * sizeof(float)), 0)
            << count << ' ' << to_text(cpu);
      }
    }
  }
}

TEST(Elementwise, a_run_of_any_length_touches_its_own_elements_alone) {
  for (const Cpu cpu : test::all_cpus()) {
    const test::WithCpu active(cpu);
    for (Index n = 0; n < 70; ++n) {
      std::vector<float> y(80, 5);
      const std::vector<float> x(80, 2);
      core::run_elements<float>(
          n, [](auto& out, auto in) { out = in * 3.0; }, y.data() + 3, x.data() + 1);
      for (Index i = 0; i < 80; ++i) {
        ASSERT_EQ(y[static_cast<std::size_t>(i)], i >= 3 && i < 3 + n ? 6 : 5) << n;
      }
    }
  }
}

TEST(Elementwise, the_same_tensor_may_be_written_and_read) {
  Tensor x = counted({5});
  elementwise(
      "square", [](auto& y, auto a, auto b) { y = a * b; }, x, std::as_const(x), std::as_const(x));
  EXPECT_EQ(x.to_vector(), (std::vector<float>{1, 4, 9, 16, 25}));
}

TEST(Elementwise, takes_eight_operands) {
  Tensor y = zeros({2, 3});
  const Tensor one = ones({3});
  elementwise(
      "sum",
      [](auto& r, auto a, auto b, auto c, auto d, auto e, auto f, auto g) {
        r = a + b + c + d + e + f + g;
      },
      y, one, one, one, one, one, one, one);
  EXPECT_EQ(y.to_vector(), std::vector<float>(6, 7));
}

// A temporary is read only as well.
const Tensor& constant(const Tensor& x) { return x; }
constexpr auto kAdd = [](auto& y, auto x) { y += x; };

TEST(Elementwise, refuses_operands_that_do_not_fit_and_leaves_them_unchanged) {
  Tensor y = ones({2, 3});
  Tensor z = ones({3});
  const std::uint64_t version = y.storage().version();
  expect_error<ShapeError>([&] { elementwise("add", kAdd, y, constant(ones({4}))); },
                           "add: shape [4] must broadcast to [2, 3]");
  expect_error<DtypeError>([&] { elementwise("add", kAdd, y, constant(ones({3}, f64))); },
                           "add: operands must have one dtype, got f32 and f64; convert one with "
                           "convert(x, dtype)");
  expect_error<ShapeError>(
      [&] {
        elementwise(
            "add", [](auto& a, auto& b) { a += b; }, y, z);
      },
      "add: what is written must have one shape, got [2, 3] and [3]");
  EXPECT_THROW(elementwise("add", kAdd, y, constant(ones({1, 2, 3}))), ShapeError);
  EXPECT_THROW(elementwise("add", kAdd, y, constant(zeros({0}))), ShapeError);
  Tensor labels = zeros({2}, i64);
  expect_error<DtypeError>([&] { elementwise("add", kAdd, labels, std::as_const(labels)); },
                           "add: dtype must be f32 or f64, got i64; convert it with convert(x, "
                           "f32)");
  Tensor none;
  EXPECT_THROW(elementwise("add", kAdd, none, std::as_const(y)), ValueError);
  EXPECT_THROW(elementwise("add", kAdd, y, std::as_const(none)), ValueError);
  EXPECT_EQ(y.to_vector(), std::vector<float>(6, 1));
  EXPECT_EQ(y.storage().version(), version);
}

TEST(Elementwise, refuses_to_write_an_expanded_view) {
  Tensor wide = core::expand(ones({2, 1}), {2, 3});
  expect_error<ValueError>(
      [&] {
        elementwise("add", kAdd, wide, constant(ones({2, 3})));
      },
      "add: must not write an expanded view, got shape [2, 3] with strides "
      "[1, 0]; clone it first");
  Tensor single = core::expand(ones({1}), {1, 1, 1});
  elementwise("add", kAdd, single, constant(ones({})));
  EXPECT_EQ(single.item(), 2);
}

TEST(Elementwise, written_tensors_count_a_change_and_read_ones_do_not) {
  Tensor y = ones({3});
  const Tensor x = ones({3});
  const std::uint64_t written = y.storage().version();
  const std::uint64_t read = x.storage().version();
  elementwise("add", kAdd, y, x);
  EXPECT_GT(y.storage().version(), written);
  EXPECT_EQ(x.storage().version(), read);
}

}  // namespace
}  // namespace gradus
