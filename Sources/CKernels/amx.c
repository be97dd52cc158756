// AVX-512 with integer dot products, and the tiles of AMX for products with many tokens (Sapphire Rapids and later).
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c,bmi2,avx512vnni,amx-tile,amx-int8,amx-bf16"))), \
    apply_to = function)

// How many rows of how many bytes each tile has, as LDTILECFG reads it.
typedef struct {
  uint8_t palette, start, zero[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} __attribute__((aligned(64))) tile_configuration;

#define RK_FIXED_PANELS
#define RK_VNNI
#define RK_TILES
#include "avx512.h"

#pragma clang attribute pop

const rk_kernels rk_kernels_amx = RK_TABLE("amx");
#endif
