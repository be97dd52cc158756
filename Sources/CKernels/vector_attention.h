// Attention and its cache, part of vector.h.

static int64_t key_index(int64_t head_dimension, int64_t position, int64_t d) {
  return (position / RK_KEY_BLOCK * head_dimension + d) * RK_KEY_BLOCK + position % RK_KEY_BLOCK;
}

static void append(const rk_head_cache *cache, int64_t position, const float *key, const float *value) {
  const int64_t dimension = cache->head_dimension;
  for (int64_t d = 0; d < dimension; d++) {
    if (cache->keys != NULL) rk_store(cache->keys, cache->storage, key_index(dimension, position, d), key[d]);
    rk_store(cache->values, cache->storage, position * dimension + d, value[d]);
  }
}

static void append_panel(const rk_head_cache *cache, int64_t position, int64_t tokens, const float *key,
                         const float *value) {
  const int64_t dimension = cache->head_dimension;
  for (int64_t t = 0; t < tokens; t++) {
    for (int64_t d = 0; d < dimension; d++) {
      if (cache->keys != NULL) {
        rk_store(cache->keys, cache->storage, key_index(dimension, position + t, d), key[d * PANEL + t]);
      }
      rk_store(cache->values, cache->storage, (position + t) * dimension + d, value[d * PANEL + t]);
    }
  }
}

// Bytes between what attention reads of a cache and what it asks the memory for.
enum { CACHE_AHEAD = 2048 };

// Scores of `queries` queries with the positions of `blocks` key blocks, which stay in registers until the last
// dimension; one block alone would wait for its own sums.
static RK_INLINE void score_blocks(const rk_head_cache *cache, const float *query, float scale, int64_t block,
                                   float *scores, int64_t scores_row, int queries, int blocks, rk_storage type) {
  const int64_t dimension = cache->head_dimension;
  vf sum[4][2][BLOCK_VECTORS];
  UNROLLED for (int q = 0; q < queries; q++) {
    UNROLLED for (int b = 0; b < blocks; b++) {
      UNROLLED for (int v = 0; v < BLOCK_VECTORS; v++) sum[q][b][v] = splat(0);
    }
  }
  for (int64_t d = 0; d < dimension; d++) {
    UNROLLED for (int b = 0; b < blocks; b++) {
      const int64_t at = ((block + b) * dimension + d) * RK_KEY_BLOCK;
      __builtin_prefetch((const uint8_t *)cache->keys + at * rk_width(type) + CACHE_AHEAD * blocks);
      UNROLLED for (int v = 0; v < BLOCK_VECTORS; v++) {
        const vf keys = load_as(cache->keys, type, at + v * RK_W);
        UNROLLED for (int q = 0; q < queries; q++) {
          sum[q][b][v] = fma(splat(query[q * dimension + d]), keys, sum[q][b][v]);
        }
      }
    }
  }
  UNROLLED for (int q = 0; q < queries; q++) {
    UNROLLED for (int b = 0; b < blocks; b++) {
      UNROLLED for (int v = 0; v < BLOCK_VECTORS; v++) {
        store(scores + q * scores_row + b * RK_KEY_BLOCK + v * RK_W, sum[q][b][v] * splat(scale));
      }
    }
  }
}

// Rows of values that are scored as keys at a time: as many sums as stay in registers.
enum { SCORED_ROWS = RK_W == 8 ? 2 : 4 };

// Scores of `queries` queries with SCORED_ROWS values that are keys.
static RK_INLINE void score_rows(const rk_head_cache *cache, const float *query, float scale, int64_t position,
                                 float *scores, int64_t scores_row, int queries, rk_storage type) {
  const int64_t dimension = cache->head_dimension;
  vf sum[4][SCORED_ROWS];
  UNROLLED for (int q = 0; q < queries; q++) {
    UNROLLED for (int p = 0; p < SCORED_ROWS; p++) sum[q][p] = splat(0);
  }
  int64_t d = 0;
  for (; d + RK_W <= dimension; d += RK_W) {
    vf keys[SCORED_ROWS];
    UNROLLED for (int p = 0; p < SCORED_ROWS; p++) {
      const int64_t at = (position + p) * dimension + d;
      __builtin_prefetch((const uint8_t *)cache->values + at * rk_width(type) + 2 * CACHE_AHEAD);
      keys[p] = load_as(cache->values, type, at);
    }
    UNROLLED for (int q = 0; q < queries; q++) {
      const vf features = load(query + q * dimension + d);
      UNROLLED for (int p = 0; p < SCORED_ROWS; p++) sum[q][p] = fma(features, keys[p], sum[q][p]);
    }
  }
  for (int q = 0; q < queries; q++) {
    for (int p = 0; p < SCORED_ROWS; p++) {
      float score = total_of(sum[q][p]);
      for (int64_t rest = d; rest < dimension; rest++) {
        score += query[q * dimension + rest] * rk_load(cache->values, type, (position + p) * dimension + rest);
      }
      scores[q * scores_row + p] = score * scale;
    }
  }
}

