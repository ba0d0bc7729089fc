#pragma once
// The only place that knows CBLAS.  Products run in tiles of our own (core/tiled_gemm.h) where the
// processor has them and no side of the result is thin.  The library is always called on one
// thread: what it gets is cut by its shapes alone and the parts run in parallel_for, so results are
// the same bits for any number of threads (OpenBLAS on two threads of its own gives other bits than
// on one). The first call tells OpenBLAS so for the whole process and ends the threads that it
// started when it was loaded; another user of OpenBLAS in the process must not be inside it at that
// moment.
#include <gradus/core/tensor.h>

#include <string>

namespace gradus::blas {

// Sizes of 2^31 and more are a ShapeError: the interface of BLAS has 32 bits for them.

/// How an operand of a product stands in memory.
enum class Form { plain, transposed };

/// Whether products with results of m rows and n columns run in tiles, if no rows in memory are
/// further apart than `longest`: then each number has the same bits whatever else is in the result.
bool runs_in_tiles(Index m, Index n, Index longest);

/// C <- alpha op(A) op(B) + beta C, all row-major: op(A) is [m, k], op(B) [k, n], C [m, n]; lda,
/// ldb and ldc are the distances of rows in memory.  With beta = 0, C is not read.  Where alpha is
/// not 1, or beta neither 0 nor 1, the product is made in m n numbers of other memory first.
template <class T>
void gemm(Form form_a, Form form_b, Index m, Index n, Index k, T alpha, const T* a, Index lda,
          const T* b, Index ldb, T beta, T* c, Index ldc);

/// The same in one call on the calling thread: for products that are themselves pieces of a
/// parallel loop.
template <class T>
void gemm_piece(Form form_a, Form form_b, Index m, Index n, Index k, T alpha, const T* a, Index lda,
                const T* b, Index ldb, T beta, T* c, Index ldc);

/// y <- alpha x + y, over n dense elements.
template <class T>
void axpy(Index n, T alpha, const T* x, T* y);
/// x <- alpha x.
template <class T>
void scal(Index n, T alpha, T* x);
/// The Euclidean norm, without overflow.
template <class T>
double nrm2(Index n, const T* x);

/// "OpenBLAS 0.3.21 ... Cooperlake", or "CBLAS" where the library does not say.
std::string description();

}  // namespace gradus::blas

namespace gradus::core {

/// c <- alpha a b + beta c for matrices with any strides; one of c's must be 1, and c must not
/// overlap a or b.  Throws ShapeError or DtypeError naming `where`.
void gemm(const char* where, const Tensor& a, const Tensor& b, const Tensor& c, double alpha = 1,
          double beta = 0);
/// a b, [m, n], of matrices [m, k] and [k, n] with any strides.  Throws ShapeError or DtypeError.
/// Nothing is recorded: the matmul of autograd/ops/matmul.h is.
Tensor matmul(const Tensor& a, const Tensor& b);

}  // namespace gradus::core
