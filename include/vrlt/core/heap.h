#pragma once

namespace vrlt {

/// Makes the C library's heap keep what is freed instead of giving it back to the system, for
/// blocks up to 32 MiB: buffers of a step are asked for again in the next one, and giving pages
/// back and having them cleared anew takes up to a fifth of the time of a short step. glibc's own
/// adjustment of its limits gets there too, but in some steps only. Without glibc: does nothing.
void keep_freed_memory();

/// Gives what is kept back to the system, once: where memory ran out, what was freed in blocks of
/// one size is to serve for others.
void give_back_freed_memory();

}  // namespace vrlt
