#include <string.h>

#include "convert.h"
#include "tables.h"
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(__x86_64__)
// Whether the processor multiplies tiles of bytes and of bfloat16, and the system keeps them for this process. Linux does
// so from the request on (arch_prctl(2), Documentation/arch/x86/xstate.rst); other systems are not asked.
static bool has_tiles(void) {
#if defined(__linux__)
  enum { kRequestPermission = 0x1023, kTileData = 18, kBfloat16 = 1 << 22, kTiles = 1 << 24, kBytes = 1 << 25 };
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return false;
  if (!(edx & kTiles) || !(edx & kBytes) || !(edx & kBfloat16)) return false;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}
#endif

static bool runs(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx2") == 0) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("f16c");
  }
  if (strcmp(name, "avx512vnni") == 0) return runs("avx512") && __builtin_cpu_supports("avx512vnni");
  if (strcmp(name, "amx") == 0) return runs("avx512vnni") && has_tiles();
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
      &rk_kernels_amx,
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
  static const char *const names[] = {"amx", "avx512vnni", "avx512", "avx2", "neon", "scalar"};
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
                    const float *total, const float *sink, int64_t head_dimension, float *out) {
  float top = sink == NULL ? -INFINITY : *sink;
  for (int64_t s = 0; s < spans; s++) top = fmaxf(top, largest[s * stride]);
  float all = sink == NULL ? 0 : expf(*sink - top);
  for (int64_t d = 0; d < head_dimension; d++) out[d] = 0;
  for (int64_t s = 0; s < spans; s++) {
    float weight = expf(largest[s * stride] - top);
    all += weight * total[s * stride];
    for (int64_t d = 0; d < head_dimension; d++) out[d] += weight * sums[s * span_stride + d];
  }
  for (int64_t d = 0; d < head_dimension; d++) out[d] /= all;
}

void rk_add_bias(float *y, const float *bias, int64_t panels, int64_t y_features, int64_t width, int64_t begin,
                 int64_t end) {
  for (int64_t p = 0; p < panels; p++) {
    for (int64_t r = begin; r < end; r++) {
      float *row = y + (p * y_features + r) * width;
      for (int64_t t = 0; t < width; t++) row[t] += bias[r];
    }
  }
}

void rk_scale_panel(float *x, const float *factors, int64_t features, int64_t width) {
  for (int64_t f = 0; f < features; f++) {
    for (int64_t t = 0; t < width; t++) x[f * width + t] *= factors[t];
  }
}

void rk_gate_by_sigmoid(float *x, const float *gate, int64_t count) {
  for (int64_t i = 0; i < count; i++) x[i] /= 1 + expf(-gate[i]);
}

void rk_convolve(float *history, int64_t stride, const float *weights, const float *bias, int64_t taps,
                 const float *input, int64_t step, int64_t channels, float *out) {
  for (int64_t c = 0; c < channels; c++) {
    float sum = bias[c] + weights[c * taps + taps - 1] * input[c * step];
    for (int64_t k = 0; k + 1 < taps; k++) sum += weights[c * taps + k] * history[k * stride + c];
    for (int64_t k = 0; k + 2 < taps; k++) history[k * stride + c] = history[(k + 1) * stride + c];
    if (taps > 1) history[(taps - 2) * stride + c] = input[c * step];
    out[c] = sum / (1 + expf(-sum));
  }
}

void rk_gated_convolve(float *history, const float *weights, const float *bias, int64_t taps, const float *before,
                       const float *after, const float *x, int64_t stride, int64_t channels, int64_t tokens,
                       float *out) {
  float inputs[2 * RK_SPAN];
  for (int64_t c = 0; c < channels; c++) {
    float *past = history + c * (taps - 1);
    for (int64_t k = 0; k + 1 < taps; k++) inputs[k] = past[k];
    for (int64_t t = 0; t < tokens; t++) inputs[taps - 1 + t] = before[c * stride + t] * x[c * stride + t];
    for (int64_t k = 0; k + 1 < taps; k++) past[k] = inputs[tokens + k];
    float *to = out + c * stride;
    for (int64_t t = 0; t < tokens; t++) to[t] = bias[c];
    for (int64_t k = 0; k < taps; k++) {
      const float weight = weights[c * taps + k];
      for (int64_t t = 0; t < tokens; t++) to[t] += weight * inputs[k + t];
    }
    for (int64_t t = 0; t < tokens; t++) to[t] *= after[c * stride + t];
  }
}

// Independent sums, so that no addition waits for the one before it and the compiler may use vectors.
uint64_t rk_sum_words(const uint64_t *words, int64_t count) {
  enum { kSums = 64 };
  uint64_t sums[kSums] = {0};
  int64_t first = 0;
  for (; first + kSums <= count; first += kSums) {
    for (int64_t i = 0; i < kSums; i++) sums[i] += words[first + i];
  }
  uint64_t sum = 0;
  for (; first < count; first++) sum += words[first];
  for (int64_t i = 0; i < kSums; i++) sum += sums[i];
  return sum;
}
