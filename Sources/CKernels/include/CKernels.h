// Kernels of the native engine: quantized matrix products, attention and the element-wise steps between them.
//
// One table of functions per instruction set; `rk_kernels_named` and `rk_kernels_best` choose one at run time.
//
// Activations of a single token are plain vectors. Activations of many tokens are *panels*: a panel holds `panel`
// tokens side by side, feature after feature, so element (feature f, token t) stands at [t / panel][f][t % panel] and
// every step vectorizes over tokens without a horizontal operation.
//
// All pointers may be unaligned; nothing outside the stated extents is read.
#ifndef RESIDENT_CKERNELS_H
#define RESIDENT_CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

// How numbers are stored.
typedef enum {
  RK_FLOAT32 = 0,
  RK_FLOAT16 = 1,
  RK_BFLOAT16 = 2,
  // MLX's affine quantization: value = scale * code + bias, one scale and bias per group of one row.
  RK_AFFINE = 3,
  // Microscaling floats: value = scale * element, one scale per group of one row, no bias. E2M1 elements with E8M0
  // scales in groups of 32; E4M3 elements with E8M0 scales in groups of 32; E2M1 elements with E4M3 scales in groups of
  // 16.
  RK_MXFP4 = 4,
  RK_MXFP8 = 5,
  RK_NVFP4 = 6,
} rk_storage;

// Rows of a block in RK_ROW_BLOCKS.
#define RK_ROW_BLOCK 16

// How the rows of a matrix stand in memory.
typedef enum {
  // One after the other, as an MLX folder stores them.
  RK_ROWS = 0,
  // Sixteen rows side by side: [row / RK_ROW_BLOCK][unit][row % RK_ROW_BLOCK], where a unit of the values is a word of 32
  // bits, and of scales and biases one number. There are only whole blocks. See `in_blocks`.
  RK_ROW_BLOCKS = 1,
} rk_layout;

// A weight matrix of `rows` outputs by `columns` inputs.
typedef struct {
  rk_storage storage;
  // Bits per code (affine: 2, 3, 4, 5, 6 or 8) and columns per group (affine: 32, 64 or 128; see `rk_storage`); of an
  // affine matrix also the type of scales and biases.
  int32_t bits;
  int32_t group;
  rk_storage parameters;
  int64_t rows;
  int64_t columns;
  // Codes packed least significant bit first, or the floats themselves.
  const void *values;
  const void *scales;
  const void *biases;
  rk_layout layout;
} rk_matrix;

// Key positions that stand side by side in the key cache.
#define RK_KEY_BLOCK 16
// Key positions that `attend_panel` takes at a time: a cache holds a multiple of it, and never anything but finite
// numbers.
#define RK_SPAN 64

// Keys and values of one head of one layer. Keys: [position / RK_KEY_BLOCK][head_dimension][RK_KEY_BLOCK], so that a
// query is multiplied with 16 positions at once; values: [position][head_dimension].
typedef struct {
  rk_storage storage;  // RK_FLOAT32 or RK_FLOAT16
  int64_t head_dimension;  // a multiple of 8
  // NULL if values are keys too, as in latent attention.
  void *keys;
  void *values;
} rk_head_cache;

// Products of a matrix with one input or a few, each of which is arranged first.
typedef struct {
  // Arranges x (columns floats) in the order in which `multiply` reads the codes of w, with the sums that it needs.
  // `prepared` holds rk_prepared_count(columns) floats and serves every matrix of the same columns and format.
  void (*prepare)(const rk_matrix *w, const float *x, float *prepared);

  // y[i * y_row + r] = row r of w · input i, or += if accumulate, for begin <= r < end. The arranged inputs stand
  // rk_prepared_count(columns) floats apart.
  void (*multiply)(const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row, int64_t begin,
                   int64_t end, bool accumulate);
} rk_vector_product;

// How a product rounds its activations, if the format of the weights and the instruction set allow it; otherwise it is
// exact.
typedef enum {
  // Single precision, as they are.
  RK_EXACT = 0,
  // Each group of activations in 16-bit fixed point, with affine codes of 2, 4 or 8 bits and 16-bit scales, and with
  // MXFP4.
  RK_FIXED = 1,
  // bfloat16, with weights in bfloat16.
  RK_TO_BFLOAT16 = 2,
} rk_rounding;

