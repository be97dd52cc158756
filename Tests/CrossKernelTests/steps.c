// The element-wise steps between products, and the sums of exponentials.
#include <math.h>

#include "support.h"

static const int64_t counts[] = {1, 3, 4, 15, 16, 17, 64, 577};
enum { COUNTS = sizeof counts / sizeof *counts };

static void check_normalize(subject *s, int64_t count, float size) {
  const float *weight = random_floats(count, -2, 2), *x = random_floats(count, -size, size);
  float *found = floats(count), *expected = floats(count);
  s->table->normalize(x, weight, 1e-5f, count, found);
  s->scalar->normalize(x, weight, 1e-5f, count, expected);
  expect(s, found, expected, NULL, count, (bound){0x1p-19, 0x1p-148}, "norm of %lld up to %g", (long long)count,
         (double)size);
  release();
}

static float *normalize_panels(const rk_kernels *table, const float *x, const float *weight, int64_t tokens,
                               int64_t features) {
  float *in = to_panels(table, x, tokens, features);
  float *out = floats(panel_count(table, tokens) * features * table->panel);
  for (int64_t p = 0; p < panel_count(table, tokens); p++) {
    const int64_t offset = p * features * table->panel;
    table->normalize_panel(in + offset, weight, 1e-5f, features, out + offset);
  }
  return from_panels(table, out, tokens, features);
}

static void check_normalize_panel(subject *s, int64_t features, int64_t tokens) {
  const float *weight = random_floats(features, -2, 2), *x = random_floats(tokens * features, -3, 3);
  const float *expected = normalize_panels(s->scalar, x, weight, tokens, features);
  expect(s, normalize_panels(s->table, x, weight, tokens, features), expected, NULL, tokens * features,
         (bound){0x1p-19, 0}, "norms of %lld tokens of %lld", (long long)tokens, (long long)features);
  release();
}

static float *center_panels(const rk_kernels *table, const float *x, const float *weight, const float *bias,
                            int64_t tokens, int64_t features) {
  float *panels = to_panels(table, x, tokens, features);
  for (int64_t p = 0; p < panel_count(table, tokens); p++) {
    float *panel = panels + p * features * table->panel;
    table->center_panel(panel, weight, bias, 1e-12f, features, panel);
  }
  return from_panels(table, panels, tokens, features);
}

static void check_center_panel(subject *s, int64_t features, int64_t tokens, bool has_bias) {
  const float *weight = random_floats(features, -2, 2), *x = random_floats(tokens * features, -3, 9);
  const float *bias = has_bias ? random_floats(features, -2, 2) : NULL;
  const float *expected = center_panels(s->scalar, x, weight, bias, tokens, features);
  expect(s, center_panels(s->table, x, weight, bias, tokens, features), expected, NULL, tokens * features,
         (bound){0x1p-18, 4e-6}, "centred norms of %lld tokens of %lld", (long long)tokens, (long long)features);
  release();
}

static void check_activate(subject *s, rk_activation activation, int64_t count, float size) {
  float *expected = random_floats(count, -size, size);
  float *found = copy_floats(expected, count);
  s->table->activate(activation, found, count);
  s->scalar->activate(activation, expected, count);
  expect(s, found, expected, NULL, count, (bound){5e-6, activation == RK_GELU ? 1e-6 : 1e-20},
         "activation %d of %lld up to %g", (int)activation, (long long)count, (double)size);
  release();
}

static void check_gate(subject *s, rk_activation activation, int64_t count, float size) {
  const float *up = random_floats(count, -2, 2);
  float *expected = random_floats(count, -size, size);
  float *found = copy_floats(expected, count);
  s->table->gate(activation, found, up, count);
  s->scalar->gate(activation, expected, up, count);
  // Relatively tight, since only this shows an inaccurate exponential. Below -87 the vector one is 0 where the true one
  // is hardly a normal number.
  const bound limit = {activation == RK_SILU ? 3e-7 : 5e-6, activation == RK_GELU ? 2e-6 : 1e-34};
  expect(s, found, expected, NULL, count, limit,
         "gate %d of %lld up to %g", (int)activation, (long long)count, (double)size);
  release();
}

