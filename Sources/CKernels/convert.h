// Scalar conversions shared by every instruction set.
#ifndef RESIDENT_CONVERT_H
#define RESIDENT_CONVERT_H

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "CKernels.h"

static inline float rk_half_to_float(uint16_t bits) {
  _Float16 half;
  memcpy(&half, &bits, sizeof half);
  return (float)half;
}

static inline float rk_bfloat_to_float(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static inline int64_t rk_width(rk_storage type) { return type == RK_FLOAT32 ? 4 : 2; }

// Element `index` of an array of floats stored as `type`.
static inline float rk_load(const void *base, rk_storage type, int64_t index) {
  const uint8_t *at = (const uint8_t *)base + index * rk_width(type);
  if (type == RK_FLOAT32) {
    float value;
    memcpy(&value, at, sizeof value);
    return value;
  }
  uint16_t bits;
  memcpy(&bits, at, sizeof bits);
  return type == RK_FLOAT16 ? rk_half_to_float(bits) : rk_bfloat_to_float(bits);
}

static inline void rk_store(void *base, rk_storage type, int64_t index, float value) {
  uint8_t *at = (uint8_t *)base + index * rk_width(type);
  if (type == RK_FLOAT32) {
    memcpy(at, &value, sizeof value);
  } else {
    _Float16 half = (_Float16)value;
    memcpy(at, &half, sizeof half);
  }
}

static inline float rk_gated(rk_activation activation, float gate, float up) {
  switch (activation) {
    case RK_GELU_TANH: {
      float inner = 1.5957691216f * (gate + 0.044715f * gate * gate * gate);
      return gate / (1 + expf(-inner)) * up;
    }
    case RK_CLAMPED_SWIGLU: {
      float bounded = fminf(gate, 7);
      return bounded / (1 + expf(-1.702f * bounded)) * (1 + fmaxf(-7, fminf(up, 7)));
    }
    case RK_RELU: return fmaxf(gate, 0) * up;
    case RK_GELU: return gate * 0.5f * erfcf(gate * -0.70710678f) * up;
    default: return gate / (1 + expf(-gate)) * up;
  }
}

// Bytes of one row of codes. Columns are a multiple of the group, so affine rows end on whole words.
static inline int64_t rk_row_bytes(const rk_matrix *w) { return w->columns * w->bits / 8; }

static inline const uint8_t *rk_row_values(const rk_matrix *w, int64_t row) {
  int64_t bytes = w->storage >= RK_AFFINE ? rk_row_bytes(w) : w->columns * rk_width(w->storage);
  return (const uint8_t *)w->values + row * bytes;
}

// Asks the memory for columns of a row, which may be beyond the last. A tile asks for the next rows while it multiplies its
// own: a few bytes of many rows are no stream to the hardware's prefetcher.
static inline void rk_prefetch_columns(const rk_matrix *w, int64_t row, int64_t begin, int64_t end) {
  const int64_t bits = w->storage >= RK_AFFINE ? w->bits : 8 * rk_width(w->storage);
  const uint8_t *values = rk_row_values(w, row);
  for (int64_t byte = begin * bits / 8; byte < end * bits / 8; byte += 64) __builtin_prefetch(values + byte, 0, 2);
}

static inline const uint8_t *rk_row_parameters(const rk_matrix *w, const void *base, int64_t row) {
  return (const uint8_t *)base + row * (w->columns / w->group) * rk_width(w->parameters);
}

#endif
