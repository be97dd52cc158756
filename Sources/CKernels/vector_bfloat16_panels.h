// Products of bfloat16 weights with many tokens whose activations are rounded to bfloat16 as well (RK_TO_BFLOAT16),
// part of vector.h if the instruction set multiplies pairs of them. Pairs of weights are read where they stand.
//
// A prepared panel holds, for each pair of features, a word per token whose halves are the two activations.

// Columns that are multiplied at a time: their activations stay in the first-level cache for all rows of a tile.
enum { BFLOAT16_COLUMNS = 256 };

// Rounds to the nearest, ties to even; a NaN stays one.
static RK_INLINE vu to_bfloat16(vf value) {
  const vu bits = (vu)value, rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  const vu is_number = (vu)(value == value);
  return (rounded & is_number) | (0x7FC0 & ~is_number);
}

static void prepare_bfloat16_panel(const rk_matrix *w, const float *x, float *prepared) {
  for (int64_t k = 0; k < w->columns; k += 2, x += 2 * PANEL, prepared += PANEL) {
    for (int64_t v = 0; v < PANEL; v += RK_W) {
      const vu pair = to_bfloat16(load(x + v)) | to_bfloat16(load(x + PANEL + v)) << 16;
      memcpy(prepared + v, &pair, sizeof pair);
    }
  }
}

// Where there are tiles, vector_bfloat16_tiles.h multiplies.
#ifndef RK_TILES
static RK_INLINE void multiply_bfloat16_tile(const uint8_t *weights, int64_t row_bytes, const float *x, int64_t count,
                                             float *y, bool accumulate, int rows, int vectors) {
  vf sum[RK_MR][PANEL_VECTORS];
  UNROLLED for (int i = 0; i < rows; i++) {
    UNROLLED for (int v = 0; v < vectors; v++) sum[i][v] = accumulate ? load(y + i * PANEL + v * RK_W) : splat(0);
  }
  for (int64_t k = 0; k < count / 2; k++, x += PANEL, weights += 4) {
    vuw in[PANEL_VECTORS];
    UNROLLED for (int v = 0; v < vectors; v++) memcpy(&in[v], x + v * RK_W, sizeof in[v]);
    UNROLLED for (int i = 0; i < rows; i++) {
      uint32_t word;
      memcpy(&word, weights + i * row_bytes, sizeof word);
      const vuw pair = (vuw)(word - (vu){0});
      UNROLLED for (int v = 0; v < vectors; v++) sum[i][v] = dot_bfloat16(sum[i][v], pair, in[v]);
    }
  }
  UNROLLED for (int i = 0; i < rows; i++) {
    UNROLLED for (int v = 0; v < vectors; v++) store(y + i * PANEL + v * RK_W, sum[i][v]);
  }
}

static void multiply_bfloat16_panels(const rk_matrix *w, const float *prepared, float *y, int64_t y_features,
                                     int64_t tokens, int64_t begin, int64_t end, bool accumulate, float *scratch) {
  (void)scratch;
  const int64_t row_bytes = w->columns * 2;
  EACH_SPAN(span, w->columns, tokens, 2, BFLOAT16_COLUMNS) {
    for (int64_t r = begin, rows; r < end; r += rows) {
      rows = r + RK_MR <= end ? RK_MR : 1;
      for (int64_t c = span.first; c < span.last; c += BFLOAT16_COLUMNS) {
        const int64_t count = c + BFLOAT16_COLUMNS < span.last ? BFLOAT16_COLUMNS : span.last - c;
        const uint8_t *weights = (const uint8_t *)w->values + r * row_bytes + c * 2;
        for (int64_t p = 0; p * PANEL < tokens; p++) {
          const float *x = prepared + (p * w->columns + c / 2) * PANEL;
          float *out = y + (p * y_features + r) * PANEL;
          const int64_t left = (tokens - p * PANEL + RK_W - 1) / RK_W;
#define TILE(rows, vectors) \
  multiply_bfloat16_tile(weights, row_bytes, x, count, out, accumulate || c > 0, rows, vectors)
          if (rows == 1) TILE(1, PANEL_VECTORS);
          else if (left == 1) TILE(RK_MR, 1);
          else if (left == 2) TILE(RK_MR, 2);
          else TILE(RK_MR, PANEL_VECTORS);
#undef TILE
        }
      }
    }
  }
}
#endif
