#pragma once
// What OpenBLAS needs to be told, and what it does where addresses are scarce.  With another CBLAS
// nothing of it happens.

namespace gradus::blas {

/// Before the first call of a thread that OpenBLAS may have to find memory for.  Throws MemoryError
/// where it would not get it.
void prepare();

/// OpenBLAS uses no threads of its own from now on.  Throws MemoryError where they cannot be ended.
void work_alone();

}  // namespace gradus::blas
