#include <gradus/autograd/backward.h>
#include <gradus/autograd/sweep.h>

namespace gradus {
namespace {

// The gradient to begin with at `y`: the given one, or a one for a result of one element.
Tensor upstream_of(const char* where, const Tensor& y, const Tensor& given) {
  require<GraphError>(y.requires_grad(), where,
                      ": tensor must come from operations on tensors that require a gradient, got "
                      "one without history; call set_requires_grad() on the leaves");
  if (!given) {
    require<ShapeError>(y.numel() == 1, where,
                        ": without an upstream gradient the tensor must have one element, got "
                        "shape ",
                        y.shape(), "; take sum() or mean() first");
    return ones_like(y);
  }
  require<ShapeError>(given.shape() == y.shape(), where, ": upstream gradient must have the shape ",
                      y.shape(), " of the tensor, got ", given.shape());
  require<DtypeError>(given.dtype() == y.dtype(), where, ": upstream gradient must have the dtype ",
                      y.dtype(), " of the tensor, got ", given.dtype());
  return given;
}

std::vector<Tensor> gradients(const char* where, const std::vector<Tensor>& outputs,
                              const std::vector<Tensor>& inputs, const GradOptions& options) {
  require(!outputs.empty(), where, ": there must be an output, got none");
  require(options.upstream.empty() || options.upstream.size() == outputs.size(), where,
          ": there must be an upstream gradient for each output or none at all, got ",
          options.upstream.size(), " for ", outputs.size(), " outputs");
  std::vector<Tensor> upstream;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor given = options.upstream.empty() ? Tensor() : options.upstream[i];
    upstream.push_back(upstream_of(where, outputs[i], given));
  }
  std::vector<Ref<GradSlot>> targets;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    require<GraphError>(inputs[i].requires_grad(), where, ": input ", i, " of shape ",
                        inputs[i].shape(),
                        " must require a gradient; call set_requires_grad() on it before the "
                        "outputs are computed");
    targets.push_back(inputs[i].slot());
  }
  Sweep sweep({.retain_graph = options.retain_graph, .create_graph = options.create_graph});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    sweep.start_at(outputs[i].slot(), std::move(upstream[i]));
  }
  sweep.aim_at(targets);
  sweep.run();
  std::vector<Tensor> result;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    result.push_back(sweep.arrived_at(targets[i]));
    require<GraphError>(result[i] || options.allow_unused, where, ": no output depends on input ",
                        i, " of shape ", inputs[i].shape(),
                        "; with allow_unused its gradient is an undefined tensor");
  }
  return result;
}

}  // namespace

void backward(const Tensor& y, const BackwardOptions& options) {
  Tensor upstream = upstream_of("backward", y, options.upstream);
  Sweep sweep({.retain_graph = options.retain_graph, .into_leaves = true});
  sweep.start_at(y.slot(), std::move(upstream));
  sweep.run();
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options) {
  return gradients("grad", outputs, inputs, options);
}

std::vector<Tensor> hessian_vector_product(const Tensor& loss, const std::vector<Tensor>& inputs,
                                           const std::vector<Tensor>& v) {
  require(v.size() == inputs.size(), "hessian_vector_product: there must be a vector for each of ",
          inputs.size(), " inputs, got ", v.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    require<ShapeError>(v[i].shape() == inputs[i].shape(), "hessian_vector_product: vector ", i,
                        " must have the shape ", inputs[i].shape(), " of its input, got ",
                        v[i].shape());
    require<DtypeError>(v[i].dtype() == inputs[i].dtype(), "hessian_vector_product: vector ", i,
                        " must have the dtype ", inputs[i].dtype(), " of its input, got ",
                        v[i].dtype());
  }
  const std::vector<Tensor> first = gradients("hessian_vector_product", {loss}, inputs,
                                              {.create_graph = true, .allow_unused = true});
  for (std::size_t i = 0; i < first.size(); ++i) {
    require<GraphError>(bool(first[i]), "hessian_vector_product: the loss must depend on input ", i,
                        " of shape ", inputs[i].shape());
  }
  std::vector<Tensor> dependent;  // the gradients that are no constants, and their vectors
  std::vector<Tensor> weights;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i].requires_grad()) {
      dependent.push_back(first[i]);
      weights.push_back(v[i]);
    }
  }
  std::vector<Tensor> product(inputs.size());
  if (!dependent.empty()) {
    product = grad(dependent, inputs, {.upstream = weights, .allow_unused = true});
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    product[i] = product[i] ? product[i] : zeros_like(inputs[i]);
  }
  return product;
}

void Tensor::backward() const { gradus::backward(*this); }

}  // namespace gradus
