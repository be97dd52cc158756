// AVX2 with FMA and half-precision conversion (Haswell, Zen and later).
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "convert.h"
#include "tables.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi2"))), apply_to = function)

#define RK_W 8
#define RK_MR 4
#define RK_UNIT 8
#define RK_FIXED_PANELS
#include "vector_types.h"

static RK_INLINE vf nibbles(vu words, int shift) {
  return __builtin_convertvector((vi)(words >> shift & 15), vf);
}

// Eight codes fill `bits` bytes: spread them to one byte each, then widen.
static RK_INLINE void unpack(const uint8_t *codes, int bits, vf out[1]) {
  uint64_t packed = 0;
  memcpy(&packed, codes, (size_t)bits);
  const uint64_t mask = 0x0101010101010101u * ((1u << bits) - 1);
  const __m128i bytes = _mm_cvtsi64_si128((long long)_pdep_u64(packed, mask));
  out[0] = (vf)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

static RK_INLINE vf spread_parameters(const uint8_t *from, rk_storage type, int places, int count) {
  uint16_t halves[8] = {0};
  memcpy(halves, from, (size_t)count * 2);
  __m128i packed;
  memcpy(&packed, halves, sizeof packed);
  int8_t index[16];
  for (int i = 0; i < 16; i++) index[i] = (int8_t)(i / 2 * places / 8 * 2 + i % 2);
  packed = _mm_shuffle_epi8(packed, _mm_loadu_si128((const __m128i *)index));
  if (type == RK_FLOAT16) return (vf)_mm256_cvtph_ps(packed);
  return (vf)_mm256_slli_epi32(_mm256_cvtepu16_epi32(packed), 16);
}

static RK_INLINE vi dot(vi sum, vuw a, vuw b) { return sum + (vi)_mm256_madd_epi16((__m256i)a, (__m256i)b); }

// Eight codes fill a word: each vector element shifts its own down, whose low three bits choose a magnitude.
static RK_INLINE void unpack_e2m1(const uint8_t *codes, vf out[1]) {
  uint32_t word;
  memcpy(&word, codes, sizeof word);
  const __m256i down = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
  const __m256i own = _mm256_srlv_epi32(_mm256_set1_epi32((int32_t)word), down);
  const __m256 magnitude = _mm256_permutevar8x32_ps(_mm256_setr_ps(0, 0.5f, 1, 1.5f, 2, 3, 4, 6), own);
  const __m256i sign = _mm256_slli_epi32(_mm256_and_si256(own, _mm256_set1_epi32(8)), 28);
  out[0] = (vf)_mm256_or_ps(magnitude, _mm256_castsi256_ps(sign));
}

#include "vector.h"

#pragma clang attribute pop

const rk_kernels rk_kernels_avx2 = RK_TABLE("avx2");
#endif
