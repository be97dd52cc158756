// AVX-512 with its byte and word instructions (Skylake-SP and later).
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c,bmi2"))), apply_to = function)

#include "avx512.h"

#pragma clang attribute pop

const rk_kernels rk_kernels_avx512 = RK_TABLE("avx512");
#endif
