// Products with many tokens whose activations are rounded to 16-bit fixed point, part of vector.h. See vector_fixed.h.
//
// A prepared panel holds, for each pair of features, a word per token whose halves are the two integers; then the step
// of each group and token, and the sum of the group's rounded activations. One instruction multiplies the pair of codes
// in one word with a vector of tokens.

// Columns of codes that are widened at a time: their activations stay in the first-level cache for all rows of a tile.
enum { FIXED_COLUMNS = 256 };

// The steps of a group of `count` features of a vector of tokens; NaN of a token if one is not finite.
static RK_INLINE vf panel_step(const float *from, int64_t count) {
  vf top = splat(0), poison = splat(0);
  for (int64_t k = 0; k < count; k++) {
    const vf value = load(from + k * PANEL);
    top = larger(top, larger(value, -value));
    poison += value * splat(0);
  }
  return fma(top, splat(1.0f / 32767), poison);
}

// Below this the reciprocal would overflow; such activations count as zero.
static RK_INLINE vf panel_factor(vf step) { return (vf)((vi)(splat(1) / step) & ~(step < splat(1e-34f))); }

static RK_INLINE vi rounded(const float *from, vf factor) {
  return __builtin_convertvector(__builtin_elementwise_roundeven(load(from) * factor), vi);
}

static void prepare_fixed_panel(const rk_matrix *w, const float *x, float *prepared) {
  const int64_t groups = w->columns / w->group;
  float *steps = prepared + w->columns / 2 * PANEL, *sums = steps + groups * PANEL;
  for (int64_t g = 0; g < groups; g++) {
    for (int64_t v = 0; v < PANEL; v += RK_W) {
      const float *from = x + g * w->group * PANEL + v;
      const vf step = panel_step(from, w->group), factor = panel_factor(step);
      vi sum = {0};
      float *to = prepared + g * w->group / 2 * PANEL + v;
      for (int64_t k = 0; k < w->group; k += 2, to += PANEL) {
        const vi low = rounded(from + k * PANEL, factor), high = rounded(from + (k + 1) * PANEL, factor);
        sum += low + high;
        const vu pair = ((vu)low & 0xFFFF) | (vu)high << 16;
        memcpy(to, &pair, sizeof pair);
      }
      store(steps + g * PANEL + v, step);
      store(sums + g * PANEL + v, __builtin_convertvector(sum, vf) * step);
    }
  }
}

// Codes of one row as words of two, in their order.
static RK_INLINE void widen_codes(const uint8_t *codes, int bits, int64_t count, uint32_t *out) {
  for (int64_t i = 0; i < count; i += 2 * RK_W, codes += RK_W * bits / 4, out += RK_W) {
    vu words;
    if (bits == 8) {
      vs pairs;
      memcpy(&pairs, codes, sizeof pairs);
      words = __builtin_convertvector(pairs, vu);
      words = (words | words << 8) & 0x00FF00FF;
    } else if (bits == 4) {
      vb pairs;
      memcpy(&pairs, codes, sizeof pairs);
      words = __builtin_convertvector(pairs, vu);
      words = (words | words << 12) & 0x000F000F;
    } else {
      for (int word = 0; word < RK_W; word++) words[word] = (uint32_t)(codes[word / 2] >> word % 2 * 4) & 15;
      words = (words | words << 14) & 0x00030003;
    }
    memcpy(out, &words, sizeof words);
  }
}

// The same for elements of MXFP4, doubled.
static RK_INLINE void widen_elements(const uint8_t *codes, int64_t count, uint32_t *out) {
  widen_codes(codes, 4, count, out);
  for (int64_t i = 0; i < count / 2; i += RK_W) {
    vuw words;
    memcpy(&words, out + i, sizeof words);
    words = doubled_e2m1(words);
    memcpy(out + i, &words, sizeof words);
  }
}

// What a tile of rows needs of its weights, `FIXED_COLUMNS` at a time. Of rows in blocks the pairs of codes stand side by
// side, as [pair][row].
typedef struct {
  uint32_t codes[RK_TILE_ROWS * FIXED_COLUMNS / 2];
  float scales[RK_TILE_ROWS][FIXED_COLUMNS / 32];
  float biases[RK_TILE_ROWS][FIXED_COLUMNS / 32];
} fixed_tile;
_Static_assert(sizeof(fixed_tile) <= RK_TILE_ROWS * RK_TILE_COLUMNS * sizeof(float), "a tile fits the scratch");

