#include <gradus/optim/instances.h>

namespace gradus::optim {

template class Optimizer<SGD>;
template class Optimizer<Adagrad>;
template class Optimizer<RMSprop>;
template class Optimizer<Adadelta>;
template class Optimizer<Adam>;
template class Optimizer<AdamW>;
template class Optimizer<Adamax>;
template class Optimizer<NAdam>;
template class Optimizer<RAdam>;
template class Optimizer<Rprop>;
template class Optimizer<Lion>;
template class Optimizer<LARS>;
template class Optimizer<LAMB>;
template class Optimizer<Muon>;
template class Optimizer<Adafactor>;

}  // namespace gradus::optim
