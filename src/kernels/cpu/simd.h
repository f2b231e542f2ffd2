#pragma once

// Compile a function for several x86-64 at once; the loader picks. Sanitizers run before the choice
// can be made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// For AVX-512, AVX2 and any.
#define VRLT_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
/// For AVX2 and any: where wider registers gain nothing.
#define VRLT_SIMD_AVX2 __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define VRLT_SIMD
#define VRLT_SIMD_AVX2
#endif
#define VRLT_INLINE inline __attribute__((always_inline))