// What a gated feed-forward network computes of its gate g and its input u.
typedef enum {
  // silu(g) u
  RK_SILU = 0,
  // g (1 + tanh(√(2/π) (g + 0.044715 g³))) / 2 · u
  RK_GELU_TANH = 1,
  // min(g, 7) σ(1.702 min(g, 7)) (1 + max(-7, min(u, 7))), as gpt-oss has it.
  RK_CLAMPED_SWIGLU = 2,
  // max(g, 0) u
  RK_RELU = 3,
  // g (1 + erf(g / √2)) / 2 · u
  RK_GELU = 4,
} rk_activation;

// A product of a matrix with many tokens.
typedef struct {
  // Arranges one panel x[columns][panel] for every matrix of the same columns, storage and group; `prepared` holds as
  // many floats as x. NULL if `multiply` takes the panels as they are.
  void (*prepare)(const rk_matrix *w, const float *x, float *prepared);

  // Y = W X over panels: x, prepared or not, is [panels][columns][panel], y is [panels][y_features][panel] and rows
  // begin..<end of it are written, or added to if accumulate. Only the first `tokens` tokens need be right.
  // `scratch`: rk_tile_count floats.
  void (*multiply)(const rk_matrix *w, const float *x, float *y, int64_t y_features, int64_t tokens, int64_t begin,
                   int64_t end, bool accumulate, float *scratch);
} rk_panel_product;

typedef struct {
  const char *name;
  // Tokens per panel, and tokens per vector (`panel` is a multiple of it).
  int64_t panel;
  int64_t vector_width;

  // Whether this table multiplies the matrix faster if its rows stand in blocks, with rounded activations. Such a matrix is
  // read by `dequantize_row`, `fixed` and, with RK_FIXED, `panels`, whose rows then begin and end at multiples of 8; by
  // nothing else. NULL if there is none.
  bool (*in_blocks)(const rk_matrix *w);

  // Writes columns values of one row.
  void (*dequantize_row)(const rk_matrix *w, int64_t row, float *out);

  // Products with one token or a few. `exact` keeps activations in single precision; `fixed` rounds each group of them
  // to 16-bit fixed point if the matrix has 2, 4 or 8-bit codes and 16-bit scales or is MXFP4, and is exact otherwise.
  rk_vector_product exact;
  rk_vector_product fixed;

  // The product with many tokens for matrices of the format of w.
  rk_panel_product (*panels)(const rk_matrix *w, rk_rounding rounding);

  // out[i] = x[i] / sqrt(mean(x²) + epsilon) * weight[i]
  void (*normalize)(const float *x, const float *weight, float epsilon, int64_t count, float *out);
  // The same for every token of one panel.
  void (*normalize_panel)(const float *x, const float *weight, float epsilon, int64_t features, float *out);
  // A norm of each token of one panel that takes the mean away first (Ba et al. 2016): with d = x - mean(x),
  // out = d / sqrt(mean(d²) + epsilon) * weight + bias. out may be x; bias may be NULL.
  void (*center_panel)(const float *x, const float *weight, const float *bias, float epsilon, int64_t features,
                       float *out);

  // gate[i] = activation(gate[i]) * up[i]
  void (*gate)(rk_activation activation, float *gate, const float *up, int64_t count);
  // x[i] = activation(x[i]), without another input.
  void (*activate)(rk_activation activation, float *x, int64_t count);

  // Rotates the first `rotary` features of `heads` heads of one token in place: pairs (i, i + rotary / 2) by the angle
  // whose cosine and sine are given.
  void (*rotate)(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension,
                 int64_t rotary);
  // The same for one panel; cosine and sine are [rotary / 2][panel].
  void (*rotate_panel)(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension,
                       int64_t rotary);

  // Stores the key and value of one position; without keys, the value alone.
  void (*append)(const rk_head_cache *cache, int64_t position, const float *key, const float *value);
  // Stores `tokens` positions from `position` on; key and value point at the head's first feature in a panel.
  void (*append_panel)(const rk_head_cache *cache, int64_t position, int64_t tokens, const float *key,
                       const float *value);

  // Attention of `queries` heads of one token that share a key-value head, over positions first..<end: writes the
  // unnormalized sum of values [queries][head_dimension], the largest score and the sum of exponentials of each query.
  // `scratch`: queries * (end - begin rounded up to RK_KEY_BLOCK) floats. begin is a multiple of RK_KEY_BLOCK and at
  // most first, which is below end.
  void (*attend)(const rk_head_cache *cache, const float *query, int64_t queries, float scale, int64_t begin,
                 int64_t first, int64_t end, float *out, float *largest, float *total, float *scratch);

  // Causal attention of one vector of tokens in a panel: the first `tokens` of the `vector_width` that start at query,
  // whose positions start at `position`, for `queries` heads that share a key-value head. A token sees the last `window`
  // positions up to its own, all if that is 0. `sinks` holds a score of each head that takes part in the softmax and has
  // no value, or is NULL. query and out point at the first head's first feature and may be the same. `scratch`:
  // rk_attention_scratch_count floats.
  //
  // With `end` above 0 attention is not causal: a token sees every position below `end`, or with a window those that are
  // less than `window` positions away on either side.
  void (*attend_panel)(const rk_head_cache *cache, const float *query, int64_t queries, float scale, int64_t position,
                       int64_t tokens, int64_t window, int64_t end, const float *sinks, float *out, float *scratch);

  // One token of one head of a gated delta rule (Yang et al. 2024, arXiv 2412.06464): the state S[keys][values] decays,
  // S *= decay, learns, S += key ⊗ beta (value - Sᵀ key), and is read: out[values] = Sᵀ query.
  void (*delta_step)(float *state, const float *query, const float *key, const float *value, float decay, float beta,
                     int64_t keys, int64_t values, float *out);

  // One token of one head of a selective state space (Dao and Gu 2024, arXiv 2405.21060): the state S[keys][values]
  // decays and takes in a value, S = decay S + key ⊗ value, and is read: out[values] = Sᵀ query.
  void (*scan_step)(float *state, const float *query, const float *key, const float *value, float decay, int64_t keys,
                    int64_t values, float *out);

  // The largest of x, and the logarithm of the sum of exponentials of x.
  void (*log_sum_exp)(const float *x, int64_t count, float *largest, float *log_sum);
  // Online log-sum-exp of each token of a panel (Milakov and Gimelshein 2018): updates the largest of its features so
  // far and the sum of exponentials relative to it. Start with -INFINITY and 0; the result is largest + log(total).
  void (*online_log_sum_exp_panel)(const float *x, int64_t features, float *largest, float *total);
} rk_kernels;

