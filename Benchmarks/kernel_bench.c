// Measures how fast each product of each instruction set is, from the caches and from memory.
// usage: kernel-bench [COLUMNS [NAME...]]    576 columns and every instruction set that runs here by default
//
// Prints a Markdown table. The rate of a product with one token is in bytes of weights per second. With four inputs the
// weights are read once for all, so the same rate is four times the tokens. The rate of a product with many tokens is in
// floating-point operations per second. Each figure is the best of its repetitions.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

enum { CACHED_ROWS = 256, MEMORY_BYTES = 256 << 20, TOKENS = 192, INPUTS = 4 };

// How long a figure repeats its product: long enough for the clock to rise, short enough for a table of hundreds.
static const double SECONDS = 0.15;

typedef struct {
  const char *name;
  rk_storage storage;
  int bits, group;
} format;

static const format formats[] = {
    {"4-bit g32", RK_AFFINE, 4, 32}, {"4-bit g64", RK_AFFINE, 4, 64},   {"8-bit g64", RK_AFFINE, 8, 64},
    {"2-bit g64", RK_AFFINE, 2, 64}, {"6-bit g64", RK_AFFINE, 6, 64},   {"mxfp4", RK_MXFP4, 4, 32},
    {"bf16", RK_BFLOAT16, 16, 64},   {"float16", RK_FLOAT16, 16, 64},   {"float32", RK_FLOAT32, 32, 64},
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *filled(size_t bytes) {
  // Whole lines, as the engine allocates.
  uint8_t *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (memory == NULL) {
    fprintf(stderr, "error: no memory for %zu bytes\n", bytes);
    exit(1);
  }
  // Small finite numbers in every format, and pages that are really there.
  memset(memory, 0x11, bytes);
  return memory;
}

static double row_bytes(const rk_matrix *w) {
  if (w->storage == RK_MXFP4) return (double)w->columns / 2 + (double)w->columns / w->group;
  if (w->storage != RK_AFFINE) return (double)w->columns * (w->storage == RK_FLOAT32 ? 4 : 2);
  return (double)w->columns * w->bits / 8 + 4.0 * (double)w->columns / w->group;
}

// Bytes of weights per second, in units of 10^9.
static double vector_rate(const rk_vector_product *product, const rk_matrix *w, int64_t rows, int inputs) {
  const int64_t stride = rk_prepared_count(w->columns);
  float *x = filled((size_t)w->columns * sizeof *x), *y = filled((size_t)(rows * inputs) * sizeof *y);
  float *prepared = filled((size_t)(inputs * stride) * sizeof *prepared);
  for (int64_t c = 0; c < w->columns; c++) x[c] = (float)(c % 7) - 3;
  for (int i = 0; i < inputs; i++) product->prepare(w, x, prepared + i * stride);
  double best = 1e9, began = now();
  for (double start = began; start < began + SECONDS; start = now()) {
    product->multiply(w, prepared, inputs, y, rows, 0, rows, false);
    const double elapsed = now() - start;
    if (elapsed < best) best = elapsed;
  }
  free(x), free(y), free(prepared);
  return row_bytes(w) * (double)rows / best * 1e-9;
}

// Operations per second, in units of 10^9.
static double panel_rate(const rk_kernels *table, const rk_matrix *w, rk_rounding rounding) {
  const rk_panel_product product = table->panels(w, rounding);
  const int64_t panels = (TOKENS + table->panel - 1) / table->panel, rows = CACHED_ROWS;
  float *x = filled((size_t)(panels * w->columns * table->panel) * sizeof *x);
  float *y = filled((size_t)(panels * rows * table->panel) * sizeof *y);
  float *scratch = filled((size_t)rk_tile_count() * sizeof *scratch);
  float *prepared = filled((size_t)(panels * w->columns * table->panel) * sizeof *prepared);
  double best = 1e9, began = now();
  for (double start = began; start < began + SECONDS; start = now()) {
    for (int64_t p = 0; p < panels && product.prepare != NULL; p++) {
      product.prepare(w, x + p * w->columns * table->panel, prepared + p * w->columns * table->panel);
    }
    product.multiply(w, product.prepare == NULL ? x : prepared, y, rows, TOKENS, 0, rows, false, scratch);
    const double elapsed = now() - start;
    if (elapsed < best) best = elapsed;
  }
  free(x), free(y), free(prepared), free(scratch);
  return 2.0 * (double)(rows * w->columns * TOKENS) / best * 1e-9;
}

static void bench(const rk_kernels *table, const format *f, int64_t columns) {
  rk_matrix w = {.storage = f->storage, .bits = f->bits, .group = f->group, .parameters = RK_FLOAT16,
                 .columns = columns};
  if (f->storage != RK_AFFINE) w.parameters = f->storage;
  const int64_t rows = (int64_t)(MEMORY_BYTES / row_bytes(&w)) / RK_ROW_BLOCK * RK_ROW_BLOCK;
  w.rows = rows;
  void *values = filled((size_t)(row_bytes(&w) * (double)rows));
  void *scales = filled((size_t)(rows * columns / f->group) * 2), *biases = filled((size_t)(rows * columns / f->group) * 2);
  // The exponent of 1: products with 2^-110 would be denormal, which takes many times as long.
  if (f->storage == RK_MXFP4) memset(scales, 127, (size_t)(rows * columns / f->group));
  w.values = values, w.scales = scales, w.biases = biases;
  printf("| %s | %s | %lld |", table->name, f->name, (long long)columns);
  const rk_vector_product *products[] = {&table->exact, &table->fixed};
  for (int p = 0; p < 2; p++) {
    // As a worker's weights stand.
    if (p == 1 && table->in_blocks != NULL && table->in_blocks(&w)) w.layout = RK_ROW_BLOCKS;
    printf(" %.1f | %.1f | %.1f |", vector_rate(products[p], &w, CACHED_ROWS, 1),
           vector_rate(products[p], &w, rows, 1),
           vector_rate(products[p], &w, CACHED_ROWS, INPUTS));
  }
  const rk_rounding rounding = w.storage == RK_BFLOAT16 ? RK_TO_BFLOAT16 : RK_FIXED;
  const double rounded = panel_rate(table, &w, rounding);
  w.layout = RK_ROWS;
  printf(" %.0f | %.0f |\n", panel_rate(table, &w, RK_EXACT), rounded);
  fflush(stdout);
  free(values), free(scales), free(biases);
}

int main(int count, char **arguments) {
  static const char *const names[] = {"scalar", "neon", "avx2", "avx512", "avx512vnni", "amx"};
  const long columns = count > 1 ? strtol(arguments[1], NULL, 10) : 576;
  if (columns != 576 && (columns <= 0 || columns % 128 != 0)) {
    fprintf(stderr, "error: %s: columns must be 576 or a multiple of 128\n", arguments[1]);
    return 2;
  }
  printf("Products of one core. Weights read in GB/s: `cached` is %d rows, `memory` %d MiB, `×%d` that many inputs at once.\n"
         "`exact` keeps activations in single precision, `fixed` in 16-bit fixed point where the format allows it.\n\n",
         CACHED_ROWS, MEMORY_BYTES >> 20, INPUTS);
  printf("| kernels | weights | columns | exact cached | exact memory | exact cached ×%d | fixed cached | fixed memory "
         "| fixed cached ×%d | exact %d tokens, GFLOPS | rounded %d tokens, GFLOPS |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
         INPUTS, INPUTS, TOKENS, TOKENS);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const rk_kernels *table = rk_kernels_named(names[i]);
    int chosen = count <= 2;
    for (int a = 2; a < count; a++) chosen |= strcmp(arguments[a], names[i]) == 0;
    if (table == NULL || !chosen) continue;
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) bench(table, &formats[f], columns);
  }
  return 0;
}
