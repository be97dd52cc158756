// Products with one or a few tokens whose activations are rounded to 16-bit fixed point, part of vector.h.
//
// Each group of activations has its own step, a 32767th of its largest magnitude, so that products of codes and
// activations are exact in integers, and only the sum of a group's products is converted. A 32-bit word of codes is an
// element of a vector; its two halves hold 16 / bits codes each, and code k of every half is one shift and one mask
// away. Elements of MXFP4 are integers too if they are doubled, which the end of each row takes back.

// Columns that a vector of codes holds.
#define FIXED_CHUNK(bits) (RK_W * 32 / (bits))

static bool is_fixed(const rk_matrix *w) {
  if (w->storage == RK_MXFP4) return true;
  return w->storage == RK_AFFINE && w->parameters != RK_FLOAT32 && (w->bits == 2 || w->bits == 4 || w->bits == 8);
}

// Bytes of a scale: RK_MXFP4 has E8M0, all else that `is_fixed` 16 bits.
static RK_INLINE int64_t scale_width(rk_storage type) { return type == RK_MXFP4 ? 1 : 2; }

// As `rk_e8m0`.
static RK_INLINE vf powers_of_two(vu exponents) {
  return (vf)(exponents << 23 | ((vu)(exponents == 0) & 0x00400000));
}

// The scales of a chunk of E8M0 for each of its words; as `spread_parameters`.
static RK_INLINE vf spread_exponents(const uint8_t *from, int places, int count) {
  uint32_t codes = 0;
  memcpy(&codes, from, (size_t)count);
  vu down;
  for (int i = 0; i < RK_W; i++) down[i] = (uint32_t)(i * places / RK_W * 8);
  const vu exponents = (codes - (vu){0}) >> down & 255;
  return powers_of_two(exponents);
}

// A prepared input is a record per chunk: for each k the integers that code k of each half is multiplied with, then the
// step of each word; after the records come the sums of each group's rounded activations, padded with zeros.
#define FIXED_RECORD(bits) (RK_W * 16 / (bits) + RK_W)

// Where the sums stand in a prepared input.
static RK_INLINE int64_t fixed_sums(int64_t columns, int bits) {
  return (columns + FIXED_CHUNK(bits) - 1) / FIXED_CHUNK(bits) * FIXED_RECORD(bits);
}

// The step of a group of activations; NaN if one is not finite, so that it shows in every product.
static RK_INLINE float fixed_step(const float *x, int64_t count) {
  vf top = splat(0), poison = splat(0);
  for (int64_t i = 0; i < count; i += RK_W) {
    const vf value = load(x + i);
    top = larger(top, larger(value, -value));
    poison += value * splat(0);
  }
  return largest_of(top) * (1.0f / 32767) + total_of(poison);
}

static void prepare_fixed(const rk_matrix *w, const float *x, float *prepared) {
  const int64_t chunk = FIXED_CHUNK(w->bits), groups = w->columns / w->group, per_word = 32 / w->bits;
  const int codes = 16 / w->bits;
  float *sums = prepared + fixed_sums(w->columns, w->bits);
  for (int64_t c = 0; c < w->columns; c += chunk, prepared += FIXED_RECORD(w->bits)) {
    int16_t integers[RK_W * 16];
    float *steps = prepared + RK_W * codes;
    const int64_t count = w->columns - c < chunk ? w->columns - c : chunk;
    // A group may be longer than a chunk, or a chunk hold several: a piece lies in one of each.
    const int64_t piece = w->group < chunk ? w->group : chunk;
    for (int64_t i = 0; i < count; i += piece) {
      const int64_t group = (c + i) / w->group;
      const float step = fixed_step(x + group * w->group, w->group);
      // Below this the reciprocal would overflow; such activations count as zero.
      const vf factor = splat(step < 1e-34f ? 0 : 1 / step);
      vi sum = {0};
      for (int64_t j = i; j < i + piece; j += RK_W) {
        const vi rounded = __builtin_convertvector(__builtin_elementwise_roundeven(load(x + c + j) * factor), vi);
        const vn narrow = __builtin_convertvector(rounded, vn);
        memcpy(integers + j, &narrow, sizeof narrow);
        sum += rounded;
      }
      for (int64_t j = i / per_word; j < (i + piece) / per_word; j++) steps[j] = step;
      const float part = total_of(__builtin_convertvector(sum, vf)) * step;
      sums[group] = (c + i) % w->group == 0 ? part : sums[group] + part;
    }
    for (int64_t i = count; i < chunk; i++) integers[i] = 0;
    for (int64_t j = count / per_word; j < RK_W; j++) steps[j] = 0;
    int16_t *to = (int16_t *)prepared;
    for (int k = 0; k < codes; k++) {
      for (int64_t half = 0; half < 2 * RK_W; half++) *to++ = integers[half * codes + k];
    }
  }
  for (int64_t g = groups; g % RK_W != 0; g++) sums[g] = 0;
}

