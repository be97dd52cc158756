// The reference: plain loops in the order of the formulas, sums in double precision. Every other instruction set is
// tested against it.
#include "convert.h"
#include "microscaling.h"
#include "tables.h"

enum { PANEL = 16 };

static uint32_t code(const uint8_t *row, int bits, int64_t column) {
  int64_t bit = column * bits;
  uint32_t window = row[bit / 8];
  if (bit % 8 + bits > 8) window |= (uint32_t)row[bit / 8 + 1] << 8;
  return window >> bit % 8 & ((1u << bits) - 1);
}

static void dequantize_microscaling(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out) {
  const uint8_t *values = rk_row_values(w, row), *scales = rk_row_scales(w, row);
  for (int64_t c = begin; c < end; c++) {
    uint32_t element = code(values, w->bits, c);
    out[c - begin] = rk_micro_scale(w->storage, scales[c / w->group]) *
                     (w->storage == RK_MXFP8 ? rk_e4m3(element) : rk_e2m1(element));
  }
}

static void dequantize(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out) {
  if (rk_is_microscaling(w)) {
    dequantize_microscaling(w, row, begin, end, out);
    return;
  }
  const uint8_t *values = rk_row_values(w, row);
  if (w->storage != RK_AFFINE) {
    for (int64_t c = begin; c < end; c++) out[c - begin] = rk_load(values, w->storage, c);
    return;
  }
  const uint8_t *scales = rk_row_parameters(w, w->scales, row), *biases = rk_row_parameters(w, w->biases, row);
  for (int64_t c = begin; c < end; c++) {
    int64_t g = c / w->group;
    float element = (float)code(values, w->bits, c);
    out[c - begin] = rk_load(scales, w->parameters, g) * element + rk_load(biases, w->parameters, g);
  }
}

static void dequantize_row(const rk_matrix *w, int64_t row, float *out) { dequantize(w, row, 0, w->columns, out); }

static void prepare(const rk_matrix *w, const float *x, float *prepared) {
  memcpy(prepared, x, (size_t)w->columns * sizeof *x);
}

static void multiply_vectors(const rk_matrix *w, const float *prepared, int64_t inputs, float *y, int64_t y_row,
                             int64_t begin, int64_t end, bool accumulate) {
  float tile[RK_TILE_COLUMNS];
  for (int64_t i = 0; i < inputs; i++) {
    const float *x = prepared + i * rk_prepared_count(w->columns);
    for (int64_t r = begin; r < end; r++) {
      double sum = 0;
      for (int64_t c = 0; c < w->columns; c += RK_TILE_COLUMNS) {
        int64_t stop = c + RK_TILE_COLUMNS < w->columns ? c + RK_TILE_COLUMNS : w->columns;
        dequantize(w, r, c, stop, tile);
        for (int64_t k = c; k < stop; k++) sum += (double)tile[k - c] * x[k];
      }
      float *out = y + i * y_row + r;
      *out = (float)(accumulate ? *out + sum : sum);
    }
  }
}

static void multiply_panels(const rk_matrix *w, const float *x, float *y, int64_t y_features, int64_t tokens,
                            int64_t begin, int64_t end, bool accumulate, float *scratch) {
  (void)scratch;
  float tile[RK_TILE_COLUMNS];
  for (int64_t r = begin; r < end; r++) {
    for (int64_t c = 0; c < w->columns; c += RK_TILE_COLUMNS) {
      int64_t stop = c + RK_TILE_COLUMNS < w->columns ? c + RK_TILE_COLUMNS : w->columns;
      dequantize(w, r, c, stop, tile);
      for (int64_t p = 0; p * PANEL < tokens; p++) {
        float *out = y + (p * y_features + r) * PANEL;
        const float *in = x + (p * w->columns + c) * PANEL;
        for (int64_t t = 0; t < PANEL; t++) {
          double sum = accumulate || c > 0 ? out[t] : 0;
          for (int64_t i = 0; i < stop - c; i++) sum += (double)tile[i] * in[i * PANEL + t];
          out[t] = (float)sum;
        }
      }
    }
  }
}

static rk_panel_product panels(const rk_matrix *w, rk_rounding rounding) {
  (void)w, (void)rounding;
  return (rk_panel_product){NULL, multiply_panels};
}

static void normalize(const float *x, const float *weight, float epsilon, int64_t count, float *out) {
  double squares = 0;
  for (int64_t i = 0; i < count; i++) squares += (double)x[i] * x[i];
  float factor = (float)(1 / sqrt(squares / (double)count + epsilon));
  for (int64_t i = 0; i < count; i++) out[i] = x[i] * factor * weight[i];
}

