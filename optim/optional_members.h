#pragma once
// Whether a rule has an optional member of some name, of whatever kind: where one is there and is
// not what it must be, a step_bound without const, say, that is an error.  Otherwise it would be
// taken for missing, and its check skipped without a word.
#include <type_traits>

namespace gradus::optim {

struct OptionalMembers {
  int step_bound, check_parameter;
  int per_element, sign_symmetric, lr_scales_step, still_at_zero_gradient, nan_propagates,
      state_changes;
};

// A name that both bases have is ambiguous here, whatever it stands for in R.
template <class R>
struct BesideOptionalMembers : R, OptionalMembers {};

template <class R>
concept NamesStepBound = !requires {
  &BesideOptionalMembers<R>::step_bound;
};
template <class R>
concept NamesCheckParameter = !requires {
  &BesideOptionalMembers<R>::check_parameter;
};
template <class R>
concept NamesPerElement = !requires {
  &BesideOptionalMembers<R>::per_element;
};
template <class R>
concept NamesSignSymmetric = !requires {
  &BesideOptionalMembers<R>::sign_symmetric;
};
template <class R>
concept NamesLrScalesStep = !requires {
  &BesideOptionalMembers<R>::lr_scales_step;
};
template <class R>
concept NamesStillAtZeroGradient = !requires {
  &BesideOptionalMembers<R>::still_at_zero_gradient;
};
template <class R>
concept NamesNanPropagates = !requires {
  &BesideOptionalMembers<R>::nan_propagates;
};
template <class R>
concept NamesStateChanges = !requires {
  &BesideOptionalMembers<R>::state_changes;
};

}  // namespace gradus::optim
