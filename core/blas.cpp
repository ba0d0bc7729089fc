#include <cblas.h>
#include <gradus/core/blas.h>
#include <gradus/core/flops.h>
#include <gradus/core/lanes.h>
#include <gradus/core/matrix.h>
#include <gradus/core/openblas.h>
#include <gradus/core/parallel.h>
#include <gradus/core/scratch.h>
#include <gradus/core/tile.h>
#include <gradus/core/tiled_gemm.h>

#include <algorithm>
#include <cmath>
#include <numeric>

// Found in OpenBLAS alone; null with another CBLAS.
extern "C" {
[[gnu::weak]] char* openblas_get_config();
}

namespace gradus::blas {
namespace {

int size_of(Index n) {
  require<ShapeError>(n <= 0x7fffffff, "blas: sizes must fit in 31 bits, got ", n);
  return static_cast<int>(n);
}

void call_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, float alpha,
               const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void call_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
               const double* a, int lda, const double* b, int ldb, double beta, double* c,
               int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

// Into how many tiles a product is cut, by its shape alone.  Every tile packs its operands anew, so
// tiles must grow with the product: 2 from 6 million multiply-adds on, and twice as many for each
// five times that.
Index tile_count(Index m, Index n, Index k) {
  const double work = double(m) * double(n) * double(k);
  Index tiles = 1;
  for (double least = 6e6; tiles < 64 && work >= least; least *= 5) {
    tiles *= 2;
  }
  return tiles;
}

// The kernels work on blocks of 16 rows or columns.
constexpr Index kBlock = 16;

// Where a tile of a dimension that is cut into `tiles` begins.
Index tile_begin(Index size, Index tiles, Index tile) {
  const Index blocks = (size + kBlock - 1) / kBlock;
  return std::min(size, blocks * tile / tiles * kBlock);
}

// A result with fewer rows or columns would leave more than half of a register of 16 numbers empty,
// and BLAS has kernels for it.  (10 columns of 512 terms, for 64 and 512 rows: 11 and 75 us in
// tiles; in OpenBLAS 8 and 125 with its kernels for AVX-512, 32 and 248 with those that it takes
// where it does not know the processor.)
constexpr Index kThin = 8;
// The longest rows that tiles take: their places are 32 bits.
constexpr Index kLongest = Index{1} << 22;

// True if the product was done in tiles of our own.
template <class T>
bool ran_in_tiles(Form form_a, Form form_b, Index m, Index n, Index k, T alpha, const T* a,
                  Index lda, const T* b, Index ldb, T beta, T* c, Index ldc) {
  if (alpha == T(0) || k == 0 || !runs_in_tiles(m, n, std::max({lda, ldb, ldc}))) {
    return false;
  }
  static const bool alone = (work_alone(), true);  // OpenBLAS's threads are not needed
  static_cast<void>(alone);
  const auto operand = [](Form form, const T* data, Index step) {
    return form == Form::plain ? core::Operand<const T>{data, step, 1}
                               : core::Operand<const T>{data, 1, step};
  };
  const auto left = operand(form_a, a, lda);
  const auto right = operand(form_b, b, ldb);
  if (alpha == T(1) && (beta == T(0) || beta == T(1))) {
    core::tiled_gemm<T>(m, n, k, left, right, beta == T(1), {c, ldc, 1});
    return true;
  }
  const core::Scratch<T> ab(m * n);  // tiles only add products up
  core::tiled_gemm<T>(m, n, k, left, right, false, {ab.data(), n, 1});
  core::for_rows(m, n, [&](Index i) {
    const T of_ab = alpha;  // of their own, so that no number of C can be one of them
    const T of_c = beta;
    const T* const from = ab.data() + i * n;
    T* const to = c + i * ldc;
    for (Index j = 0; j < n; ++j) {
      to[j] = of_ab * from[j] + (of_c == T(0) ? T(0) : of_c * to[j]);
    }
  });
  return true;
}

CBLAS_TRANSPOSE trans(Form form) { return form == Form::plain ? CblasNoTrans : CblasTrans; }

}  // namespace

bool runs_in_tiles(Index m, Index n, Index longest) {
  return std::min(m, n) >= kThin && longest < kLongest && core::has_tiles();
}

template <class T>
void gemm_piece(Form form_a, Form form_b, Index m, Index n, Index k, T alpha, const T* a, Index lda,
                const T* b, Index ldb, T beta, T* c, Index ldc) {
  report_product(m, n, k);
  if (ran_in_tiles(form_a, form_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)) {
    return;
  }
  prepare();
  call_gemm(trans(form_a), trans(form_b), size_of(m), size_of(n), size_of(k), alpha, a,
            size_of(lda), b, size_of(ldb), beta, c, size_of(ldc));
}

template void gemm_piece(Form, Form, Index, Index, Index, float, const float*, Index, const float*,
                         Index, float, float*, Index);
template void gemm_piece(Form, Form, Index, Index, Index, double, const double*, Index,
                         const double*, Index, double, double*, Index);

template <class T>
void gemm(Form form_a, Form form_b, Index m, Index n, Index k, T alpha, const T* a, Index lda,
          const T* b, Index ldb, T beta, T* c, Index ldc) {
  const int ik = size_of(k);
  const int ia = size_of(lda);
  const int ib = size_of(ldb);
  const int ic = size_of(ldc);
  size_of(m);
  size_of(n);
  if (m == 0 || n == 0) {
    return;
  }
  report_product(m, n, k);
  if (ran_in_tiles(form_a, form_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)) {
    return;
  }
  prepare();
  const Index tiles = tile_count(m, n, k);
  // The longer side of C is cut, so that tiles stay as square as they can.
  const bool by_rows = m > n;
  const Index size = by_rows ? m : n;
  parallel_for(tiles, [&](Index tile) {
    prepare();
    const Index begin = tile_begin(size, tiles, tile);
    const Index length = tile_begin(size, tiles, tile + 1) - begin;
    if (length == 0) {
      return;
    }
    const Index row = by_rows ? begin : 0;
    const Index column = by_rows ? 0 : begin;
    call_gemm(trans(form_a), trans(form_b), static_cast<int>(by_rows ? length : m),
              static_cast<int>(by_rows ? n : length), ik, alpha,
              a + (form_a == Form::plain ? row * lda : row), ia,
              b + (form_b == Form::plain ? column : column * ldb), ib, beta, c + row * ldc + column,
              ic);
  });
}

template void gemm(Form, Form, Index, Index, Index, float, const float*, Index, const float*, Index,
                   float, float*, Index);
template void gemm(Form, Form, Index, Index, Index, double, const double*, Index, const double*,
                   Index, double, double*, Index);

template <>
void axpy(Index n, float alpha, const float* x, float* y) {
  prepare();
  cblas_saxpy(size_of(n), alpha, x, 1, y, 1);
}
template <>
void axpy(Index n, double alpha, const double* x, double* y) {
  prepare();
  cblas_daxpy(size_of(n), alpha, x, 1, y, 1);
}
template <>
void scal(Index n, float alpha, float* x) {
  prepare();
  cblas_sscal(size_of(n), alpha, x, 1);
}
template <>
void scal(Index n, double alpha, double* x) {
  prepare();
  cblas_dscal(size_of(n), alpha, x, 1);
}
// Squares of floats neither overflow nor underflow in double.  (snrm2 returns a float, which the
// norm of large floats may exceed.)
template <>
double nrm2(Index n, const float* x) {
  constexpr Index kLanes = 16;
  double sums[kLanes] = {};
  for (Index i = 0; i < n; i += kLanes) {
    for (Index lane = 0; lane < std::min(kLanes, n - i); ++lane) {
      sums[lane] += double(x[i + lane]) * double(x[i + lane]);
    }
  }
  return std::sqrt(std::accumulate(sums, sums + kLanes, 0.0));
}
template <>
double nrm2(Index n, const double* x) {
  prepare();
  return cblas_dnrm2(size_of(n), x, 1);
}

std::string description() { return openblas_get_config ? openblas_get_config() : "CBLAS"; }

}  // namespace gradus::blas

