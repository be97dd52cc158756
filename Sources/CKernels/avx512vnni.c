// AVX-512 with integer dot products (Cascade Lake, Ice Lake, Zen 4 and later).
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c,bmi2,avx512vnni"))), apply_to = function)

#define RK_FIXED_PANELS
#define RK_VNNI
#include "avx512.h"

#pragma clang attribute pop

const rk_kernels rk_kernels_avx512vnni = RK_TABLE("avx512vnni");
#endif