// Sums of values under the weights of `queries` queries, four vectors of dimensions at a time.
static RK_INLINE void weigh_values(const rk_head_cache *cache, const float *weights, int64_t weights_row, int64_t begin,
                                   int64_t end, float *out, int queries, rk_storage type) {
  const int64_t dimension = cache->head_dimension;
  int64_t d = 0;
  for (; d + 4 * RK_W <= dimension; d += 4 * RK_W) {
    vf sum[4][4];
    for (int q = 0; q < queries; q++) {
      for (int v = 0; v < 4; v++) sum[q][v] = splat(0);
    }
    for (int64_t p = begin; p < end; p++) {
      for (int v = 0; v < 4; v++) {
        const int64_t at = p * dimension + d + v * RK_W;
        __builtin_prefetch((const uint8_t *)cache->values + at * rk_width(type) + 2 * CACHE_AHEAD);
        const vf values = load_as(cache->values, type, at);
        for (int q = 0; q < queries; q++) {
          sum[q][v] = fma(splat(weights[q * weights_row + p - begin]), values, sum[q][v]);
        }
      }
    }
    for (int q = 0; q < queries; q++) {
      for (int v = 0; v < 4; v++) store(out + q * dimension + d + v * RK_W, sum[q][v]);
    }
  }
  for (; d < dimension; d++) {
    for (int q = 0; q < queries; q++) {
      float sum = 0;
      for (int64_t p = begin; p < end; p++) {
        sum += weights[q * weights_row + p - begin] * rk_load(cache->values, type, p * dimension + d);
      }
      out[q * dimension + d] = sum;
    }
  }
}

static RK_INLINE void attend_queries(const rk_head_cache *cache, const float *query, float scale, int64_t begin,
                                     int64_t seen, int64_t end, float *out, float *largest, float *total, float *scratch, int queries,
                                     rk_storage type) {
  const int64_t row = (end - begin + RK_KEY_BLOCK - 1) / RK_KEY_BLOCK * RK_KEY_BLOCK;
  int64_t first = 0;
  if (cache->keys == NULL) {
    for (; first < row; first += SCORED_ROWS) {
      score_rows(cache, query, scale, begin + first, scratch + first, row, queries, type);
    }
  }
  for (; first + 2 * RK_KEY_BLOCK <= row; first += 2 * RK_KEY_BLOCK) {
    score_blocks(cache, query, scale, (begin + first) / RK_KEY_BLOCK, scratch + first, row, queries, 2, type);
  }
  if (first < row) {
    score_blocks(cache, query, scale, (begin + first) / RK_KEY_BLOCK, scratch + first, row, queries, 1, type);
  }
  for (int q = 0; q < queries; q++) {
    float *scores = scratch + q * row;
    for (int64_t p = 0; p < seen - begin; p++) scores[p] = -INFINITY;
    for (int64_t p = end - begin; p < row; p++) scores[p] = -INFINITY;
    vf top = splat(-INFINITY);
    for (int64_t p = 0; p < row; p += RK_W) top = larger(top, load(scores + p));
    largest[q] = largest_of(top);
    vf sum = splat(0);
    for (int64_t p = 0; p < row; p += RK_W) {
      const vf weight = exponential(load(scores + p) - splat(largest[q]));
      store(scores + p, weight);
      sum += weight;
    }
    total[q] = total_of(sum);
  }
  weigh_values(cache, scratch, row, begin, end, out, queries, type);
}

static void attend(const rk_head_cache *cache, const float *query, int64_t queries, float scale, int64_t begin,
                   int64_t first, int64_t end, float *out, float *largest, float *total, float *scratch) {
#define ATTEND(queries, type) \
  attend_queries(cache, query, scale, begin, first, end, out, largest, total, scratch, queries, type)
#define ATTEND_OF(queries) \
  if (cache->storage == RK_FLOAT32) ATTEND(queries, RK_FLOAT32); \
  else ATTEND(queries, RK_FLOAT16);
  while (queries > 0) {
    const int64_t taken = queries < 4 ? queries : 4;
    switch (taken) {
      case 1: ATTEND_OF(1); break;
      case 2: ATTEND_OF(2); break;
      case 3: ATTEND_OF(3); break;
      default: ATTEND_OF(4); break;
    }
    queries -= taken, query += taken * cache->head_dimension, out += taken * cache->head_dimension;
    largest += taken, total += taken;
  }
#undef ATTEND_OF
#undef ATTEND
}

// The cache's numbers from element `begin` on as floats: where they are, or converted into `scratch`.
static const float *floats(const void *base, rk_storage type, int64_t begin, int64_t count, float *scratch) {
  if (type == RK_FLOAT32) return (const float *)base + begin;
  for (int64_t i = 0; i < count; i += RK_W) store(scratch + i, load_as(base, type, begin + i));
  return scratch;
}

