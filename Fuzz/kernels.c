// Draws shapes, formats, ranges and contents from a fuzzer's bytes, and runs the kernels of every instruction set on memory
// that ends where the stated extents do: whatever is read or written outside is found by the address sanitizer.
//
// Values are not compared here: Tests/CrossKernelTests does that.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

typedef struct {
  const uint8_t *bytes;
  size_t count;
} source;

static uint8_t next(source *from) {
  if (from->count == 0) return 0;
  from->count--;
  return *from->bytes++;
}

// From low to high.
static int64_t draw(source *from, int64_t low, int64_t high) {
  const int64_t bits = next(from) | next(from) << 8;
  return low + bits % (high - low + 1);
}

// What one input allocates, to be freed together.
static void *blocks[256];
static int block_count;

static void *exact(int64_t bytes, source *from) {
  uint8_t *block = malloc(bytes > 0 ? (size_t)bytes : 1);
  if (block == NULL || block_count == 256) abort();
  // Repeats what is left of the input, so that every bit pattern of a number occurs.
  for (int64_t i = 0; i < bytes; i++) block[i] = from->count == 0 ? (uint8_t)(i * 37) : from->bytes[(size_t)i % from->count];
  return blocks[block_count++] = block;
}

static float *floats(int64_t count, source *from) { return exact(count * (int64_t)sizeof(float), from); }

static void release(void) {
  while (block_count > 0) free(blocks[--block_count]);
}

static int64_t width(rk_storage type) { return type == RK_FLOAT32 ? 4 : 2; }

static rk_matrix matrix(source *from) {
  static const int bits[] = {2, 3, 4, 5, 6, 8}, groups[] = {32, 64, 128};
  rk_matrix w = {.storage = (rk_storage)draw(from, RK_FLOAT32, RK_NVFP4), .rows = draw(from, 1, 40)};
  w.parameters = (rk_storage)draw(from, RK_FLOAT32, RK_BFLOAT16);
  switch (w.storage) {
    case RK_AFFINE: w.bits = bits[draw(from, 0, 5)], w.group = groups[draw(from, 0, 2)]; break;
    case RK_MXFP4: w.bits = 4, w.group = 32; break;
    case RK_MXFP8: w.bits = 8, w.group = 32; break;
    case RK_NVFP4: w.bits = 4, w.group = 16; break;
    default: break;
  }
  if (w.storage < RK_AFFINE) {
    w.columns = draw(from, 1, 700);
    w.values = exact(w.rows * w.columns * width(w.storage), from);
    return w;
  }
  w.columns = w.group * draw(from, 1, 640 / w.group);
  const int64_t count = w.rows * w.columns / w.group;
  w.values = exact(w.rows * w.columns * w.bits / 8, from);
  w.scales = exact(w.storage == RK_AFFINE ? count * width(w.parameters) : count, from);
  if (w.storage == RK_AFFINE) w.biases = exact(count * width(w.parameters), from);
  return w;
}

static void vectors(const rk_kernels *table, const rk_matrix *w, source *from) {
  const int64_t inputs = draw(from, 1, 9), begin = draw(from, 0, w->rows), end = draw(from, begin, w->rows);
  const int64_t stride = rk_prepared_count(w->columns);
  const bool is_fixed = w->layout == RK_ROW_BLOCKS || (w->storage == RK_AFFINE && draw(from, 0, 1));
  const rk_vector_product *product = is_fixed ? &table->fixed : &table->exact;
  const float *x = floats(inputs * w->columns, from);
  float *prepared = floats(inputs * stride, from);
  for (int64_t i = 0; i < inputs; i++) product->prepare(w, x + i * w->columns, prepared + i * stride);
  product->multiply(w, prepared, inputs, floats(inputs * w->rows, from), w->rows, begin, end, draw(from, 0, 1));
}

static void panels(const rk_kernels *table, const rk_matrix *w, source *from) {
  const int64_t step = w->layout == RK_ROW_BLOCKS ? 8 : 1, steps = w->rows / step;
  const int64_t tokens = draw(from, 1, 70), begin = draw(from, 0, steps) * step, end = draw(from, begin / step, steps) * step;
  const rk_rounding rounding = (rk_rounding)draw(from, RK_EXACT, RK_TO_BFLOAT16);
  const int64_t count = (tokens + table->panel - 1) / table->panel, size = w->columns * table->panel;
  const int64_t features = w->rows + draw(from, 0, 3);
  const rk_panel_product product = table->panels(w, w->layout == RK_ROW_BLOCKS ? RK_FIXED : rounding);
  const float *x = floats(count * size, from);
  if (product.prepare != NULL) {
    float *prepared = floats(count * size, from);
    for (int64_t p = 0; p < count; p++) product.prepare(w, x + p * size, prepared + p * size);
    x = prepared;
  }
  product.multiply(w, x, floats(count * features * table->panel, from), features, tokens, begin, end, draw(from, 0, 1),
                   floats(rk_tile_count(), from));
}

