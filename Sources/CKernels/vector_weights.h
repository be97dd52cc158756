// Weights as floats, part of vector.h.

// The scales or biases of the RK_W words (8 four-bit codes each) from `word` on, one per word.
static RK_INLINE vf spread(const uint8_t *row, rk_storage type, int group, int64_t word) {
  const int words = group / 8, places = words < RK_W ? RK_W / words : 1;
  const int64_t index = word / words;
  if (places == 1) return splat(rk_load(row, type, index));
  if (type != RK_FLOAT32) return spread_parameters(row + index * 2, type, places, places);
  float values[RK_W];
  for (int i = 0; i < RK_W; i++) values[i] = rk_load(row, type, index + i * places / RK_W);
  return load(values);
}

static RK_INLINE void dequantize_codes(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out,
                                       int bits) {
  const uint8_t *values = rk_row_values(w, row);
  const uint8_t *scales = rk_row_parameters(w, w->scales, row), *biases = rk_row_parameters(w, w->biases, row);
  for (int64_t c = begin; c < end; c += w->group) {
    const vf scale = splat(rk_load(scales, w->parameters, c / w->group));
    const vf bias = splat(rk_load(biases, w->parameters, c / w->group));
    for (int64_t i = c; i < c + w->group; i += RK_UNIT) {
      vf codes[RK_UNIT / RK_W];
      unpack(values + i * bits / 8, bits, codes);
      for (int u = 0; u < RK_UNIT / RK_W; u++) store(out + i - begin + u * RK_W, fma(codes[u], scale, bias));
    }
  }
}

static void dequantize(const rk_matrix *w, int64_t row, int64_t begin, int64_t end, float *out) {
  if (rk_is_microscaling(w)) {
    dequantize_microscaling(w, row, begin, end, out);
    return;
  }
  if (w->storage != RK_AFFINE) {
    const uint8_t *values = rk_row_values(w, row);
    int64_t c = begin;
    for (; c + RK_W <= end; c += RK_W) store(out + c - begin, load_as(values, w->storage, c));
    for (; c < end; c++) out[c - begin] = rk_load(values, w->storage, c);
    return;
  }
  switch (w->bits) {
    case 2: dequantize_codes(w, row, begin, end, out, 2); break;
    case 3: dequantize_codes(w, row, begin, end, out, 3); break;
    case 4: dequantize_codes(w, row, begin, end, out, 4); break;
    case 5: dequantize_codes(w, row, begin, end, out, 5); break;
    case 6: dequantize_codes(w, row, begin, end, out, 6); break;
    default: dequantize_codes(w, row, begin, end, out, 8); break;
  }
}

#ifdef RK_VNNI
static void dequantize_block_row(const rk_matrix *w, int64_t row, float *out);
#endif

static void dequantize_row(const rk_matrix *w, int64_t row, float *out) {
#ifdef RK_VNNI
  if (w->layout == RK_ROW_BLOCKS) {
    dequantize_block_row(w, row, out);
    return;
  }
#endif
  dequantize(w, row, 0, w->columns, out);
}