static void widen_tile(const rk_matrix *w, int64_t row, int64_t rows, int64_t column, int64_t count, fixed_tile *tile,
                       weights_ahead ahead) {
  const int64_t row_groups = w->columns / w->group, groups = count / w->group;
  const uint8_t *codes = rk_row_values(w, row) + column * w->bits / 8;
  int64_t first = row * row_groups + column / w->group;
  int64_t next = ahead.row * row_groups + (column + ahead.shift) / w->group;
  for (int64_t i = 0; i < rows; i++, codes += rk_row_bytes(w), first += row_groups, next += row_groups) {
    rk_prefetch_columns(w, ahead.row + i, column + ahead.shift, column + ahead.shift + count);
    uint32_t *words = tile->codes + i * (FIXED_COLUMNS / 2);
    if (w->storage == RK_MXFP4) {
      widen_elements(codes, count, words);
      const uint8_t *scales = (const uint8_t *)w->scales + first;
      prefetch_at((const uint8_t *)w->scales + next);
      for (int64_t g = 0; g < groups; g++) {
        tile->scales[i][g] = rk_e8m0(scales[g]) * 0.5f;
        tile->biases[i][g] = 0;
      }
      continue;
    }
    prefetch_at((const uint8_t *)w->scales + next * rk_width(w->parameters));
    prefetch_at((const uint8_t *)w->biases + next * rk_width(w->parameters));
    if (w->bits == 2) widen_codes(codes, 2, count, words);
    else if (w->bits == 4) widen_codes(codes, 4, count, words);
    else widen_codes(codes, 8, count, words);
    for (int64_t g = 0; g < groups; g++) {
      tile->scales[i][g] = rk_load(w->scales, w->parameters, first + g);
      tile->biases[i][g] = rk_load(w->biases, w->parameters, first + g);
    }
  }
}

#ifdef RK_VNNI
// The pairs of codes in the words at `from`, of eight rows of a block each.
static RK_INLINE void widen_block_words(const uint8_t *from, int bits, rk_storage type, uint32_t *out) {
  const int pairs = 16 / bits;
  vu words;
  memcpy(&words, from, sizeof words / 2);
  memcpy((uint8_t *)&words + sizeof words / 2, from + RK_ROW_BLOCK * 4, sizeof words / 2);
  UNROLLED for (int p = 0; p < pairs; p++) {
    const vu both = words >> (2 * p * bits);
    const uint32_t mask = (1u << bits) - 1;
    vu pair = (both & mask) | (both << (16 - bits) & mask << 16);
    if (type == RK_MXFP4) pair = (vu)doubled_e2m1((vuw)pair);
    memcpy(out + p * RK_TILE_ROWS, &pair, sizeof pair / 2);
    memcpy(out + (pairs + p) * RK_TILE_ROWS, (uint8_t *)&pair + sizeof pair / 2, sizeof pair / 2);
  }
}

// As `widen_tile`, of the first or last eight rows of a block.
static RK_INLINE void widen_block_tile(const rk_matrix *w, int64_t row, int64_t column, int64_t count, fixed_tile *tile,
                                       int64_t next, int bits, rk_storage type) {
  const int64_t words = w->columns * bits / 32, groups = w->columns / w->group, width = scale_width(type);
  const int64_t block = row / RK_ROW_BLOCK, place = row % RK_ROW_BLOCK;
  const uint8_t *from = (const uint8_t *)w->values + ((block * words + column * bits / 32) * RK_ROW_BLOCK + place) * 4;
  uint32_t *out = tile->codes;
  for (int64_t i = 0; i < count * bits / 32; i += 2, from += 2 * RK_ROW_BLOCK * 4, out += RK_TILE_ROWS * 32 / bits) {
    // The lines of a block serve its other rows too; those that come next are asked for with these.
    if (place != 0) {
      prefetch_at(from + next);
      prefetch_at(from + next + RK_ROW_BLOCK * 4);
    }
    widen_block_words(from, bits, type, out);
  }
  for (int64_t g = 0; g < count / w->group; g++) {
    const int64_t number = (block * groups + column / w->group + g) * RK_ROW_BLOCK + place;
    const uint8_t *scales = (const uint8_t *)w->scales + number * width;
    for (int i = 0; i < RK_TILE_ROWS; i++) {
      tile->scales[i][g] = type == RK_MXFP4 ? rk_e8m0(scales[i]) * 0.5f : rk_load(scales, type, i);
      tile->biases[i][g] = type == RK_MXFP4 ? 0 : rk_load((const uint8_t *)w->biases + number * width, type, i);
    }
  }
}

// `next` is the distance in bytes to the words that come next.
static void widen_blocks(const rk_matrix *w, int64_t row, int64_t column, int64_t count, fixed_tile *tile, int64_t next) {
  const rk_storage type = w->parameters;
  if (w->storage == RK_MXFP4) widen_block_tile(w, row, column, count, tile, next, 4, RK_MXFP4);
  else if (w->bits == 2) widen_block_tile(w, row, column, count, tile, next, 2, type);
  else if (w->bits == 4) widen_block_tile(w, row, column, count, tile, next, 4, type);
  else widen_block_tile(w, row, column, count, tile, next, 8, type);
}
#endif

static RK_INLINE void multiply_fixed_tile(const fixed_tile *tile, int64_t first, const float *x, const float *steps,
                                          const float *sums, int64_t groups, int group, float *y, bool accumulate,
                                          int rows, int vectors, rk_layout layout) {
  const int64_t pairs_row = layout == RK_ROW_BLOCKS ? 1 : FIXED_COLUMNS / 2;
  const int64_t pair_step = layout == RK_ROW_BLOCKS ? RK_TILE_ROWS : 1;
  for (int64_t g = 0; g < groups; g++) {
    vi part[RK_MR][PANEL_VECTORS];
    UNROLLED for (int i = 0; i < rows; i++) {
      UNROLLED for (int v = 0; v < vectors; v++) part[i][v] = (vi){0};
    }
    for (int k = 0; k < group / 2; k++, x += PANEL) {
      vuw in[PANEL_VECTORS];
      UNROLLED for (int v = 0; v < vectors; v++) memcpy(&in[v], x + v * RK_W, sizeof in[v]);
      UNROLLED for (int i = 0; i < rows; i++) {
        const uint32_t codes = tile->codes[(first + i) * pairs_row + (g * group / 2 + k) * pair_step];
        const vuw pair = (vuw)(codes - (vu){0});
        UNROLLED for (int v = 0; v < vectors; v++) part[i][v] = dot(part[i][v], pair, in[v]);
      }
    }
    const bool adds = accumulate || g > 0;
    UNROLLED for (int v = 0; v < vectors; v++) {
      const vf step = load(steps + g * PANEL + v * RK_W), sum = load(sums + g * PANEL + v * RK_W);
      UNROLLED for (int i = 0; i < rows; i++) {
        float *out = y + i * PANEL + v * RK_W;
        const vf offset = sum * splat(tile->biases[first + i][g]);
        const vf scaled = __builtin_convertvector(part[i][v], vf) * step;
        store(out, fma(scaled, splat(tile->scales[first + i][g]), adds ? load(out) + offset : offset));
      }
    }
  }
}

static RK_INLINE void multiply_fixed_rows(const fixed_tile *tile, const float *x, const float *steps, const float *sums,
                                          int64_t groups, int group, float *y, bool accumulate, int64_t rows,
                                          int64_t vectors, rk_layout layout) {
#define TILE(rows, vectors) \
  multiply_fixed_tile(tile, i, x, steps, sums, groups, group, y + i * PANEL, accumulate, rows, vectors, layout)
  int64_t i = 0;
  for (; i + RK_MR <= rows; i += RK_MR) {
    if (vectors == 1) TILE(RK_MR, 1);
    else if (vectors == 2) TILE(RK_MR, 2);
    else TILE(RK_MR, PANEL_VECTORS);
  }
  for (; i < rows; i++) TILE(1, PANEL_VECTORS);
#undef TILE
}

static void multiply_fixed_panels(const rk_matrix *w, const float *prepared, float *y, int64_t y_features,
                                  int64_t tokens, int64_t begin, int64_t end, bool accumulate, float *scratch) {
  fixed_tile *tile = (fixed_tile *)scratch;
  const int64_t groups = w->columns / w->group;
  EACH_SPAN(span, w->columns, tokens, 2, FIXED_COLUMNS) {
    for (int64_t r = begin; r < end; r += RK_TILE_ROWS) {
      const int64_t rows = r + RK_TILE_ROWS < end ? RK_TILE_ROWS : end - r;
      const weights_ahead ahead = ahead_of(r + RK_TILE_ROWS, begin, end, span, w->columns);
      for (int64_t c = span.first; c < span.last; c += FIXED_COLUMNS) {
        const int64_t count = c + FIXED_COLUMNS < span.last ? FIXED_COLUMNS : span.last - c;
#ifdef RK_VNNI
        if (w->layout == RK_ROW_BLOCKS) widen_blocks(w, r, c, count, tile, block_distance(w, r, ahead));
        else
#endif
          widen_tile(w, r, rows, c, count, tile, ahead);
        for (int64_t p = 0; p * PANEL < tokens; p++) {
          const float *panel = prepared + p * w->columns * PANEL;
          const float *x = panel + c / 2 * PANEL, *steps = panel + (w->columns / 2 + c / w->group) * PANEL;
          const int64_t left = (tokens - p * PANEL + RK_W - 1) / RK_W;
          const int64_t vectors = left < PANEL_VECTORS ? left : PANEL_VECTORS;
          float *out = y + (p * y_features + r) * PANEL;
#define ROWS(group) \
  multiply_fixed_rows(tile, x, steps, steps + groups * PANEL, count / group, group, out, accumulate || c > 0, rows, \
                      vectors, layout)
#define LAYOUT_ROWS(layout_)                 \
  do {                                       \
    const rk_layout layout = layout_;        \
    if (w->group == 32) ROWS(32);            \
    else if (w->group == 64) ROWS(64);       \
    else ROWS(128);                          \
  } while (0)
          if (w->layout == RK_ROW_BLOCKS) LAYOUT_ROWS(RK_ROW_BLOCKS);
          else LAYOUT_ROWS(RK_ROWS);
#undef LAYOUT_ROWS
#undef ROWS
        }
      }
    }
  }
}
