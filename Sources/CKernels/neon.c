// NEON, which every 64-bit Arm processor has.
#if defined(__aarch64__)
#include <arm_neon.h>
#include <math.h>
#include <string.h>

#include "convert.h"
#include "tables.h"

#define RK_W 4
#define RK_MR 8
#define RK_UNIT 8
#include "vector_types.h"

// Masked where they stand: the conversion from fixed point divides by the power of two, so no shift is needed.
static RK_INLINE vf nibbles(vu words, int shift) {
  const uint32x4_t masked = (uint32x4_t)(words & 15u << shift);
  switch (shift) {
    case 0: return (vf)vcvtq_f32_u32(masked);
    case 4: return (vf)vcvtq_n_f32_u32(masked, 4);
    case 8: return (vf)vcvtq_n_f32_u32(masked, 8);
    case 12: return (vf)vcvtq_n_f32_u32(masked, 12);
    case 16: return (vf)vcvtq_n_f32_u32(masked, 16);
    case 20: return (vf)vcvtq_n_f32_u32(masked, 20);
    case 24: return (vf)vcvtq_n_f32_u32(masked, 24);
    default: return (vf)vcvtq_n_f32_u32(masked, 28);
  }
}

// Eight codes fill `bits` bytes. Four fit a word whatever their bits, so each vector element shifts a copy of its half
// down.
static RK_INLINE void unpack(const uint8_t *codes, int bits, vf out[2]) {
  if (bits == 8) {
    const uint16x8_t wide = vmovl_u8(vld1_u8(codes));
    out[0] = (vf)vcvtq_f32_u32(vmovl_u16(vget_low_u16(wide)));
    out[1] = (vf)vcvtq_f32_u32(vmovl_high_u16(wide));
    return;
  }
  uint64_t packed = 0;
  memcpy(&packed, codes, (size_t)bits);
  const uint32_t step = (uint32_t)bits, mask = (1u << bits) - 1;
  const vu down = {0, step, 2 * step, 3 * step};
  for (int half = 0; half < 2; half++) {
    const vu copies = (vu)vdupq_n_u32((uint32_t)(packed >> 4 * bits * half));
    out[half] = __builtin_convertvector(copies >> down & mask, vf);
  }
}

// A chunk holds one group or, of two-bit codes, two.
static RK_INLINE vf spread_parameters(const uint8_t *from, rk_storage type, int places, int count) {
  const float first = rk_load(from, type, 0);
  const float last = places == 1 ? first : count == 1 ? 0 : rk_load(from, type, 1);
  return (vf){first, first, last, last};
}

static RK_INLINE vi dot(vi sum, vuw a, vuw b) {
  const int16x8_t left = (int16x8_t)a, right = (int16x8_t)b;
  const int32x4_t low = vmull_s16(vget_low_s16(left), vget_low_s16(right));
  return sum + (vi)vpaddq_s32(low, vmull_high_s16(left, right));
}

// Eight elements fill a word. The table holds twice their magnitude, which the conversion from fixed point halves.
static RK_INLINE void unpack_e2m1(const uint8_t *codes, vf out[2]) {
  static const uint8_t doubled[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, 1, 2, 3, 4, 6, 8, 12};
  const uint8x16_t table = vld1q_u8(doubled);
  uint32_t word;
  memcpy(&word, codes, sizeof word);
  const vu down = {0, 4, 8, 12};
  for (int half = 0; half < 2; half++) {
    const vu own = (vu)vdupq_n_u32(word >> 16 * half) >> down & 15;
    const uint8x16_t found = vqtbl1q_u8(table, (uint8x16_t)own);
    const vu magnitude = (vu)vcvtq_n_f32_u32(vreinterpretq_u32_u8(found), 1);
    out[half] = (vf)(magnitude | (own & 8) << 28);
  }
}

#include "vector.h"

const rk_kernels rk_kernels_neon = RK_TABLE("neon");
#endif
