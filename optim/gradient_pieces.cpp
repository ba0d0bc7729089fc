#include <gradus/optim/gradient_pieces.h>

#include <map>

namespace gradus::optim {

Parameters own_gradients(const char* where, const Parameters& parameters) {
  std::map<const Storage*, const std::string*> owners;
  for (const Parameter& p : parameters) {
    require(bool(p.tensor), where, ": parameter '", p.name, "' must be defined");
    const auto [owner, is_new] = owners.emplace(&p.tensor.storage(), &p.name);
    require(is_new, where, ": a parameter must be given once, got one as '", *owner->second,
            "' and as '", p.name, "'");
  }
  Parameters gradients;
  for (const Parameter& p : parameters) {
    Tensor g = p.tensor.grad();
    if (!g) {
      continue;
    }
    if (!g.is_contiguous() || !owners.emplace(&g.storage(), &p.name).second) {
      g = g.clone();
      p.tensor.set_grad(g);
      owners.emplace(&g.storage(), &p.name);
    }
    gradients.push_back({p.name, g});
  }
  return gradients;
}

std::vector<GradientPiece> cut(const Parameters& gradients) {
  std::vector<GradientPiece> pieces;
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const Tensor& g = gradients[k].tensor;
    const Index count = std::max<Index>(g.numel() / core::kPieceElements, g.numel() > 0 ? 1 : 0);
    auto* bytes = static_cast<std::byte*>(g.address());
    for (Index i = 0; i < count; ++i) {
      const Index first = i * core::kPieceElements;
      const Index n = i + 1 == count ? g.numel() - first : core::kPieceElements;
      pieces.push_back({k, bytes + first * item_size(g.dtype()), n, g.dtype()});
    }
  }
  return pieces;
}

}  // namespace gradus::optim
