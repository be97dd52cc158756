#include <string.h>

#include "convert.h"
#include "tables.h"

static bool runs(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx2") == 0) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("f16c");
  }
  if (strcmp(name, "avx512vnni") == 0) return runs("avx512") && __builtin_cpu_supports("avx512vnni");
  if (strcmp(name, "avx512") == 0) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("f16c");
  }
#elif defined(__aarch64__)
  if (strcmp(name, "neon") == 0) return true;
#endif
  return strcmp(name, "scalar") == 0;
}

const rk_kernels *rk_kernels_named(const char *name) {
  static const rk_kernels *const tables[] = {
      &rk_kernels_scalar,
#if defined(__x86_64__)
      &rk_kernels_avx2,
      &rk_kernels_avx512,
      &rk_kernels_avx512vnni,
#elif defined(__aarch64__)
      &rk_kernels_neon,
#endif
  };
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    if (strcmp(tables[i]->name, name) == 0 && runs(name)) return tables[i];
  }
  return NULL;
}

const rk_kernels *rk_kernels_best(void) {
  static const char *const names[] = {"avx512vnni", "avx512", "avx2", "neon", "scalar"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const rk_kernels *table = rk_kernels_named(names[i]);
    if (table != NULL) return table;
  }
  return &rk_kernels_scalar;
}

// Room for x padded to whole chunks of the widest kernel (256 columns), with at most one float more for each 8 columns
// and sums of groups padded to a vector.
int64_t rk_prepared_count(int64_t columns) { return (columns + 255) / 256 * 288 + 16; }

int64_t rk_tile_count(void) { return RK_TILE_ROWS * RK_TILE_COLUMNS; }

// Of the widest kernel: for each of 16 tokens and each query the scores, the sums of values and the scaled query; then
// one span of keys and of values, converted.
int64_t rk_attention_scratch_count(int64_t queries, int64_t head_dimension) {
  return 16 * queries * (RK_SPAN + 2 * head_dimension) + 2 * RK_SPAN * head_dimension;
}

void rk_merge_spans(int64_t spans, int64_t span_stride, int64_t stride, const float *sums, const float *largest,
                    const float *total, int64_t head_dimension, float *out) {
  float top = -INFINITY;
  for (int64_t s = 0; s < spans; s++) top = fmaxf(top, largest[s * stride]);
  float all = 0;
  for (int64_t d = 0; d < head_dimension; d++) out[d] = 0;
  for (int64_t s = 0; s < spans; s++) {
    float weight = expf(largest[s * stride] - top);
    all += weight * total[s * stride];
    for (int64_t d = 0; d < head_dimension; d++) out[d] += weight * sums[s * span_stride + d];
  }
  for (int64_t d = 0; d < head_dimension; d++) out[d] /= all;
}
