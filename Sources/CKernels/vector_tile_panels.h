// Products of rows in blocks (RK_ROW_BLOCKS) with many tokens by the tiles of AMX, part of vector.h. They are those of
// vector_fixed_panels.h to the last bit: the same rounded activations, exact sums of each group, and the same arithmetic
// after it. (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.)
//
// A tile of codes is 16 rows by 64 columns, a byte each, and a tile of activations the same columns of 16 tokens. Activations
// are in 16-bit fixed point, x = 256 high + low, where high is signed and low is not, so that one instruction adds the
// products of all rows and tokens with the high bytes, and one those with the low bytes.
//
// A prepared panel holds the high bytes as [column / 4][token][column % 4], then the low bytes likewise; then steps and sums
// as in vector_fixed_panels.h.

enum { TILE_COLUMNS = 64 };

static void prepare_tile_panel(const rk_matrix *w, const float *x, float *prepared) {
  const int64_t groups = w->columns / w->group, plane = w->columns / 4 * PANEL;
  uint32_t *high = (uint32_t *)prepared, *low = high + plane;
  float *steps = prepared + 2 * plane, *sums = steps + groups * PANEL;
  for (int64_t g = 0; g < groups; g++) {
    for (int64_t v = 0; v < PANEL; v += RK_W) {
      const float *from = x + g * w->group * PANEL + v;
      const vf step = panel_step(from, w->group), factor = panel_factor(step);
      vi sum = {0};
      int64_t to = g * w->group / 4 * PANEL + v;
      for (int64_t k = 0; k < w->group; k += 4, to += PANEL) {
        vu high_bytes = {0}, low_bytes = {0};
        UNROLLED for (int i = 0; i < 4; i++) {
          const vi value = rounded(from + (k + i) * PANEL, factor);
          sum += value;
          high_bytes |= ((vu)value >> 8 & 255) << 8 * i;
          low_bytes |= ((vu)value & 255) << 8 * i;
        }
        memcpy(high + to, &high_bytes, sizeof high_bytes);
        memcpy(low + to, &low_bytes, sizeof low_bytes);
      }
      store(steps + g * PANEL + v, step);
      store(sums + g * PANEL + v, __builtin_convertvector(sum, vf) * step);
    }
  }
}

// What a block of rows needs of its weights, `FIXED_COLUMNS` at a time, and a group's sums of products with the high and the
// low bytes of a vector of tokens.
typedef struct {
  uint8_t codes[FIXED_COLUMNS / TILE_COLUMNS][RK_ROW_BLOCK][TILE_COLUMNS];
  float scales[FIXED_COLUMNS / 32][RK_ROW_BLOCK];
  float biases[FIXED_COLUMNS / 32][RK_ROW_BLOCK];
  uint32_t high[RK_ROW_BLOCK][RK_W], low[RK_ROW_BLOCK][RK_W];
} code_tiles;
_Static_assert(sizeof(code_tiles) <= RK_TILE_ROWS * RK_TILE_COLUMNS * sizeof(float), "the tiles fit the scratch");

// Four neighbouring codes of each row's word as bytes.
static RK_INLINE vu code_bytes(vu words, int quarter, int bits, rk_storage type) {
  if (bits == 8) return words;
  vu codes = words >> (4 * bits * quarter) & ((1u << 4 * bits) - 1);
  if (bits == 2) {
    codes = (codes | codes << 12) & 0x000F000F;
    return (codes | codes << 6) & 0x03030303;
  }
  codes = (codes | codes << 8) & 0x00FF00FF;
  codes = (codes | codes << 4) & 0x0F0F0F0F;
  return type == RK_MXFP4 ? signed_e2m1(codes) : codes;
}

