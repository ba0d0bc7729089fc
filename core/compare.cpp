#include <gradus/core/compare.h>
#include <gradus/core/mixed.h>

#include <cmath>
#include <type_traits>

namespace gradus {
namespace {

using Byte = std::uint8_t;

// holds(a, b) by element.
template <class F>
Tensor compare(const char* name, const Tensor& a, const Tensor& b, F holds) {
  const Tensor* const both[] = {&a, &b};
  core::check_operands(name, both, 2, {false, false});
  Tensor y(broadcast_shapes(name, a.shape(), b.shape()), u8);
  const Tensor* const operands[] = {&y, &a, &b};
  const core::LoopPlan plan = core::plan_loop(name, y.shape(), operands, 3);
  visit_any(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    core::run_mixed(
        plan, [holds](Byte& out, T x, T z) { out = holds(x, z); }, y.mutable_data<Byte>(),
        a.data<T>(), b.data<T>());
  });
  return y;
}

// holds(a) by element.
template <class F>
Tensor test(const char* name, const Tensor& a, F holds) {
  Tensor y(a.shape(), u8);
  const Tensor* const operands[] = {&y, &a};
  const core::LoopPlan plan = core::plan_loop(name, y.shape(), operands, 2);
  visit_any(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    core::run_mixed(
        plan, [holds](Byte& out, T x) { out = holds(x); }, y.mutable_data<Byte>(), a.data<T>());
  });
  return y;
}

// holds(a, number) by element, the number of a's type where that is floating.
template <class F>
Tensor compare(const char* name, const Tensor& a, double number, F holds) {
  return test(name, a, [holds, number]<class T>(T x) {
    using Wide = std::conditional_t<std::is_floating_point_v<T>, T, double>;
    return holds(Wide(x), Wide(number));
  });
}

void require_mask(const char* name, const Tensor& a) {
  require<DtypeError>(a.dtype() == u8, name, ": mask must be u8, got ", a.dtype(),
                      "; make one with a comparison, such as ne(x, 0)");
}
template <class F>
Tensor combine(const char* name, const Tensor& a, const Tensor& b, F holds) {
  require_mask(name, a);
  require_mask(name, b);
  return compare(name, a, b, holds);
}

constexpr auto kEq = [](auto a, auto b) { return a == b; };
constexpr auto kNe = [](auto a, auto b) { return a != b; };
constexpr auto kLt = [](auto a, auto b) { return a < b; };
constexpr auto kLe = [](auto a, auto b) { return a <= b; };
constexpr auto kGt = [](auto a, auto b) { return a > b; };
constexpr auto kGe = [](auto a, auto b) { return a >= b; };

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) { return compare("eq", a, b, kEq); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare("ne", a, b, kNe); }
Tensor lt(const Tensor& a, const Tensor& b) { return compare("lt", a, b, kLt); }
Tensor le(const Tensor& a, const Tensor& b) { return compare("le", a, b, kLe); }
Tensor gt(const Tensor& a, const Tensor& b) { return compare("gt", a, b, kGt); }
Tensor ge(const Tensor& a, const Tensor& b) { return compare("ge", a, b, kGe); }
Tensor eq(const Tensor& a, double b) { return compare("eq", a, b, kEq); }
Tensor ne(const Tensor& a, double b) { return compare("ne", a, b, kNe); }
Tensor lt(const Tensor& a, double b) { return compare("lt", a, b, kLt); }
Tensor le(const Tensor& a, double b) { return compare("le", a, b, kLe); }
Tensor gt(const Tensor& a, double b) { return compare("gt", a, b, kGt); }
Tensor ge(const Tensor& a, double b) { return compare("ge", a, b, kGe); }

Tensor logical_and(const Tensor& a, const Tensor& b) {
  return combine("logical_and", a, b, [](auto x, auto z) { return x != 0 && z != 0; });
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  return combine("logical_or", a, b, [](auto x, auto z) { return x != 0 || z != 0; });
}
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  return combine("logical_xor", a, b, [](auto x, auto z) { return (x != 0) != (z != 0); });
}
Tensor logical_not(const Tensor& a) {
  require_mask("logical_not", a);
  return test("logical_not", a, [](auto x) { return x == 0; });
}

Tensor isnan(const Tensor& x) {
  return test("isnan", x, [](auto a) { return a != a; });
}
Tensor isinf(const Tensor& x) {
  return test("isinf", x, []<class T>(T a) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::isinf(a);
    } else {
      return false;
    }
  });
}
Tensor isfinite(const Tensor& x) {
  return test("isfinite", x, []<class T>(T a) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::isfinite(a);
    } else {
      return true;
    }
  });
}

Tensor core::where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  require<DtypeError>(condition.dtype() == u8, "where: condition must be u8, got ",
                      condition.dtype(), "; make one with a comparison, such as ne(x, 0)");
  const Tensor* const both[] = {&a, &b};
  check_operands("where", both, 2, {false, false});
  const Shape shape = broadcast_shapes("where", a.shape(), b.shape());
  Tensor y(broadcast_shapes("where", condition.shape(), shape), a.dtype());
  const Tensor* const operands[] = {&y, &condition, &a, &b};
  const LoopPlan plan = plan_loop("where", y.shape(), operands, 4);
  visit_any(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    run_mixed(
        plan, [](T& out, Byte c, T x, T z) { out = c != 0 ? x : z; }, y.mutable_data<T>(),
        condition.data<Byte>(), a.data<T>(), b.data<T>());
  });
  return y;
}

}  // namespace gradus
