// Products with one token, part of vector.h.

// Words of eight four-bit codes are the elements of a vector: vector k of a chunk holds x[8 * word + k], then come the
// sums over each word.
static void prepare_words(const float *x, int64_t columns, float *prepared) {
  for (int64_t c = 0; c < columns; c += CHUNK, prepared += 9 * RK_W) {
    for (int word = 0; word < RK_W; word++) {
      float sum = 0;
      for (int k = 0; k < 8; k++) {
        int64_t column = c + 8 * word + k;
        float value = column < columns ? x[column] : 0;
        prepared[k * RK_W + word] = value;
        sum += value;
      }
      prepared[8 * RK_W + word] = sum;
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
      prefetch_at(values[r] + 4 * word + AHEAD);
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
      // The end of the row: fewer words than fill a vector. x is zero beyond it, but codes and scales must not be read
      // there.
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
        prefetch_at(values[r] + i * bits / 8 + AHEAD);
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
    default: multiply_microscaling(w, x, y, begin, end, accumulate); return;
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

// Blocks of rows that a first-level cache holds are multiplied with one input after the other.
static void multiply_vectors(const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row,
                             int64_t begin, int64_t end, bool accumulate) {
  const int64_t block = inputs > 1 ? 16 : end - begin;
  for (int64_t row = begin; row < end; row += block) {
    const int64_t stop = row + block < end ? row + block : end;
    for (int64_t i = 0; i < inputs; i++) {
      multiply_vector(w, prepared + i * rk_prepared_count(w->columns), y + i * y_row, row, stop, accumulate);
    }
  }
}
