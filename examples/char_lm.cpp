// A language model: a recurrent network learns to guess the next character of a text, and then
// writes a text of its own.
//
//   build/release/examples/char_lm [text file] [steps]
//
// Without a file it looks for $GRADUS_DATA/text/tinyshakespeare.txt (validation loss 1.64 after 500
// steps, half a minute on two cores), and without that it makes do with sentences made by code.
#include <gradus/gradus.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numbers>

using namespace gradus;

// Sentences with a rule to learn: one sees, many see.
std::string made_up_text(Rng& rng) {
  const std::string nouns[] = {"cat", "dog", "bird", "fish", "king", "queen"};
  const std::string verbs[] = {"see", "like", "hear", "want"};
  std::string text;
  while (text.size() < 300000) {
    const bool many = rng.below(2) == 1;
    text += "the " + nouns[rng.below(6)] + (many ? "s " : " ");
    text += verbs[rng.below(4)] + (many ? " the " : "s the ") + nouns[rng.below(6)];
    text += rng.below(4) == 0 ? ".\n" : ". ";
  }
  return text;
}

// Each character becomes a vector, the network reads one after the other, and what it remembers at
// each place gives scores of all characters that may come next.
struct CharModel : nn::Module {
  nn::Embedding embedding;
  nn::GRU gru;
  nn::Linear head;
  Tensor memory;  // what is left from the text before, [1, batch, hidden]

  CharModel(Index characters, Rng& rng)
      : embedding(characters, 64, rng), gru(64, 256, rng), head(256, characters, rng) {}

  // [batch, time] -> [batch * time, characters]
  Tensor forward(const Tensor& x) override {
    const nn::GRU::Output out = gru.run(embedding(x), memory);
    memory = out.h.detach();  // the next call goes on from here, but no gradient comes back
    return head(reshape(out.y, {-1, gru.hidden()}));
  }
  void fields(nn::Fields& visit) override {
    visit("embedding", embedding);
    visit("gru", gru);
    visit("head", head);
  }
};

int main(int argc, char** argv) try {
  Rng rng(1);
  const char* const env = std::getenv("GRADUS_DATA");
  const std::string path =
      argc > 1 ? argv[1] : std::string(env ? env : ".") + "/text/tinyshakespeare.txt";
  const int steps = argc > 2 ? std::atoi(argv[2]) : 500;
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.empty()) {
    std::printf("made-up sentences, since there is no text in %s\n", path.c_str());
    text = made_up_text(rng);
  }

  // A character is a number: its place in the alphabet of the text.
  std::string alphabet = text;
  std::ranges::sort(alphabet);
  alphabet.erase(std::unique(alphabet.begin(), alphabet.end()), alphabet.end());
  std::vector<std::int64_t> codes;
  for (const char c : text) {
    codes.push_back(static_cast<std::int64_t>(alphabet.find(c)));
  }
  const Tensor all = from_vector(codes, {static_cast<Index>(codes.size())});

  // Nine tenths are to learn from: 64 parts, side by side.  What comes next, y, is to be guessed.
  const Index batch = 64, time = 64, length = (all.numel() * 9 / 10 - 1) / batch;
  require(length >= time, "the text must have at least 5000 characters, got ", all.numel());
  const auto parts = [&](Index first, Index count, Index size) {
    return reshape(slice(all, 0, first, first + count * size), {count, size});
  };
  const Tensor x = parts(0, batch, length), y = parts(1, batch, length);

  CharModel model(static_cast<Index>(alphabet.size()), rng);
  std::printf("%zu characters, %zu different ones\n", text.size(), alphabet.size());
  optim::Optimizer optimizer(model.parameters(), optim::AdamW{.lr = 5e-3, .beta2 = 0.99});
  for (int step = 0; step < steps; ++step) {
    const Index at = step * time % (length / time * time);
    if (at == 0) model.memory = Tensor();  // at the beginning nothing is remembered
    // The rate falls like a cosine; the gradients of long memory are sometimes huge: clip them.
    optimizer.set_lr(2.5e-3 * (1.01 + std::cos(std::numbers::pi * step / steps)));
    const Tensor scores = model(slice(x, 1, at, at + time));
    const Tensor loss = nn::cross_entropy(scores, reshape(slice(y, 1, at, at + time), {-1}));
    optimizer.zero_grad();
    loss.backward();
    optim::clip_grad_norm(model.parameters(), 1.0);
    optimizer.step();
    if ((step + 1) % 50 == 0) std::printf("step %3d: loss %.3f\n", step + 1, loss.item());
  }

  // How well does it guess the last tenth?  It hesitates as if among e^loss characters.
  const NoGrad no_grad;
  const Index begin = batch * length + 1, rest = (all.numel() - begin - 1) / 32;
  model.memory = Tensor();
  const Tensor scores = model(parts(begin, 32, rest));
  const Tensor loss = nn::cross_entropy(scores, reshape(parts(begin + 1, 32, rest), {-1}));
  std::printf("validation loss %.3f nats per character\n\n", loss.item());

  // It writes: each character is drawn as likely as the model thinks, and then read in its turn.
  model.memory = Tensor();
  Tensor last = from_vector<std::int64_t>({all.data<std::int64_t>()[0]}, {1, 1});
  for (int i = 0; i < 400; ++i) {
    const std::vector<float> p = softmax(model(last) * 1.25).to_vector();  // a bit bolder
    double draw = rng.uniform();
    std::size_t c = 0;
    while (c + 1 < p.size() && (draw -= double(p[c])) > 0) ++c;
    std::putchar(alphabet[c]);
    last = from_vector<std::int64_t>({static_cast<std::int64_t>(c)}, {1, 1});
  }
} catch (...) {
  std::fprintf(stderr, "char_lm: %s\n", caught_message());
  return 1;
}
