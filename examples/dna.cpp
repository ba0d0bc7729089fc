// Finding promoters: does a piece of DNA hold two motifs in the right order, at the right distance?
//
//   build/release/examples/dna [epochs [seed]]
//
// A bacterial promoter has TTGACA and, 16 to 18 letters on, TATAAT, each with some letters changed.
// Of the sequences here that are no promoters, half are random letters and half hold both motifs in
// the other order.  Counting short words, the usual first try, can tell the former alone.  A
// network of two convolutions finds the motifs with the first, and sees how they lie with the
// second. Hawley, McClure: Compilation and analysis of Escherichia coli promoter DNA sequences.
// Nucleic Acids Research 11 (8), 1983.
#include <gradus/gradus.h>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace gradus;

constexpr Index kLength = 60, kWord = 4, kWords = 256, kTrain = 4000, kTest = 1000;

struct Sequences {
  Tensor letters;  // f32 [n, 4, length]: 1 where the letter stands
  Tensor words;    // f32 [n, words]: how often each word of four letters comes
  Tensor label;    // i64 [n]: 1 for a promoter
};

std::string random_letters(std::size_t n, Rng& rng) {
  std::string text(n, ' ');
  for (char& c : text) {
    c = "ACGT"[rng.below(4)];
  }
  return text;
}

// The motif, each letter drawn anew with probability 0.15.
std::string mutated(std::string motif, Rng& rng) {
  for (char& c : motif) {
    c = rng.uniform() < 0.15 ? "ACGT"[rng.below(4)] : c;
  }
  return motif;
}

Sequences make(Index n, Rng& rng) {
  Sequences set{zeros({n, 4, kLength}), zeros({n, kWords}), zeros({n}, i64)};
  for (Index i = 0; i < n; ++i) {
    const bool promoter = rng.below(2) == 1;
    const std::string first = mutated(promoter ? "TTGACA" : "TATAAT", rng);
    const std::string second = mutated(promoter ? "TATAAT" : "TTGACA", rng);
    const auto gap = static_cast<std::size_t>(16 + rng.below(3));
    const bool has_motifs = promoter || rng.below(2) == 1;
    const std::string core = has_motifs ? first + random_letters(gap, rng) + second : "";
    const std::size_t rest = static_cast<std::size_t>(kLength) - core.size();
    const auto before = static_cast<std::size_t>(rng.below(static_cast<Index>(rest) + 1));
    const std::string text =
        random_letters(before, rng) + core + random_letters(rest - before, rng);

    float* letters = set.letters.mutable_data<float>() + i * 4 * kLength;
    float* words = set.words.mutable_data<float>() + i * kWords;
    std::size_t word = 0;
    for (Index k = 0; k < kLength; ++k) {
      const std::size_t letter = std::string("ACGT").find(text[static_cast<std::size_t>(k)]);
      letters[static_cast<Index>(letter) * kLength + k] = 1;
      word = (word * 4 + letter) % kWords;
      words[word] += k >= kWord - 1 ? 1.0f : 0.0f;
    }
    set.label.mutable_data<std::int64_t>()[i] = promoter;
  }
  return set;
}

// Finds motifs, then how they lie, then whether that is anywhere in the sequence.
struct Net : nn::Module {
  nn::Conv1d motifs, layout;
  nn::Linear score;
  explicit Net(Rng& rng)
      : motifs(4, 16, 7, {.padding = 3}, rng),
        layout(16, 16, 27, {.padding = 13}, rng),
        score(16, 2, rng) {}
  Tensor forward(const Tensor& x) override {  // [batch, 4, length] -> [batch, 2]
    const Tensor found = relu(layout(relu(motifs(x))));
    return score(squeeze(max_pool1d(found, kLength), 2));
  }
  void fields(nn::Fields& visit) override {
    visit("motifs", motifs);
    visit("layout", layout);
    visit("score", score);
  }
};

// Trains the model and returns its accuracy on sequences that it has not seen, in percent.
double train(nn::Module& model, const Tensor& x, const Tensor& label, const Tensor& test_x,
             const Tensor& test_label, double lr, int epochs) {
  data::DataLoader batches(x, label, {.batch_size = 50}, Rng(2));
  optim::Optimizer optimizer(model.parameters(), optim::Adam{.lr = lr});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const data::Batch& batch : batches) {
      const Tensor loss = nn::cross_entropy(model(batch.x), batch.y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  }
  const NoGrad no_grad;
  return 100 * nn::accuracy(model(test_x), test_label);
}

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 15;
  Rng rng(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  const Sequences known = make(kTrain, rng);
  const Sequences fresh = make(kTest, rng);
  nn::Linear counts(kWords, 2, rng);
  Net net(rng);
  std::printf("words of 4 letters, counted: %.1f %% right\n",
              train(counts, known.words, known.label, fresh.words, fresh.label, 1e-3, epochs));
  std::printf("two convolutions: %.1f %% right\n",
              train(net, known.letters, known.label, fresh.letters, fresh.label, 3e-3, epochs));
} catch (...) {
  std::fprintf(stderr, "dna: %s\n", caught_message());
  return 1;
}