static void normalize_panel(const float *x, const float *weight, float epsilon, int64_t features, float *out) {
  for (int64_t t = 0; t < PANEL; t++) {
    double squares = 0;
    for (int64_t f = 0; f < features; f++) squares += (double)x[f * PANEL + t] * x[f * PANEL + t];
    float factor = (float)(1 / sqrt(squares / (double)features + epsilon));
    for (int64_t f = 0; f < features; f++) out[f * PANEL + t] = x[f * PANEL + t] * factor * weight[f];
  }
}

static void gate(rk_activation activation, float *gate, const float *up, int64_t count) {
  for (int64_t i = 0; i < count; i++) gate[i] = rk_gated(activation, gate[i], up[i]);
}

static void center_panel(const float *x, const float *weight, const float *bias, float epsilon, int64_t features,
                         float *out) {
  for (int64_t t = 0; t < PANEL; t++) {
    double sum = 0, squares = 0;
    for (int64_t f = 0; f < features; f++) sum += x[f * PANEL + t];
    double mean = sum / (double)features;
    for (int64_t f = 0; f < features; f++) squares += (x[f * PANEL + t] - mean) * (x[f * PANEL + t] - mean);
    double factor = 1 / sqrt(squares / (double)features + epsilon);
    for (int64_t f = 0; f < features; f++) {
      out[f * PANEL + t] =
          (float)((x[f * PANEL + t] - mean) * factor * weight[f] + (bias == NULL ? 0 : bias[f]));
    }
  }
}

static void activate(rk_activation activation, float *x, int64_t count) {
  for (int64_t i = 0; i < count; i++) x[i] = rk_gated(activation, x[i], 1);
}

static void rotate(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension,
                   int64_t rotary) {
  int64_t half = rotary / 2;
  for (int64_t h = 0; h < heads; h++, x += head_dimension) {
    for (int64_t i = 0; i < half; i++) {
      float a = x[i], b = x[i + half];
      x[i] = a * cosine[i] - b * sine[i];
      x[i + half] = b * cosine[i] + a * sine[i];
    }
  }
}

static void rotate_panel(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension,
                         int64_t rotary) {
  int64_t half = rotary / 2 * PANEL;
  for (int64_t h = 0; h < heads; h++, x += head_dimension * PANEL) {
    for (int64_t i = 0; i < half; i++) {
      float a = x[i], b = x[i + half];
      x[i] = a * cosine[i] - b * sine[i];
      x[i + half] = b * cosine[i] + a * sine[i];
    }
  }
}

static int64_t key_index(int64_t head_dimension, int64_t position, int64_t d) {
  return (position / RK_KEY_BLOCK * head_dimension + d) * RK_KEY_BLOCK + position % RK_KEY_BLOCK;
}

static void append(const rk_head_cache *cache, int64_t position, const float *key, const float *value) {
  for (int64_t d = 0; d < cache->head_dimension; d++) {
    if (cache->keys != NULL) {
      rk_store(cache->keys, cache->storage, key_index(cache->head_dimension, position, d), key[d]);
    }
    rk_store(cache->values, cache->storage, position * cache->head_dimension + d, value[d]);
  }
}

static void append_panel(const rk_head_cache *cache, int64_t position, int64_t tokens, const float *key,
                         const float *value) {
  for (int64_t d = 0; d < cache->head_dimension; d++) {
    for (int64_t t = 0; t < tokens; t++) {
      if (cache->keys != NULL) {
        rk_store(cache->keys, cache->storage, key_index(cache->head_dimension, position + t, d), key[d * PANEL + t]);
      }
      rk_store(cache->values, cache->storage, (position + t) * cache->head_dimension + d, value[d * PANEL + t]);
    }
  }
}

// One query over positions begin..<end.
static void attend_one(const rk_head_cache *cache, const float *query, float scale, int64_t begin, int64_t end,
                       float *out, float *largest, float *total, float *scores) {
  int64_t dimension = cache->head_dimension;
  *largest = -INFINITY;
  for (int64_t p = begin; p < end; p++) {
    double score = 0;
    for (int64_t d = 0; d < dimension; d++) {
      score += (double)query[d] * (cache->keys == NULL
                                       ? rk_load(cache->values, cache->storage, p * dimension + d)
                                       : rk_load(cache->keys, cache->storage, key_index(dimension, p, d)));
    }
    scores[p - begin] = (float)score * scale;
    *largest = fmaxf(*largest, scores[p - begin]);
  }
  *total = 0;
  for (int64_t d = 0; d < dimension; d++) out[d] = 0;
  for (int64_t p = begin; p < end; p++) {
    float weight = expf(scores[p - begin] - *largest);
    *total += weight;
    for (int64_t d = 0; d < dimension; d++) {
      out[d] += weight * rk_load(cache->values, cache->storage, p * dimension + d);
    }
  }
}

