#include <gradus/core/elementwise.h>
#include <gradus/optim/weight_average.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace gradus::optim {

WeightAverage::WeightAverage(const char* kind, const Parameters& parameters)
    : kind_(kind), parameters_(parameters) {
  require(!parameters.empty(), kind, ": there must be at least one parameter, got none");
  std::map<const Storage*, std::string> owners;
  std::set<std::string> names;
  for (const Parameter& p : parameters) {
    require(!p.name.empty(), kind, ": parameters must have names, got an empty one");
    require(bool(p.tensor), kind, ": parameter '", p.name, "' must be defined");
    require<DtypeError>(is_floating(p.tensor.dtype()), kind, ": parameter '", p.name,
                        "' must be f32 or f64, got ", p.tensor.dtype());
    require<ShapeError>(p.tensor.is_contiguous(), kind, ": parameter '", p.name,
                        "' must be dense, got a strided view of shape ", p.tensor.shape());
    require(names.insert(p.name).second, kind, ": names of parameters must differ, got '", p.name,
            "' twice");
    const auto [owner, is_new] = owners.emplace(&p.tensor.storage(), p.name);
    require(is_new, kind, ": a parameter must be given once, got one as '", owner->second,
            "' and as '", p.name, "'");
  }
}

void WeightAverage::require_ready(const char* what) const {
  require(updates_ > 0, kind_, ": ", what, " must come after update(), got no update so far");
}

void WeightAverage::require_unswapped(const char* what) const {
  require(!swapped_, kind_, ": ", what,
          " must not be called while the parameters hold the averages; let the result of swap() "
          "go first");
}

template <class F>
void WeightAverage::fold(const F& f) {
  require_unswapped("update()");
  if (updates_ == 0) {
    std::vector<Tensor> first;
    for (const Parameter& p : parameters_) {
      first.push_back(p.tensor.clone());
    }
    averages_ = std::move(first);
  } else {
    for (std::size_t k = 0; k < averages_.size(); ++k) {
      core::elementwise(kind_, f, averages_[k], std::as_const(parameters_[k].tensor));
    }
  }
  ++updates_;
}

Parameters WeightAverage::averages() const {
  require_ready("averages()");
  Parameters all = parameters_;
  for (std::size_t k = 0; k < all.size(); ++k) {
    all[k].tensor = averages_[k];
  }
  return all;
}

void WeightAverage::require_fitting(const Parameter& p, const Tensor& average) const {
  require<ShapeError>(p.tensor.shape() == average.shape(), kind_, ": average of '", p.name,
                      "' must have the parameter's shape ", p.tensor.shape(), ", got ",
                      average.shape());
  require<DtypeError>(p.tensor.dtype() == average.dtype(), kind_, ": average of '", p.name,
                      "' must have the parameter's dtype ", p.tensor.dtype(), ", got ",
                      average.dtype());
}

void WeightAverage::copy_to(const Parameters& to) const {
  require_ready("copy_to()");
  require_unswapped("copy_to()");
  std::map<std::string_view, const Tensor*> targets;
  for (const Parameter& p : to) {
    require(bool(p.tensor), kind_, ": parameter '", p.name, "' must be defined");
    require(targets.emplace(p.name, &p.tensor).second, kind_,
            ": names of parameters must differ, got '", p.name, "' twice");
    core::require_unexpanded("copy_to", p.tensor);
  }
  for (std::size_t k = 0; k < averages_.size(); ++k) {
    const auto target = targets.find(parameters_[k].name);
    require(target != targets.end(), kind_, ": copy_to() needs a parameter '", parameters_[k].name,
            "', got none of that name");
    require_fitting({parameters_[k].name, *target->second}, averages_[k]);
  }
  for (const Parameter& p : to) {
    const bool known = std::any_of(parameters_.begin(), parameters_.end(),
                                   [&](const Parameter& own) { return own.name == p.name; });
    require(known, kind_, ": there is no average of '", p.name, "'");
  }
  const NoGrad numbers_only;
  for (std::size_t k = 0; k < averages_.size(); ++k) {
    copy(*targets.at(parameters_[k].name), averages_[k]);
  }
}

