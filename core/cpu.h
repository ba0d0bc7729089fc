#pragma once
// Which vector instructions element loops and products use: the widest that this processor has. The
// choice never changes a result of an element loop, only its speed (see core/pack.h).  Products of
// matrices and convolutions are the same bits with all sets that fuse multiply-adds (see
// core/tile.h; infinite weights on padding apart, core/side_by_side_conv.h); with `base` on x86
// they are BLAS's.

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
