// Vectors of RK_W floats by the compiler's own vector types, and what the kernels need of them.
#include "convert.h"

#define RK_INLINE inline __attribute__((always_inline))
// A loop whose vectors stay in registers only if it is unrolled in full.
#define UNROLLED _Pragma("clang loop unroll(full)")

typedef float vf __attribute__((vector_size(RK_W * 4)));
typedef int32_t vi __attribute__((vector_size(RK_W * 4)));
typedef uint32_t vu __attribute__((vector_size(RK_W * 4)));
typedef _Float16 vh __attribute__((vector_size(RK_W * 2)));
typedef uint16_t vs __attribute__((vector_size(RK_W * 2)));
typedef int16_t vn __attribute__((vector_size(RK_W * 2)));
typedef uint16_t vuw __attribute__((vector_size(RK_W * 4)));
typedef int16_t vsw __attribute__((vector_size(RK_W * 4)));
typedef float v8 __attribute__((vector_size(32)));
typedef uint8_t vb __attribute__((vector_size(RK_W)));
typedef float v4 __attribute__((vector_size(16)));

static RK_INLINE vf splat(float value) { return value - (vf){0}; }

static RK_INLINE vf load(const float *from) {
  vf value;
  memcpy(&value, from, sizeof value);
  return value;
}

static RK_INLINE void store(float *to, vf value) { memcpy(to, &value, sizeof value); }

static RK_INLINE vu load_words(const void *from) {
  vu value;
  memcpy(&value, from, sizeof value);
  return value;
}

static RK_INLINE vf load_as(const void *base, rk_storage type, int64_t index) {
  const uint8_t *at = (const uint8_t *)base + index * rk_width(type);
  if (type == RK_FLOAT32) return load((const float *)at);
  if (type == RK_FLOAT16) {
    vh half;
    memcpy(&half, at, sizeof half);
    return __builtin_convertvector(half, vf);
  }
  vs bits;
  memcpy(&bits, at, sizeof bits);
  return (vf)(__builtin_convertvector(bits, vu) << 16);
}

static RK_INLINE void store_as(void *base, rk_storage type, int64_t index, vf value) {
  uint8_t *at = (uint8_t *)base + index * rk_width(type);
  if (type == RK_FLOAT32) {
    memcpy(at, &value, sizeof value);
  } else {
    const vh half = __builtin_convertvector(value, vh);
    memcpy(at, &half, sizeof half);
  }
}

static RK_INLINE vf fma_vectors(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
#define fma fma_vectors

static RK_INLINE vf larger(vf a, vf b) { return __builtin_elementwise_max(a, b); }

static RK_INLINE float total_of(vf value) {
  // Halved in registers: through memory, the sums of a short row would cost as much as the row.
#if RK_W == 16
  const v8 eight = __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7) +
                   __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15);
#elif RK_W == 8
  const v8 eight = value;
#endif
#if RK_W >= 8
  const v4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
#else
  const v4 four = value;
#endif
  const v4 two = four + __builtin_shufflevector(four, four, 2, 3, 2, 3);
  return two[0] + two[1];
}

static RK_INLINE float largest_of(vf value) {
  float elements[RK_W];
  store(elements, value);
  for (int i = 1; i < RK_W; i++) elements[0] = elements[i] > elements[0] ? elements[i] : elements[0];
  return elements[0];
}

// e to the power of x within two units in the last place for -87 < x < 88, and 0 below: x = n ln 2 + r with
// |r| <= ln 2 / 2, and the Taylor polynomial of degree 7 for e^r.
static RK_INLINE vf exponential(vf x) {
  const vf bounded = larger(__builtin_elementwise_min(x, splat(88)), splat(-87.3f));
  const vf n = __builtin_elementwise_roundeven(bounded * splat(1.44269504f));
  vf r = fma(n, splat(-0.693359375f), bounded);
  r = fma(n, splat(2.12194440e-4f), r);
  vf sum = splat(1.0f / 5040);
  sum = fma(sum, r, splat(1.0f / 720));
  sum = fma(sum, r, splat(1.0f / 120));
  sum = fma(sum, r, splat(1.0f / 24));
  sum = fma(sum, r, splat(1.0f / 6));
  sum = fma(sum, r, splat(0.5f));
  sum = fma(sum, r, splat(1));
  sum = fma(sum, r, splat(1));
  const vi exponent = (__builtin_convertvector(n, vi) + 127) << 23;
  const vf value = sum * (vf)exponent;
  return (vf)((vi)value & (x > splat(-87.3f)));
}
