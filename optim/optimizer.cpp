#include <gradus/optim/optimizer.h>

#include <algorithm>

namespace gradus::optim {

void check_parameters(std::string_view rule, const Parameters& added, const Parameters& present) {
  require(!added.empty(), rule, ": a group must have at least one parameter, got none");
  Parameters seen = present;
  for (const Parameter& p : added) {
    require(bool(p.tensor), rule, ": parameter '", p.name, "' must be defined");
    require<GraphError>(p.tensor.requires_grad() && p.tensor.slot()->is_leaf, rule, ": parameter '",
                        p.name,
                        "' must be a leaf that requires a gradient; call "
                        "set_requires_grad() on it");
    require<ShapeError>(p.tensor.is_contiguous(), rule, ": parameter '", p.name,
                        "' must be dense, got a strided view of shape ", p.tensor.shape());
    for (const Parameter& other : seen) {
      require(other.name != p.name, rule, ": names of parameters must differ, got '", p.name,
              "' twice");
      require(!other.tensor.is(p.tensor) && other.tensor.storage_ref() != p.tensor.storage_ref(),
              rule, ": a parameter must be given once, got one as '", other.name, "' and as '",
              p.name, "'");
    }
    seen.push_back(p);
  }
}

}  // namespace gradus::optim
