#pragma once
#include <string>

namespace gradus::optim {

/// x with so many significant digits, as printf's %g writes it, in every locale.
std::string significant_digits(double x, int digits = 6);

}  // namespace gradus::optim
