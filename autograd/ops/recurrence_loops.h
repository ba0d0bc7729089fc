#pragma once
// The loops of a recurrent layer, forward and backward through all steps, on numbers alone; what
// each cell computes is in autograd/ops/cells.h, and autograd/ops/recurrence.cpp has the plain
// twin.
#include <gradus/autograd/ops/cells.h>
#include <gradus/core/blas.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/parallel.h>
#include <gradus/core/tensor.h>
#include <gradus/core/view.h>

#include <algorithm>
#include <utility>

namespace gradus {

/// The numbers of a matrix whose rows are dense, and stand `step` apart, which the stride of a
/// single row need not say.
template <class T>
struct RecurrentWeight {
  explicit RecurrentWeight(const Tensor& matrix)
      : data(matrix.data<T>()), step(std::max(matrix.strides()[0], matrix.size(1))) {}
  const T* data;
  Index step;
};

template <class Cell>
struct Recurrence {
  // Sequences of a batch that run together, at least.
  static constexpr Index kBlock = 32;
  static_assert(std::all_of(Cell::kFromState.begin(), Cell::kFromState.end(),
                            [](const GateRun& run) {
                              return run.first >= Cell::kInputs ||
                                     run.first + run.count <= Cell::kInputs;
                            }),
                "gates that lie side by side are all reached by inputs, or none");
  static constexpr auto kGates = std::make_index_sequence<Cell::kGates>();
  static constexpr auto kStates = std::make_index_sequence<Cell::kStates>();

  Index steps, batch, hidden;
  bool backwards;

  // Of all gates; of those that inputs reach; of the others, which are apart.
  Index gate_row() const { return Cell::kGates * hidden; }
  Index input_row() const { return Cell::kInputs * hidden; }
  Index apart_row() const { return gate_row() - input_row(); }
  Index state_row() const { return Cell::kStates * hidden; }
  // The states lie in a row of steps + 1: at one end the first ones, which come before any step.
  Index before(Index t) const { return backwards ? t + 1 : t; }
  Index after(Index t) const { return backwards ? t : t + 1; }
  Index step(Index i) const { return backwards ? steps - 1 - i : i; }
  Tensor states_before(const Tensor& all) const {
    return core::slice(all, 0, backwards, steps + backwards);
  }
  Tensor states_after(const Tensor& all) const {
    return core::slice(all, 0, !backwards, steps + !backwards);
  }
  Tensor start_of(const Tensor& all) const { return core::select(all, 0, backwards ? steps : 0); }

  // Twice as many sequences read the weight half as often (an LSTM of 256 runs 1.03 times as fast
  // on one thread), where threads are few and what is beside a sequence does not change its bits.
  template <class F>
  void for_blocks(const F& f) const {
    const Index whole = batch / kBlock;
    const Index together = blas::runs_in_tiles(kBlock, hidden, gate_row())
                               ? std::clamp<Index>(whole / num_threads(), 1, 2)
                               : 1;
    const Index pieces = (whole + together - 1) / together;
    const Index rest = batch - whole * kBlock;
    parallel_for(pieces + (rest > 0), [&](Index piece) {
      const Index first = piece * together;
      f(std::min(first, whole) * kBlock,
        piece < pieces ? std::min(whole - first, together) * kBlock : rest);
    });
  }

  // Whether the weight is better copied once than read where it stands by each step: where BLAS
  // has no kernels for few sequences.  Forward, where a step reads its columns, it is turned (an
  // LSTM of 256: 1.03 times as fast); and its rows lie apart so that they fill a cache evenly,
  // which rows of 1 or 4 KB do not (1.12 times as fast with AVX2).
  bool copies_weight() const { return steps > 1 && batch >= kBlock; }

