// Products with one token or a few of matrices whose rows stand in blocks (RK_ROW_BLOCKS), part of vector.h.
//
// An element of a vector is a row: a word of codes of sixteen rows is multiplied with activations that are the same for all
// of them, and nothing is summed across a vector. Activations are in 16-bit fixed point as in vector_fixed.h, but each is
// two signed bytes, x = 256 high + low, so that one instruction multiplies four codes of each row.
//
// A prepared input holds, for each word of codes, the high bytes that each field of the word is multiplied with, then the
// low bytes; then the step of each group; then the sum of each group's rounded activations, of RK_MXFP4 in integers and
// times the offset of its elements. Field f of a word holds the codes at bits f * bits of each byte.

// The bytes of words that hold sixteen columns: high are theirs, low the same.
static RK_INLINE void store_bytes(vb high, vb low, int bits, int8_t *to) {
  typedef uint8_t v32 __attribute__((vector_size(32)));
  v32 words;
  if (bits == 8) {
    words = __builtin_shufflevector(high, low, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23, 8, 9, 10, 11, 24, 25,
                                    26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  } else if (bits == 4) {
    words = __builtin_shufflevector(high, low, 0, 2, 4, 6, 1, 3, 5, 7, 16, 18, 20, 22, 17, 19, 21, 23, 8, 10, 12, 14, 9, 11,
                                    13, 15, 24, 26, 28, 30, 25, 27, 29, 31);
  } else {
    words = __builtin_shufflevector(high, low, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 16, 20, 24, 28, 17, 21,
                                    25, 29, 18, 22, 26, 30, 19, 23, 27, 31);
  }
  memcpy(to, &words, sizeof words);
}

static void prepare_blocks(const rk_matrix *w, const float *x, float *prepared) {
  const int64_t groups = w->columns / w->group;
  int8_t *bytes = (int8_t *)prepared;
  float *steps = prepared + w->columns / 2, *sums = steps + groups;
  for (int64_t g = 0; g < groups; g++, x += w->group) {
    // The largest magnitude becomes 32639 = 127 · 256 + 127, so that both bytes are in range.
    const float step = fixed_step(x, w->group) * (32767.0f / 32639);
    const vf factor = splat(step < 1e-34f ? 0 : 1 / step);
    vi sum = {0};
    for (int64_t i = 0; i < w->group; i += RK_W, bytes += 2 * RK_W) {
      const vi rounded = __builtin_convertvector(__builtin_elementwise_roundeven(load(x + i) * factor), vi);
      const vb high = __builtin_convertvector((vu)((rounded + 128) >> 8), vb);
      store_bytes(high, __builtin_convertvector((vu)rounded, vb), w->bits, bytes);
      sum += rounded;
    }
    steps[g] = step;
    if (w->storage == RK_MXFP4) {
      const int32_t offset = E2M1_OFFSET * __builtin_reduce_add(sum);
      memcpy(sums + g, &offset, sizeof offset);
    } else {
      sums[g] = total_of(__builtin_convertvector(sum, vf)) * step;
    }
  }
}

// The scales or biases of a block's rows for one group.
static RK_INLINE vf block_parameters(const uint8_t *at, rk_storage type) {
  if (type != RK_MXFP4) return load_as(at, type, 0);
  vb exponents;
  memcpy(&exponents, at, sizeof exponents);
  return powers_of_two(__builtin_convertvector(exponents, vu));
}

// The bytes of a field as numbers from 0 on.
static RK_INLINE vu block_field(vu words, int field, int bits, rk_storage type) {
  if (bits == 8) return words;
  const vu codes = words >> (field * bits) & (bits == 4 ? 0x0F0F0F0F : 0x03030303);
  return type == RK_MXFP4 ? offset_e2m1(codes) : codes;
}

// `blocks` blocks of rows from `row` on with `inputs` inputs; `begin` and `end` are the rows that are wanted of them.
static RK_INLINE void multiply_row_blocks(const rk_matrix *w, const float *prepared, float *y, int64_t y_row, int64_t row,
                                          int64_t begin, int64_t end, bool accumulate, int blocks, int inputs, int bits,
                                          rk_storage type) {
  const int fields = 8 / bits, group_words = w->group * bits / 32;
  const int64_t groups = w->columns / w->group, stride = rk_prepared_count(w->columns), width = scale_width(type);
  const int64_t block_bytes = w->columns * bits / 8 * RK_ROW_BLOCK, block_scales = groups * width * RK_ROW_BLOCK;
  const uint8_t *values = (const uint8_t *)w->values + row / RK_ROW_BLOCK * block_bytes;
  const uint8_t *scales = (const uint8_t *)w->scales + row / RK_ROW_BLOCK * block_scales;
  // MXFP4 has none, and reads none.
  const uint8_t *biases = type == RK_MXFP4 ? NULL : (const uint8_t *)w->biases + row / RK_ROW_BLOCK * block_scales;
  const float *x = prepared, *steps = prepared + w->columns / 2, *sums = steps + groups;
  vf sum[2][4];
  UNROLLED for (int b = 0; b < blocks; b++) {
    UNROLLED for (int i = 0; i < inputs; i++) sum[b][i] = splat(0);
  }
  for (int64_t g = 0; g < groups; g++) {
    vi high[2][4], low[2][4];
    UNROLLED for (int b = 0; b < blocks; b++) {
      UNROLLED for (int i = 0; i < inputs; i++) high[b][i] = low[b][i] = (vi){0};
    }
    for (int word = 0; word < group_words; word++, values += RK_ROW_BLOCK * 4, x += 2 * fields) {
      UNROLLED for (int b = 0; b < blocks; b++) {
        prefetch_at(values + b * block_bytes + AHEAD);
        const vu words = load_words(values + b * block_bytes);
        UNROLLED for (int f = 0; f < fields; f++) {
          const vu codes = block_field(words, f, bits, type);
          UNROLLED for (int i = 0; i < inputs; i++) {
            high[b][i] = dot_bytes(high[b][i], codes, x + i * stride + f);
            low[b][i] = dot_bytes(low[b][i], codes, x + i * stride + fields + f);
          }
        }
      }
    }
    UNROLLED for (int b = 0; b < blocks; b++) {
      const int64_t at = b * block_scales + g * width * RK_ROW_BLOCK;
      prefetch_at(scales + at + AHEAD / 8);
      const vf scale = block_parameters(scales + at, type);
      vf bias = splat(0);
      if (type != RK_MXFP4) {
        prefetch_at(biases + at + AHEAD / 8);
        bias = block_parameters(biases + at, type);
      }
      UNROLLED for (int i = 0; i < inputs; i++) {
        const float *group_sum = sums + i * stride + g;
        vi part = (high[b][i] << 8) + low[b][i];
        if (type == RK_MXFP4) {
          int32_t offset;
          memcpy(&offset, group_sum, sizeof offset);
          part -= offset;
        }
        const vf scaled = __builtin_convertvector(part, vf) * splat(steps[i * stride + g]);
        sum[b][i] = fma(scaled, scale, sum[b][i]);
        if (type != RK_MXFP4) sum[b][i] = fma(splat(*group_sum), bias, sum[b][i]);
      }
    }
  }
  UNROLLED for (int b = 0; b < blocks; b++) {
    const int64_t first = row + b * RK_ROW_BLOCK;
    UNROLLED for (int i = 0; i < inputs; i++) {
      const vf total = type == RK_MXFP4 ? sum[b][i] * splat(0.5f) : sum[b][i];
      float *out = y + i * y_row;
      if (begin <= first && first + RK_ROW_BLOCK <= end) {
        store(out + first, accumulate ? load(out + first) + total : total);
        continue;
      }
      for (int r = 0; r < RK_ROW_BLOCK; r++) {
        if (begin <= first + r && first + r < end) out[first + r] = accumulate ? out[first + r] + total[r] : total[r];
      }
    }
  }
}

// Two blocks with one input, or one with four, keep the multipliers busy. One function per format, as in vector_fixed.h.
#define BLOCKS_FUNCTION(bits, suffix, type)                                                                          \
  static __attribute__((noinline)) void multiply_blocks_##bits##_##suffix(                                           \
      const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row, int64_t begin, int64_t end, \
      bool accumulate) {                                                                                             \
    const int64_t stride = rk_prepared_count(w->columns);                                                            \
    for (int64_t row = begin / RK_ROW_BLOCK * RK_ROW_BLOCK; row < end; row += 2 * RK_ROW_BLOCK) {                    \
      const bool both = row + RK_ROW_BLOCK < end;                                                                    \
      int64_t i = 0;                                                                                                 \
      for (; i + 4 <= inputs; i += 4) {                                                                              \
        for (int64_t r = row; r < row + 2 * RK_ROW_BLOCK && r < end; r += RK_ROW_BLOCK) {                            \
          multiply_row_blocks(w, prepared + i * stride, y + i * y_row, y_row, r, begin, end, accumulate, 1, 4, bits, type); \
        }                                                                                                            \
      }                                                                                                              \
      for (; i < inputs; i++) {                                                                                      \
        const float *input = prepared + i * stride;                                                                  \
        float *out = y + i * y_row;                                                                                  \
        if (both) multiply_row_blocks(w, input, out, y_row, row, begin, end, accumulate, 2, 1, bits, type);          \
        else multiply_row_blocks(w, input, out, y_row, row, begin, end, accumulate, 1, 1, bits, type);               \
      }                                                                                                              \
    }                                                                                                                \
  }

