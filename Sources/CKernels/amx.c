// AVX-512 with integer dot products, and the tiles of AMX for products with many tokens (Sapphire Rapids and later).
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c,bmi2,avx512vnni,amx-tile,amx-int8"))), \
    apply_to = function)

#define RK_FIXED_PANELS
#define RK_VNNI
#define RK_TILES
#include "avx512.h"

#pragma clang attribute pop

const rk_kernels rk_kernels_amx = RK_TABLE("amx");
#endif