// The table of that name ("scalar", "avx2", "avx512", "avx512vnni", "amx", "neon"), or NULL if this machine can't run it.
const rk_kernels *rk_kernels_named(const char *name);
// The fastest table that this machine runs.
const rk_kernels *rk_kernels_best(void);

int64_t rk_prepared_count(int64_t columns);
// Floats of scratch that a product with panels needs.
int64_t rk_tile_count(void);
int64_t rk_attention_scratch_count(int64_t queries, int64_t head_dimension);
// Merges `spans` results of `attend` into out[head_dimension], normalized. Of span s the sums are at
// sums + s * span_stride, the largest score at largest[s * stride] and the total at total[s * stride]. `sink`: see
// `attend_panel`.
void rk_merge_spans(int64_t spans, int64_t span_stride, int64_t stride, const float *sums, const float *largest,
                    const float *total, const float *sink, int64_t head_dimension, float *out);

// Adds a bias to rows begin..<end of y, [panels][y_features][width].
void rk_add_bias(float *y, const float *bias, int64_t panels, int64_t y_features, int64_t width, int64_t begin,
                 int64_t end);

// x[i] *= factors[i % width] for `features` features of one panel.
void rk_scale_panel(float *x, const float *factors, int64_t features, int64_t width);

// x[i] *= 1 / (1 + exp(-gate[i]))
void rk_gate_by_sigmoid(float *x, const float *gate, int64_t count);

// A causal convolution of each channel by itself, with SiLU: out[c] = silu(bias[c] + Σ_k weights[c][k] x_k[c]), where
// x_k are the `taps` newest inputs, the oldest first. `history` holds taps - 1 earlier inputs, [taps - 1][stride], the
// oldest first, and is moved on by `input`, whose channels stand `step` floats apart.
void rk_convolve(float *history, int64_t stride, const float *weights, const float *bias, int64_t taps,
                 const float *input, int64_t step, int64_t channels, float *out);

// A causal convolution of each channel by itself, between two gates: with inputs x'_t = before_t x_t,
// out_t = after_t (bias[c] + Σ_k weights[c][k] x'_{t - taps + 1 + k}) for `tokens` neighbours, at most RK_SPAN.
// `history` holds the taps - 1 inputs before them, [channel][taps - 1], the oldest first, and is moved on; there are at
// most RK_SPAN taps. Channels stand `stride` floats apart in before, after, x and out.
void rk_gated_convolve(float *history, const float *weights, const float *bias, int64_t taps, const float *before,
                       const float *after, const float *x, int64_t stride, int64_t channels, int64_t tokens,
                       float *out);

// The sum of words modulo 2^64, read as fast as memory allows.
uint64_t rk_sum_words(const uint64_t *words, int64_t count);

// Tells the core that this thread waits in a loop.
static inline void rk_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif
