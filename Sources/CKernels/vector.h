// The kernels in terms of vectors of RK_W floats, for every instruction set that has them.
//
// An including file defines RK_W (floats per vector), RK_MR (weight rows that a register tile holds), RK_UNIT (codes
// that `unpack` expands, a multiple of RK_W), and these functions:
//   static inline void unpack(const uint8_t *codes, int bits, vf out[RK_UNIT / RK_W]);
//   static inline vf nibbles(vu words, int shift);   // the four bits of each word from `shift` on, as floats
//   static inline vi dot(vi sum, vuw a, vuw b);      // sum + the two products of each element's signed 16-bit halves
//   // `count` half-precision or bfloat16 numbers, the first of `places` that share the vector evenly
//   static inline vf spread_parameters(const uint8_t *from, rk_storage type, int places, int count);
//   static inline void unpack_e2m1(const uint8_t *codes, vf out[RK_UNIT / RK_W]);   // see vector_microscaling.h
// RK_HAS_DOUBLED_E2M1 says that it also defines `doubled_e2m1`, which vector_microscaling.h has otherwise.
// RK_FIXED_PANELS says that `dot` is so fast that integers pay for products with many tokens too, RK_VNNI that there are
//   static inline bool has_bfloat16(void);                // whether this machine multiplies pairs of bfloat16
//   static inline vf dot_bfloat16(vf sum, vuw a, vuw b);  // sum + the two products of each element's bfloat16 halves
//   // sum + the four products of each element's bytes, from 0 on, with the signed bytes of one word
//   static inline vi dot_bytes(vi sum, vu codes, const float *word);
//   static inline vu offset_e2m1(vu codes);   // of each byte's E2M1 element twice its value, plus E2M1_OFFSET
// RK_TILES says that the target has AMX's tiles of bytes and of bfloat16, and there are
//   tile_configuration                        // what LDTILECFG reads
//   static inline vu signed_e2m1(vu codes);   // of each byte's E2M1 element twice its value
// The types below come first: include "vector_types.h" before defining them.
#include "convert.h"
#include "microscaling.h"
#include "tables.h"

// Bytes between what a product reads and what it asks the memory for. Four rows at once are too many streams for the
// hardware's prefetcher: on Zen 4 and Zen 5 this doubles the bytes per second of a matrix that no cache holds. Lines are
// asked for into the second-level cache; rows of 1 KiB asked for into the first came at half that rate on Zen 4.
enum { AHEAD = 8192 };

static RK_INLINE void prefetch_at(const uint8_t *at) { __builtin_prefetch(at, 0, 2); }

// Vectors of tokens in a panel: RK_MR rows of as many sums, a panel's inputs, a weight and a product are in registers at
// once, of which there are 16 where a vector has 8 floats. A third vector made products of many tokens half as fast there.
enum { PANEL_VECTORS = RK_W == 8 ? 2 : 3, PANEL = PANEL_VECTORS * RK_W };
enum { CHUNK = 8 * RK_W, BLOCK_VECTORS = RK_KEY_BLOCK / RK_W };

#include "vector_microscaling.h"
#include "vector_weights.h"
#include "vector_product.h"
#include "vector_fixed.h"
#include "vector_spans.h"
#include "vector_panels.h"
#ifdef RK_VNNI
#include "vector_bfloat16_panels.h"
#endif
#ifdef RK_FIXED_PANELS
#include "vector_fixed_panels.h"
#endif
#ifdef RK_TILES
#include "vector_tile_panels.h"
#include "vector_bfloat16_tiles.h"
#endif
#include "vector_steps.h"
#include "vector_attention.h"

#ifdef RK_VNNI
static bool in_blocks(const rk_matrix *w) { return is_fixed(w) && w->rows % RK_ROW_BLOCK == 0; }
#define RK_IN_BLOCKS in_blocks
#else
#define RK_IN_BLOCKS NULL
#endif

static rk_panel_product panels(const rk_matrix *w, rk_rounding rounding) {
#ifdef RK_TILES
  if (rounding == RK_FIXED && w->layout == RK_ROW_BLOCKS) {
    return (rk_panel_product){prepare_tile_panel, multiply_tile_panels};
  }
#endif
#ifdef RK_FIXED_PANELS
  if (rounding == RK_FIXED && is_fixed(w)) return (rk_panel_product){prepare_fixed_panel, multiply_fixed_panels};
#endif
#ifdef RK_VNNI
  if (rounding == RK_TO_BFLOAT16 && w->storage == RK_BFLOAT16 && w->columns % 2 == 0 && has_bfloat16()) {
    return (rk_panel_product){prepare_bfloat16_panel, multiply_bfloat16_panels};
  }
#endif
  (void)w, (void)rounding;
  return (rk_panel_product){NULL, multiply_panels};
}

#define RK_TABLE(title)                  \
  {                                      \
      .name = title,                     \
      .panel = PANEL,                    \
      .vector_width = RK_W,              \
      .in_blocks = RK_IN_BLOCKS,         \
      .dequantize_row = dequantize_row,  \
      .exact = {prepare, multiply_vectors}, \
      .fixed = {prepare_fixed_or_exact, multiply_fixed_or_exact}, \
      .panels = panels,                  \
      .normalize = normalize,            \
      .normalize_panel = normalize_panel, \
      .center_panel = center_panel,      \
      .gate = gate,                      \
      .activate = activate,              \
      .rotate = rotate,                  \
      .rotate_panel = rotate_panel,      \
      .append = append,                  \
      .append_panel = append_panel,      \
      .attend = attend,                  \
      .attend_panel = attend_panel,      \
      .delta_step = delta_step,          \
      .scan_step = scan_step,            \
      .log_sum_exp = log_sum_exp,        \
      .online_log_sum_exp_panel = online_log_sum_exp_panel, \
  }
