#pragma once
// Level lines of a function of two variables, by marching squares.
#include <gradus/train/svg.h>

#include <functional>

namespace gradus::train {

/// The lines f = level on the unit square, cut into cells * cells squares; straight within each.
/// A closed line ends at the point where it began.  Squares with a corner where f is not finite
/// are left out.  Throws ValueError unless f is set, level is finite and cells is 1 to 4096.
///
/// Lorensen, Cline: Marching cubes: A high resolution 3D surface construction algorithm. SIGGRAPH
/// 1987, in two dimensions.  Where two opposite corners are above the level, the mean of the four
/// decides which are connected.
std::vector<Points> level_lines(const std::function<double(double, double)>& f, double level,
                                int cells);

}  // namespace gradus::train
