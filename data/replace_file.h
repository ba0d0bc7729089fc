#pragma once
// How every file is written: all of it, durably, or not at all.
//
//   open a temporary file in the same folder, write, fsync it, rename it to `path`, fsync the
//   folder
//
// Who reads `path` sees the old file or the new one, at any moment, also after kill -9, a full disk
// or a power cut.  The temporary is .NAME.PID-N.part, NAME shortened where it is long, and locked
// (flock) while its writer lives.  One without a lock is the leftover of a killed writer: the next
// writer of the same path removes it.
// Several may write one path at once; the last to finish wins, with a file that is complete.
//
// A symbolic link stays, and the file that it leads to is replaced.  Who has the old file open, or
// has read it, keeps what he has.  The new file has the permissions of the old one.  A device is
// written to directly, and so is a pipe, which somebody must read, by the name of /dev/stdout too.
// Where that leads to a file, it is refused: what the program prints would be lost with the old
// one.
#include <gradus/data/file_calls.h>

#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

/// Puts the pieces, one after the other, into the file `path`, in place of what was there.  Errors
/// begin with `where`.  Throws FileError, with the system's reason and leaving the old file and no
/// temporary, unless all of it is on the disk.  There is one exception: where only the last step
/// fails, to make the new name durable, the new file is in place, and the message says so.
void replace_file(const std::string& where, const std::string& path,
                  const std::vector<std::string_view>& pieces,
                  FileCalls& calls = system_file_calls());

/// Removes what killed writers left of the files "`path`.ENDING" for each ENDING that `is_ending`
/// takes.  Where the name of `path` has more than 80 bytes, temporaries do not tell the ending:
/// then all that were left of names above 100 bytes that begin like it.
void remove_leftovers_beside(const std::string& path, bool (*is_ending)(std::string_view));

}  // namespace gradus::data