static void attention(const rk_kernels *table, source *from) {
  const int64_t capacity = RK_SPAN * draw(from, 1, 3);
  rk_head_cache cache = {.storage = (rk_storage)draw(from, RK_FLOAT32, RK_FLOAT16), .head_dimension = 8 * draw(from, 1, 33)};
  const int64_t bytes = capacity * cache.head_dimension * width(cache.storage);
  const bool has_keys = draw(from, 0, 3) > 0;
  // A cache never holds anything but finite numbers.
  cache.values = memset(exact(bytes, from), 0, (size_t)bytes);
  if (has_keys) cache.keys = memset(exact(bytes, from), 0, (size_t)bytes);
  const float *head = floats(cache.head_dimension, from);
  table->append(&cache, draw(from, 0, capacity - 1), head, head);
  const int64_t queries = draw(from, 1, 8), end = draw(from, 1, capacity);
  const int64_t begin = draw(from, 0, (end - 1) / RK_KEY_BLOCK) * RK_KEY_BLOCK, first = draw(from, begin, end - 1);
  const int64_t positions = (end - begin + RK_KEY_BLOCK - 1) / RK_KEY_BLOCK * RK_KEY_BLOCK;
  table->attend(&cache, floats(queries * cache.head_dimension, from), queries, 0.1f, begin, first, end,
                floats(queries * cache.head_dimension, from), floats(queries, from), floats(queries, from),
                floats(queries * positions, from));
  const int64_t tokens = draw(from, 1, table->vector_width), position = draw(from, 0, capacity - tokens);
  const int64_t seen = draw(from, 0, 1) ? draw(from, 1, capacity) : 0;
  float *query = floats(queries * cache.head_dimension * table->panel, from);
  table->attend_panel(&cache, query, queries, 0.1f, position, tokens, draw(from, 0, 1) ? draw(from, 1, capacity) : 0, seen,
                      draw(from, 0, 1) ? floats(queries, from) : NULL, query,
                      floats(rk_attention_scratch_count(queries, cache.head_dimension), from));
}

static void steps(const rk_kernels *table, source *from) {
  const int64_t count = draw(from, 1, 700), panel = table->panel;
  float *x = floats(count, from), *in_panel = floats(count * panel, from);
  const float *weight = floats(count, from);
  table->normalize(x, weight, 1e-5f, count, floats(count, from));
  table->normalize_panel(in_panel, weight, 1e-5f, count, floats(count * panel, from));
  table->center_panel(in_panel, weight, draw(from, 0, 1) ? weight : NULL, 1e-5f, count, in_panel);
  const rk_activation activation = (rk_activation)draw(from, RK_SILU, RK_GELU);
  table->gate(activation, x, weight, count);
  table->activate(activation, x, count);
  const int64_t heads = draw(from, 1, 5), dimension = 8 * draw(from, 1, 17), rotary = 2 * draw(from, 1, dimension / 2);
  table->rotate(floats(heads * dimension, from), floats(rotary / 2, from), floats(rotary / 2, from), heads, dimension,
                rotary);
  table->rotate_panel(floats(heads * dimension * panel, from), floats(rotary / 2 * panel, from),
                      floats(rotary / 2 * panel, from), heads, dimension, rotary);
  const int64_t keys = 8 * draw(from, 1, 17), values = 8 * draw(from, 1, 17);
  float *state = floats(keys * values, from), *key = floats(keys, from), *value = floats(values, from);
  table->delta_step(state, key, key, value, 0.9f, 0.5f, keys, values, floats(values, from));
  table->scan_step(state, key, key, value, 0.9f, keys, values, floats(values, from));
  float largest, sum;
  table->log_sum_exp(x, count, &largest, &sum);
  table->online_log_sum_exp_panel(in_panel, count, floats(panel, from), floats(panel, from));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  static const char *const names[] = {"scalar", "neon", "avx2", "avx512", "avx512vnni"};
  source from = {bytes, count};
  const rk_kernels *table = rk_kernels_named(names[draw(&from, 0, 4)]);
  if (table == NULL) return 0;
  const int64_t what = draw(&from, 0, 4);
  if (what == 3) {
    attention(table, &from);
  } else if (what == 4) {
    steps(table, &from);
  } else {
    rk_matrix w = matrix(&from);
    if (table->in_blocks != NULL && table->in_blocks(&w) && draw(&from, 0, 1)) w.layout = RK_ROW_BLOCKS;
    if (what == 0) vectors(table, &w, &from);
    if (what == 1) panels(table, &w, &from);
    if (what == 2) {
      for (int64_t r = 0; r < w.rows; r++) table->dequantize_row(&w, r, floats(w.columns, &from));
    }
  }
  release();
  return 0;
}
