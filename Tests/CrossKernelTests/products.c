// Matrix products of one and of many tokens, and dequantized rows, in every format.
#include <math.h>
#include <string.h>

#include "support.h"

typedef enum { ORDINARY, DENORMAL_SCALES, LARGEST_CODES, CANCELLING, KINDS } kind;

static void encode(rk_storage type, float value, void *base, int64_t index) {
  if (type == RK_FLOAT32) {
    ((float *)base)[index] = value;
  } else if (type == RK_FLOAT16) {
    ((_Float16 *)base)[index] = (_Float16)value;
  } else {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    ((uint16_t *)base)[index] = (uint16_t)(bits >> 16);
  }
}

static int64_t width(rk_storage type) { return type == RK_FLOAT32 ? 4 : 2; }

static void *random_numbers(rk_storage type, int64_t count, float low, float high) {
  void *out = exact((size_t)(count * width(type)));
  for (int64_t i = 0; i < count; i++) encode(type, random_float(low, high), out, i);
  return out;
}

// Bytes of scales: about 1, or the smallest.
static void *random_micro_scales(rk_storage storage, int64_t count, kind k) {
  const uint8_t middle = storage == RK_NVFP4 ? 0x30 : 120;
  uint8_t *scales = exact((size_t)count);
  for (int64_t i = 0; i < count; i++) scales[i] = (uint8_t)(random_bits() & 7) + (k == DENORMAL_SCALES ? 0 : middle);
  return scales;
}

static rk_matrix random_matrix(rk_storage storage, int bits, int group, rk_storage parameters, int64_t rows,
                               int64_t columns, kind k) {
  rk_matrix w = {.storage = storage, .bits = bits, .group = group, .parameters = parameters, .rows = rows,
                 .columns = columns};
  // The largest denormal number of each type of scale.
  const float denormal = parameters == RK_FLOAT16 ? 0x1p-14f : 0x1p-126f;
  const float scale = k == DENORMAL_SCALES ? denormal : 0.1f;
  if (storage < RK_AFFINE) {
    w.values = random_numbers(storage, rows * columns, -scale, scale);
    return w;
  }
  const int64_t bytes = rows * columns * bits / 8, groups = rows * columns / group;
  uint8_t *codes = exact((size_t)bytes);
  for (int64_t i = 0; i < bytes && k != LARGEST_CODES; i++) codes[i] = (uint8_t)random_bits();
  // The E4M3 code of all ones is not a number.
  for (int64_t i = 0; i < bytes && storage == RK_MXFP8; i++) codes[i] = (codes[i] & 0x7F) == 0x7F ? 0x7E : codes[i];
  w.values = codes;
  if (storage != RK_AFFINE) {
    w.scales = random_micro_scales(storage, groups, k);
    return w;
  }
  w.scales = random_numbers(parameters, groups, -scale, scale);
  w.biases = random_numbers(parameters, groups, -scale, scale);
  return w;
}

static void *without_signs(const void *from, rk_storage type, int64_t count) {
  if (from == NULL) return NULL;
  uint8_t *out = memcpy(exact((size_t)(count * width(type))), from, (size_t)(count * width(type)));
  for (int64_t i = 1; i <= count; i++) out[i * width(type) - 1] &= 0x7F;
  return out;
}

// The elements of microscaling floats without their signs; their scales have none here.
static void *without_element_signs(const rk_matrix *w) {
  const int64_t bytes = w->rows * w->columns * w->bits / 8;
  uint8_t *out = memcpy(exact((size_t)bytes), w->values, (size_t)bytes);
  for (int64_t i = 0; i < bytes; i++) out[i] &= w->bits == 8 ? 0x7F : 0x77;
  return out;
}

// The matrix whose product with |x| bounds the terms that a product with x adds up, cancelled ones included.
static rk_matrix magnitudes(rk_matrix w) {
  if (w.storage < RK_AFFINE) {
    w.values = without_signs(w.values, w.storage, w.rows * w.columns);
  } else if (w.storage > RK_AFFINE) {
    w.values = without_element_signs(&w);
  } else {
    w.scales = without_signs(w.scales, w.parameters, w.rows * w.columns / w.group);
    w.biases = without_signs(w.biases, w.parameters, w.rows * w.columns / w.group);
  }
  return w;
}

