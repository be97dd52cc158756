// The cache of keys and values, and attention of one and of many tokens over it.
#include <math.h>
#include <string.h>

#include "support.h"

// Three spans of positions.
enum { CAPACITY = 3 * RK_SPAN };

static size_t cache_bytes(const rk_head_cache *cache) {
  return (size_t)(CAPACITY * cache->head_dimension) * (cache->storage == RK_FLOAT32 ? 4 : 2);
}

// Whether values have keys of their own, or are keys as in latent attention.
typedef enum { OWN_KEYS, VALUES_AS_KEYS } key_kind;

// Holds large numbers wherever nothing is appended: attention over the past must not see them.
static rk_head_cache new_cache(const rk_kernels *scalar, rk_storage storage, int64_t dimension, key_kind kind) {
  rk_head_cache cache = {.storage = storage, .head_dimension = dimension};
  cache.keys = kind == OWN_KEYS ? exact(cache_bytes(&cache)) : NULL;
  cache.values = exact(cache_bytes(&cache));
  float *large = floats(dimension);
  for (int64_t d = 0; d < dimension; d++) large[d] = d % 2 == 0 ? 6e4f : -6e4f;
  for (int64_t p = 0; p < CAPACITY; p++) scalar->append(&cache, p, large, large);
  return cache;
}

static void expect_same_cache(subject *s, const rk_head_cache *found, const rk_head_cache *expected, const char *what) {
  if (expected->keys != NULL) {
    expect_bytes(s, found->keys, expected->keys, cache_bytes(expected), "%s: keys of type %d, dimension %lld", what,
                 (int)expected->storage, (long long)expected->head_dimension);
  }
  expect_bytes(s, found->values, expected->values, cache_bytes(expected), "%s: values of type %d, dimension %lld", what,
               (int)expected->storage, (long long)expected->head_dimension);
}

static void check_append(subject *s, rk_storage storage, int64_t dimension, key_kind kind) {
  rk_head_cache found = new_cache(s->scalar, storage, dimension, kind);
  rk_head_cache expected = new_cache(s->scalar, storage, dimension, kind);
  for (int64_t p = 0; p < CAPACITY; p += 7) {
    const float *key = random_floats(dimension, -9, 9), *value = random_floats(dimension, -1e-5f, 1e-5f);
    s->table->append(&found, p, key, value);
    s->scalar->append(&expected, p, key, value);
  }
  expect_same_cache(s, &found, &expected, "append");
  release();
}

// The keys and values of two heads' panels, of which the second is stored.
static void append_panels(const rk_kernels *table, const rk_head_cache *cache, int64_t position, int64_t tokens,
                          const float *x) {
  const int64_t dimension = cache->head_dimension, features = 2 * dimension;
  const float *panels = to_panels(table, x, tokens, features);
  for (int64_t first = 0; first < tokens; first += table->panel) {
    const float *head = panels + first * features + dimension * table->panel;
    const int64_t count = tokens - first < table->panel ? tokens - first : table->panel;
    table->append_panel(cache, position + first, count, head, head);
  }
}

static void check_append_panel(subject *s, rk_storage storage, int64_t dimension, int64_t position, int64_t tokens,
                               key_kind kind) {
  rk_head_cache found = new_cache(s->scalar, storage, dimension, kind);
  rk_head_cache expected = new_cache(s->scalar, storage, dimension, kind);
  const float *x = random_floats(tokens * 2 * dimension, -3, 3);
  append_panels(s->table, &found, position, tokens, x);
  append_panels(s->scalar, &expected, position, tokens, x);
  expect_same_cache(s, &found, &expected, "append of a panel");
  release();
}

// Scores that differ by `slope` from each position to the next, or random ones if it is 0.
static rk_head_cache filled_cache(const rk_kernels *scalar, rk_storage storage, int64_t dimension, int64_t positions,
                                  float slope, key_kind kind) {
  const rk_head_cache cache = new_cache(scalar, storage, dimension, kind);
  float *key = floats(dimension), *value = floats(dimension);
  for (int64_t p = 0; p < positions; p++) {
    for (int64_t d = 0; d < dimension; d++) {
      key[d] = slope == 0 ? random_float(-2, 2) : slope * (float)p;
      value[d] = random_float(-2, 2);
    }
    scalar->append(&cache, p, key, value);
  }
  return cache;
}