// Writes element c of sixteen vectors as row c.
static RK_INLINE void store_transposed(const vu from[16], uint8_t to[RK_ROW_BLOCK][TILE_COLUMNS]) {
  vu pairs[16], fours[16];
  UNROLLED for (int i = 0; i < 16; i += 2) {
    pairs[i] = __builtin_shufflevector(from[i], from[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    pairs[i + 1] = __builtin_shufflevector(from[i], from[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  }
  // Element 4 l + m of fours[4 q + j] is element 4 l + j of from[4 q + m].
  UNROLLED for (int i = 0; i < 16; i++) {
    const vu a = pairs[i / 4 * 4 + i % 4 / 2], b = pairs[i / 4 * 4 + 2 + i % 4 / 2];
    fours[i] = i % 2 == 0
        ? __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
        : __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  UNROLLED for (int j = 0; j < 4; j++) {
    // The quarters of two vectors whose numbers are even, or odd.
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
    const vu even_low = EVEN(fours[j], fours[4 + j]), even_high = EVEN(fours[8 + j], fours[12 + j]);
    const vu odd_low = ODD(fours[j], fours[4 + j]), odd_high = ODD(fours[8 + j], fours[12 + j]);
    const vu rows[4] = {EVEN(even_low, even_high), EVEN(odd_low, odd_high), ODD(even_low, even_high), ODD(odd_low, odd_high)};
#undef EVEN
#undef ODD
    UNROLLED for (int l = 0; l < 4; l++) memcpy(to[4 * l + j], &rows[l], sizeof rows[l]);
  }
}

// `count` columns of a block's words, at most a tile's; `next` is the distance in bytes to those that come next.
static RK_INLINE void widen_words(const uint8_t *from, int64_t next, int count, int bits, rk_storage type,
                                  uint8_t to[RK_ROW_BLOCK][TILE_COLUMNS]) {
  vu columns[TILE_COLUMNS / 4] = {{0}};
  const int quarters = 8 / bits;
  UNROLLED for (int word = 0; word < count * bits / 32; word++, from += RK_ROW_BLOCK * 4) {
    prefetch_at(from + next);
    const vu codes = load_words(from);
    UNROLLED for (int q = 0; q < quarters; q++) columns[word * quarters + q] = code_bytes(codes, q, bits, type);
  }
  store_transposed(columns, to);
}

static RK_INLINE void widen_code_tiles(const rk_matrix *w, int64_t row, int64_t column, int64_t count, code_tiles *tiles,
                                       int64_t next, int bits, rk_storage type) {
  const int64_t words = w->columns * bits / 32, groups = w->columns / w->group, width = scale_width(type);
  const int64_t block = row / RK_ROW_BLOCK;
  const uint8_t *from = (const uint8_t *)w->values + (block * words + column * bits / 32) * RK_ROW_BLOCK * 4;
  for (int64_t c = 0; c < count; c += TILE_COLUMNS, from += TILE_COLUMNS * bits / 32 * RK_ROW_BLOCK * 4) {
    uint8_t(*to)[TILE_COLUMNS] = tiles->codes[c / TILE_COLUMNS];
    if (c + TILE_COLUMNS <= count) widen_words(from, next, TILE_COLUMNS, bits, type, to);
    else widen_words(from, next, TILE_COLUMNS / 2, bits, type, to);
  }
  for (int64_t g = 0; g < count / w->group; g++) {
    const int64_t number = (block * groups + column / w->group + g) * RK_ROW_BLOCK;
    const vf scales = block_parameters((const uint8_t *)w->scales + number * width, type);
    store(tiles->scales[g], type == RK_MXFP4 ? scales * splat(0.5f) : scales);
    store(tiles->biases[g],
          type == RK_MXFP4 ? splat(0) : block_parameters((const uint8_t *)w->biases + number * width, type));
  }
}

static void widen_codes_of_block(const rk_matrix *w, int64_t row, int64_t column, int64_t count, code_tiles *tiles,
                                 int64_t next) {
  const rk_storage type = w->parameters;
  if (w->storage == RK_MXFP4) widen_code_tiles(w, row, column, count, tiles, next, 4, RK_MXFP4);
  else if (w->bits == 2) widen_code_tiles(w, row, column, count, tiles, next, 2, type);
  else if (w->bits == 4) widen_code_tiles(w, row, column, count, tiles, next, 4, type);
  else widen_code_tiles(w, row, column, count, tiles, next, 8, type);
}

static RK_INLINE void sum_products(code_tiles *tiles, const uint32_t *high, const uint32_t *low, int64_t column, int group,
                                   bool is_signed) {
  _tile_zero(3);
  _tile_zero(4);
  for (int64_t c = column; c < column + group; c += TILE_COLUMNS) {
    _tile_loadd(0, &tiles->codes[c / TILE_COLUMNS][0][c % TILE_COLUMNS], TILE_COLUMNS);
    _tile_loadd(1, high + c / 4 * PANEL, PANEL * 4);
    _tile_loadd(2, low + c / 4 * PANEL, PANEL * 4);
    if (is_signed) {
      _tile_dpbssd(3, 0, 1);
      _tile_dpbsud(4, 0, 2);
    } else {
      _tile_dpbusd(3, 0, 1);
      _tile_dpbuud(4, 0, 2);
    }
  }
  _tile_stored(3, tiles->high, sizeof tiles->high[0]);
  _tile_stored(4, tiles->low, sizeof tiles->low[0]);
}

// `rows` rows of a block from its row `first` on with a vector of tokens; y is that of the first.
static RK_INLINE void multiply_code_tiles(code_tiles *tiles, const uint32_t *high, const uint32_t *low, const float *steps,
                                          const float *sums, int64_t groups, int group, float *y, bool accumulate, int first,
                                          int rows, bool is_signed) {
  vf total[RK_ROW_BLOCK];
  UNROLLED for (int i = 0; i < rows; i++) total[i] = accumulate ? load(y + i * PANEL) : splat(0);
  for (int64_t g = 0; g < groups; g++) {
    sum_products(tiles, high, low, g * group, group, is_signed);
    const vf step = load(steps + g * PANEL), sum = load(sums + g * PANEL);
    UNROLLED for (int i = 0; i < rows; i++) {
      const vu part = (load_words(tiles->high[first + i]) << 8) + load_words(tiles->low[first + i]);
      const vf scaled = __builtin_convertvector((vi)part, vf) * step;
      const vf offset = sum * splat(tiles->biases[g][first + i]);
      total[i] = fma(scaled, splat(tiles->scales[g][first + i]), total[i] + offset);
    }
  }
  UNROLLED for (int i = 0; i < rows; i++) store(y + i * PANEL, total[i]);
}

// Tile 0 has codes, 1 and 2 activations, 3 and 4 sums.
static RK_INLINE void configure_tiles(int group) {
  const int depth = group < TILE_COLUMNS ? group : TILE_COLUMNS;
  const tile_configuration configuration = {
      .palette = 1,
      .row_bytes = {(uint16_t)depth, RK_W * 4, RK_W * 4, RK_W * 4, RK_W * 4},
      .rows = {RK_ROW_BLOCK, (uint8_t)(depth / 4), (uint8_t)(depth / 4), RK_ROW_BLOCK, RK_ROW_BLOCK},
  };
  _tile_loadconfig(&configuration);
}

static void multiply_tile_panels(const rk_matrix *w, const float *prepared, float *y, int64_t y_features, int64_t tokens,
                                 int64_t begin, int64_t end, bool accumulate, float *scratch) {
  code_tiles *tiles = (code_tiles *)scratch;
  const int64_t groups = w->columns / w->group, plane = w->columns / 4 * PANEL;
  configure_tiles(w->group);
  EACH_SPAN(span, w->columns, tokens, 2, FIXED_COLUMNS) {
    for (int64_t r = begin, rows; r < end; r += rows) {
      // Half a block where the wanted rows begin or end within one.
      const int first = (int)(r % RK_ROW_BLOCK);
      rows = first == 0 && r + RK_ROW_BLOCK <= end ? RK_ROW_BLOCK : RK_TILE_ROWS;
      const int64_t next = block_distance(w, r, ahead_of(r + rows, begin, end, span, w->columns));
      for (int64_t c = span.first; c < span.last; c += FIXED_COLUMNS) {
        const int64_t count = c + FIXED_COLUMNS < span.last ? FIXED_COLUMNS : span.last - c;
        widen_codes_of_block(w, r, c, count, tiles, next);
        for (int64_t t = 0; t < tokens; t += RK_W) {
          const int64_t p = t / PANEL, v = t % PANEL;
          const float *panel = prepared + p * w->columns * PANEL;
          const uint32_t *high = (const uint32_t *)panel + c / 4 * PANEL + v;
          const float *steps = panel + 2 * plane + c / w->group * PANEL + v;
          float *out = y + (p * y_features + r) * PANEL + v;
#define ROWS(group, rows, is_signed)                                                                                    \
  multiply_code_tiles(tiles, high, high + plane, steps, steps + groups * PANEL, count / group, group, out,              \
                      accumulate || c > 0, first, rows, is_signed)
#define GROUP(group, is_signed)                                        \
  do {                                                                 \
    if (rows == RK_ROW_BLOCK) ROWS(group, RK_ROW_BLOCK, is_signed);    \
    else ROWS(group, RK_TILE_ROWS, is_signed);                         \
  } while (0)
          if (w->storage == RK_MXFP4) GROUP(32, true);
          else if (w->group == 32) GROUP(32, false);
          else if (w->group == 64) GROUP(64, false);
          else GROUP(128, false);
#undef GROUP
#undef ROWS
        }
      }
    }
  }
  _tile_release();
}