// Denormal terms round to multiples of 2^-149 each, whatever their size.
static bound sums_of(int64_t terms) { return (bound){0x1p-20, (double)terms * 0x1p-148}; }

#define FORMAT "storage %d, %d bits, group %d, parameters %d, %lld x %lld, kind %d"
#define FORMAT_OF(w, k) \
  (int)(w)->storage, (w)->bits, (w)->group, (int)(w)->parameters, (long long)(w)->rows, (long long)(w)->columns, \
      (int)(k)

static void check_rows(subject *s, const rk_matrix *w, const rk_matrix *absolute, kind k) {
  float *found = floats(w->columns), *expected = floats(w->columns), *magnitude = floats(w->columns);
  for (int64_t r = 0; r < w->rows; r++) {
    s->table->dequantize_row(w, r, found);
    s->scalar->dequantize_row(w, r, expected);
    s->scalar->dequantize_row(absolute, r, magnitude);
    expect(s, found, expected, magnitude, w->columns, (bound){0x1p-22, 0x1p-148}, "row %lld of " FORMAT, (long long)r,
           FORMAT_OF(w, k));
  }
}

// Of `inputs` tokens, one after the other in x and in y.
static void multiply_vectors(const rk_vector_product *product, const rk_matrix *w, const float *x, int64_t inputs,
                             float *y, int64_t begin, int64_t end, bool accumulate) {
  const int64_t stride = rk_prepared_count(w->columns);
  float *prepared = floats(inputs * stride);
  for (int64_t i = 0; i < inputs; i++) product->prepare(w, x + i * w->columns, prepared + i * stride);
  product->multiply(w, prepared, inputs, y, w->rows, begin, end, accumulate);
}

// The largest magnitude of each number's group, to which fixed-point activations are rounded.
static float *group_tops(const rk_matrix *w, const float *x, int64_t inputs) {
  float *tops = floats(inputs * w->columns);
  for (int64_t c = 0; c < inputs * w->columns; c += w->group) {
    float top = 0;
    for (int64_t i = c; i < c + w->group; i++) top = fmaxf(top, fabsf(x[i]));
    for (int64_t i = c; i < c + w->group; i++) tops[i] = top;
  }
  return tops;
}

// Rows begin..<end are written and the others must stay what they were.
static void check_vectors(subject *s, const rk_matrix *w, const rk_matrix *absolute, kind k, const float *x,
                          int64_t inputs, int64_t begin, int64_t end, bool accumulate) {
  const int64_t count = inputs * w->rows;
  float *expected = random_floats(count, -1e-3f, 1e-3f), *fixed = copy_floats(expected, count);
  float *exact = copy_floats(expected, count), *magnitude = floats(count), *fixed_magnitude = floats(count);
  for (int64_t r = 0; r < count; r++) magnitude[r] = fixed_magnitude[r] = fabsf(expected[r]);
  const rk_vector_product *scalar = &s->scalar->exact;
  const float *x_absolute = without_signs(x, RK_FLOAT32, inputs * w->columns);
  multiply_vectors(scalar, absolute, x_absolute, inputs, magnitude, begin, end, accumulate);
  multiply_vectors(scalar, w, x, inputs, expected, begin, end, accumulate);
  multiply_vectors(&s->table->exact, w, x, inputs, exact, begin, end, accumulate);
  expect(s, exact, expected, magnitude, count, sums_of(w->columns),
         "product of %lld inputs, rows %lld..<%lld of " FORMAT, (long long)inputs, (long long)begin, (long long)end,
         FORMAT_OF(w, k));
  if (w->storage != RK_AFFINE) return;
  multiply_vectors(scalar, absolute, group_tops(w, x, inputs), inputs, fixed_magnitude, begin, end, accumulate);
  multiply_vectors(&s->table->fixed, w, x, inputs, fixed, begin, end, accumulate);
  bound rounding = sums_of(w->columns);
  rounding.relative += 0x1p-16;
  expect(s, fixed, expected, fixed_magnitude, count, rounding,
         "fixed-point product of %lld inputs, rows %lld..<%lld of " FORMAT, (long long)inputs, (long long)begin,
         (long long)end, FORMAT_OF(w, k));
}

