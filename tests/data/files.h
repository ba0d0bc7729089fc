#pragma once
// Files for the tests of data/, written byte by byte: nothing here shares code with the readers.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/temp_folder.h"

namespace gradus::test {

using Bytes = std::string;

/// The low `size` bytes of a number, the highest first.
inline Bytes big_endian(std::uint64_t bits, int size) {
  Bytes bytes;
  for (int k = size - 1; k >= 0; --k) {
    bytes += static_cast<char>(bits >> (8 * k) & 255);
  }
  return bytes;
}
inline Bytes little_endian(std::uint64_t bits, int size) {
  const Bytes bytes = big_endian(bits, size);
  return {bytes.rbegin(), bytes.rend()};
}

/// The header of an IDX file.
inline Bytes idx_header(int type, const std::vector<std::uint64_t>& sizes) {
  Bytes bytes = {0, 0, static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const std::uint64_t size : sizes) {
    bytes += big_endian(size, 4);
  }
  return bytes;
}

/// A u8 IDX file whose elements are 0, 1, 2, ... modulo `period`.
inline Bytes idx_counting(const std::vector<std::uint64_t>& sizes, int period = 251) {
  Bytes bytes = idx_header(0x08, sizes);
  std::uint64_t n = 1;
  for (const std::uint64_t size : sizes) {
    n *= size;
  }
  for (std::uint64_t i = 0; i < n; ++i) {
    bytes += static_cast<char>(i % static_cast<std::uint64_t>(period));
  }
  return bytes;
}

/// The checksum of gzip, bit by bit.
inline std::uint32_t crc32(const Bytes& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc;
}

inline const Bytes kGzipHeader = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, 3};

/// A block of deflate data that holds the bytes as they are, at most 65535.
inline Bytes stored_block(const Bytes& bytes, bool last) {
  const auto size = static_cast<std::uint16_t>(bytes.size());
  return Bytes(1, last ? 1 : 0) + little_endian(size, 2) +
         little_endian(static_cast<std::uint16_t>(~size), 2) + bytes;
}

/// A gzip member that holds the bytes uncompressed.
inline Bytes gzip_stored(const Bytes& bytes) {
  Bytes blocks;
  for (std::size_t at = 0; at == 0 || at < bytes.size(); at += 65535) {
    blocks += stored_block(bytes.substr(at, 65535), at + 65535 >= bytes.size());
  }
  return kGzipHeader + blocks + little_endian(crc32(bytes), 4) + little_endian(bytes.size(), 4);
}

/// Compressed by the gzip program; empty if there is none.
inline Bytes gzip_program(const Bytes& bytes, const std::string& flags) {
  const TempFolder folder;
  const std::string path = folder.write("data", bytes);
  if (std::system(("gzip -n " + flags + " " + path).c_str()) != 0) {
    return "";
  }
  std::ifstream file(path + ".gz", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Deflate data without end: the prefix, then about `zeros` zero bytes, 158 of them to a byte.
inline Bytes deflate_bomb(const Bytes& prefix, std::uint64_t zeros) {
  // A block of the fixed code.  Its head 110 (type 1, last) and the literal 0, 00110000, fill 11
  // bits.  Then a repeat of 258 bytes from 1 back: length code 11000101, distance code 00000, 13
  // bits; eight of them are 13 bytes whatever bit they begin at.
  std::vector<bool> bits = {true, true, false};
  const auto append = [&](const char* code) {
    for (; *code; ++code) {
      bits.push_back(*code == '1');
    }
  };
  append("00110000");
  for (int k = 0; k < 16; ++k) {
    append("1100010100000");
  }
  const auto byte = [&](std::size_t at) {
    int value = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      value |= int{bits[8 * at + k]} << k;
    }
    return static_cast<char>(value);
  };
  Bytes data = stored_block(prefix, false);
  data += byte(0);
  Bytes period;
  for (std::size_t at = 1; at <= 13; ++at) {
    period += byte(at);
  }
  for (std::uint64_t made = 0; made < zeros; made += 8 * 258) {
    data += period;
  }
  return data;
}

/// The folder of MNIST among the data that GRADUS_DATA names, or empty.
inline std::string mnist_folder() {
  const char* data = std::getenv("GRADUS_DATA");
  const std::string folder = data ? std::string(data) + "/mnist" : "";
  return std::filesystem::exists(folder) ? folder : "";
}

}  // namespace gradus::test
