#pragma once
// safetensors, named tensors in a file: read by PyTorch's family, NumPy, JAX and others.
//
//   write_safetensors("net.safetensors", net.state_dict());
//   net.load_state_dict(read_safetensors("net.safetensors").tensors);
//
// A file is 8 bytes with the length of the header (little-endian), the header (JSON, see
// safetensors_header.h), and the numbers of all tensors, row-major and little-endian.
// https://github.com/huggingface/safetensors has the specification.
//
// Files written here carry a checksum over every byte, which readers verify.  The header begins
//
//   {"__metadata__":{"gradus.crc32":"00000000","gradus.format":"1"
//
// and in place of the zeros stand eight hexadecimal digits, bytes 41 to 48 of the file: the CRC-32
// of gzip and PNG (zlib's crc32) of the whole file with the zeros in it.  Files of others have no
// metadata whose key begins with "gradus." and load without; one that has some must have the
// checksum at this place, so that damage to its name is found as well.
#include <gradus/core/state_dict.h>
#include <gradus/data/file_calls.h>

#include <cstddef>
#include <map>
#include <string>

namespace gradus::data {

struct Safetensors {
  StateDict tensors;                            ///< nothing but tensors
  std::map<std::string, std::string> metadata;  ///< without the keys of the checksum
};

/// The tensors of a file: F32, F64, I64 and U8.  Takes at most twice the memory that the file
/// is long, and 16 MiB.  Throws FileError, saying what is wrong, for a file that breaks a rule of
/// the format, has a tensor of another type, or does not have its checksum.  NaN and infinity pass:
/// structure is checked, not values.  Names are never taken for paths.
Safetensors read_safetensors(const std::string& path);
/// The same from memory; errors call the data `name`.
Safetensors read_safetensors_bytes(const void* bytes, std::size_t size, const std::string& name);

/// Writes the tensors, those of large elements first, in place of the file that is there: whole and
/// durably, or not at all (replace_file.h).  A tensor under two names is written twice.  Throws
/// ValueError if `tensors` holds anything else, a name is empty, not UTF-8, or has control
/// characters, a key of `metadata` is one of the two of the checksum, or the header grows beyond
/// what may be read again; FileError where the file cannot be written.
void write_safetensors(const std::string& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata = {},
                       FileCalls& calls = system_file_calls());

}  // namespace gradus::data