static float *multiply_panels(const rk_kernels *table, rk_rounding rounding, const rk_matrix *w, const float *x,
                              const float *y, int64_t features, int64_t tokens, int64_t begin, int64_t end,
                              bool accumulate) {
  const rk_panel_product product = table->panels(w, rounding);
  const int64_t panels = panel_count(table, tokens), size = w->columns * table->panel;
  float *in = to_panels(table, x, tokens, w->columns), *out = to_panels(table, y, tokens, features);
  if (product.prepare != NULL) {
    float *prepared = floats(panels * size);
    for (int64_t p = 0; p < panels; p++) product.prepare(w, in + p * size, prepared + p * size);
    in = prepared;
  }
  product.multiply(w, in, out, features, tokens, begin, end, accumulate, floats(rk_tile_count()));
  return from_panels(table, out, tokens, features);
}

static void check_panels(subject *s, const rk_matrix *w, const rk_matrix *absolute, kind k, int64_t tokens,
                         int64_t begin, int64_t end, bool accumulate) {
  const int64_t features = w->rows + 2, count = tokens * features;
  const float *x = random_floats(tokens * w->columns, -2, 2), *y = random_floats(count, -1e-3f, 1e-3f);
#define PRODUCT(table, rounding, w, x, y) \
  multiply_panels(table, rounding, w, x, y, features, tokens, begin, end, accumulate)
  const float *expected = PRODUCT(s->scalar, RK_EXACT, w, x, y);
  const float *x_absolute = without_signs(x, RK_FLOAT32, tokens * w->columns);
  const float *y_absolute = without_signs(y, RK_FLOAT32, count);
  const float *magnitude = PRODUCT(s->scalar, RK_EXACT, absolute, x_absolute, y_absolute);
#define EXPECT(rounding, magnitude, allowed, title)                                                              \
  expect(s, PRODUCT(s->table, rounding, w, x, y), expected, magnitude, count, allowed,                           \
         title " of %lld tokens, rows %lld..<%lld of " FORMAT, (long long)tokens, (long long)begin, (long long)end, \
         FORMAT_OF(w, k))
  EXPECT(RK_EXACT, magnitude, sums_of(w->columns), "product");
  if (w->storage == RK_AFFINE) {
    bound rounding = sums_of(w->columns);
    rounding.relative += 0x1p-16;
    const float *tops = group_tops(w, x, tokens);
    EXPECT(RK_FIXED, PRODUCT(s->scalar, RK_EXACT, absolute, tops, y_absolute), rounding, "fixed-point product");
  }
  if (w->storage == RK_BFLOAT16) {
    // Half of the last of eight bits; the instruction takes denormal numbers for zeros.
    const bound rounding = {0x1p-9 + 0x1p-19, (double)w->columns * 0x1p-124};
    EXPECT(RK_TO_BFLOAT16, magnitude, rounding, "bfloat16 product");
  }
#undef EXPECT
#undef PRODUCT
}

static float *input(int64_t count, kind k) {
  float *x = random_floats(count, -2, 2);
  for (int64_t i = 0; i < count && k == CANCELLING; i++) x[i] = i % 3 == 2 ? -0.0f : i % 3 == 0 ? 1e6f : -1e6f;
  return x;
}

static void check_matrix(subject *s, rk_storage storage, int bits, int group, rk_storage parameters, int64_t rows,
                         int64_t columns, kind k) {
  static const int64_t tokens[] = {1, 5, 13, 50};
  const rk_matrix w = random_matrix(storage, bits, group, parameters, rows, columns, k), absolute = magnitudes(w);
  const float *x = input(7 * columns, k);
  check_rows(s, &w, &absolute, k);
  check_vectors(s, &w, &absolute, k, x, 1, 0, rows, false);
  check_vectors(s, &w, &absolute, k, x, 7, rows / 3, rows - rows / 4, true);
  for (int i = 0; i < 4; i++) {
    if (i % 2 == 0) check_panels(s, &w, &absolute, k, tokens[i], 0, rows, false);
    else check_panels(s, &w, &absolute, k, tokens[i], rows / 3, rows - rows / 4, true);
  }
  release();
}

