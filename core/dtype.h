#pragma once
// Element types.  f32 and f64 are differentiable; i64 is for labels and indices, u8 for images and
// masks.
#include <gradus/core/error.h>

#include <cstdint>
#include <string>

namespace gradus {

enum class Dtype : std::uint8_t { f32, f64, i64, u8 };
using enum Dtype;

inline std::int64_t item_size(Dtype dtype) { return dtype == f32 ? 4 : dtype == u8 ? 1 : 8; }
inline bool is_floating(Dtype dtype) { return dtype == f32 || dtype == f64; }

inline std::string to_text(Dtype dtype) {
  constexpr const char* kNames[] = {"f32", "f64", "i64", "u8"};
  return kNames[static_cast<int>(dtype)];
}

inline constexpr Dtype kNoDtype{255};
template <class T>
inline constexpr Dtype dtype_of = kNoDtype;
template <>
inline constexpr Dtype dtype_of<float> = f32;
template <>
inline constexpr Dtype dtype_of<double> = f64;
template <>
inline constexpr Dtype dtype_of<std::int64_t> = i64;
template <>
inline constexpr Dtype dtype_of<std::uint8_t> = u8;

/// A C++ type that is the element type of some dtype.
template <class T>
concept Element = dtype_of<T>
!= kNoDtype;

/// Calls f(T{}) with T the C++ type of a floating dtype.  Throws DtypeError naming `where`.
template <class F>
decltype(auto) visit_floating(const char* where, Dtype dtype, F&& f) {
  require<DtypeError>(is_floating(dtype), where, ": dtype must be f32 or f64, got ", dtype,
                      "; convert it with convert(x, f32)");
  return dtype == f32 ? f(float{}) : f(double{});
}

/// Calls f(T{}) with T the C++ type of any dtype.
template <class F>
decltype(auto) visit_any(Dtype dtype, F&& f) {
  switch (dtype) {
    case f32:
      return f(float{});
    case f64:
      return f(double{});
    case i64:
      return f(std::int64_t{});
    default:
      return f(std::uint8_t{});
  }
}

}  // namespace gradus
