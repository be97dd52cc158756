// The kernels in terms of vectors of RK_W floats, for every instruction set that has them.
//
// An including file defines RK_W (floats a vector), RK_MR (weight rows that a register tile holds), RK_UNIT (codes that
// `unpack` expands, a multiple of RK_W), and these functions:
//   static inline void unpack(const uint8_t *codes, int bits, vf out[RK_UNIT / RK_W]);
//   static inline vf nibbles(vu words, int shift);   // the four bits of each word from `shift` on, as floats
// The types below come first: include "vector_types.h" before defining them.
#include "convert.h"
#include "tables.h"

// Bytes between what a product reads and what it asks the memory for. Four rows at once are too many streams for the
// hardware's prefetcher; measured on Zen 5, this doubles the bytes a second of a matrix that no cache holds.
enum { AHEAD = 8192 };

enum { PANEL_VECTORS = 3, PANEL = PANEL_VECTORS * RK_W, CHUNK = 8 * RK_W, BLOCK_VECTORS = RK_KEY_BLOCK / RK_W };

// Affine weights.

// The first `count` (1, 2 or 4) scales or biases from `index` on.
static RK_INLINE v4 load_parameters(const uint8_t *row, rk_storage type, int64_t index, int count) {
  const uint8_t *at = row + index * rk_width(type);
  if (type == RK_FLOAT32) {
    v4 values = {0};
    memcpy(&values, at, (size_t)count * 4);
    return values;
  }
  uint16_t bits[4] = {0};
  memcpy(bits, at, (size_t)count * 2);
  if (type == RK_FLOAT16) {
    v4h halves;
    memcpy(&halves, bits, sizeof halves);
    return __builtin_convertvector(halves, v4);
  }
  v4s wide;
  memcpy(&wide, bits, sizeof wide);
  return (v4)(__builtin_convertvector(wide, v4u) << 16);
}

