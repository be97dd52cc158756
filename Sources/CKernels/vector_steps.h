// Steps between the products, part of vector.h.

static void normalize(const float *x, const float *weight, float epsilon, int64_t count, float *out) {
  vf squares = splat(0);
  int64_t i = 0;
  for (; i + RK_W <= count; i += RK_W) squares = fma(load(x + i), load(x + i), squares);
  float sum = total_of(squares);
  for (; i < count; i++) sum += x[i] * x[i];
  const float factor = 1 / sqrtf(sum / (float)count + epsilon);
  for (i = 0; i + RK_W <= count; i += RK_W) store(out + i, load(x + i) * splat(factor) * load(weight + i));
  for (; i < count; i++) out[i] = x[i] * factor * weight[i];
}

static void normalize_panel(const float *x, const float *weight, float epsilon, int64_t features, float *out) {
  for (int64_t t = 0; t < PANEL; t += RK_W) {
    vf squares = splat(0);
    for (int64_t f = 0; f < features; f++) squares = fma(load(x + f * PANEL + t), load(x + f * PANEL + t), squares);
    float factors[RK_W];
    store(factors, squares);
    for (int i = 0; i < RK_W; i++) factors[i] = 1 / sqrtf(factors[i] / (float)features + epsilon);
    const vf factor = load(factors);
    for (int64_t f = 0; f < features; f++) {
      store(out + f * PANEL + t, load(x + f * PANEL + t) * factor * splat(weight[f]));
    }
  }
}

static void center_panel(const float *x, const float *weight, const float *bias, float epsilon, int64_t features,
                         float *out) {
  for (int64_t t = 0; t < PANEL; t += RK_W) {
    vf sum = splat(0), squares = splat(0);
    for (int64_t f = 0; f < features; f++) sum += load(x + f * PANEL + t);
    const vf mean = sum / splat((float)features);
    for (int64_t f = 0; f < features; f++) {
      const vf distance = load(x + f * PANEL + t) - mean;
      squares = fma(distance, distance, squares);
    }
    float factors[RK_W];
    store(factors, squares);
    for (int i = 0; i < RK_W; i++) factors[i] = 1 / sqrtf(factors[i] / (float)features + epsilon);
    const vf factor = load(factors);
    for (int64_t f = 0; f < features; f++) {
      const vf scaled = (load(x + f * PANEL + t) - mean) * factor;
      store(out + f * PANEL + t, fma(scaled, splat(weight[f]), splat(bias == NULL ? 0 : bias[f])));
    }
  }
}

// The normal distribution function Φ(x) = erfc(-x / √2) / 2 within 1e-7, by the rational approximation 7.1.26 of erf in
// Abramowitz and Stegun, Handbook of Mathematical Functions (1964).
static RK_INLINE vf normal_share(vf x) {
  const vf z = larger(x, -x) * splat(0.70710678f);
  const vf t = splat(1) / fma(splat(0.3275911f), z, splat(1));
  vf sum = fma(splat(1.061405429f), t, splat(-1.453152027f));
  sum = fma(sum, t, splat(1.421413741f));
  sum = fma(sum, t, splat(-0.284496736f));
  sum = fma(sum, t, splat(0.254829592f));
  const vf tail = splat(0.5f) * sum * t * exponential(-z * z);
  const vi negative = x < splat(0);
  return (vf)(((vi)tail & negative) | ((vi)(splat(1) - tail) & ~negative));
}

static RK_INLINE vf gated(rk_activation activation, vf gate, vf up) {
  switch (activation) {
    case RK_GELU_TANH: {
      // (1 + tanh z) / 2 = σ(2z)
      const vf inner = splat(1.5957691216f) * fma(splat(0.044715f) * gate * gate, gate, gate);
      return gate / (splat(1) + exponential(-inner)) * up;
    }
    case RK_CLAMPED_SWIGLU: {
      const vf bounded = __builtin_elementwise_min(gate, splat(7));
      const vf input = larger(__builtin_elementwise_min(up, splat(7)), splat(-7));
      return bounded / (splat(1) + exponential(splat(-1.702f) * bounded)) * (input + splat(1));
    }
    case RK_RELU: return larger(gate, splat(0)) * up;
    case RK_GELU: return gate * normal_share(gate) * up;
    default: return gate / (splat(1) + exponential(-gate)) * up;
  }
}