static float *queries_of(int64_t tokens, int64_t queries, int64_t dimension, float slope) {
  float *query = random_floats(tokens * queries * dimension, -2, 2);
  // With a scale of 1 / dimension the score is then the slope times the position.
  for (int64_t i = 0; i < tokens * queries * dimension && slope != 0; i++) query[i] = 1;
  return query;
}

static float scale_of(int64_t dimension, float slope) {
  return slope == 0 ? 1 / sqrtf((float)dimension) : 1 / (float)dimension;
}

// A score's rounding error is relative to its size, and shows in full in the weight.
static bound attention_bound(float slope) { return (bound){0, slope == 0 ? 2e-5 : 2e-4}; }

static void attend(const rk_kernels *table, const rk_head_cache *cache, const float *query, int64_t queries,
                   float scale, int64_t begin, int64_t first, int64_t end, float *out, float *log_sum) {
  const int64_t dimension = cache->head_dimension;
  float *scratch = floats(queries * ((end - begin + RK_KEY_BLOCK - 1) / RK_KEY_BLOCK * RK_KEY_BLOCK));
  float *largest = floats(queries), *total = floats(queries);
  table->attend(cache, query, queries, scale, begin, first, end, out, largest, total, scratch);
  for (int64_t q = 0; q < queries; q++) {
    log_sum[q] = largest[q] + logf(total[q]);
    for (int64_t d = 0; d < dimension; d++) out[q * dimension + d] /= total[q];
  }
}

static void check_attend(subject *s, rk_storage storage, int64_t dimension, int64_t queries, int64_t begin,
                         int64_t first, int64_t end, float slope, key_kind kind) {
  const rk_head_cache cache = filled_cache(s->scalar, storage, dimension, end, slope, kind);
  const float *query = queries_of(1, queries, dimension, slope), scale = scale_of(dimension, slope);
  float *found = floats(queries * dimension), *expected = floats(queries * dimension);
  float *found_sum = floats(queries), *expected_sum = floats(queries);
  attend(s->table, &cache, query, queries, scale, begin, first, end, found, found_sum);
  attend(s->scalar, &cache, query, queries, scale, begin, first, end, expected, expected_sum);
  expect(s, found, expected, NULL, queries * dimension, attention_bound(slope),
         "%lld queries, dimension %lld, positions %lld..<%lld, type %d, slope %g", (long long)queries,
         (long long)dimension, (long long)first, (long long)end, (int)storage, (double)slope);
  expect(s, found_sum, expected_sum, NULL, queries, attention_bound(slope), "log sums of %lld..<%lld, slope %g",
         (long long)first, (long long)end, (double)slope);
  release();
}

static float *attend_panels(const rk_kernels *table, const rk_head_cache *cache, const float *x, int64_t queries,
                            float scale, int64_t position, int64_t tokens, int64_t window, int64_t end,
                            const float *sinks, bool in_place) {
  const int64_t features = queries * cache->head_dimension;
  float *query = to_panels(table, x, tokens, features), *out = in_place ? query : to_panels(table, x, tokens, features);
  for (int64_t first = 0; first < tokens; first += table->vector_width) {
    const int64_t offset = first / table->panel * features * table->panel + first % table->panel;
    const int64_t count = tokens - first < table->vector_width ? tokens - first : table->vector_width;
    float *scratch = floats(rk_attention_scratch_count(queries, cache->head_dimension));
    table->attend_panel(cache, query + offset, queries, scale, position + first, count, window, end, sinks,
                        out + offset, scratch);
  }
  return from_panels(table, out, tokens, features);
}

