// What the checks share: exactly sized memory, random numbers, panels, and comparison within a bound.
#ifndef RESIDENT_KERNEL_CHECK_H
#define RESIDENT_KERNEL_CHECK_H

#include <stddef.h>

#include "CKernels.h"

// One table under test and what became of it.
typedef struct {
  const rk_kernels *table;
  const rk_kernels *scalar;
  long comparisons;
  long failures;
  // The largest error, as a share of what was allowed.
  double closest;
} subject;

void check_products(subject *s);
void check_row_blocks(subject *s);
void check_steps(subject *s);
void check_attention(subject *s);

// Memory whose end borders on what must not be touched, until `release`. Its bytes are those of NaNs.
void *exact(size_t bytes);
void release(void);

float *floats(int64_t count);
float *random_floats(int64_t count, float low, float high);
float *copy_floats(const float *from, int64_t count);
float random_float(float low, float high);
uint64_t random_bits(void);

// x is [tokens][features]; columns of a panel without a token hold NaNs, which must not spread to
// the others.
float *to_panels(const rk_kernels *table, const float *x, int64_t tokens, int64_t features);
float *from_panels(const rk_kernels *table, const float *panels, int64_t tokens, int64_t features);
int64_t panel_count(const rk_kernels *table, int64_t tokens);

// How far a result may be from the reference: relative times the magnitude of what it sums, plus absolute.
typedef struct {
  double relative;
  double absolute;
} bound;

// Compares `count` numbers; without magnitudes the expected numbers take their place. The label is a printf format.
__attribute__((format(printf, 7, 8))) void expect(subject *s, const float *found, const float *expected,
                                                  const float *magnitude, int64_t count, bound allowed,
                                                  const char *label, ...);
__attribute__((format(printf, 5, 6))) void expect_bytes(subject *s, const void *found, const void *expected,
                                                        size_t bytes, const char *label, ...);

#endif
