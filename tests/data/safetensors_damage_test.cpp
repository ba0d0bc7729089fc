// Damaged safetensors files with a checksum: every truncation, every bit, every byte of the header.
#include <gradus/core/random.h>
#include <gradus/data/safetensors.h>
#include <gradus/data/state_file.h>

#include "data/files.h"
#include "support/file_checksum.h"
#include "support/naive.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Bytes;

/// What write_state() makes of the state.
Bytes file_of(const StateDict& state) {
  const test::TempFolder folder;
  write_state(folder / "a", state);
  return test::contents(folder / "a");
}

// A file of about 600 bytes with numbers, texts and tensors.
Bytes small_checkpoint() {
  StateDict state;
  state.set("fc.weight", tensor({{1, 2, 3}, {4, 5, 6}}));
  state.set("fc.bias", arange(30));
  state.set("steps", 12.0);
  state.set("rule", std::string("SGD"));
  return file_of(state);
}

void expect_damage_found(const Bytes& bytes, const std::string& what) {
  EXPECT_THROW(read_safetensors_bytes(bytes.data(), bytes.size(), "x"), FileError) << what;
}

TEST(SafetensorsDamage, is_found_for_every_bit_and_every_length) {
  const Bytes whole = small_checkpoint();
  EXPECT_GT(whole.size(), 500U);
  EXPECT_LT(whole.size(), 700U);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    expect_damage_found(whole.substr(0, at), "cut at " + std::to_string(at));
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      expect_damage_found(damaged, "bit " + std::to_string(bit) + " of byte " + std::to_string(at));
    }
  }
}

TEST(SafetensorsDamage, is_found_for_every_value_of_every_byte_of_the_header) {
  const Bytes whole = small_checkpoint();
  const std::size_t header = 8 + static_cast<unsigned char>(whole[0]) +
                             std::size_t{256} * static_cast<unsigned char>(whole[1]);
  ASSERT_LT(header, whole.size());
  const int step = test::kAddressSanitizer || test::kThreadSanitizer ? 17 : 1;
  for (std::size_t at = 0; at < header; ++at) {
    for (int more = 1; more < 256; more += step) {
      Bytes damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] + more);
      expect_damage_found(damaged, std::to_string(more) + " more at byte " + std::to_string(at));
    }
  }
}

// A file of another tool has no checksum: a changed header is refused, or declares other tensors,
// which hold all of the data in its order.
TEST(SafetensorsDamage, without_a_checksum_is_refused_or_gives_what_the_file_then_says) {
  std::string header = R"({"fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                       R"("fc.bias":{"dtype":"F32","shape":[30],"data_offsets":[24,144]},)"
                       R"("steps":{"dtype":"I64","shape":[],"data_offsets":[144,152]},)"
                       R"("__metadata__":{"format":"pt","note":"of another tool"}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  Bytes whole(8, '\0');
  whole[0] = static_cast<char>(header.size() & 0xff);
  whole[1] = static_cast<char>(header.size() >> 8);
  whole += header;
  const std::size_t data = whole.size();
  for (int i = 0; i < 152; ++i) {
    whole += static_cast<char>(i);
  }
  ASSERT_NO_THROW(read_safetensors_bytes(whole.data(), whole.size(), "x"));
  int read = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    expect_damage_found(whole.substr(0, at), "cut at " + std::to_string(at));
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      Safetensors file;
      try {
        file = read_safetensors_bytes(changed.data(), changed.size(), "x");
      } catch (const FileError&) {
        EXPECT_LT(at, data) << bit;  // data may be anything
        continue;
      }
      ++read;
      Bytes found;
      for (const auto& [name, value] : file.tensors) {
        const auto& x = std::get<Tensor>(value);
        visit_any(x.dtype(), [&](auto zero) {
          const auto* from = x.data<decltype(zero)>();
          found.append(reinterpret_cast<const char*>(from), sizeof zero * std::size_t(x.numel()));
        });
      }
      EXPECT_EQ(found, changed.substr(data)) << at << " " << bit;
    }
  }
  EXPECT_GT(read, 8 * 152);  // and names, texts and shapes that mean the same
}

TEST(SafetensorsDamage, is_found_anywhere_in_a_file_of_real_size) {
  Rng rng(5);
  StateDict state;
  state.set("fc1.weight", randn({128, 784}, rng));
  state.set("fc1.bias", randn({128}, rng));
  state.set("fc2.weight", randn({10, 128}, rng));
  const Bytes whole = file_of(state);
  const auto size = static_cast<Index>(whole.size());
  ASSERT_GT(size, 400'000);
  for (int round = 0; round < 300; ++round) {
    Bytes damaged = whole;
    const auto at = static_cast<std::size_t>(rng.below(size));
    if (round % 3 == 0) {
      damaged.resize(at);
    } else {
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << rng.below(8));
    }
    expect_damage_found(damaged, "round " + std::to_string(round));
  }
}

TEST(SafetensorsDamage, is_named) {
  Bytes bytes = small_checkpoint();
  const std::string digits = bytes.substr(41, 8);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  Bytes right = bytes;
  ASSERT_TRUE(test::set_checksum(right));
  test::expect_error<FileError>(
      [&] { read_safetensors_bytes(bytes.data(), bytes.size(), "x"); },
      "read_safetensors: x must have the checksum that it was written with, " + digits + ", got " +
          right.substr(41, 8) + "; it is damaged");
  Bytes renamed = bytes;
  renamed.replace(renamed.find("gradus.crc32"), 12, "gradus.crc33");
  test::expect_error<FileError>(
      [&] { read_safetensors_bytes(renamed.data(), renamed.size(), "x"); },
      "read_safetensors: x must have its checksum at the start, as its metadata has keys of "
      "Gradus, got none there; it is damaged, or was written anew by a program that copied them");
  Bytes newer = bytes;
  newer.replace(newer.find("\"gradus.format\":\"1\""), 19, "\"gradus.format\":\"2\"");
  test::expect_error<FileError>(
      [&] { read_safetensors_bytes(newer.data(), newer.size(), "x"); },
      "read_safetensors: x must be of format version 1, got '2'; it is damaged, or a newer Gradus "
      "wrote it");
}

}  // namespace
}  // namespace gradus::data
