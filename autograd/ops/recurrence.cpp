#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/cells.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/recorded.h>
#include <gradus/autograd/ops/recurrence.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/blas.h>
#include <gradus/core/elementwise.h>
#include <gradus/core/view.h>

namespace gradus {
namespace {

using blas::Form;

// Sequences of a batch that run together.
constexpr Index kBlock = 32;

template <class Cell>
struct Recurrence {
  static constexpr auto kGates = std::make_index_sequence<Cell::kGates>();
  static constexpr auto kStates = std::make_index_sequence<Cell::kStates>();

  Index steps, batch, hidden;
  bool backwards;

  Index gate_row() const { return Cell::kGates * hidden; }
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

  template <class F>
  void for_blocks(const F& f) const {
    parallel_for((batch + kBlock - 1) / kBlock,
                 [&](Index block) { f(block * kBlock, std::min(batch - block * kBlock, kBlock)); });
  }

  // gates: the sums, which become the gates; states: [steps + 1, batch, states].
  template <class T, std::size_t... K, std::size_t... S>
  void forward(T* gates, const T* weight, T* states, std::index_sequence<K...>,
               std::index_sequence<S...>) const {
    const auto formula = [](auto&... v) { Cell::forward(v...); };
    for_blocks([&](Index first, Index rows) {
      for (Index i = 0; i < steps; ++i) {
        T* a = gates + (step(i) * batch + first) * gate_row();
        const T* old = states + (before(step(i)) * batch + first) * state_row();
        T* made = states + (after(step(i)) * batch + first) * state_row();
        for (const GateRun& run : Cell::kFromState) {
          blas::gemm<T>(Form::plain, Form::transposed, rows, run.count * hidden, hidden, 1, old,
                        state_row(), weight + run.first * hidden * hidden, hidden, 1,
                        a + run.first * hidden, gate_row());
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

  // ds: the gradient of the states after the last step so far, and in the end of the first ones.
  template <class T, std::size_t... K, std::size_t... S>
  void backward(const T* gates, const T* weight, const T* states, const T* dy, T* dgates, T* ds,
                std::index_sequence<K...>, std::index_sequence<S...>) const {
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
          T* da = dgates + (at + row) * gate_row();
          T* d = d_first + row * state_row();
          core::run_elements<T>(hidden, formula, (a + Index(K) * hidden)...,
                                (old + Index(S) * hidden)..., (made + Index(S) * hidden)...,
                                (da + Index(K) * hidden)..., (d + Index(S) * hidden)...);
        }
        for (const GateRun& run : Cell::kFromState) {
          blas::gemm<T>(Form::plain, Form::plain, rows, hidden, run.count * hidden, 1,
                        dgates + at * gate_row() + run.first * hidden, gate_row(),
                        weight + run.first * hidden * hidden, hidden, 1, d_first, state_row());
        }
      }
    });
  }

  // dw: the sum of da' h over all steps, in one product for gates that lie side by side.
  Tensor weight_gradient(const Tensor& dgates, const Tensor& states, const Tensor& weight) const {
    const Index rows = steps * batch;
    const Tensor d = core::reshape(dgates, {rows, gate_row()});
    const Tensor h =
        core::slice(core::reshape(states_before(states), {rows, state_row()}), 1, 0, hidden);
    const auto part = [&](const Tensor& x, int dim, const GateRun& run) {
      return core::slice(x, dim, run.first * hidden, (run.first + run.count) * hidden);
    };
    const Tensor dw = zeros_like(weight);
    for (const GateRun& run : Cell::kFromState) {
      core::gemm("recurrence", core::transpose(part(d, 1, run), 0, 1), h, part(dw, 0, run));
    }
    return dw;
  }

  // --- the plain twin of backward(), of recorded operations --------------------------------------

  using Numbers = std::vector<Recorded>;

  // Weight, or its gradient, with zeros for gates that have no part of the state.
  Tensor from_state(const Tensor& weight) const {
    std::vector<Tensor> rows;
    int next = 0;
    for (const GateRun& run : Cell::kFromState) {
      if (run.first > next) {
        rows.push_back(zeros({(run.first - next) * hidden, hidden}, weight.dtype()));
      }
      next = run.first + run.count;
      rows.push_back(slice(weight, 0, run.first * hidden, next * hidden));
    }
    return rows.size() == 1 ? weight : cat(rows, 0);
  }

  Numbers split(const Tensor& x, int count) const {
    Numbers parts;
    for (int k = 0; k < count; ++k) {
      parts.emplace_back(slice(x, -1, k * hidden, (k + 1) * hidden));
    }
    return parts;
  }
  static Tensor joined(const Numbers& parts, const Tensor& like) {
    std::vector<Tensor> tensors;
    for (const Recorded& part : parts) {
      tensors.push_back(part.as(like));
    }
    return cat(tensors, -1);
  }

  template <std::size_t... K, std::size_t... S>
  void plain_backward(const Tensor& gates, const Tensor& all_weights, const Tensor& start,
                      const Tensor& dy, Grads& dx, std::index_sequence<K...>,
                      std::index_sequence<S...>) const {
    const Tensor weight = from_state(all_weights);
    const Tensor like = zeros({batch, hidden}, dy.dtype());
    std::vector<Numbers> a;
    std::vector<Numbers> s = {split(start, Cell::kStates)};
    for (Index i = 0; i < steps; ++i) {
      const Tensor sums =
          select(gates, 0, step(i)) + matmul(s.back()[0].as(like), transpose(weight, 0, 1));
      a.push_back(split(sums, Cell::kGates));
      Numbers made(Cell::kStates, 0.0);
      Cell::forward(a.back()[K]..., s.back()[S]..., made[S]...);
      s.push_back(made);
    }
    Numbers ds(Cell::kStates, Recorded(zeros_like(like)));
    std::vector<Tensor> dgates(static_cast<std::size_t>(steps));
    Tensor dw = zeros_like(weight);
    for (Index i = steps; i-- > 0;) {
      const auto t = static_cast<std::size_t>(i);
      const Numbers part = split(select(dy, 0, step(i)), Cell::kStates);
      ((ds[S] = ds[S] + part[S]), ...);
      Numbers da(Cell::kGates, 0.0);
      Cell::backward(a[t][K]..., s[t][S]..., s[t + 1][S]..., da[K]..., ds[S]...);
      const Tensor d = joined(da, like);
      ds[0] = ds[0] + Recorded(matmul(d, weight));
      dw = dw + matmul(transpose(d, 0, 1), s[t][0].as(like));
      dgates[static_cast<std::size_t>(step(i))] = unsqueeze(d, 0);
    }
    dx[0] = steps == 0 ? zeros_like(gates) : cat(dgates, 0);
    dx[1] = from_state(dw);
    dx[2] = joined(ds, like);
  }
};

template <class Cell>
Recurrence<Cell> checked(const char* where, const Tensor& gates, const Tensor& weight,
                         const Tensor& start, bool backwards) {
  require<ShapeError>(
      weight.rank() == 2 && gates.rank() == 3 && weight.size(0) == Cell::kGates * weight.size(1) &&
          gates.size(2) == weight.size(0),
      where, ": gates must be [steps, batch, ", Cell::kGates, " hidden] and weight [", Cell::kGates,
      " hidden, hidden], got ", gates.shape(), " and ", weight.shape());
  require<ShapeError>(start.shape() == Shape{gates.size(1), Cell::kStates * weight.size(1)}, where,
                      ": start must be [batch, ", Cell::kStates, " hidden] for gates ",
                      gates.shape(), " and weight ", weight.shape(), ", got ", start.shape());
  require<DtypeError>(gates.dtype() == weight.dtype() && gates.dtype() == start.dtype(), where,
                      ": operands must have one dtype, got ", gates.dtype(), ", ", weight.dtype(),
                      " and ", start.dtype());
  require<ShapeError>(weight.size(1) >= 1, where, ": hidden must be at least 1, got weight ",
                      weight.shape(), " for gates ", gates.shape());
  return {gates.size(0), gates.size(1), weight.size(1), backwards};
}

template <class Cell>
Tensor recur(const char* name, const Tensor& gates, const Tensor& weight, const Tensor& start,
             bool backwards) {
  const Recurrence<Cell> r = checked<Cell>(name, gates, weight, start, backwards);
  const Tensor a = gates.clone();
  Tensor states({r.steps + 1, r.batch, r.state_row()}, gates.dtype());
  copy(r.start_of(states), start);
  visit_floating(name, gates.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor w = weight.dense();
    r.forward(a.mutable_data<T>(), w.data<T>(), states.mutable_data<T>(), r.kGates, r.kStates);
  });
  return record(r.states_after(states), name, {gates, weight, start},
                [r, gates = Saved(gates), weight = Saved(weight), start = Saved(start),
                 a = Saved(a), states = Saved(states)](const Tensor& dy, Grads& dx) {
                  if (is_recording()) {
                    r.plain_backward(*gates, *weight, *start, dy, dx, r.kGates, r.kStates);
                    return;
                  }
                  const Tensor dgates = empty_like(*a);
                  const Tensor ds = zeros_like(*start);
                  visit_floating("recurrence", dy.dtype(), [&](auto zero) {
                    using T = decltype(zero);
                    const Tensor w = (*weight).dense();
                    const Tensor dense_dy = dy.dense();
                    r.backward((*a).template data<T>(), w.data<T>(), (*states).template data<T>(),
                               dense_dy.data<T>(), dgates.mutable_data<T>(), ds.mutable_data<T>(),
                               r.kGates, r.kStates);
                  });
                  dx[0] = dgates;
                  if (dx.wanted(1)) {
                    dx[1] = r.weight_gradient(dgates, *states, *weight);
                  }
                  dx[2] = ds;
                });
}

}  // namespace

Tensor rnn_tanh(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards) {
  return recur<TanhCell>("rnn_tanh", gates, weight, start, backwards);
}
Tensor rnn_relu(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards) {
  return recur<ReluCell>("rnn_relu", gates, weight, start, backwards);
}
Tensor lstm(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards) {
  return recur<LstmCell>("lstm", gates, weight, start, backwards);
}
Tensor gru(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards) {
  return recur<GruCell>("gru", gates, weight, start, backwards);
}

}  // namespace gradus
