#pragma once
// All rules, with their optimizers compiled into the library: a program that includes this, as
// gradus.h does, need not compile them again.
#include <gradus/optim/adadelta.h>
#include <gradus/optim/adafactor.h>
#include <gradus/optim/adagrad.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/adamax.h>
#include <gradus/optim/adamw.h>
#include <gradus/optim/lamb.h>
#include <gradus/optim/lars.h>
#include <gradus/optim/lion.h>
#include <gradus/optim/muon.h>
#include <gradus/optim/nadam.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/radam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/rprop.h>
#include <gradus/optim/sgd.h>

namespace gradus::optim {

extern template class Optimizer<SGD>;
extern template class Optimizer<Adagrad>;
extern template class Optimizer<RMSprop>;
extern template class Optimizer<Adadelta>;
extern template class Optimizer<Adam>;
extern template class Optimizer<AdamW>;
extern template class Optimizer<Adamax>;
extern template class Optimizer<NAdam>;
extern template class Optimizer<RAdam>;
extern template class Optimizer<Rprop>;
extern template class Optimizer<Lion>;
extern template class Optimizer<LARS>;
extern template class Optimizer<LAMB>;
extern template class Optimizer<Muon>;
extern template class Optimizer<Adafactor>;

}  // namespace gradus::optim
