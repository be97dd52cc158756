// The elements and scales of microscaling floats, one at a time.
//
// Formats: OCP Microscaling Formats (MX) specification 1.0; scales as MLX reads them.
#ifndef RESIDENT_MICROSCALING_H
#define RESIDENT_MICROSCALING_H

#include "convert.h"

static inline bool rk_is_microscaling(const rk_matrix *w) { return w->storage > RK_AFFINE; }

// E2M1: a sign, then 0, 0.5, 1, 1.5, 2, 3, 4, 6.
static inline float rk_e2m1(uint32_t code) {
  static const float magnitudes[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
  return code & 8 ? -magnitudes[code & 7] : magnitudes[code & 7];
}

// E4M3: the bits at a half's place, whose exponent bias is larger by 8.
static inline float rk_e4m3(uint32_t code) {
  return rk_half_to_float((uint16_t)((code & 0x80) << 8 | (code & 0x7F) << 7)) * 256;
}

// E8M0: a power of two from 2^-127.
static inline float rk_e8m0(uint32_t code) {
  uint32_t bits = code == 0 ? 0x00400000 : code << 23;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline const uint8_t *rk_row_scales(const rk_matrix *w, int64_t row) {
  return (const uint8_t *)w->scales + row * (w->columns / w->group);
}

static inline float rk_micro_scale(rk_storage storage, uint8_t code) {
  return storage == RK_NVFP4 ? rk_e4m3(code) : rk_e8m0(code);
}

#endif
