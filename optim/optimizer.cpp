#include <gradus/optim/optimizer.h>

#include <map>
#include <set>

namespace gradus::optim {

void check_parameters(std::string_view rule, const Parameters& added, const Parameters& present) {
  require(!added.empty(), rule, ": a group must have at least one parameter, got none");
  std::map<const Storage*, std::string> owners;
  std::set<std::string> names;
  for (const Parameter& p : present) {
    owners.emplace(&p.tensor.storage(), p.name);
    names.insert(p.name);
  }
  for (const Parameter& p : added) {
    require(bool(p.tensor), rule, ": parameter '", p.name, "' must be defined");
    require<GraphError>(p.tensor.requires_grad() && p.tensor.slot()->is_leaf, rule, ": parameter '",
                        p.name,
                        "' must be a leaf that requires a gradient; call "
                        "set_requires_grad() on it");
    require<ShapeError>(p.tensor.is_contiguous(), rule, ": parameter '", p.name,
                        "' must be dense, got a strided view of shape ", p.tensor.shape());
    require(names.insert(p.name).second, rule, ": names of parameters must differ, got '", p.name,
            "' twice");
    const auto [owner, is_new] = owners.emplace(&p.tensor.storage(), p.name);
    require(is_new, rule, ": a parameter must be given once, got one as '", owner->second,
            "' and as '", p.name, "'");
  }
}

}  // namespace gradus::optim
