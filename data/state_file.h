#pragma once
// A StateDict in a file: its tensors as those of a safetensors file, its numbers and texts as
// metadata under gradus.number.NAME and gradus.text.NAME, numbers in the fewest digits that read
// back as the same double.  Who reads such a file elsewhere gets the tensors under their names.
#include <gradus/core/state_dict.h>
#include <gradus/data/file_calls.h>

#include <string>

namespace gradus::data {

/// Throws what write_safetensors() throws.
void write_state(const std::string& path, const StateDict& state,
                 FileCalls& calls = system_file_calls());

/// All that the file holds: tensors first, then numbers and texts.  From a file of others it is the
/// tensors alone.  Throws what read_safetensors() throws, and FileError for metadata that is not as
/// above.
StateDict read_state(const std::string& path);

}  // namespace gradus::data