BLOCKS_FUNCTION(2, half, RK_FLOAT16)
BLOCKS_FUNCTION(2, bfloat16, RK_BFLOAT16)
BLOCKS_FUNCTION(4, half, RK_FLOAT16)
BLOCKS_FUNCTION(4, bfloat16, RK_BFLOAT16)
BLOCKS_FUNCTION(8, half, RK_FLOAT16)
BLOCKS_FUNCTION(8, bfloat16, RK_BFLOAT16)
BLOCKS_FUNCTION(4, exponents, RK_MXFP4)

static void multiply_blocks(const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row,
                            int64_t begin, int64_t end, bool accumulate) {
  typedef void function(const rk_matrix *, const float *, int64_t, float *, int64_t, int64_t, int64_t, bool);
  static function *const functions[3][2] = {{multiply_blocks_2_half, multiply_blocks_2_bfloat16},
                                            {multiply_blocks_4_half, multiply_blocks_4_bfloat16},
                                            {multiply_blocks_8_half, multiply_blocks_8_bfloat16}};
  function *const chosen = w->storage == RK_MXFP4
                               ? multiply_blocks_4_exponents
                               : functions[w->bits == 2 ? 0 : w->bits == 4 ? 1 : 2][w->parameters == RK_BFLOAT16];
  chosen(w, prepared, inputs, y, y_row, begin, end, accumulate);
}

