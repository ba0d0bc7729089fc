#pragma once
// Which vector instructions the element loops use: the widest that this processor has.  The choice
// never changes a result, only its speed (see core/pack.h).

namespace gradus {

enum class Cpu { base, avx2, avx512 };

/// The widest instruction set of this processor that the loops know.
Cpu detected_cpu();
/// What the loops use now, where they were compiled for it: with GCC, optimised.
Cpu active_cpu();
/// Uses `cpu`, or what the processor has if that is less.  For tests and measurements.
void set_active_cpu(Cpu cpu);

const char* to_text(Cpu cpu);

}  // namespace gradus
