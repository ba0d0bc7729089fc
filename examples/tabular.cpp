// A table from a CSV file: a column of classes, predicted from all the others, which are numbers.
//
//   build/release/examples/tabular [file.csv column]
//
// Without a file it makes a table of flowers: three kinds, and four lengths that overlap.  Every
// fourth row is kept for the test.
#include <gradus/gradus.h>

#include <cstdio>
#include <string>

using namespace gradus;

// Lengths around the kind's own, with deviation 0.35, of 600 flowers.
std::string made_table() {
  const double lengths[3][4] = {{5.0, 3.4, 1.5, 0.2}, {5.9, 2.8, 4.3, 1.3}, {6.6, 3.0, 5.5, 2.0}};
  const char* const names[3] = {"bristle-pointed", "blue", "southern, tall"};
  Rng rng(1);
  std::string table = "sepal length,sepal width,petal length,petal width,kind\n";
  for (int i = 0; i < 600; ++i) {
    const Index kind = rng.below(3);
    for (const double length : lengths[kind]) {
      table += std::to_string(length + 0.35 * rng.normal()) + ",";
    }
    table += data::csv_field(names[kind]) + "\n";  // in quotes, where it has a comma
  }
  return table;
}

int main(int argc, char** argv) try {
  const std::string target = argc > 2 ? argv[2] : "kind";
  const data::Table table =
      argc > 1 ? data::read_csv(argv[1]) : data::read_csv_bytes(made_table(), "flowers");

  // Text becomes the number of its class, 0, 1, ..., and all other columns are the inputs.
  const std::vector<std::string> classes = table.categories(target);
  const Tensor labels = table.indices(target, classes);
  std::vector<std::string> inputs;
  for (const std::string& column : table.columns()) {
    if (column != target) {
      inputs.push_back(column);
    }
  }
  const Tensor x = table.numbers(inputs);
  std::printf("%lld rows, %zu inputs, %zu classes\n", static_cast<long long>(table.rows()),
              inputs.size(), classes.size());

  std::vector<std::vector<std::int64_t>> rows(2);  // to learn from, and for the test
  for (Index i = 0; i < table.rows(); ++i) {
    rows[i % 4 == 3].push_back(i);
  }
  const data::BatchMaker all(x, labels, data::PixelScale(0, 1), false);
  data::Batch train = all.make(rows[0].data(), static_cast<Index>(rows[0].size()));
  data::Batch test = all.make(rows[1].data(), static_cast<Index>(rows[1].size()));

  // Each column to mean 0 and deviation 1, so that no unit of measurement counts more.  Both are
  // those of the rows to learn from: the test stands for rows that nobody has seen yet.
  const Tensor centre = mean(train.x, {0}, true);
  const Tensor deviation = sqrt(var(train.x, {0}, {.correction = 0, .keepdim = true}) + 1e-12);
  train.x = (train.x - centre) / deviation;
  test.x = (test.x - centre) / deviation;

  Rng rng(2);
  const auto width = static_cast<Index>(inputs.size());
  nn::Sequential net(nn::Linear(width, 16, rng), nn::Tanh(),
                     nn::Linear(16, static_cast<Index>(classes.size()), rng));
  optim::Optimizer optimizer(net.parameters(), optim::Adam{.lr = 0.01});
  for (int step = 1; step <= 300; ++step) {
    const Tensor loss = nn::cross_entropy(net(train.x), train.y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (step % 100 == 0) {
      std::printf("step %d: loss %.4f\n", step, loss.item());
    }
  }
  const NoGrad no_grad;
  std::printf("test accuracy %.1f %%\n", 100 * nn::accuracy(net(test.x), test.y));
} catch (...) {
  std::fprintf(stderr, "tabular: %s\n", caught_message());
  return 1;
}
