// The order in which a product with many tokens goes through its weights, part of vector.h.
//
// The activations of a wide input are more than a second-level cache holds: 192 tokens of 10,240 features take 4 MB. So all
// rows of a task are multiplied with a span of columns before the next span, whose activations stay in that cache meanwhile.

// Half of what a core of Zen 4 has: weights and results go through it too.
enum { SPAN_BYTES = 512 << 10 };

// The columns from `first` to `last`. All spans but the last of a product have `width`.
typedef struct {
  int64_t first, last, width;
} column_span;

static RK_INLINE column_span span_from(int64_t first, int64_t width, int64_t columns) {
  return (column_span){first, first + width < columns ? first + width : columns, width};
}

// The first span of columns whose activations take `bytes` for each token; its width is a multiple of `unit`.
static column_span first_span(int64_t columns, int64_t tokens, int64_t bytes, int64_t unit) {
  const int64_t all = columns * bytes * ((tokens + PANEL - 1) / PANEL * PANEL);
  const int64_t spans = all / SPAN_BYTES + 1, even = (columns + spans - 1) / spans;
  return span_from(0, (even + unit - 1) / unit * unit, columns);
}

static column_span next_span(column_span span, int64_t columns) { return span_from(span.last, span.width, columns); }

#define EACH_SPAN(span, columns, tokens, bytes, unit)                                       \
  for (column_span span = first_span(columns, tokens, bytes, unit); span.first < (columns); \
       span = next_span(span, columns))

// Weights to ask the memory for while others are multiplied: those of the same columns, moved by `shift`, from a row on.
typedef struct {
  int64_t row, shift;
} weights_ahead;

// What follows the rows before `next` of a span, where a task has the rows from `begin` to `end`: the rows below, or the
// first ones of the next span, or the task below.
static weights_ahead ahead_of(int64_t next, int64_t begin, int64_t end, column_span span, int64_t columns) {
  if (next < end) return (weights_ahead){next, 0};
  if (span.last < columns) return (weights_ahead){begin, span.width};
  return (weights_ahead){end, -span.first};
}

#ifdef RK_VNNI
// Bytes from a block's words to those that are asked for (RK_ROW_BLOCKS).
static int64_t block_distance(const rk_matrix *w, int64_t row, weights_ahead ahead) {
  const int64_t words = w->columns * w->bits / 32, blocks = ahead.row / RK_ROW_BLOCK - row / RK_ROW_BLOCK;
  return (blocks * words + ahead.shift * w->bits / 32) * RK_ROW_BLOCK * 4;
}
#endif