static void attend(const rk_head_cache *cache, const float *query, int64_t queries, float scale, int64_t begin,
                   int64_t first, int64_t end, float *out, float *largest, float *total, float *scratch) {
  (void)begin;
  for (int64_t q = 0; q < queries; q++) {
    attend_one(cache, query + q * cache->head_dimension, scale, first, end, out + q * cache->head_dimension,
               largest + q, total + q, scratch);
  }
}

static void attend_panel(const rk_head_cache *cache, const float *query, int64_t queries, float scale,
                         int64_t position, int64_t tokens, int64_t window, int64_t end, const float *sinks, float *out,
                         float *scratch) {
  int64_t dimension = cache->head_dimension;
  // out may be query: the result replaces it only when it is complete.
  float *scores = scratch, *own = scores + RK_SPAN, *part = own + dimension, *sums = part + dimension;
  for (int64_t q = 0; q < queries; q++) {
    for (int64_t t = 0; t < tokens; t++) {
      int64_t first = q * dimension * PANEL + t;
      for (int64_t d = 0; d < dimension; d++) own[d] = query[first + d * PANEL], sums[d] = 0;
      // In spans, as the scratch has room for so many scores, merged with the running maximum of online softmax.
      float top = sinks == NULL ? -INFINITY : sinks[q], all = sinks == NULL ? 0 : 1;
      int64_t seen = window > 0 && position + t >= window ? position + t + 1 - window : 0;
      int64_t limit = end > 0 ? end : position + t + 1;
      if (end > 0 && window > 0 && position + t + window < end) limit = position + t + window;
      for (int64_t begin = seen; begin < limit; begin += RK_SPAN) {
        int64_t stop = begin + RK_SPAN < limit ? begin + RK_SPAN : limit;
        float largest, total;
        attend_one(cache, own, scale, begin, stop, part, &largest, &total, scores);
        float next = fmaxf(top, largest);
        float keep = expf(top - next), take = expf(largest - next);
        for (int64_t d = 0; d < dimension; d++) sums[d] = sums[d] * keep + part[d] * take;
        all = all * keep + total * take;
        top = next;
      }
      for (int64_t d = 0; d < dimension; d++) out[first + d * PANEL] = sums[d] / all;
    }
  }
}

static void delta_step(float *state, const float *query, const float *key, const float *value, float decay,
                       float beta, int64_t keys, int64_t values, float *out) {
  for (int64_t v = 0; v < values; v++) {
    double known = 0, sum = 0;
    for (int64_t k = 0; k < keys; k++) known += (double)(state[k * values + v] *= decay) * key[k];
    float learned = beta * (value[v] - (float)known);
    for (int64_t k = 0; k < keys; k++) sum += (double)(state[k * values + v] += key[k] * learned) * query[k];
    out[v] = (float)sum;
  }
}

static void scan_step(float *state, const float *query, const float *key, const float *value, float decay,
                      int64_t keys, int64_t values, float *out) {
  for (int64_t v = 0; v < values; v++) {
    double sum = 0;
    for (int64_t k = 0; k < keys; k++) {
      float *element = state + k * values + v;
      *element = *element * decay + key[k] * value[v];
      sum += (double)*element * query[k];
    }
    out[v] = (float)sum;
  }
}

static void log_sum_exp(const float *x, int64_t count, float *largest, float *log_sum) {
  float top = -INFINITY;
  for (int64_t i = 0; i < count; i++) top = fmaxf(top, x[i]);
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += exp((double)x[i] - top);
  *largest = top;
  *log_sum = top + (float)log(sum);
}

static void online_log_sum_exp_panel(const float *x, int64_t features, float *largest, float *total) {
  for (int64_t t = 0; t < PANEL; t++) {
    for (int64_t f = 0; f < features; f++) {
      float value = x[f * PANEL + t];
      if (value > largest[t]) {
        total[t] *= expf(largest[t] - value);
        largest[t] = value;
      }
      total[t] += expf(value - largest[t]);
    }
  }
}

const rk_kernels rk_kernels_scalar = {
    .name = "scalar",
    .panel = PANEL,
    .vector_width = PANEL,
    .dequantize_row = dequantize_row,
    .exact = {prepare, multiply_vectors},
    .fixed = {prepare, multiply_vectors},
    .panels = panels,
    .normalize = normalize,
    .normalize_panel = normalize_panel,
    .center_panel = center_panel,
    .gate = gate,
    .activate = activate,
    .rotate = rotate,
    .rotate_panel = rotate_panel,
    .append = append,
    .append_panel = append_panel,
    .attend = attend,
    .attend_panel = attend_panel,
    .delta_step = delta_step,
    .scan_step = scan_step,
    .log_sum_exp = log_sum_exp,
    .online_log_sum_exp_panel = online_log_sum_exp_panel,
};
