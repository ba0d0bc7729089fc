#include <gradus/core/error.h>
#include <gradus/train/level_lines.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

namespace gradus::train {
namespace {

// The line meets the grid on edges between neighbouring corners.  An edge has a number, so that
// pieces from two squares that share it are joined.
class Tracer {
 public:
  Tracer(const std::function<double(double, double)>& f, double level, int cells)
      : cells_(cells), corners_(static_cast<std::size_t>((cells + 1) * (cells + 1))) {
    for (int row = 0; row <= cells; ++row) {
      for (int column = 0; column <= cells; ++column) {
        height(column, row) = f(double(column) / cells, double(row) / cells) - level;
      }
    }
    for (int row = 0; row < cells; ++row) {
      for (int column = 0; column < cells; ++column) {
        cross(column, row);
      }
    }
  }

  std::vector<Points> lines() {
    std::vector<Points> found;
    // Open lines first, from an end; what is left then is closed.
    for (const bool closed : {false, true}) {
      for (const int edge : order_) {
        if (closed || neighbours_[edge].size() == 1) {
          if (Points line = follow(edge); line.size() > 1) {
            found.push_back(std::move(line));
          }
        }
      }
    }
    return found;
  }

 private:
  double& height(int column, int row) {
    return corners_[static_cast<std::size_t>(row) * (static_cast<std::size_t>(cells_) + 1) +
                    static_cast<std::size_t>(column)];
  }

  // Two edges for each corner: to the right of it and above it.
  int edge_right(int column, int row) const { return 2 * (row * (cells_ + 1) + column); }
  int edge_above(int column, int row) const { return edge_right(column, row) + 1; }

  void join(int a, int b) {
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      if (neighbours_[from].empty()) {
        order_.push_back(from);
      }
      neighbours_[from].push_back(to);
    }
  }

  void cross(int column, int row) {
    // Corners and edges counter-clockwise from the lower left; edge i lies between i and i + 1.
    const std::array<double, 4> h = {height(column, row), height(column + 1, row),
                                     height(column + 1, row + 1), height(column, row + 1)};
    const std::array<int, 4> edges = {edge_right(column, row), edge_above(column + 1, row),
                                      edge_right(column, row + 1), edge_above(column, row)};
    if (!std::all_of(h.begin(), h.end(), [](double x) { return std::isfinite(x); })) {
      return;
    }
    std::vector<int> met;
    for (std::size_t i = 0; i < 4; ++i) {
      if ((h[i] > 0) != (h[(i + 1) % 4] > 0)) {
        met.push_back(edges[i]);
      }
    }
    if (met.size() == 2) {
      join(met[0], met[1]);
    } else if (met.size() == 4) {
      // Edges 0 and 3 meet at corner 0, which stands alone unless the middle is as it is.
      const bool middle = h[0] / 4 + h[1] / 4 + h[2] / 4 + h[3] / 4 > 0;
      const bool alone = middle != (h[0] > 0);
      join(met[0], met[alone ? 3 : 1]);
      join(met[2], met[alone ? 1 : 3]);
    }
  }

  Point place(int edge) {
    const int corner = edge / 2;
    const int column = corner % (cells_ + 1), row = corner / (cells_ + 1);
    const int right = edge % 2 == 0, up = edge % 2;
    const double from = height(column, row), to = height(column + right, row + up);
    const double share = from / (from - to);
    return {(column + right * share) / cells_, (row + up * share) / cells_};
  }

  /// From `edge` along pieces that were not drawn yet, which are used up.
  Points follow(int edge) {
    Points line = {place(edge)};
    for (std::vector<int>* next = &neighbours_[edge]; !next->empty(); next = &neighbours_[edge]) {
      const int to = next->back();
      next->pop_back();
      std::erase(neighbours_[to], edge);
      edge = to;
      line.push_back(place(edge));
    }
    return line;
  }

  int cells_;
  std::vector<double> corners_;                           // f - level
  std::unordered_map<int, std::vector<int>> neighbours_;  // of an edge: one or two other edges
  std::vector<int> order_;                                // of the edges met, so that runs repeat
};

}  // namespace

std::vector<Points> level_lines(const std::function<double(double, double)>& f, double level,
                                int cells) {
  require(bool(f), "level_lines: f must be a function, got none");
  require(std::isfinite(level), "level_lines: level must be finite, got ", level);
  require(cells >= 1 && cells <= 4096, "level_lines: cells must be 1 to 4096, got ", cells);
  return Tracer(f, level, cells).lines();
}

}  // namespace gradus::train