// Online softmax (Milakov and Gimelshein 2018) over spans of RK_SPAN positions, for `queries` heads at once: each
// vector element is a token, so maxima, totals and rescaling are element-wise.
static RK_INLINE void attend_vector(const rk_head_cache *cache, const float *query, float scale, int64_t position,
                                    int64_t tokens, int64_t window, int64_t end, const float *sinks, float *out,
                                    float *scratch, int queries) {
  const int64_t dimension = cache->head_dimension, width = queries * RK_W;
  float *scores = scratch, *sums = scores + RK_SPAN * width, *packed = sums + dimension * width;
  float *keys_scratch = packed + dimension * width, *values_scratch = keys_scratch + RK_SPAN * dimension;
  vf top[PANEL_VECTORS], total[PANEL_VECTORS];
  for (int q = 0; q < queries; q++) {
    // Finite, as a token may see nothing of a span.
    top[q] = splat(sinks == NULL ? -1e30f : sinks[q]), total[q] = splat(sinks == NULL ? 0 : 1);
    for (int64_t d = 0; d < dimension; d++) {
      store(packed + d * width + q * RK_W, load(query + (q * dimension + d) * PANEL) * splat(scale));
      store(sums + d * width + q * RK_W, splat(0));
    }
  }
  float at[RK_W];
  for (int i = 0; i < RK_W; i++) at[i] = (float)(position + i);
  const vf positions = load(at);
  const vf oldest = positions - splat(window > 0 ? (float)(window - 1) : INFINITY);
  // The last position that the first token sees, and that any token sees.
  int64_t first_newest = position, last_newest = position + tokens - 1;
  vf newest = positions;
  if (end > 0) {
    newest = __builtin_elementwise_min(positions + splat(window > 0 ? (float)(window - 1) : INFINITY), splat((float)(end - 1)));
    first_newest = window > 0 && position + window < end ? position + window - 1 : end - 1;
    last_newest = window > 0 && last_newest + window < end ? last_newest + window - 1 : end - 1;
  }
  const int64_t seen = window > 0 && position >= window ? position + 1 - window : 0;
  for (int64_t begin = seen / RK_SPAN * RK_SPAN; begin <= last_newest; begin += RK_SPAN) {
    const float *values = floats(cache->values, cache->storage, begin * dimension, RK_SPAN * dimension, values_scratch);
    const float *keys = cache->keys == NULL ? values
        : floats(cache->keys, cache->storage, begin * dimension, RK_SPAN * dimension, keys_scratch);
    for (int64_t p = 0; p < RK_SPAN; p += RK_MR) {
      float *to = scores + p * width;
      if (cache->keys == NULL) {
        multiply_tile(keys + p * dimension, dimension, 1, packed, width, dimension, to, width, false, RK_MR, queries);
        continue;
      }
      const float *from = keys + p / RK_KEY_BLOCK * RK_KEY_BLOCK * dimension + p % RK_KEY_BLOCK;
      multiply_tile(from, 1, RK_KEY_BLOCK, packed, width, dimension, to, width, false, RK_MR, queries);
    }
    const bool masked = begin + RK_SPAN > first_newest || (window > 0 && begin + window < position + tokens);
    for (int q = 0; q < queries; q++) {
      vf next = top[q];
      for (int64_t p = 0; p < RK_SPAN; p++) {
        float *score = scores + p * width + q * RK_W;
        if (masked) {
          const vf place = splat((float)(begin + p));
          const vi hidden = (place > newest) | (place < oldest);
          store(score, (vf)(((vi)load(score) & ~hidden) | ((vi)splat(-INFINITY) & hidden)));
        }
        next = larger(next, load(score));
      }
      const vf keep = exponential(top[q] - next);
      vf sum = splat(0);
      for (int64_t p = 0; p < RK_SPAN; p++) {
        float *score = scores + p * width + q * RK_W;
        const vf weight = exponential(load(score) - next);
        store(score, weight);
        sum += weight;
      }
      total[q] = fma(total[q], keep, sum);
      top[q] = next;
      for (int64_t d = 0; d < dimension; d++) {
        float *element = sums + d * width + q * RK_W;
        store(element, load(element) * keep);
      }
    }
    for (int64_t d = 0; d < dimension; d += RK_MR) {
      multiply_tile(values + d, 1, dimension, scores, width, RK_SPAN, sums + d * width, width, true, RK_MR, queries);
    }
  }
  for (int q = 0; q < queries; q++) {
    for (int64_t d = 0; d < dimension; d++) {
      store(out + (q * dimension + d) * PANEL, load(sums + d * width + q * RK_W) / total[q]);
    }
  }
}

static void attend_panel(const rk_head_cache *cache, const float *query, int64_t queries, float scale,
                         int64_t position, int64_t tokens, int64_t window, int64_t end, const float *sinks, float *out,
                         float *scratch) {
#define ATTEND_VECTOR(count) \
  attend_vector(cache, query, scale, position, tokens, window, end, sinks, out, scratch, count)
  while (queries > 0) {
    const int64_t taken = queries < PANEL_VECTORS ? queries : PANEL_VECTORS;
    switch (taken) {
      case 1: ATTEND_VECTOR(1); break;
      case 2: ATTEND_VECTOR(2); break;
      default: ATTEND_VECTOR(PANEL_VECTORS); break;
    }
    queries -= taken;
    query += taken * cache->head_dimension * PANEL;
    out += taken * cache->head_dimension * PANEL;
    if (sinks != NULL) sinks += taken;
  }
#undef ATTEND_VECTOR
}