static RK_INLINE void gate_by(rk_activation activation, float *gate, const float *up, int64_t count) {
  int64_t i = 0;
  for (; i + RK_W <= count; i += RK_W) store(gate + i, gated(activation, load(gate + i), load(up + i)));
  for (; i < count; i++) gate[i] = rk_gated(activation, gate[i], up[i]);
}

static void gate(rk_activation activation, float *gate, const float *up, int64_t count) {
  switch (activation) {
    case RK_GELU_TANH: gate_by(RK_GELU_TANH, gate, up, count); break;
    case RK_CLAMPED_SWIGLU: gate_by(RK_CLAMPED_SWIGLU, gate, up, count); break;
    case RK_RELU: gate_by(RK_RELU, gate, up, count); break;
    case RK_GELU: gate_by(RK_GELU, gate, up, count); break;
    default: gate_by(RK_SILU, gate, up, count); break;
  }
}

static RK_INLINE void activate_by(rk_activation activation, float *x, int64_t count) {
  int64_t i = 0;
  for (; i + RK_W <= count; i += RK_W) store(x + i, gated(activation, load(x + i), splat(1)));
  for (; i < count; i++) x[i] = rk_gated(activation, x[i], 1);
}

static void activate(rk_activation activation, float *x, int64_t count) {
  switch (activation) {
    case RK_GELU_TANH: activate_by(RK_GELU_TANH, x, count); break;
    case RK_GELU: activate_by(RK_GELU, x, count); break;
    case RK_RELU: activate_by(RK_RELU, x, count); break;
    case RK_CLAMPED_SWIGLU: activate_by(RK_CLAMPED_SWIGLU, x, count); break;
    default: activate_by(RK_SILU, x, count); break;
  }
}

static RK_INLINE void rotate_pairs(float *x, const float *cosine, const float *sine, int64_t heads, int64_t stride,
                                   int64_t half) {
  for (int64_t h = 0; h < heads; h++, x += stride) {
    int64_t i = 0;
    for (; i + RK_W <= half; i += RK_W) {
      const vf a = load(x + i), b = load(x + half + i), c = load(cosine + i), s = load(sine + i);
      store(x + i, a * c - b * s);
      store(x + half + i, b * c + a * s);
    }
    for (; i < half; i++) {
      const float a = x[i], b = x[half + i];
      x[i] = a * cosine[i] - b * sine[i];
      x[half + i] = b * cosine[i] + a * sine[i];
    }
  }
}

static void rotate(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension,
                   int64_t rotary) {
  rotate_pairs(x, cosine, sine, heads, head_dimension, rotary / 2);
}

static void rotate_panel(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension,
                         int64_t rotary) {
  rotate_pairs(x, cosine, sine, heads, head_dimension * PANEL, rotary / 2 * PANEL);
}

// `vectors` vectors of values at a time, so that what is known of them stays in registers.
static RK_INLINE void delta_values(float *state, const float *query, const float *key, const float *value, float decay,
                                   float beta, int64_t keys, int64_t values, float *out, int vectors) {
  vf learned[4], sum[4];
  for (int v = 0; v < vectors; v++) learned[v] = sum[v] = splat(0);
  for (int64_t k = 0; k < keys; k++) {
    for (int v = 0; v < vectors; v++) {
      learned[v] = fma(load(state + k * values + v * RK_W) * splat(decay), splat(key[k]), learned[v]);
    }
  }
  for (int v = 0; v < vectors; v++) learned[v] = splat(beta) * (load(value + v * RK_W) - learned[v]);
  for (int64_t k = 0; k < keys; k++) {
    for (int v = 0; v < vectors; v++) {
      float *element = state + k * values + v * RK_W;
      const vf next = fma(splat(key[k]), learned[v], load(element) * splat(decay));
      store(element, next);
      sum[v] = fma(next, splat(query[k]), sum[v]);
    }
  }
  for (int v = 0; v < vectors; v++) store(out + v * RK_W, sum[v]);
}

