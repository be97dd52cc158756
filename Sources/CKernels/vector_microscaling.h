// Weights in microscaling floats, part of vector.h.
//
// Elements are multiplied in the order of the row, so `prepare` only copies x. `unpack_e2m1` expands RK_UNIT elements
// of four bits.

// RK_UNIT elements as floats.
static RK_INLINE void unpack_elements(const uint8_t *codes, rk_storage storage, vf out[RK_UNIT / RK_W]) {
  if (storage != RK_MXFP8) {
    unpack_e2m1(codes, out);
    return;
  }
  for (int u = 0; u < RK_UNIT / RK_W; u++) {
    vb bytes;
    memcpy(&bytes, codes + u * RK_W, sizeof bytes);
    const vs wide = __builtin_convertvector(bytes, vs);
    // At a half's place, whose exponent bias is larger by 8.
    const vs half = (vs)((wide & 0x80) << 8 | (wide & 0x7F) << 7);
    out[u] = __builtin_convertvector((vh)half, vf) * splat(256);
  }
}

#ifndef RK_HAS_DOUBLED_E2M1
// Twice the E2M1 element that each half's low four bits say, as a signed integer: 0, 1, 2, 3, 4, 6, 8, 12 is m + (m - 4)
// + 2 (m - 6) with differences below zero left out.
static RK_INLINE vuw doubled_e2m1(vuw codes) {
  const vsw m = (vsw)(codes & 7), sign = -(vsw)(codes >> 3), zero = {0};
  const vsw value = m + __builtin_elementwise_max(m - 4, zero) + 2 * __builtin_elementwise_max(m - 6, zero);
  return (vuw)((value ^ sign) - sign);
}
#endif

static RK_INLINE void dequantize_elements(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out,
                                          rk_storage storage, int bits, int group) {
  const uint8_t *values = rk_row_values(w, row), *scales = rk_row_scales(w, row);
  for (int64_t c = begin; c < end; c += group) {
    const vf scale = splat(rk_micro_scale(storage, scales[c / group]));
    for (int64_t i = c; i < c + group; i += RK_UNIT) {
      vf elements[RK_UNIT / RK_W];
      unpack_elements(values + i * bits / 8, storage, elements);
      for (int u = 0; u < RK_UNIT / RK_W; u++) store(out + i - begin + u * RK_W, elements[u] * scale);
    }
  }
}

static void dequantize_microscaling(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out) {
  switch (w->storage) {
    case RK_MXFP4: dequantize_elements(w, row, begin, end, out, RK_MXFP4, 4, 32); break;
    case RK_MXFP8: dequantize_elements(w, row, begin, end, out, RK_MXFP8, 8, 32); break;
    default: dequantize_elements(w, row, begin, end, out, RK_NVFP4, 4, 16); break;
  }
}

// `rows` rows at once, so that each vector of x is loaded once for all of them.
static RK_INLINE void multiply_elements(const rk_matrix *w, const float *x, float *y, int64_t row, bool accumulate,
                                        int rows, rk_storage storage, int bits, int group) {
  const uint8_t *values[4], *scales[4];
  vf sum[4];
  for (int r = 0; r < rows; r++) {
    values[r] = rk_row_values(w, row + r);
    scales[r] = rk_row_scales(w, row + r);
    sum[r] = splat(0);
  }
  for (int64_t g = 0, c = 0; c < w->columns; g++, c += group) {
    vf part[4] = {splat(0), splat(0), splat(0), splat(0)};
    for (int64_t i = c; i < c + group; i += RK_UNIT) {
      for (int r = 0; r < rows; r++) {
        vf elements[RK_UNIT / RK_W];
        prefetch_at(values[r] + i * bits / 8 + AHEAD);
        unpack_elements(values[r] + i * bits / 8, storage, elements);
        for (int u = 0; u < RK_UNIT / RK_W; u++) part[r] = fma(elements[u], load(x + i + u * RK_W), part[r]);
      }
    }
    for (int r = 0; r < rows; r++) sum[r] = fma(part[r], splat(rk_micro_scale(storage, scales[r][g])), sum[r]);
  }
  for (int r = 0; r < rows; r++) {
    float total = total_of(sum[r]);
    y[row + r] = accumulate ? y[row + r] + total : total;
  }
}

static RK_INLINE void multiply_elements_of(const rk_matrix *w, const float *x, float *y, int64_t begin, int64_t end,
                                           bool accumulate, rk_storage storage, int bits, int group) {
  int64_t row = begin;
  for (; row + 4 <= end; row += 4) multiply_elements(w, x, y, row, accumulate, 4, storage, bits, group);
  for (; row < end; row++) multiply_elements(w, x, y, row, accumulate, 1, storage, bits, group);
}

static void multiply_microscaling(const rk_matrix *w, const float *x, float *y, int64_t begin, int64_t end,
                                  bool accumulate) {
  switch (w->storage) {
    case RK_MXFP4: multiply_elements_of(w, x, y, begin, end, accumulate, RK_MXFP4, 4, 32); break;
    case RK_MXFP8: multiply_elements_of(w, x, y, begin, end, accumulate, RK_MXFP8, 8, 32); break;
    default: multiply_elements_of(w, x, y, begin, end, accumulate, RK_NVFP4, 4, 16); break;
  }
}
