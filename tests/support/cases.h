#pragma once
// The cases of a row of the op table: every list of shapes, in every layout, and with one tensor in
// two places where two inputs have one shape.
#include "support/layouts.h"
#include "support/op_table.h"

namespace gradus::test {

struct Case {
  std::string name;
  std::function<Tensor(const Tensors&)> f;
  Tensors leaves;  ///< f64
};

inline Case make_case(const OpRow& row, const std::vector<Shape>& shapes, Layout layout,
                      std::mt19937& engine) {
  Case c{row.name + ", " + to_text(layout), row.f, {}};
  for (const Shape& full_shape : shapes) {
    Shape shape = full_shape;
    if (layout == Layout::expanded && shape.rank() > 0) {
      shape.erase(0);
    }
    c.name += ' ';
    c.name += to_text(shape);
    c.leaves.push_back(
        laid_out(random_values(shape, engine, row.low, row.high, row.both_signs), layout));
  }
  if (layout == Layout::expanded) {
    c.f = [f = row.f, shapes](const Tensors& x) {
      Tensors stretched;
      for (std::size_t i = 0; i < x.size(); ++i) {
        stretched.push_back(expand(x[i], shapes[i]));
      }
      return f(stretched);
    };
  }
  return c;
}

inline std::vector<Case> cases_of(const OpRow& row) {
  std::mt19937 engine(1);
  std::vector<Case> cases;
  for (const std::vector<Shape>& shapes : row.shapes) {
    for (const Layout layout : kLayouts) {
      cases.push_back(make_case(row, shapes, layout, engine));
      if (shapes.size() == 2 && shapes[0] == shapes[1]) {
        Case twice = make_case(row, {shapes[0]}, layout, engine);
        twice.name += ", twice";
        twice.f = [f = row.f, shape = shapes[0]](const Tensors& x) {
          const Tensor stretched = expand(x[0], shape);
          return f({stretched, stretched});
        };
        cases.push_back(twice);
      }
    }
  }
  return cases;
}

}  // namespace gradus::test