static RK_INLINE vf fixed_biases(const rk_matrix *w, int64_t row, int64_t group, int64_t groups) {
  const int64_t index = row * groups + group;
  // What stands beyond the row belongs to the next one, and is multiplied with sums of zero.
  if (index + RK_W <= w->rows * groups) return load_as(w->biases, w->parameters, index);
  float values[RK_W] = {0};
  for (int64_t g = group; g < groups && g < group + RK_W; g++) {
    values[g - group] = rk_load(w->biases, w->parameters, row * groups + g);
  }
  return load(values);
}

// Rows of codes and of scales, the inputs, and the distances in bytes or floats from one to the next.
typedef struct {
  const uint8_t *values, *scales;
  const float *input;
  int64_t values_row, scales_row, inputs_row;
} fixed_position;

// Adds the products of the chunk at a position, of which the first half alone may be in the row.
static RK_INLINE void add_chunk(fixed_position at, vf sum[4][4], int rows, int inputs, int bits, int per_chunk,
                                rk_storage type, bool half) {
  vuw fields[4][8];
  vf scales[4];
  UNROLLED for (int r = 0; r < rows; r++) {
    const uint8_t *values = at.values + r * at.values_row;
    prefetch_at(values + AHEAD);
    vuw codes = {0};
    memcpy(&codes, values, half ? RK_W * 2 : RK_W * 4);
    const uint8_t *parameters = at.scales + r * at.scales_row;
    const int count = half ? per_chunk / 2 : per_chunk;
    scales[r] = type == RK_MXFP4 ? spread_exponents(parameters, per_chunk, count)
                                 : spread_parameters(parameters, type, per_chunk, count);
    UNROLLED for (int k = 0; k < 16 / bits; k++) {
      fields[r][k] = codes >> (k * bits) & (uint16_t)((1 << bits) - 1);
      if (type == RK_MXFP4) fields[r][k] = doubled_e2m1(fields[r][k]);
    }
  }
  UNROLLED for (int i = 0; i < inputs; i++) {
    const float *input = at.input + i * at.inputs_row;
    vuw x[8];
    UNROLLED for (int k = 0; k < 16 / bits; k++) memcpy(&x[k], input + k * RK_W, sizeof x[k]);
    const vf step = load(input + 16 / bits * RK_W);
    UNROLLED for (int r = 0; r < rows; r++) {
      vi part = {0};
      UNROLLED for (int k = 0; k < 16 / bits; k++) part = dot(part, fields[r][k], x[k]);
      sum[r][i] = fma(__builtin_convertvector(part, vf) * step, scales[r], sum[r][i]);
    }
  }
}

