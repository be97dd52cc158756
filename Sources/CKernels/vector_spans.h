// The order in which a product with many tokens goes through its weights, part of vector.h.
//
// The activations of a wide input are more than a second-level cache holds: 192 tokens of 10,240 features take 4 MB. So all
// rows of a task are multiplied with a span of columns before the next span, whose activations stay in that cache meanwhile.

// Half of what a core of Zen 4 has: weights and results go through it too.
enum { SPAN_BYTES = 512 << 10 };

// Columns of a span whose activations take `bytes` for each token, a multiple of `unit`. All spans but the last are as wide.
static int64_t span_columns(int64_t columns, int64_t tokens, int64_t bytes, int64_t unit) {
  const int64_t all = columns * bytes * ((tokens + PANEL - 1) / PANEL * PANEL);
  const int64_t spans = all / SPAN_BYTES + 1, even = (columns + spans - 1) / spans;
  return (even + unit - 1) / unit * unit;
}

// Weights to ask the memory for while others are multiplied: those of the same columns, moved by `shift`, from a row on.
typedef struct {
  int64_t row, shift;
} weights_ahead;

// What follows the rows from `row` to `next` of a span that begins at `column`, where a task has the rows from `begin` to `end`:
// the rows below, or the first ones of the next span, or the task below.
static weights_ahead ahead_of(int64_t next, int64_t begin, int64_t end, int64_t column, int64_t span, int64_t columns) {
  if (next < end) return (weights_ahead){next, 0};
  if (column + span < columns) return (weights_ahead){begin, span};
  return (weights_ahead){end, -column};
}

#ifdef RK_VNNI
// Bytes from a block's words to those that are asked for (RK_ROW_BLOCKS).
static int64_t block_distance(const rk_matrix *w, int64_t row, weights_ahead ahead) {
  const int64_t words = w->columns * w->bits / 32, blocks = ahead.row / RK_ROW_BLOCK - row / RK_ROW_BLOCK;
  return (blocks * words + ahead.shift * w->bits / 32) * RK_ROW_BLOCK * 4;
}
#endif