static float *rotate_panels(const rk_kernels *table, const float *x, const float *cosine, const float *sine,
                            int64_t tokens, int64_t heads, int64_t dimension, int64_t rotary) {
  float *panels = to_panels(table, x, tokens, heads * dimension);
  float *cosines = to_panels(table, cosine, tokens, rotary / 2);
  float *sines = to_panels(table, sine, tokens, rotary / 2);
  for (int64_t p = 0; p < panel_count(table, tokens); p++) {
    const int64_t angles = p * rotary / 2 * table->panel;
    table->rotate_panel(panels + p * heads * dimension * table->panel, cosines + angles, sines + angles, heads,
                        dimension, rotary);
  }
  return from_panels(table, panels, tokens, heads * dimension);
}

static void check_rotate(subject *s, int64_t heads, int64_t dimension, int64_t rotary, int64_t tokens) {
  const int64_t half = rotary / 2, count = tokens * heads * dimension;
  float *cosine = floats(tokens * half), *sine = floats(tokens * half);
  for (int64_t i = 0; i < tokens * half; i++) {
    const float angle = random_float(-4, 4);
    cosine[i] = cosf(angle), sine[i] = sinf(angle);
  }
  const float *x = random_floats(count, -3, 3);
  const float *expected = rotate_panels(s->scalar, x, cosine, sine, tokens, heads, dimension, rotary);
  expect(s, rotate_panels(s->table, x, cosine, sine, tokens, heads, dimension, rotary), expected, NULL, count,
         (bound){0, 1e-6}, "rotation of %lld tokens, %lld of %lld heads of %lld", (long long)tokens, (long long)rotary,
         (long long)heads, (long long)dimension);
  // A panel's first token is a single token as well.
  float *one = copy_floats(x, heads * dimension);
  float *own_cosine = copy_floats(cosine, half), *own_sine = copy_floats(sine, half);
  s->table->rotate(one, own_cosine, own_sine, heads, dimension, rotary);
  expect(s, one, expected, NULL, heads * dimension, (bound){0, 1e-6}, "rotation of %lld heads of %lld",
         (long long)heads, (long long)dimension);
  release();
}

static void check_log_sum(subject *s, float *x, int64_t count, const char *what) {
  float found[2], expected[2];
  s->table->log_sum_exp(x, count, &found[0], &found[1]);
  s->scalar->log_sum_exp(x, count, &expected[0], &expected[1]);
  expect(s, found, expected, NULL, 1, (bound){0, 0}, "largest of %lld, %s", (long long)count, what);
  expect(s, found + 1, expected + 1, NULL, 1, (bound){0x1p-22, 1e-6}, "log sum of %lld, %s", (long long)count, what);
}

static void check_log_sums(subject *s, int64_t count) {
  float *x = random_floats(count, -12, 12);
  check_log_sum(s, x, count, "random");
  x[count / 2] = 300;
  check_log_sum(s, x, count, "one far above");
  for (int64_t i = 0; i < count; i++) x[i] = i % 2 == 1 ? -INFINITY : 1000;
  check_log_sum(s, x, count, "half forbidden");
  for (int64_t i = 0; i < count; i++) x[i] = -5e4f;
  check_log_sum(s, x, count, "all equal");
  release();
}

// Of two runs of features, the second continuing the first.
static void online_log_sum_exp(const rk_kernels *table, const float *first, const float *second, int64_t tokens,
                               int64_t features, float *largest, float *log_sum) {
  float *top = floats(table->panel), *total = floats(table->panel);
  for (int64_t p = 0; p < panel_count(table, tokens); p++) {
    for (int64_t t = 0; t < table->panel; t++) top[t] = -INFINITY, total[t] = 0;
    const int64_t offset = p * features * table->panel;
    table->online_log_sum_exp_panel(to_panels(table, first, tokens, features) + offset, features, top, total);
    table->online_log_sum_exp_panel(to_panels(table, second, tokens, features) + offset, features, top, total);
    for (int64_t t = p * table->panel; t < tokens && t < (p + 1) * table->panel; t++) {
      largest[t] = top[t % table->panel], log_sum[t] = largest[t] + logf(total[t % table->panel]);
    }
  }
}

static void check_online_log_sum_exp(subject *s, int64_t features, int64_t tokens, float rise) {
  const float *first = random_floats(tokens * features, -10, 10);
  const float *second = random_floats(tokens * features, -10 + rise, 10 + rise);
  float *found = floats(2 * tokens), *expected = floats(2 * tokens);
  online_log_sum_exp(s->table, first, second, tokens, features, found, found + tokens);
  online_log_sum_exp(s->scalar, first, second, tokens, features, expected, expected + tokens);
  expect(s, found, expected, NULL, tokens, (bound){0, 0}, "largest of %lld features", (long long)features);
  expect(s, found + tokens, expected + tokens, NULL, tokens, (bound){0x1p-21, 2e-6},
         "online log sum of %lld features", (long long)features);
  release();
}