// The end of each row, which fills no half of a chunk, and zeros.
static void copy_ends(const rk_matrix *w, int64_t row, int64_t column, int rows, uint8_t values[4][RK_W * 4],
                      uint16_t scales[4][8]) {
  memset(values, 0, 4 * RK_W * 4);
  memset(scales, 0, 4 * 8 * sizeof(uint16_t));
  for (int r = 0; r < rows; r++) {
    memcpy(values[r], rk_row_values(w, row + r) + column * w->bits / 8, (size_t)((w->columns - column) * w->bits / 8));
    const int64_t width = scale_width(w->storage), groups = w->columns / w->group, first = column / w->group;
    memcpy(scales[r], (const uint8_t *)w->scales + ((row + r) * groups + first) * width,
           (size_t)((groups - first) * width));
  }
}

// Asks for the scales or biases of rows a few tiles further on.
static RK_INLINE void prefetch_rows(const uint8_t *parameters, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += 64) prefetch_at(parameters + i + AHEAD / 8);
}

static RK_INLINE void multiply_fixed(const rk_matrix *w, const float *prepared, float *y, int64_t y_row, int64_t row,
                                     bool accumulate, int rows, int inputs, int bits, int group, rk_storage type) {
  const int64_t chunk = FIXED_CHUNK(bits), groups = w->columns / group;
  const int per_chunk = FIXED_CHUNK(bits) > group ? FIXED_CHUNK(bits) / group : 1;
  const int64_t width = scale_width(type);
  const uint8_t *scales = (const uint8_t *)w->scales + row * groups * width;
  fixed_position at = {(const uint8_t *)w->values + row * (w->columns * bits / 8), scales, prepared,
                       w->columns * bits / 8, groups * width, rk_prepared_count(w->columns)};
  vf sum[4][4];
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int i = 0; i < inputs; i++) sum[r][i] = splat(0);
  }
  prefetch_rows(scales, groups * width * rows);
  if (type != RK_MXFP4) prefetch_rows((const uint8_t *)w->biases + row * groups * 2, groups * 2 * rows);
  int64_t c = 0;
  for (; c + chunk <= w->columns; c += chunk) {
    at.scales = scales + c / group * width;
    add_chunk(at, sum, rows, inputs, bits, per_chunk, type, false);
    at.values += RK_W * 4;
    at.input += FIXED_RECORD(bits);
  }
  at.scales = scales + c / group * width;
  if (per_chunk > 1 && w->columns - c == chunk / 2) {
    add_chunk(at, sum, rows, inputs, bits, per_chunk, type, true);
  } else if (c < w->columns) {
    uint8_t end_values[4][RK_W * 4];
    uint16_t end_scales[4][8];
    copy_ends(w, row, c, rows, end_values, end_scales);
    at.values = end_values[0], at.values_row = sizeof end_values[0];
    at.scales = (const uint8_t *)end_scales[0], at.scales_row = sizeof end_scales[0];
    add_chunk(at, sum, rows, inputs, bits, per_chunk, type, false);
  }
  const float *sums = prepared + fixed_sums(w->columns, bits);
  for (int64_t g = 0; g < groups && type != RK_MXFP4; g += RK_W) {
    UNROLLED for (int r = 0; r < rows; r++) {
      const vf bias = fixed_biases(w, row + r, g, groups);
      UNROLLED for (int i = 0; i < inputs; i++) sum[r][i] = fma(load(sums + i * at.inputs_row + g), bias, sum[r][i]);
    }
  }
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int i = 0; i < inputs; i++) {
      float *out = y + i * y_row + row + r;
      const float total = total_of(sum[r][i]) * (type == RK_MXFP4 ? 0.5f : 1);
      *out = accumulate ? *out + total : total;
    }
  }
}