WeightAverage::Swapped::Swapped(WeightAverage& average) : average_(average) {
  average.require_ready("swap()");
  average.require_unswapped("swap()");
  for (const Parameter& p : average.parameters_) {
    before_.push_back(p.tensor.clone());
  }
  const NoGrad numbers_only;
  for (std::size_t k = 0; k < before_.size(); ++k) {
    copy(average.parameters_[k].tensor, average.averages_[k]);
  }
  average.swapped_ = true;
}

WeightAverage::Swapped::~Swapped() {
  const NoGrad numbers_only;
  for (std::size_t k = 0; k < before_.size(); ++k) {
    copy(average_.parameters_[k].tensor, before_[k]);
  }
  average_.swapped_ = false;
}

StateDict WeightAverage::state_dict() const {
  StateDict state;
  state.set("kind", kind_);
  state.set("updates", static_cast<double>(updates_));
  save_options(state);
  for (std::size_t k = 0; k < averages_.size(); ++k) {
    state.set("average." + parameters_[k].name, averages_[k].clone());
  }
  return state;
}

// Throws if `saved` has an entry that state_dict() would not write.
void WeightAverage::require_known(const StateDict& saved) const {
  StateDict options;
  save_options(options);
  std::set<std::string> known = {"kind", "updates"};
  for (const auto& [name, value] : options) {
    known.insert(name);
  }
  for (const Parameter& p : parameters_) {
    known.insert("average." + p.name);
  }
  for (const auto& [name, value] : saved) {
    require(known.count(name) > 0, kind_, ": load_state_dict() does not know the entry '", name,
            "'; it must be from an average of the same parameters");
  }
}

void WeightAverage::load_state_dict(const StateDict& saved) {
  require(saved.text("kind") == kind_, kind_, ": kind of the saved average must be ", kind_,
          ", got ", saved.text("kind"));
  require_known(saved);
  const double updates = saved.number("updates");
  require(updates >= 0 && updates < 9e15 && updates == std::floor(updates), kind_,
          ": updates must be a whole number of at least 0, got ", updates);
  std::vector<Tensor> averages;
  for (const Parameter& p : parameters_) {
    if (updates > 0) {
      const Tensor& average = saved.tensor("average." + p.name);
      require_fitting(p, average);
      averages.push_back(average.clone());
    } else {
      require(!saved.contains("average." + p.name), kind_,
              ": there must be no averages before the first update, got one of '", p.name, "'");
    }
  }
  load_options(saved);
  averages_ = std::move(averages);
  updates_ = static_cast<Index>(updates);
}

namespace {

void require_decay(double decay) {
  require(decay >= 0 && decay < 1, "Ema: decay must be at least 0 and below 1, got ", decay);
}

}  // namespace

Ema::Ema(const Parameters& parameters, double decay, bool warm_up)
    : WeightAverage("Ema", parameters), decay_(decay), warm_up_(warm_up) {
  require_decay(decay);
}

double Ema::next_decay() const {
  const auto n = static_cast<double>(updates());
  return warm_up_ ? std::min(decay_, (1 + n) / (10 + n)) : decay_;
}

void Ema::update() {
  const double d = next_decay();
  if (d < 0.5) {
    fold([d](auto& a, auto w) { a = w - d * (w - a); });
  } else {
    fold([rest = 1 - d](auto& a, auto w) { a += rest * (w - a); });
  }
}

void Ema::save_options(StateDict& to) const {
  to.set("decay", decay_);
  to.set("warm_up", warm_up_ ? 1.0 : 0.0);
}

void Ema::load_options(const StateDict& saved) {
  const double decay = saved.number("decay");
  const double warm_up = saved.number("warm_up");
  require_decay(decay);
  require(warm_up == 0 || warm_up == 1, "Ema: warm_up must be 0 or 1, got ", warm_up);
  decay_ = decay;
  warm_up_ = warm_up == 1;
}

void Swa::update() {
  const auto count = static_cast<double>(updates() + 1);
  fold([count](auto& a, auto w) { a += (w - a) / count; });
}

}  // namespace gradus::optim
