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

static void gate(float *gate, const float *up, int64_t count) {
  int64_t i = 0;
  for (; i + RK_W <= count; i += RK_W) {
    const vf value = load(gate + i);
    store(gate + i, value / (splat(1) + exponential(-value)) * load(up + i));
  }
  for (; i < count; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static RK_INLINE void rotate_pairs(float *x, const float *cosine, const float *sine, int64_t heads, int64_t half) {
  for (int64_t h = 0; h < heads; h++, x += 2 * half) {
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

static void rotate(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension) {
  rotate_pairs(x, cosine, sine, heads, head_dimension / 2);
}

static void rotate_panel(float *x, const float *cosine, const float *sine, int64_t heads, int64_t head_dimension) {
  rotate_pairs(x, cosine, sine, heads, head_dimension / 2 * PANEL);
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
