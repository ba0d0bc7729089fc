#pragma once
// For each rule values of each of its options, which rule_table.h combines.
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
#include <gradus/optim/radam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/rprop.h>
#include <gradus/optim/sgd.h>

#include <string>
#include <vector>

namespace gradus::test {

struct OptionValues {
  std::string option;
  std::vector<double> values;
};
using Values = std::vector<OptionValues>;

inline const std::vector<double> kBoth = {0, 1};
inline const std::vector<double> kDecay = {0, 0.05};
inline const std::vector<double> kRate = {0.01, 0.1};
inline const std::vector<double> kEps = {1e-8, 1e-2};

inline Values values_of(const optim::SGD&) {
  return {{"lr", kRate},           {"momentum", {0, 0.9}},
          {"dampening", {0, 0.3}}, {"weight_decay", kDecay},
          {"nesterov", kBoth},     {"decoupled_weight_decay", kBoth},
          {"maximize", kBoth},     {"lr_in_buffer", kBoth}};
}
inline Values values_of(const optim::Adagrad&) {
  return {{"lr", kRate},
          {"lr_decay", {0, 0.1}},
          {"eps", kEps},
          {"weight_decay", kDecay},
          {"decoupled_weight_decay", kBoth},
          {"initial_accumulator_value", {0, 0.1}},
          {"eps_in_root", kBoth}};
}
inline Values values_of(const optim::RMSprop&) {
  return {{"lr", kRate},
          {"alpha", {0.99, 0.5}},
          {"eps", kEps},
          {"weight_decay", kDecay},
          {"decoupled_weight_decay", kBoth},
          {"momentum", {0, 0.9}},
          {"centered", kBoth},
          {"initial_square", {0, 1}},
          {"eps_in_root", kBoth},
          {"lr_in_buffer", kBoth}};
}
inline Values values_of(const optim::Adadelta&) {
  return {{"lr", {1, 0.5}},
          {"rho", {0.9, 0.5}},
          {"eps", {1e-6, 1e-2}},
          {"weight_decay", kDecay},
          {"decoupled_weight_decay", kBoth}};
}
inline Values values_of(const optim::Adam&) {
  return {{"lr", kRate},
          {"beta1", {0.9, 0}},
          {"beta2", {0.999, 0.5}},
          {"eps", kEps},
          {"weight_decay", kDecay},
          {"decoupled_weight_decay", kBoth},
          {"amsgrad", kBoth},
          {"eps_before_correction", kBoth}};
}
inline Values values_of(const optim::AdamW&) {
  return {{"lr", kRate},
          {"beta1", {0.9, 0}},
          {"beta2", {0.999, 0.5}},
          {"eps", kEps},
          {"weight_decay", kDecay},
          {"amsgrad", kBoth},
          {"eps_before_correction", kBoth}};
}
inline Values values_of(const optim::Adamax&) {
  return {{"lr", kRate},        {"beta1", {0.9, 0}},      {"beta2", {0.999, 0.5}},
          {"eps", kEps},        {"weight_decay", kDecay}, {"decoupled_weight_decay", kBoth},
          {"eps_in_max", kBoth}};
}
inline Values values_of(const optim::NAdam&) {
  return {{"lr", kRate},
          {"beta1", {0.9, 0}},
          {"beta2", {0.999, 0.5}},
          {"eps", kEps},
          {"weight_decay", kDecay},
          {"decoupled_weight_decay", kBoth},
          {"momentum_decay", {4e-3, 1}}};
}
inline Values values_of(const optim::RAdam&) {
  return {{"lr", kRate},
          {"beta1", {0.9, 0}},
          {"beta2",
           {0.999, 0.9, 0.5}},  // rho above 4, above 5 from the 5th, 6th step on; never with 0.5
          {"eps", kEps},
          {"weight_decay", kDecay},
          {"decoupled_weight_decay", kBoth},
          {"rectify_above", {5, 4}}};
}
inline Values values_of(const optim::Rprop&) {
  return {{"lr", kRate},
          {"eta_minus", {0.5, 0.9}},
          {"eta_plus", {1.2, 1.5}},
          {"step_size_min", {1e-6, 1e-2}},
          {"step_size_max", {50, 0.05}}};
}
inline Values values_of(const optim::Lion&) {
  return {{"lr", kRate},
          {"beta1", {0.9, 0}},
          {"beta2", {0.99, 0.5}},
          {"weight_decay", kDecay},
          {"decoupled_weight_decay", kBoth}};
}
inline Values values_of(const optim::LARS&) {
  return {{"lr", {0.5, 1}},    {"momentum", {0, 0.9}},   {"dampening", {0, 0.3}},
          {"nesterov", kBoth}, {"weight_decay", kDecay}, {"trust_coefficient", {1e-3, 0.02}},
          {"eps", {1e-8, 1}},  {"trust_clip", kBoth},    {"always_adapt", kBoth}};
}
inline Values values_of(const optim::LAMB&) {
  return {{"lr", {1e-3, 1e-2}},      {"beta1", {0.9, 0}},        {"beta2", {0.999, 0.5}},
          {"eps", {1e-6, 1e-2}},     {"weight_decay", kDecay},   {"decoupled_weight_decay", kBoth},
          {"grad_averaging", kBoth}, {"bias_correction", kBoth}, {"trust_clip", kBoth},
          {"always_adapt", kBoth}};
}
inline Values values_of(const optim::Adafactor&) {
  return {{"lr", {0.01, 0.05}}, {"beta2_decay", {-0.8, -0.3}}, {"eps1", {-1, 1e-3}},
          {"eps2", {1e-3, 2}},  {"clip_threshold", {1, 1.25}}, {"weight_decay", kDecay},
          {"maximize", kBoth},  {"eps1_in_square", kBoth},     {"decay_first", kBoth}};
}
inline Values values_of(const optim::Muon&) {
  return {{"lr", {0.02, 0.1}},       {"weight_decay", kDecay},   {"momentum", {0.95, 0}},
          {"nesterov", kBoth},       {"eps", {1e-7, 0.1}},       {"newton_schulz_steps", {5, 2}},
          {"a", {3.4445, 3.4}},      {"b", {-4.775, -4.8}},      {"c", {2.0315, 2}},
          {"matched_rms", {0, 0.2}}, {"flatten_filters", kBoth}, {"sum_momentum", kBoth},
          {"add_eps", kBoth},        {"double_products", {1, 0}}};
}

}  // namespace gradus::test