// The scales or biases of the RK_W words (8 four-bit codes each) from `word` on, one a lane.
static RK_INLINE vf spread(const uint8_t *row, rk_storage type, int group, int64_t word) {
  const int words = group / 8;
  if (words >= RK_W) return splat(load_parameters(row, type, word / words, 1)[0]);
#if RK_W == 16
  const v4 values = load_parameters(row, type, word / words, 16 / words);
  if (words == 4) return __builtin_shufflevector(values, values, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  return __builtin_shufflevector(values, values, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
#elif RK_W == 8
  const v4 values = load_parameters(row, type, word / words, 2);
  return __builtin_shufflevector(values, values, 0, 0, 0, 0, 1, 1, 1, 1);
#else
  return splat(0);  // Not reached: four words are at most one group.
#endif
}

static RK_INLINE void dequantize_codes(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out,
                                       int bits) {
  const uint8_t *values = rk_row_values(w, row);
  const uint8_t *scales = rk_row_parameters(w, w->scales, row), *biases = rk_row_parameters(w, w->biases, row);
  for (int64_t c = begin; c < end; c += w->group) {
    const vf scale = splat(rk_load(scales, w->parameters, c / w->group));
    const vf bias = splat(rk_load(biases, w->parameters, c / w->group));
    for (int64_t i = c; i < c + w->group; i += RK_UNIT) {
      vf codes[RK_UNIT / RK_W];
      unpack(values + i * bits / 8, bits, codes);
      for (int u = 0; u < RK_UNIT / RK_W; u++) store(out + i - begin + u * RK_W, fma(codes[u], scale, bias));
    }
  }
}

static void dequantize(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out) {
  if (w->storage != RK_AFFINE) {
    const uint8_t *values = rk_row_values(w, row);
    int64_t c = begin;
    for (; c + RK_W <= end; c += RK_W) store(out + c - begin, load_as(values, w->storage, c));
    for (; c < end; c++) out[c - begin] = rk_load(values, w->storage, c);
    return;
  }
  switch (w->bits) {
    case 2: dequantize_codes(w, row, begin, end, out, 2); break;
    case 3: dequantize_codes(w, row, begin, end, out, 3); break;
    case 4: dequantize_codes(w, row, begin, end, out, 4); break;
    case 5: dequantize_codes(w, row, begin, end, out, 5); break;
    case 6: dequantize_codes(w, row, begin, end, out, 6); break;
    default: dequantize_codes(w, row, begin, end, out, 8); break;
  }
}

static void dequantize_row(const rk_matrix *w, int64_t row, float *out) { dequantize(w, row, 0, w->columns, out); }

// Products with one token.

// Four-bit codes are met a word a lane: vector k of a chunk holds x[8 * lane + k], then come the sums over each word.
static void prepare_words(const float *x, int64_t columns, float *prepared) {
  for (int64_t c = 0; c < columns; c += CHUNK, prepared += 9 * RK_W) {
    for (int lane = 0; lane < RK_W; lane++) {
      float sum = 0;
      for (int k = 0; k < 8; k++) {
        int64_t column = c + 8 * lane + k;
        float value = column < columns ? x[column] : 0;
        prepared[k * RK_W + lane] = value;
        sum += value;
      }
      prepared[8 * RK_W + lane] = sum;
    }
  }
}

static void prepare(const rk_matrix *w, const float *x, float *prepared) {
  if (w->storage == RK_AFFINE && w->bits == 4) {
    prepare_words(x, w->columns, prepared);
    return;
  }
  memcpy(prepared, x, (size_t)w->columns * sizeof *x);
  if (w->storage != RK_AFFINE) return;
  float *sums = prepared + w->columns;
  for (int64_t c = 0; c < w->columns; c += w->group) {
    vf sum = splat(0);
    for (int64_t i = c; i < c + w->group; i += RK_W) sum += load(x + i);
    *sums++ = total_of(sum);
  }
}

// `rows` rows of four-bit codes at once, so that each vector of x is loaded once for all of them.
static RK_INLINE void multiply_words(const rk_matrix *w, const float *prepared, float *y, int64_t row, bool accumulate,
                                     int rows, int group, rk_storage type) {
  const int64_t words = w->columns / 8;
  const uint8_t *values[4], *scales[4], *biases[4];
  vf sum[4];
  for (int r = 0; r < rows; r++) {
    values[r] = rk_row_values(w, row + r);
    scales[r] = rk_row_parameters(w, w->scales, row + r);
    biases[r] = rk_row_parameters(w, w->biases, row + r);
    sum[r] = splat(0);
  }
  int64_t word = 0;
  for (; word + RK_W <= words; word += RK_W, prepared += 9 * RK_W) {
    for (int r = 0; r < rows; r++) {
      __builtin_prefetch(values[r] + 4 * word + AHEAD);
      const vu codes = load_words(values[r] + 4 * word);
      vf part = nibbles(codes, 0) * load(prepared);
      for (int k = 1; k < 8; k++) part = fma(nibbles(codes, 4 * k), load(prepared + k * RK_W), part);
      sum[r] = fma(part, spread(scales[r], type, group, word), sum[r]);
      sum[r] = fma(load(prepared + 8 * RK_W), spread(biases[r], type, group, word), sum[r]);
    }
  }
  for (int r = 0; r < rows; r++) {
    float total = total_of(sum[r]);
    if (word < words) {
      // The end of the row: fewer words than lanes. x is zero beyond it, but codes and scales must not be read there.
      uint32_t codes[RK_W] = {0};
      float scale[RK_W] = {0}, bias[RK_W] = {0};
      memcpy(codes, values[r] + 4 * word, (size_t)(words - word) * 4);
      for (int64_t i = 0; i < words - word; i++) {
        scale[i] = rk_load(scales[r], type, (word + i) * 8 / group);
        bias[i] = rk_load(biases[r], type, (word + i) * 8 / group);
      }
      const vu last = load_words(codes);
      vf part = nibbles(last, 0) * load(prepared);
      for (int k = 1; k < 8; k++) part = fma(nibbles(last, 4 * k), load(prepared + k * RK_W), part);
      total += total_of(fma(part, load(scale), load(prepared + 8 * RK_W) * load(bias)));
    }
    y[row + r] = accumulate ? y[row + r] + total : total;
  }
}

static RK_INLINE void multiply_words_of(const rk_matrix *w, const float *prepared, float *y, int64_t begin, int64_t end,
                                        bool accumulate, int group, rk_storage type) {
  int64_t row = begin;
  for (; row + 4 <= end; row += 4) multiply_words(w, prepared, y, row, accumulate, 4, group, type);
  for (; row < end; row++) multiply_words(w, prepared, y, row, accumulate, 1, group, type);
}

// Codes in their natural order, `rows` rows at once.
static RK_INLINE void multiply_codes(const rk_matrix *w, const float *x, float *y, int64_t row, bool accumulate,
                                     int rows, int bits) {
  const uint8_t *values[4], *scales[4], *biases[4];
  vf sum[4];
  float offset[4] = {0};
  for (int r = 0; r < rows; r++) {
    values[r] = rk_row_values(w, row + r);
    scales[r] = rk_row_parameters(w, w->scales, row + r);
    biases[r] = rk_row_parameters(w, w->biases, row + r);
    sum[r] = splat(0);
  }
  const float *sums = x + w->columns;
  for (int64_t g = 0, c = 0; c < w->columns; g++, c += w->group) {
    vf part[4] = {splat(0), splat(0), splat(0), splat(0)};
    for (int64_t i = c; i < c + w->group; i += RK_UNIT) {
      for (int r = 0; r < rows; r++) {
        vf codes[RK_UNIT / RK_W];
        __builtin_prefetch(values[r] + i * bits / 8 + AHEAD);
        unpack(values[r] + i * bits / 8, bits, codes);
        for (int u = 0; u < RK_UNIT / RK_W; u++) part[r] = fma(codes[u], load(x + i + u * RK_W), part[r]);
      }
    }
    for (int r = 0; r < rows; r++) {
      sum[r] = fma(part[r], splat(rk_load(scales[r], w->parameters, g)), sum[r]);
      offset[r] += rk_load(biases[r], w->parameters, g) * sums[g];
    }
  }
  for (int r = 0; r < rows; r++) {
    float total = total_of(sum[r]) + offset[r];
    y[row + r] = accumulate ? y[row + r] + total : total;
  }
}

static RK_INLINE void multiply_codes_of(const rk_matrix *w, const float *x, float *y, int64_t begin, int64_t end,
                                        bool accumulate, int bits) {
  int64_t row = begin;
  for (; row + 4 <= end; row += 4) multiply_codes(w, x, y, row, accumulate, 4, bits);
  for (; row < end; row++) multiply_codes(w, x, y, row, accumulate, 1, bits);
}

static RK_INLINE void multiply_floats(const rk_matrix *w, const float *x, float *y, int64_t begin, int64_t end,
                                      bool accumulate, rk_storage type) {
  for (int64_t row = begin; row < end; row++) {
    const uint8_t *values = rk_row_values(w, row);
    vf sum[4] = {splat(0), splat(0), splat(0), splat(0)};
    int64_t c = 0;
    for (; c + 4 * RK_W <= w->columns; c += 4 * RK_W) {
      for (int i = 0; i < 4; i++) sum[i] = fma(load_as(values, type, c + i * RK_W), load(x + c + i * RK_W), sum[i]);
    }
    float total = total_of((sum[0] + sum[1]) + (sum[2] + sum[3]));
    for (; c < w->columns; c++) total += rk_load(values, type, c) * x[c];
    y[row] = accumulate ? y[row] + total : total;
  }
}

static void multiply_vector(const rk_matrix *w, const float *x, float *y, int64_t begin, int64_t end, bool accumulate) {
#define WORDS(group, type) multiply_words_of(w, x, y, begin, end, accumulate, group, type)
#define WORDS_OF(group)                           \
  switch (w->parameters) {                        \
    case RK_FLOAT16: WORDS(group, RK_FLOAT16); break;   \
    case RK_BFLOAT16: WORDS(group, RK_BFLOAT16); break; \
    default: WORDS(group, RK_FLOAT32); break;           \
  }
  switch (w->storage) {
    case RK_FLOAT32: multiply_floats(w, x, y, begin, end, accumulate, RK_FLOAT32); return;
    case RK_FLOAT16: multiply_floats(w, x, y, begin, end, accumulate, RK_FLOAT16); return;
    case RK_BFLOAT16: multiply_floats(w, x, y, begin, end, accumulate, RK_BFLOAT16); return;
    case RK_AFFINE: break;
  }
  switch (w->bits) {
    case 2: multiply_codes_of(w, x, y, begin, end, accumulate, 2); break;
    case 3: multiply_codes_of(w, x, y, begin, end, accumulate, 3); break;
    case 4:
      switch (w->group) {
        case 32: WORDS_OF(32); break;
        case 64: WORDS_OF(64); break;
        default: WORDS_OF(128); break;
      }
      break;
    case 5: multiply_codes_of(w, x, y, begin, end, accumulate, 5); break;
    case 6: multiply_codes_of(w, x, y, begin, end, accumulate, 6); break;
    default: multiply_codes_of(w, x, y, begin, end, accumulate, 8); break;
  }
#undef WORDS_OF
#undef WORDS
}

// Products with many tokens.

// Adds, to RK_MR rows of y, the products of `depth` terms: y[i][t] += a[i * row + k * step] * x[k][t] over `vectors`
// vectors of tokens. x and y have PANEL floats a row.
static RK_INLINE void multiply_tile(const float *a, int64_t row, int64_t step, const float *x, int64_t x_row,
                                    int64_t depth, float *y, int64_t y_row, bool accumulate, int rows, int vectors) {
  vf sum[RK_MR][PANEL_VECTORS];
  for (int i = 0; i < rows; i++) {
    for (int v = 0; v < vectors; v++) sum[i][v] = accumulate ? load(y + i * y_row + v * RK_W) : splat(0);
  }
  for (int64_t k = 0; k < depth; k++) {
    vf in[PANEL_VECTORS];
    for (int v = 0; v < vectors; v++) in[v] = load(x + k * x_row + v * RK_W);
    for (int i = 0; i < rows; i++) {
      const vf weight = splat(a[i * row + k * step]);
      for (int v = 0; v < vectors; v++) sum[i][v] = fma(weight, in[v], sum[i][v]);
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int v = 0; v < vectors; v++) store(y + i * y_row + v * RK_W, sum[i][v]);
  }
}

static void multiply_tile_rows(const float *a, const float *x, int64_t depth, float *y, bool accumulate, int64_t rows,
                               int64_t vectors) {
#define TILE(rows, vectors) multiply_tile(a, RK_TILE_COLUMNS, 1, x, PANEL, depth, y, PANEL, accumulate, rows, vectors)
  for (; rows >= RK_MR; rows -= RK_MR, a += RK_MR * RK_TILE_COLUMNS, y += RK_MR * PANEL) {
    if (vectors == 1) TILE(RK_MR, 1);
    else if (vectors == 2) TILE(RK_MR, 2);
    else TILE(RK_MR, 3);
  }
  for (; rows > 0; rows--, a += RK_TILE_COLUMNS, y += PANEL) TILE(1, 3);
#undef TILE
}

static void multiply_panels(const rk_matrix *w, const float *x, float *y, int64_t y_features, int64_t tokens,
                            int64_t begin, int64_t end, bool accumulate, float *scratch) {
  for (int64_t r = begin; r < end; r += RK_TILE_ROWS) {
    const int64_t rows = r + RK_TILE_ROWS < end ? RK_TILE_ROWS : end - r;
    for (int64_t c = 0; c < w->columns; c += RK_TILE_COLUMNS) {
      const int64_t stop = c + RK_TILE_COLUMNS < w->columns ? c + RK_TILE_COLUMNS : w->columns;
      for (int64_t i = 0; i < rows; i++) dequantize(w, r + i, c, stop, scratch + i * RK_TILE_COLUMNS);
      for (int64_t p = 0; p * PANEL < tokens; p++) {
        const int64_t left = (tokens - p * PANEL + RK_W - 1) / RK_W;
        multiply_tile_rows(scratch, x + (p * w->columns + c) * PANEL, stop - c, y + (p * y_features + r) * PANEL,
                           accumulate || c > 0, rows, left < PANEL_VECTORS ? left : PANEL_VECTORS);
      }
    }
  }
}

// Steps between the products.

static void normalize(const float *x, const float *weight, float epsilon, int64_t count, float *out) {
  vf squares = splat(0);
  int64_t i = 0;
  for (; i + RK_W <= count; i += RK_W) squares = fma(load(x + i), load(x + i), squares);
  float sum = total_of(squares);
  for (; i < count; i++) sum += x[i] * x[i];
  const float factor = 1 / sqrtf(sum / (float)count + epsilon);
  for (i = 0; i + RK_W <= count; i += RK_W) store(out + i, load(x + i) * splat(factor) * load(weight + i));
  for (; i < count; i++) out[i] = x[i] * factor * weight[i];
}

static void normalize_panel(const float *x, const float *weight, float epsilon, int64_t features, float *out) {
  for (int64_t t = 0; t < PANEL; t += RK_W) {
    vf squares = splat(0);
    for (int64_t f = 0; f < features; f++) squares = fma(load(x + f * PANEL + t), load(x + f * PANEL + t), squares);
    float factors[RK_W];
    store(factors, squares);
    for (int i = 0; i < RK_W; i++) factors[i] = 1 / sqrtf(factors[i] / (float)features + epsilon);
    const vf factor = load(factors);
    for (int64_t f = 0; f < features; f++) {
      store(out + f * PANEL + t, load(x + f * PANEL + t) * factor * splat(weight[f]));
    }
  }
}

static void gate(float *gate, const float *up, int64_t count) {
  int64_t i = 0;
  for (; i + RK_W <= count; i += RK_W) {
    const vf value = load(gate + i);
    store(gate + i, value / (splat(1) + exponential(-value)) * load(up + i));
  }
  for (; i < count; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static RK_INLINE void rotate_pairs(float *x, const float *cosine, const float *sine, int64_t heads, int64_t half) {
  for (int64_t h = 0; h < heads; h++, x += 2 * half) {
    int64_t i = 0;
    for (; i + RK_W <= half; i += RK_W) {
      const vf a = load(x + i), b = load(x + half + i), c = load(cosine + i), s = load(sine + i);
      store(x + i, a * c - b * s);
      store(x + half + i, b * c + a * s);
    }
    for (; i < half; i++) {
      const float a = x[i], b = x[half + i];
      x[i] = a * cosine[i] - b * sine[i];
      x[half + i] = b * cosine[i] + a * sine[i];
    }
  }
}

static void rotate(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension) {
  rotate_pairs(x, cosine, sine, heads, head_dimension / 2);
}

static void rotate_panel(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension) {
  rotate_pairs(x, cosine, sine, heads, head_dimension / 2 * PANEL);
}

static void log_sum_exp(const float *x, int64_t count, float *largest, float *log_sum) {
  float top = -INFINITY;
  for (int64_t i = 0; i < count; i++) top = x[i] > top ? x[i] : top;
  // In blocks, so that the single-precision sums stay short and the double-precision one stays exact.
  double sum = 0;
  int64_t i = 0;
  while (i + RK_W <= count) {
    vf part = splat(0);
    for (int n = 0; n < 64 && i + RK_W <= count; n++, i += RK_W) part += exponential(load(x + i) - splat(top));
    sum += (double)total_of(part);
  }
  for (; i < count; i++) sum += exp((double)x[i] - top);
  *largest = top;
  *log_sum = top + (float)log(sum);
}

static void tally_panel(const float *x, int64_t features, float *largest, float *total) {
  for (int64_t t = 0; t < PANEL; t += RK_W) {
    vf top = load(largest + t);
    for (int64_t f = 0; f < features; f++) top = larger(top, load(x + f * PANEL + t));
    vf sum = load(total + t) * exponential(load(largest + t) - top);
    for (int64_t f = 0; f < features; f++) sum += exponential(load(x + f * PANEL + t) - top);
    store(largest + t, top);
    store(total + t, sum);
  }
}

#include "vector_attention.h"

#define RK_TABLE(title)                  \
  {                                      \
      .name = title,                     \
      .panel = PANEL,                    \
      .lanes = RK_W,                     \
      .dequantize_row = dequantize_row,  \
      .prepare = prepare,                \
      .multiply_vector = multiply_vector, \
      .multiply_panels = multiply_panels, \
      .normalize = normalize,            \
      .normalize_panel = normalize_panel, \
      .gate = gate,                      \
      .rotate = rotate,                  \
      .rotate_panel = rotate_panel,      \
      .append = append,                  \
      .append_panel = append_panel,      \
      .attend = attend,                  \
      .attend_panel = attend_panel,      \
      .log_sum_exp = log_sum_exp,        \
      .tally_panel = tally_panel,        \
  }