  // sums: what the inputs make of their gates; apart: what the others begin with; weight: turned
  // where copies_weight(); states: [steps + 1, batch, states].
  template <class T, std::size_t... K, std::size_t... S>
  void forward(const T* sums, const T* apart, const RecurrentWeight<T>& weight, T* gates, T* states,
               std::index_sequence<K...>, std::index_sequence<S...>) const {
    const auto formula = [](auto&... v) { Cell::forward(v...); };
    const bool turned = copies_weight();
    const blas::Form form = turned ? blas::Form::plain : blas::Form::transposed;
    for_blocks([&](Index first, Index rows) {
      for (Index i = 0; i < steps; ++i) {
        const Index at = step(i) * batch + first;
        T* a = gates + at * gate_row();
        const T* old = states + (before(step(i)) * batch + first) * state_row();
        T* made = states + (after(step(i)) * batch + first) * state_row();
        for (Index row = 0; row < rows; ++row) {
          std::copy_n(sums + (at + row) * input_row(), input_row(), a + row * gate_row());
          std::copy_n(apart, apart_row(), a + row * gate_row() + input_row());
        }
        for (const GateRun& run : Cell::kFromState) {
          blas::gemm<T>(blas::Form::plain, form, rows, run.count * hidden, hidden, 1, old,
                        state_row(), weight.data + run.rows * hidden * (turned ? 1 : weight.step),
                        weight.step, 1, a + run.first * hidden, gate_row());
        }
        for (Index row = 0; row < rows; ++row) {
          core::run_elements<T>(hidden, formula, (a + Index(K) * hidden)...,
                                (old + Index(S) * hidden)..., (made + Index(S) * hidden)...);
          a += gate_row();
          old += state_row();
          made += state_row();
        }
      }
    });
  }

  // The derivatives of all gates' sums: of those that inputs reach, and of the others.
  template <class T>
  struct GateGrads {
    const Recurrence& r;
    T* inputs;
    T* apart;
    // From a row to the next.
    Index row_step(int gate) const { return gate < Cell::kInputs ? r.input_row() : r.apart_row(); }
    T* at(Index row, int gate) const {
      return gate < Cell::kInputs ? inputs + row * r.input_row() + gate * r.hidden
                                  : apart + row * r.apart_row() + (gate - Cell::kInputs) * r.hidden;
    }
  };

  // ds: the gradient of the states after the last step so far, and in the end of the first ones.
  template <class T, std::size_t... K, std::size_t... S>
  void backward(const T* gates, const RecurrentWeight<T>& weight, const T* states, const T* dy,
                const GateGrads<T>& da, T* ds, std::index_sequence<K...>,
                std::index_sequence<S...>) const {
    const auto add = [](auto& to, const auto& part) { to += part; };
    const auto formula = [](auto&... v) { Cell::backward(v...); };
    for_blocks([&](Index first, Index rows) {
      T* const d_first = ds + first * state_row();
      for (Index i = steps; i-- > 0;) {
        const Index at = step(i) * batch + first;
        core::run_elements<T>(rows * state_row(), add, d_first, dy + at * state_row());
        for (Index row = 0; row < rows; ++row) {
          const T* a = gates + (at + row) * gate_row();
          const T* old = states + (before(step(i)) * batch + first + row) * state_row();
          const T* made = states + (after(step(i)) * batch + first + row) * state_row();
          T* d = d_first + row * state_row();
          core::run_elements<T>(hidden, formula, (a + Index(K) * hidden)...,
                                (old + Index(S) * hidden)..., (made + Index(S) * hidden)...,
                                da.at(at + row, int(K))..., (d + Index(S) * hidden)...);
        }
        for (const GateRun& run : Cell::kFromState) {
          blas::gemm<T>(blas::Form::plain, blas::Form::plain, rows, hidden, run.count * hidden, 1,
                        da.at(at, run.first), da.row_step(run.first),
                        weight.data + run.rows * hidden * weight.step, weight.step, 1, d_first,
                        state_row());
        }
      }
    });
  }

  // dw: the sum of da' h over all steps, in one product for gates that lie side by side.
  Tensor weight_gradient(const Tensor& d_inputs, const Tensor& d_apart, const Tensor& states,
                         const Tensor& weight) const {
    const Index rows = steps * batch;
    const Tensor h =
        core::slice(core::reshape(states_before(states), {rows, state_row()}), 1, 0, hidden);
    const auto part = [&](const Tensor& x, int dim, int first, int count) {
      return core::slice(x, dim, first * hidden, (first + count) * hidden);
    };
    Tensor dw = zeros_like(weight);
    for (const GateRun& run : Cell::kFromState) {
      const bool is_input = run.first < Cell::kInputs;
      const Tensor d = part(core::reshape(is_input ? d_inputs : d_apart,
                                          {rows, is_input ? input_row() : apart_row()}),
                            1, is_input ? run.first : run.first - Cell::kInputs, run.count);
      core::gemm("recurrence", core::transpose(d, 0, 1), h, part(dw, 0, run.rows, run.count));
    }
    return dw;
  }
};

}  // namespace gradus