// Four inputs at a time share what unpacking the codes costs. One function per format: in a single one for all the
// compiler runs out of registers.
#define FIXED_FUNCTION(bits, group, suffix, type)                                                                   \
  static __attribute__((noinline)) void multiply_fixed_##bits##_##group##_##suffix(                                 \
      const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row, int64_t begin, int64_t end, \
      bool accumulate) {                                                                                            \
    const int64_t stride = rk_prepared_count(w->columns);                                                           \
    int64_t row = begin;                                                                                            \
    for (; row + 4 <= end; row += 4) {                                                                              \
      int64_t i = 0;                                                                                                \
      for (; i + 4 <= inputs; i += 4) {                                                                             \
        multiply_fixed(w, prepared + i * stride, y + i * y_row, y_row, row, accumulate, 2, 4, bits, group, type);   \
        multiply_fixed(w, prepared + i * stride, y + i * y_row, y_row, row + 2, accumulate, 2, 4, bits, group, type); \
      }                                                                                                             \
      for (; i < inputs; i++) {                                                                                     \
        multiply_fixed(w, prepared + i * stride, y + i * y_row, y_row, row, accumulate, 4, 1, bits, group, type);   \
      }                                                                                                             \
    }                                                                                                               \
    for (; row < end; row++) {                                                                                      \
      for (int64_t i = 0; i < inputs; i++) {                                                                        \
        multiply_fixed(w, prepared + i * stride, y + i * y_row, y_row, row, accumulate, 1, 1, bits, group, type);   \
      }                                                                                                             \
    }                                                                                                               \
  }
#define FIXED_FUNCTIONS(bits, group)              \
  FIXED_FUNCTION(bits, group, half, RK_FLOAT16)   \
  FIXED_FUNCTION(bits, group, bfloat16, RK_BFLOAT16)

FIXED_FUNCTIONS(2, 32)
FIXED_FUNCTIONS(2, 64)
FIXED_FUNCTIONS(2, 128)
FIXED_FUNCTIONS(4, 32)
FIXED_FUNCTIONS(4, 64)
FIXED_FUNCTIONS(4, 128)
FIXED_FUNCTIONS(8, 32)
FIXED_FUNCTIONS(8, 64)
FIXED_FUNCTIONS(8, 128)
FIXED_FUNCTION(4, 32, exponents, RK_MXFP4)

static void multiply_fixed_vectors(const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row,
                                   int64_t begin, int64_t end, bool accumulate) {
  typedef void function(const rk_matrix *, const float *, int64_t, float *, int64_t, int64_t, int64_t, bool);
#define FIXED(bits, group) {multiply_fixed_##bits##_##group##_half, multiply_fixed_##bits##_##group##_bfloat16}
  static function *const functions[3][3][2] = {{FIXED(2, 32), FIXED(2, 64), FIXED(2, 128)},
                                               {FIXED(4, 32), FIXED(4, 64), FIXED(4, 128)},
                                               {FIXED(8, 32), FIXED(8, 64), FIXED(8, 128)}};
#undef FIXED
  if (w->storage == RK_MXFP4) {
    multiply_fixed_4_32_exponents(w, prepared, inputs, y, y_row, begin, end, accumulate);
    return;
  }
  const int width = w->bits == 2 ? 0 : w->bits == 4 ? 1 : 2, size = w->group == 32 ? 0 : w->group == 64 ? 1 : 2;
  functions[width][size][w->parameters == RK_BFLOAT16](w, prepared, inputs, y, y_row, begin, end, accumulate);
}

#ifdef RK_VNNI
#include "vector_row_blocks.h"
#endif

static void prepare_fixed_or_exact(const rk_matrix *w, const float *x, float *prepared) {
#ifdef RK_VNNI
  if (w->layout == RK_ROW_BLOCKS) {
    prepare_blocks(w, x, prepared);
    return;
  }
#endif
  if (is_fixed(w)) prepare_fixed(w, x, prepared);
  else prepare(w, x, prepared);
}

static void multiply_fixed_or_exact(const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row,
                                    int64_t begin, int64_t end, bool accumulate) {
#ifdef RK_VNNI
  if (w->layout == RK_ROW_BLOCKS) {
    multiply_blocks(w, prepared, inputs, y, y_row, begin, end, accumulate);
    return;
  }
#endif
  if (is_fixed(w)) multiply_fixed_vectors(w, prepared, inputs, y, y_row, begin, end, accumulate);
  else multiply_vectors(w, prepared, inputs, y, y_row, begin, end, accumulate);
}