// Three tokens, so that what the state learned of the first is read by the next.
static void check_delta(subject *s, int64_t keys, int64_t values) {
  float *expected_state = random_floats(keys * values, -1, 1), *found_state = copy_floats(expected_state, keys * values);
  for (int token = 0; token < 3; token++) {
    const float *query = random_floats(keys, -1, 1), *key = random_floats(keys, -0.3f, 0.3f);
    const float *value = random_floats(values, -2, 2);
    const float decay = random_float(0.1f, 1), beta = random_float(0, 1);
    float *found = floats(values), *expected = floats(values);
    s->table->delta_step(found_state, query, key, value, decay, beta, keys, values, found);
    s->scalar->delta_step(expected_state, query, key, value, decay, beta, keys, values, expected);
    expect(s, found, expected, NULL, values, (bound){0, 1e-5 * (double)keys}, "delta step %d of %lld keys, %lld values",
           token, (long long)keys, (long long)values);
  }
  expect(s, found_state, expected_state, NULL, keys * values, (bound){0, 1e-5 * (double)keys},
         "state of %lld keys, %lld values", (long long)keys, (long long)values);
  release();
}

static void check_scan(subject *s, int64_t keys, int64_t values) {
  float *expected_state = random_floats(keys * values, -1, 1);
  float *found_state = copy_floats(expected_state, keys * values);
  for (int token = 0; token < 3; token++) {
    const float *query = random_floats(keys, -1, 1), *key = random_floats(keys, -1, 1);
    const float *value = random_floats(values, -2, 2);
    const float decay = random_float(0.1f, 1);
    float *found = floats(values), *expected = floats(values);
    s->table->scan_step(found_state, query, key, value, decay, keys, values, found);
    s->scalar->scan_step(expected_state, query, key, value, decay, keys, values, expected);
    expect(s, found, expected, NULL, values, (bound){0, 1e-5 * (double)keys}, "scan step %d of %lld keys, %lld values",
           token, (long long)keys, (long long)values);
  }
  expect(s, found_state, expected_state, NULL, keys * values, (bound){0, 1e-5},
         "state of a scan of %lld keys, %lld values", (long long)keys, (long long)values);
  release();
}

void check_steps(subject *s) {
  for (int i = 0; i < COUNTS; i++) {
    check_normalize(s, counts[i], 3);
    check_normalize(s, counts[i], 1e15f);
    check_normalize(s, counts[i], 1e-30f);
    check_normalize_panel(s, counts[i], i + 1);
    check_normalize_panel(s, counts[i], 50);
    if (counts[i] > 4) check_center_panel(s, counts[i], i + 1, i % 2 == 0);
    if (counts[i] > 4) check_center_panel(s, counts[i], 50, i % 2 == 1);
    for (rk_activation activation = RK_SILU; activation <= RK_GELU; activation++) {
      check_gate(s, activation, counts[i], 8);
      check_gate(s, activation, counts[i], 300);
      check_activate(s, activation, counts[i], 8);
      check_activate(s, activation, counts[i], 300);
    }
    check_log_sums(s, counts[i]);
    check_online_log_sum_exp(s, counts[i], 50, 0);
    check_online_log_sum_exp(s, counts[i], i + 1, 150);
    check_online_log_sum_exp(s, counts[i], i + 1, -150);
  }
  check_log_sums(s, 49153);
  static const int64_t dimensions[] = {2, 6, 32, 64, 72, 128};
  for (int i = 0; i < 6; i++) {
    check_rotate(s, 1, dimensions[i], dimensions[i], i + 1);
    check_rotate(s, 3, dimensions[i], dimensions[i], 50);
    check_rotate(s, 3, dimensions[i], (dimensions[i] / 4 + 1) / 2 * 2, 50);
  }
  static const int64_t states[][2] = {{1, 1}, {8, 24}, {64, 64}, {128, 128}, {96, 200}};
  for (int i = 0; i < 5; i++) {
    check_delta(s, states[i][0], states[i][1]);
    check_scan(s, states[i][0], states[i][1]);
  }
}
