// Vectors of 16 floats for x86, with or without the integer dot products of VNNI (RK_VNNI). Part of avx512.c,
// avx512vnni.c and amx.c, which choose the target and name the table.
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "convert.h"
#include "tables.h"

#define RK_W 16
#define RK_MR 8
#define RK_UNIT 16
#include "vector_types.h"

// The four low bits of each word choose one of sixteen floats: shift and conversion in one permutation.
static RK_INLINE vf nibbles(vu words, int shift) {
  const __m512 table = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return (vf)_mm512_permutexvar_ps((__m512i)(words >> shift), table);
}

// Each vector element gets the two bytes that hold its code, then shifts it down: sixteen codes fill 2 * bits bytes.
static RK_INLINE void unpack(const uint8_t *codes, int bits, vf out[1]) {
  if (bits == 8) {
    out[0] = (vf)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)codes)));
    return;
  }
  // In two pieces: a masked load would be one, but is many times slower where it misses the cache.
  uint64_t low = 0, high = 0;
  memcpy(&low, codes, 2 * bits < 8 ? (size_t)(2 * bits) : 8);
  if (bits > 4) memcpy(&high, codes + 8, (size_t)(2 * bits - 8));
  const __m128i bytes = _mm_set_epi64x((long long)high, (long long)low);
  int8_t from[64];
  int32_t down[16];
  for (int i = 0; i < 16; i++) {
    from[4 * i] = (int8_t)(i * bits / 8);
    from[4 * i + 1] = (int8_t)(i * bits / 8 + 1);
    from[4 * i + 2] = from[4 * i + 3] = -1;
    down[i] = i * bits % 8;
  }
  __m512i wide = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(bytes), _mm512_loadu_si512(from));
  wide = _mm512_srlv_epi32(wide, _mm512_loadu_si512(down));
  out[0] = (vf)_mm512_cvtepi32_ps(_mm512_and_si512(wide, _mm512_set1_epi32((1 << bits) - 1)));
}

// The halves stand in one register, so one permutation gives each vector element its own.
static RK_INLINE vf spread_parameters(const uint8_t *from, rk_storage type, int places, int count) {
  uint16_t halves[8] = {0};
  memcpy(halves, from, (size_t)count * 2);
  __m128i packed;
  memcpy(&packed, halves, sizeof packed);
  int16_t index[32];
  if (type == RK_FLOAT16) {
    for (int i = 0; i < 16; i++) index[i] = (int16_t)(i * places / 16);
    const __m256i which = _mm256_loadu_si256((const __m256i *)index);
    return (vf)_mm512_cvtph_ps(_mm256_permutexvar_epi16(which, _mm256_castsi128_si256(packed)));
  }
  for (int i = 0; i < 32; i++) index[i] = (int16_t)(i * places / 32);
  return (vf)_mm512_maskz_permutexvar_epi16(0xAAAAAAAA, _mm512_loadu_si512(index), _mm512_castsi128_si512(packed));
}

static RK_INLINE vi dot(vi sum, vuw a, vuw b) {
#ifdef RK_VNNI
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
#else
  return sum + (vi)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#endif
}

#ifdef RK_VNNI
static RK_INLINE vi dot_bytes(vi sum, vu codes, const float *word) {
  __asm__("vpdpbusd %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(codes), "m"(*word));
  return sum;
}

enum { E2M1_OFFSET = 12 };

static RK_INLINE vu offset_e2m1(vu codes) {
  const __m512i table = _mm512_broadcast_i32x4(
      _mm_setr_epi8(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0));
  return (vu)_mm512_shuffle_epi8(table, (__m512i)codes);
}

#ifdef RK_TILES
static RK_INLINE vu signed_e2m1(vu codes) {
  const __m512i table = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12));
  return (vu)_mm512_shuffle_epi8(table, (__m512i)codes);
}
#endif

static RK_INLINE bool has_bfloat16(void) { return __builtin_cpu_supports("avx512bf16"); }

static RK_INLINE vf dot_bfloat16(vf sum, vuw a, vuw b) {
  __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}
#endif

// Sixteen codes fill two words: each vector element shifts its own down, whose low four bits choose a value.
static RK_INLINE void unpack_e2m1(const uint8_t *codes, vf out[1]) {
  int32_t words[2];
  memcpy(words, codes, sizeof words);
  const __m512i copies = _mm512_inserti64x4(_mm512_set1_epi32(words[0]), _mm256_set1_epi32(words[1]), 1);
  const __m512i down = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
  const __m512 table = _mm512_setr_ps(0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6);
  out[0] = (vf)_mm512_permutexvar_ps(_mm512_srlv_epi32(copies, down), table);
}

#define RK_HAS_DOUBLED_E2M1
static RK_INLINE vuw doubled_e2m1(vuw codes) {
  const __m512i table = _mm512_set_epi16(-12, -8, -6, -4, -3, -2, -1, 0, 12, 8, 6, 4, 3, 2, 1, 0, -12, -8, -6, -4, -3, -2,
                                         -1, 0, 12, 8, 6, 4, 3, 2, 1, 0);
  return (vuw)_mm512_permutexvar_epi16((__m512i)codes, table);
}

#include "vector.h"