static void check_attend_panel(subject *s, rk_storage storage, int64_t dimension, int64_t queries, int64_t position,
                               int64_t tokens, int64_t window, int64_t end, bool has_sinks, float slope,
                               key_kind kind) {
  const int64_t positions = end > position + tokens ? end : position + tokens;
  const rk_head_cache cache = filled_cache(s->scalar, storage, dimension, positions, slope, kind);
  const float *query = queries_of(tokens, queries, dimension, slope), scale = scale_of(dimension, slope);
  const float *sinks = has_sinks ? random_floats(queries, -2, 2) : NULL;
  const float *expected =
      attend_panels(s->scalar, &cache, query, queries, scale, position, tokens, window, end, sinks, true);
  for (int in_place = 0; in_place < 2; in_place++) {
    expect(s, attend_panels(s->table, &cache, query, queries, scale, position, tokens, window, end, sinks, in_place),
           expected, NULL, tokens * queries * dimension, attention_bound(slope),
           "%lld tokens from %lld, window %lld, end %lld, %s, %lld queries, dimension %lld, type %d, slope %g",
           (long long)tokens, (long long)position, (long long)window, (long long)end, has_sinks ? "sinks" : "no sinks", (long long)queries, (long long)dimension, (int)storage, (double)slope);
  }
  release();
}

static void check_kind(subject *s, rk_storage type, key_kind kind) {
  static const int64_t dimensions[] = {8, 24, 64, 72, 128};
  static const int64_t ranges[][2] = {{0, 1}, {0, 17}, {16, 48}, {32, 191}, {0, 192}};
  static const int64_t starts[][2] = {{0, 1}, {0, 50}, {13, 3}, {60, 5}, {63, 1}, {64, 17}, {100, 50}, {127, 65}};
  static const float slopes[] = {0, 1, -1};
  for (int d = 0; d < 5; d++) {
    const int64_t dimension = dimensions[d];
    check_append(s, type, dimension, kind);
    for (int i = 0; i < 8; i++) check_append_panel(s, type, dimension, starts[i][0], starts[i][1], kind);
    for (int i = 0; i < 5; i++) {
      check_attend(s, type, dimension, i + 1, ranges[i][0], ranges[i][0], ranges[i][1], 0, kind);
      const int64_t later = ranges[i][0] + (ranges[i][1] - ranges[i][0]) / 2;
      check_attend(s, type, dimension, i + 1, ranges[i][0], later, ranges[i][1], 0, kind);
    }
    for (int i = 0; i < 8; i++) {
      check_attend_panel(s, type, dimension, i % 5 + 1, starts[i][0], starts[i][1], 0, 0, false, 0, kind);
      check_attend_panel(s, type, dimension, i % 5 + 1, starts[i][0], starts[i][1], 7 * i + 1, 0, i % 2 == 0, 0, kind);
      const int64_t end = starts[i][0] + starts[i][1];
      check_attend_panel(s, type, dimension, i % 5 + 1, starts[i][0], starts[i][1], 0, end < CAPACITY - 9 * i ? end + 9 * i : CAPACITY, false, 0, kind);
      check_attend_panel(s, type, dimension, i % 5 + 1, starts[i][0], starts[i][1], 11 * i + 1, end < CAPACITY - 40 ? end + 40 : end, false, 0,
                         kind);
    }
  }
  // With values as keys a score would be the product of a query with numbers of either sign, not the slope.
  for (int k = 1; k < 3 && kind == OWN_KEYS; k++) {
    check_attend(s, type, 64, 3, 0, 0, 192, slopes[k], kind);
    check_attend_panel(s, type, 64, 4, 127, 65, 0, 0, false, slopes[k], kind);
    check_attend_panel(s, type, 64, 2, 0, 65, 40, 0, true, slopes[k], kind);
    check_attend_panel(s, type, 64, 2, 0, 65, 0, 130, false, slopes[k], kind);
  }
}

void check_attention(subject *s) {
  static const rk_storage types[] = {RK_FLOAT32, RK_FLOAT16};
  for (int t = 0; t < 2; t++) {
    check_kind(s, types[t], OWN_KEYS);
    check_kind(s, types[t], VALUES_AS_KEYS);
  }
}
