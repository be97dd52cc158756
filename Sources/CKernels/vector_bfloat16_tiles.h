// Products of bfloat16 weights with many tokens by the tiles of AMX, part of vector.h. A tile of weights is 16 rows by 32
// columns where they stand, and one of activations 16 pairs of features by 16 tokens of a panel of vector_bfloat16_panels.h.
// (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, TDPBF16PS.)

// Columns that are multiplied at a time: their weights of two tiles' rows stay in the first-level cache for all tokens.
enum { TILE_ROWS = 16, TILE_DEPTH = 32, BFLOAT16_TILE_COLUMNS = 512 };

// Tiles 0 to 3 have the sums of two tiles of rows with two vectors of tokens, 4 and 5 weights, 6 and 7 activations.
static RK_INLINE void configure_bfloat16_tiles(int64_t rows, int64_t depth) {
  const uint8_t first = (uint8_t)(rows < TILE_ROWS ? rows : TILE_ROWS), second = (uint8_t)(rows - first);
  const uint8_t pairs = (uint8_t)(depth / 2);
  const uint16_t token_bytes = RK_W * 4, weight_bytes = (uint16_t)(depth * 2);
  // A tile without rows must have no bytes either.
  const uint16_t second_token_bytes = second > 0 ? token_bytes : 0, second_weight_bytes = second > 0 ? weight_bytes : 0;
  const tile_configuration configuration = {
      .palette = 1,
      .row_bytes = {token_bytes, token_bytes, second_token_bytes, second_token_bytes, weight_bytes, second_weight_bytes,
                    token_bytes, token_bytes},
      .rows = {first, first, second, second, first, second, pairs, pairs},
  };
  _tile_loadconfig(&configuration);
}

// The weights, prepared activations and outputs of two vectors of tokens, each from the first column or row on.
typedef struct {
  const uint8_t *weights;
  int64_t row_bytes;
  const float *x[2];
  float *y[2];
} bfloat16_tiles;

// `ahead` is where the weights to ask for stand, or NULL.
static RK_INLINE void sum_bfloat16_tiles(const bfloat16_tiles *of, int64_t count, int64_t depth, bool accumulate,
                                         const uint8_t *ahead, int row_tiles, int vectors) {
  enum { LINE = PANEL * 4 };
  const uint8_t *weights = of->weights, *below = weights + TILE_ROWS * of->row_bytes;
#define EACH_SUM(DO)                                                      \
  DO(0, of->y[0]);                                                        \
  if (vectors == 2) DO(1, of->y[1]);                                      \
  if (row_tiles == 2) DO(2, of->y[0] + TILE_ROWS * PANEL);                \
  if (row_tiles == 2 && vectors == 2) DO(3, of->y[1] + TILE_ROWS * PANEL)
#define LOAD(tile, from) _tile_loadd(tile, from, LINE)
#define ZERO(tile, from) _tile_zero(tile)
#define STORE(tile, to) _tile_stored(tile, to, LINE)
  if (accumulate) {
    EACH_SUM(LOAD);
  } else {
    EACH_SUM(ZERO);
  }
  for (int64_t c = 0; c < count; c += depth) {
    if (ahead != NULL) {
      for (int64_t i = 0; i < 2 * TILE_ROWS; i++) prefetch_at(ahead + i * of->row_bytes + c * 2);
    }
    _tile_loadd(4, weights + c * 2, of->row_bytes);
    _tile_loadd(6, of->x[0] + c / 2 * PANEL, LINE);
    _tile_dpbf16ps(0, 4, 6);
    if (vectors == 2) {
      _tile_loadd(7, of->x[1] + c / 2 * PANEL, LINE);
      _tile_dpbf16ps(1, 4, 7);
    }
    if (row_tiles == 2) {
      _tile_loadd(5, below + c * 2, of->row_bytes);
      _tile_dpbf16ps(2, 5, 6);
      if (vectors == 2) _tile_dpbf16ps(3, 5, 7);
    }
  }
  EACH_SUM(STORE);
#undef STORE
#undef ZERO
#undef LOAD
#undef EACH_SUM
}

static void multiply_bfloat16_panels(const rk_matrix *w, const float *prepared, float *y, int64_t y_features,
                                     int64_t tokens, int64_t begin, int64_t end, bool accumulate, float *scratch) {
  (void)scratch;
  bfloat16_tiles tiles = {.row_bytes = w->columns * 2};
  int64_t configured_rows = 0, configured_depth = 0;
  EACH_SPAN(span, w->columns, tokens, 2, BFLOAT16_TILE_COLUMNS) {
    for (int64_t r = begin; r < end; r += 2 * TILE_ROWS) {
      const int64_t rows = r + 2 * TILE_ROWS < end ? 2 * TILE_ROWS : end - r;
      const weights_ahead next = ahead_of(r + 2 * TILE_ROWS, begin, end, span, w->columns);
      const int64_t distance = (next.row - r) * tiles.row_bytes + next.shift * 2;
      for (int64_t c = span.first, count; c < span.last; c += count) {
        // Columns that fill no tile come last, by themselves.
        const int64_t left = span.last - c, whole = left / TILE_DEPTH * TILE_DEPTH;
        count = whole == 0 ? left : whole < BFLOAT16_TILE_COLUMNS ? whole : BFLOAT16_TILE_COLUMNS;
        const int64_t depth = whole == 0 ? left : TILE_DEPTH;
        if (rows != configured_rows || depth != configured_depth) {
          configure_bfloat16_tiles(rows, depth);
          configured_rows = rows;
          configured_depth = depth;
        }
        tiles.weights = (const uint8_t *)w->values + r * tiles.row_bytes + c * 2;
        for (int64_t t = 0; t < tokens; t += 2 * RK_W) {
          for (int64_t i = 0, v = t / RK_W; i < 2; i++, v++) {
            const int64_t p = v / PANEL_VECTORS, at = v % PANEL_VECTORS * RK_W;
            tiles.x[i] = prepared + (p * w->columns + c / 2) * PANEL + at;
            tiles.y[i] = y + (p * y_features + r) * PANEL + at;
          }
          const uint8_t *ahead = t == 0 ? tiles.weights + distance : NULL;
          const bool adds = accumulate || c > 0;
#define TILES(row_tiles, vectors) sum_bfloat16_tiles(&tiles, count, depth, adds, ahead, row_tiles, vectors)
          if (rows > TILE_ROWS) {
            if (t + RK_W < tokens) TILES(2, 2);
            else TILES(2, 1);
          } else {
            if (t + RK_W < tokens) TILES(1, 2);
            else TILES(1, 1);
          }
#undef TILES
        }
      }
    }
  }
  _tile_release();
}