// A row of a matrix in blocks, in pieces that stand as in a row.
static void dequantize_block_row(const rk_matrix *w, int64_t row, float *out) {
  enum { COLUMNS = 128, GROUPS = COLUMNS / 32 };
  const int64_t words = w->columns * w->bits / 32, groups = w->columns / w->group, width = scale_width(w->storage);
  const int64_t block = row / RK_ROW_BLOCK, place = row % RK_ROW_BLOCK;
  for (int64_t c = 0; c < w->columns; c += COLUMNS) {
    const int64_t count = w->columns - c < COLUMNS ? w->columns - c : COLUMNS;
    uint8_t values[COLUMNS], scales[GROUPS * 2], biases[GROUPS * 2];
    for (int64_t i = 0; i < count * w->bits / 32; i++) {
      const int64_t word = (block * words + c * w->bits / 32 + i) * RK_ROW_BLOCK + place;
      memcpy(values + i * 4, (const uint8_t *)w->values + word * 4, 4);
    }
    for (int64_t i = 0; i < count / w->group; i++) {
      const int64_t number = (block * groups + c / w->group + i) * RK_ROW_BLOCK + place;
      memcpy(scales + i * width, (const uint8_t *)w->scales + number * width, (size_t)width);
      if (w->biases != NULL) memcpy(biases + i * width, (const uint8_t *)w->biases + number * width, (size_t)width);
    }
    const rk_matrix piece = {.storage = w->storage, .bits = w->bits, .group = w->group, .parameters = w->parameters,
                             .rows = 1, .columns = count, .values = values, .scales = scales, .biases = biases};
    dequantize(&piece, 0, 0, count, out + c);
  }
}