namespace gradus::core {

void gemm(const char* where, const Tensor& a, const Tensor& b, const Tensor& c, double alpha,
          double beta) {
  require<ShapeError>(a.rank() == 2 && b.rank() == 2 && a.shape()[1] == b.shape()[0], where,
                      ": matrices must be [m, k] and [k, n], got ", a.shape(), " and ", b.shape());
  require<DtypeError>(a.dtype() == b.dtype(), where, ": matrices must have one dtype, got ",
                      a.dtype(), " and ", b.dtype());
  require<DtypeError>(a.dtype() == c.dtype(), where, ": result must have the matrices' dtype ",
                      a.dtype(), ", got ", c.dtype());
  Matrix ma;
  Matrix mb;
  Matrix mc;
  const Tensor da = as_matrix(a, ma) ? a : a.clone();
  const Tensor db = as_matrix(b, mb) ? b : b.clone();
  as_matrix(da, ma);
  as_matrix(db, mb);
  require<ShapeError>(c.rank() == 2 && c.shape()[0] == a.shape()[0] &&
                          c.shape()[1] == b.shape()[1] && as_matrix(c, mc),
                      where, ": result of ", a.shape(), " and ", b.shape(),
                      " does not fit its place ", c.shape());
  visit_floating(where, a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Index m = a.shape()[0];
    const Index n = b.shape()[1];
    const Index k = a.shape()[1];
    T* to = c.mutable_data<T>();
    if (mc.form == blas::Form::plain) {
      blas::gemm<T>(ma.form, mb.form, m, n, k, T(alpha), da.data<T>(), ma.step, db.data<T>(),
                    mb.step, T(beta), to, mc.step);
    } else {
      // C' = B' A'
      const auto flip = [](blas::Form form) {
        return form == blas::Form::plain ? blas::Form::transposed : blas::Form::plain;
      };
      blas::gemm<T>(flip(mb.form), flip(ma.form), n, m, k, T(alpha), db.data<T>(), mb.step,
                    da.data<T>(), ma.step, T(beta), to, mc.step);
    }
  });
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  require<ShapeError>(a.rank() == 2 && b.rank() == 2,
                      "matmul: matrices must be [m, k] and [k, n], got ", a.shape(), " and ",
                      b.shape());
  Tensor c({a.shape()[0], b.shape()[1]}, a.dtype());
  gemm("matmul", a, b, c);
  return c;
}

}  // namespace gradus::core
