// The tables that this build contains, and the block sizes that they share.
#ifndef RESIDENT_TABLES_H
#define RESIDENT_TABLES_H

#include "CKernels.h"

// Outputs and inputs of the weight tile that a product with panels expands at a time: 16 KiB, within any first-level
// cache.
#define RK_TILE_ROWS 8
#define RK_TILE_COLUMNS 512

extern const rk_kernels rk_kernels_scalar;
extern const rk_kernels rk_kernels_avx2;
extern const rk_kernels rk_kernels_avx512;
extern const rk_kernels rk_kernels_avx512vnni;
extern const rk_kernels rk_kernels_amx;
extern const rk_kernels rk_kernels_neon;

#endif