static void delta_step(float *state, const float *query, const float *key, const float *value, float decay,
                       float beta, int64_t keys, int64_t values, float *out) {
  int64_t v = 0;
  for (; v + 4 * RK_W <= values; v += 4 * RK_W) {
    delta_values(state + v, query, key, value + v, decay, beta, keys, values, out + v, 4);
  }
  for (; v + RK_W <= values; v += RK_W) {
    delta_values(state + v, query, key, value + v, decay, beta, keys, values, out + v, 1);
  }
  for (; v < values; v++) {
    float known = 0, sum = 0;
    for (int64_t k = 0; k < keys; k++) known += (state[k * values + v] *= decay) * key[k];
    const float learned = beta * (value[v] - known);
    for (int64_t k = 0; k < keys; k++) sum += (state[k * values + v] += key[k] * learned) * query[k];
    out[v] = sum;
  }
}

// As `delta_values`.
static RK_INLINE void scan_values(float *state, const float *query, const float *key, const float *value, float decay,
                                  int64_t keys, int64_t values, float *out, int vectors) {
  vf taken[4], sum[4];
  for (int v = 0; v < vectors; v++) taken[v] = load(value + v * RK_W), sum[v] = splat(0);
  for (int64_t k = 0; k < keys; k++) {
    for (int v = 0; v < vectors; v++) {
      float *element = state + k * values + v * RK_W;
      const vf next = fma(splat(key[k]), taken[v], load(element) * splat(decay));
      store(element, next);
      sum[v] = fma(next, splat(query[k]), sum[v]);
    }
  }
  for (int v = 0; v < vectors; v++) store(out + v * RK_W, sum[v]);
}

static void scan_step(float *state, const float *query, const float *key, const float *value, float decay,
                      int64_t keys, int64_t values, float *out) {
  int64_t v = 0;
  for (; v + 4 * RK_W <= values; v += 4 * RK_W) {
    scan_values(state + v, query, key, value + v, decay, keys, values, out + v, 4);
  }
  for (; v + RK_W <= values; v += RK_W) {
    scan_values(state + v, query, key, value + v, decay, keys, values, out + v, 1);
  }
  for (; v < values; v++) {
    float sum = 0;
    for (int64_t k = 0; k < keys; k++) {
      float *element = state + k * values + v;
      *element = *element * decay + key[k] * value[v];
      sum += *element * query[k];
    }
    out[v] = sum;
  }
}

static void log_sum_exp(const float *x, int64_t count, float *largest, float *log_sum) {
  float top = -INFINITY;
  for (int64_t i = 0; i < count; i++) top = x[i] > top ? x[i] : top;
  // In blocks, so that the single-precision sums stay short and the double-precision one stays exact.
  double sum = 0;
  int64_t i = 0;
  while (i + RK_W <= count) {
    vf part = splat(0);
    for (int n = 0; n < 64 && i + RK_W <= count; n++, i += RK_W) part += exponential(load(x + i) - splat(top));
    sum += (double)total_of(part);
  }
  for (; i < count; i++) sum += exp((double)x[i] - top);
  *largest = top;
  *log_sum = top + (float)log(sum);
}

static void online_log_sum_exp_panel(const float *x, int64_t features, float *largest, float *total) {
  for (int64_t t = 0; t < PANEL; t += RK_W) {
    vf top = load(largest + t);
    for (int64_t f = 0; f < features; f++) top = larger(top, load(x + f * PANEL + t));
    vf sum = load(total + t) * exponential(load(largest + t) - top);
    for (int64_t f = 0; f < features; f++) sum += exponential(load(x + f * PANEL + t) - top);
    store(largest + t, top);
    store(total + t, sum);
  }
}