// `count` rows of units of `unit` bytes, in blocks.
static void *blocks_of(const void *rows, int64_t count, int64_t units, int64_t unit) {
  uint8_t *out = exact((size_t)(count * units * unit));
  for (int64_t r = 0; r < count; r++) {
    for (int64_t u = 0; u < units; u++) {
      const int64_t place = (r / RK_ROW_BLOCK * units + u) * RK_ROW_BLOCK + r % RK_ROW_BLOCK;
      memcpy(out + place * unit, (const uint8_t *)rows + (r * units + u) * unit, (size_t)unit);
    }
  }
  return out;
}

// Rows in blocks: dequantized they are the same, and so are products with many tokens; others are rounded as fixed point.
static void check_blocks(subject *s, rk_storage storage, int bits, int group, rk_storage parameters, int64_t columns,
                         kind k) {
  const int64_t rows = 3 * RK_ROW_BLOCK, groups = columns / group;
  const rk_matrix w = random_matrix(storage, bits, group, parameters, rows, columns, k), absolute = magnitudes(w);
  if (s->table->in_blocks == NULL || !s->table->in_blocks(&w)) {
    release();
    return;
  }
  rk_matrix blocks = w;
  const int64_t scale = storage == RK_AFFINE ? width(parameters) : 1;
  blocks.layout = RK_ROW_BLOCKS;
  blocks.values = blocks_of(w.values, rows, columns * bits / 32, 4);
  blocks.scales = blocks_of(w.scales, rows, groups, scale);
  if (w.biases != NULL) blocks.biases = blocks_of(w.biases, rows, groups, scale);
  const float *x = input(7 * columns, k), *before = random_floats(7 * rows, -1e-3f, 1e-3f);
  float *found = floats(columns), *expected = floats(columns);
  for (int64_t r = 0; r < rows; r++) {
    s->table->dequantize_row(&blocks, r, found);
    s->table->dequantize_row(&w, r, expected);
    expect(s, found, expected, expected, columns, (bound){0, 0}, "row %lld in blocks of " FORMAT, (long long)r,
           FORMAT_OF(&w, k));
  }
  bound rounding = sums_of(columns);
  rounding.relative += 0x1p-16;
  static const struct { int64_t inputs, begin, end; } parts[] = {{1, 0, 48}, {4, 5, 41}, {7, 15, 33}, {1, 17, 18}};
  for (int p = 0; p < 4; p++) {
    const int64_t inputs = parts[p].inputs, begin = parts[p].begin, end = parts[p].end, count = inputs * rows;
    float *y = copy_floats(before, count), *exact_y = copy_floats(before, count), *magnitude = floats(count);
    for (int64_t i = 0; i < count; i++) magnitude[i] = fabsf(before[i]);
    multiply_vectors(&s->scalar->exact, &w, x, inputs, exact_y, begin, end, true);
    multiply_vectors(&s->scalar->exact, &absolute, group_tops(&w, x, inputs), inputs, magnitude, begin, end, true);
    multiply_vectors(&s->table->fixed, &blocks, x, inputs, y, begin, end, true);
    expect(s, y, exact_y, magnitude, count, rounding, "product of %lld inputs, rows %lld..<%lld in blocks of " FORMAT,
           (long long)inputs, (long long)begin, (long long)end, FORMAT_OF(&w, k));
  }
  const float *y = random_floats(50 * rows, -1e-3f, 1e-3f), *many = input(50 * columns, k);
  for (int64_t begin = 0; begin <= 8; begin += 8) {
    const int64_t end = rows - begin;
    const bool adds = begin > 0;
    const float *in_blocks = multiply_panels(s->table, RK_FIXED, &blocks, many, y, rows, 50, begin, end, adds);
    const float *in_rows = multiply_panels(s->table, RK_FIXED, &w, many, y, rows, 50, begin, end, adds);
    expect(s, in_blocks, in_rows, in_rows, 50 * rows, (bound){0, 0}, "product of 50 tokens in blocks of " FORMAT,
           FORMAT_OF(&w, k));
  }
  release();
}

