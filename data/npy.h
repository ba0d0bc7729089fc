#pragma once
// .npy, NumPy's file of one array: numpy.save and numpy.load.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <gradus/core/tensor.h>
#include <gradus/data/file_calls.h>

#include <cstddef>
#include <string>

namespace gradus::data {

/// The array of a file of version 1, 2 or 3, little-endian and row-major: <f4, <f8, <i8 or |u1.
/// Takes as much memory as the file is long.  Throws FileError for anything else, and for a file
/// that is not as long as it says.
Tensor read_npy(const std::string& path);
/// The same from memory; errors call the data `name`.
Tensor read_npy_bytes(const void* bytes, std::size_t size, const std::string& name);

/// Writes version 1.0, in place of the file that is there: whole and durably, or not at all
/// (replace_file.h).  Throws FileError where the file cannot be written.
void write_npy(const std::string& path, const Tensor& x, FileCalls& calls = system_file_calls());

}  // namespace gradus::data
