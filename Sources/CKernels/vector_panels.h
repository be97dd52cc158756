// Products with many tokens, part of vector.h.

// Adds, to RK_MR rows of y, the products of `depth` terms: y[i][t] += a[i * row + k * step] * x[k][t] over `vectors`
// vectors of tokens. x and y have PANEL floats per row.
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
    else TILE(RK_MR, PANEL_VECTORS);
  }
  for (; rows > 0; rows--, a += RK_TILE_COLUMNS, y += PANEL) TILE(1, PANEL_VECTORS);
#undef TILE
}

static void multiply_panels(const rk_matrix *w, const float *x, float *y, int64_t y_features, int64_t tokens,
                            int64_t begin, int64_t end, bool accumulate, float *scratch) {
  EACH_SPAN(span, w->columns, tokens, sizeof *x, RK_TILE_COLUMNS) {
    for (int64_t r = begin; r < end; r += RK_TILE_ROWS) {
      const int64_t rows = r + RK_TILE_ROWS < end ? RK_TILE_ROWS : end - r;
      const weights_ahead ahead = ahead_of(r + RK_TILE_ROWS, begin, end, span, w->columns);
      for (int64_t c = span.first; c < span.last; c += RK_TILE_COLUMNS) {
        const int64_t stop = c + RK_TILE_COLUMNS < span.last ? c + RK_TILE_COLUMNS : span.last;
        for (int64_t i = 0; i < rows; i++) {
          rk_prefetch_columns(w, ahead.row + i, c + ahead.shift, stop + ahead.shift);
          dequantize(w, r + i, c, stop, scratch + i * RK_TILE_COLUMNS);
        }
        for (int64_t p = 0; p * PANEL < tokens; p++) {
          const int64_t left = (tokens - p * PANEL + RK_W - 1) / RK_W;
          multiply_tile_rows(scratch, x + (p * w->columns + c) * PANEL, stop - c, y + (p * y_features + r) * PANEL,
                             accumulate || c > 0, rows, left < PANEL_VECTORS ? left : PANEL_VECTORS);
        }
      }
    }
  }
}