// So many columns that the activations of 50 tokens make several spans, of which the last is the shortest.
enum { SPANNING_COLUMNS = 9 * 1024 + 64 };

void check_row_blocks(subject *s) {
  check_blocks(s, RK_MXFP4, 4, 32, RK_MXFP4, SPANNING_COLUMNS, ORDINARY);
  for (int bits = 2; bits <= 8; bits *= 2) check_blocks(s, RK_AFFINE, bits, 64, RK_BFLOAT16, SPANNING_COLUMNS, ORDINARY);
  static const int bits[] = {2, 4, 8}, groups[] = {32, 64, 128};
  for (int k = 0; k < KINDS; k++) {
    check_blocks(s, RK_MXFP4, 4, 32, RK_MXFP4, 32, k);
    check_blocks(s, RK_MXFP4, 4, 32, RK_MXFP4, 544, k);
    for (int b = 0; b < 3; b++) {
      for (int g = 0; g < 3; g++) {
        for (rk_storage type = RK_FLOAT16; type <= RK_BFLOAT16; type++) {
          check_blocks(s, RK_AFFINE, bits[b], groups[g], type, 3 * groups[g], k);
          check_blocks(s, RK_AFFINE, bits[b], groups[g], type, 512 + groups[g], k);
        }
      }
    }
  }
}

static void check_microscaling(subject *s) {
  static const struct { rk_storage storage; int bits, group; } formats[] = {
      {RK_MXFP4, 4, 32}, {RK_MXFP8, 8, 32}, {RK_NVFP4, 4, 16}};
  for (int f = 0; f < 3; f++) {
    const rk_storage storage = formats[f].storage;
    const int bits = formats[f].bits, group = formats[f].group;
    check_matrix(s, storage, bits, group, storage, 1, group, ORDINARY);
    for (int k = 0; k < KINDS; k++) check_matrix(s, storage, bits, group, storage, 11, 3 * group, k);
    check_matrix(s, storage, bits, group, storage, 9, 512 + group, ORDINARY);
  }
}

static void check_spans(subject *s) {
  check_matrix(s, RK_MXFP4, 4, 32, RK_MXFP4, 19, SPANNING_COLUMNS, ORDINARY);
  for (int bits = 2; bits <= 8; bits++) {
    if (bits != 7) check_matrix(s, RK_AFFINE, bits, 64, RK_BFLOAT16, 19, SPANNING_COLUMNS, ORDINARY);
  }
  for (rk_storage type = RK_FLOAT32; type <= RK_BFLOAT16; type++) {
    check_matrix(s, type, 0, 0, type, 75, SPANNING_COLUMNS + 2, ORDINARY);
  }
}

void check_products(subject *s) {
  check_microscaling(s);
  check_spans(s);
  static const int bits[] = {2, 3, 4, 5, 6, 8}, groups[] = {32, 64, 128}, float_columns[] = {1, 3, 63, 130, 513, 600};
  static const rk_storage types[] = {RK_FLOAT32, RK_FLOAT16, RK_BFLOAT16};
  for (int t = 0; t < 3; t++) {
    for (int b = 0; b < 6; b++) {
      for (int g = 0; g < 3; g++) {
        check_matrix(s, RK_AFFINE, bits[b], groups[g], types[t], 1, groups[g], ORDINARY);
        for (int k = 0; k < KINDS; k++) check_matrix(s, RK_AFFINE, bits[b], groups[g], types[t], 11, 3 * groups[g], k);
        check_matrix(s, RK_AFFINE, bits[b], groups[g], types[t], 9, 512 + groups[g], ORDINARY);
      }
    }
    for (int c = 0; c < 6; c++) {
      check_matrix(s, types[t], 0, 0, types[t], 11, float_columns[c], ORDINARY);
      check_matrix(s, types[t], 0, 0, types[t], 11, float_columns[c], DENORMAL_SCALES);
      // Whole pairs of tiles of 16 rows, and what is left of one and of two tiles.
      check_matrix(s, types[t], 0, 0, types[t], 75, float_columns[c], ORDINARY);
      check_matrix(s, types[t], 0, 0, types[t], 59, float_columns[c], ORDINARY);
    }
  }
}
