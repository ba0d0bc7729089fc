#include <gradus/autograd/node.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/recorded.h>
#include <gradus/autograd/ops/recurrence.h>
#include <gradus/autograd/ops/recurrence_loops.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/core/panel.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>

namespace gradus {
namespace {

// backward() of Recurrence in recorded operations, so that it has a derivative itself.
template <class Cell>
struct PlainTwin : Recurrence<Cell> {
  using Base = Recurrence<Cell>;
  using Base::steps, Base::batch, Base::hidden, Base::step;

  using Numbers = std::vector<Recorded>;

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

  // f(gate, block of U's rows) for the gates that the state reaches, as U has them.
  template <class F>
  static void for_state_gates(F f) {
    for (const GateRun& run : Cell::kFromState) {
      for (int k = 0; k < run.count; ++k) {
        const int gate = run.first + k;
        const int block = run.rows + k;
        f(static_cast<std::size_t>(gate), static_cast<std::size_t>(block));
      }
    }
  }

  template <std::size_t... K, std::size_t... S>
  void backward(const Tensor& gates, const Tensor& weight, const Tensor& start, const Tensor& apart,
                const Tensor& dy, Grads& dx, std::index_sequence<K...>,
                std::index_sequence<S...>) const {
    const Tensor like = zeros({batch, hidden}, dy.dtype());
    const int rows = static_cast<int>(weight.size(0) / hidden);
    std::vector<Numbers> a;
    std::vector<Numbers> s = {split(start, Cell::kStates)};
    for (Index i = 0; i < steps; ++i) {
      Numbers sums = split(select(gates, 0, step(i)), Cell::kInputs);
      sums.resize(Cell::kGates, apart ? Recorded(apart) : Recorded(0.0));
      const Numbers from_state = split(matmul(s.back()[0].as(like), transpose(weight, 0, 1)), rows);
      for_state_gates([&](std::size_t gate, std::size_t block) {
        sums[gate] = sums[gate] + from_state[block];
      });
      a.push_back(sums);
      Numbers made(Cell::kStates, 0.0);
      Cell::forward(a.back()[K]..., s.back()[S]..., made[S]...);
      s.push_back(made);
    }
    Numbers ds(Cell::kStates, Recorded(zeros_like(like)));
    std::vector<Tensor> d_inputs(static_cast<std::size_t>(steps));
    Tensor dw = zeros_like(weight);
    Tensor d_apart = apart ? zeros_like(apart) : apart;
    for (Index i = steps; i-- > 0;) {
      const auto t = static_cast<std::size_t>(i);
      const Numbers part = split(select(dy, 0, step(i)), Cell::kStates);
      ((ds[S] = ds[S] + part[S]), ...);
      Numbers da(Cell::kGates, 0.0);
      Cell::backward(a[t][K]..., s[t][S]..., s[t + 1][S]..., da[K]..., ds[S]...);
      Numbers by_rows(static_cast<std::size_t>(rows), 0.0);
      for_state_gates([&](std::size_t gate, std::size_t block) { by_rows[block] = da[gate]; });
      const Tensor d = joined(by_rows, like);
      ds[0] = ds[0] + Recorded(matmul(d, weight));
      dw = dw + matmul(transpose(d, 0, 1), s[t][0].as(like));
      if (apart) {
        d_apart = d_apart + sum(da.back().as(like), {0});
      }
      da.resize(Cell::kInputs, 0.0);
      d_inputs[static_cast<std::size_t>(step(i))] = unsqueeze(joined(da, like), 0);
    }
    dx[0] = steps == 0 ? zeros_like(gates) : cat(d_inputs, 0);
    dx[1] = dw;
    dx[2] = joined(ds, like);
    if (apart) {
      dx[3] = d_apart;
    }
  }
};

template <class Cell>
Recurrence<Cell> checked(const char* where, const Tensor& gates, const Tensor& weight,
                         const Tensor& start, const Tensor& apart, bool backwards) {
  require<ShapeError>(
      weight.rank() == 2 && gates.rank() == 3 && weight.size(0) == Cell::kInputs * weight.size(1) &&
          gates.size(2) == weight.size(0),
      where, ": gates must be [steps, batch, ", Cell::kInputs, " hidden] and weight [",
      Cell::kInputs, " hidden, hidden], got ", gates.shape(), " and ", weight.shape());
  require<ShapeError>(start.shape() == Shape{gates.size(1), Cell::kStates * weight.size(1)}, where,
                      ": start must be [batch, ", Cell::kStates, " hidden] for gates ",
                      gates.shape(), " and weight ", weight.shape(), ", got ", start.shape());
  require<ShapeError>(!apart || apart.shape() == Shape{weight.size(1)}, where,
                      ": bias must be [hidden] for weight ", weight.shape(), ", got ",
                      apart ? apart.shape() : Shape());
  require<DtypeError>(gates.dtype() == weight.dtype() && gates.dtype() == start.dtype() &&
                          (!apart || apart.dtype() == gates.dtype()),
                      where, ": operands must have one dtype, got ", gates.dtype(), ", ",
                      weight.dtype(), apart ? join({", ", apart.dtype()}) : std::string(), " and ",
                      start.dtype());
  require<ShapeError>(weight.size(1) >= 1, where, ": hidden must be at least 1, got weight ",
                      weight.shape(), " for gates ", gates.shape());
  // Each step has a node in the graph of a second derivative, also of a batch of none.
  constexpr Index kMostSteps = Index{1} << 26;
  require<ShapeError>(gates.size(0) <= kMostSteps, where, ": steps must be at most ", kMostSteps,
                      ", got gates ", gates.shape());
  return {gates.size(0), gates.size(1), weight.size(1), backwards};
}

// A copy of a matrix, its rows spread_step() apart: what a product reads of it where it stands then
// fills the cache evenly.
template <class T>
Tensor spread(const Tensor& matrix) {
  const Tensor wide({matrix.size(0), core::spread_step<T>(matrix.size(1))}, matrix.dtype());
  Tensor copied = core::slice(wide, 1, 0, matrix.size(1));
  copy(copied, matrix);
  return copied;
}

template <class Cell>
Tensor recur(const char* name, const Tensor& gates, const Tensor& weight, const Tensor& start,
             const Tensor& apart, bool backwards) {
  const Recurrence<Cell> r = checked<Cell>(name, gates, weight, start, apart, backwards);
  const Tensor a({r.steps, r.batch, r.gate_row()}, gates.dtype());
  Tensor states({r.steps + 1, r.batch, r.state_row()}, gates.dtype());
  copy(r.start_of(states), start);
  visit_floating(name, gates.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor sums = gates.dense();
    const Tensor w = r.copies_weight() ? spread<T>(core::transpose(weight, 0, 1)) : weight.dense();
    const Tensor others = apart ? apart.dense() : zeros({r.apart_row()}, gates.dtype());
    r.forward(sums.data<T>(), others.data<T>(), RecurrentWeight<T>(w), a.mutable_data<T>(),
              states.mutable_data<T>(), r.kGates, r.kStates);
  });
  return record(
      r.states_after(states), name, {gates, weight, start, apart},
      [r, gates = Saved(gates), weight = Saved(weight), start = Saved(start), apart = Saved(apart),
       a = Saved(a), states = Saved(states)](const Tensor& dy, Grads& dx) {
        if (is_recording()) {
          PlainTwin<Cell>{r}.backward(*gates, *weight, *start, *apart, dy, dx, r.kGates, r.kStates);
          return;
        }
        const Tensor d_inputs = empty((*gates).shape(), (*gates).dtype());
        const Tensor d_apart({r.steps, r.batch, r.apart_row()}, d_inputs.dtype());
        const Tensor ds = zeros_like(*start);
        visit_floating("recurrence", dy.dtype(), [&](auto zero) {
          using T = decltype(zero);
          const Tensor w = r.copies_weight() ? spread<T>(*weight) : (*weight).dense();
          const Tensor dense_dy = dy.dense();
          r.backward((*a).template data<T>(), RecurrentWeight<T>(w), (*states).template data<T>(),
                     dense_dy.data<T>(), {r, d_inputs.mutable_data<T>(), d_apart.mutable_data<T>()},
                     ds.mutable_data<T>(), r.kGates, r.kStates);
        });
        dx[0] = d_inputs;
        if (dx.wanted(1)) {
          dx[1] = r.weight_gradient(d_inputs, d_apart, *states, *weight);
        }
        dx[2] = ds;
        if (dx.wanted(3)) {
          dx[3] = core::sum(d_apart, {0, 1});
        }
      });
}

}  // namespace

Tensor rnn_tanh(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards) {
  return recur<TanhCell>("rnn_tanh", gates, weight, start, {}, backwards);
}
Tensor rnn_relu(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards) {
  return recur<ReluCell>("rnn_relu", gates, weight, start, {}, backwards);
}
Tensor lstm(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards) {
  return recur<LstmCell>("lstm", gates, weight, start, {}, backwards);
}
Tensor gru(const Tensor& gates, const Tensor& weight, const Tensor& bias, const Tensor& start,
           bool backwards) {
  return recur<GruCell>("gru", gates, weight, start, bias, backwards);
}

}  // namespace gradus
