#include "support.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Under the address sanitizer plain allocations are watched on both sides. Elsewhere, an emulator included, a page
// without access follows each.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif

enum { ALLOCATIONS = 256 };
static struct {
  void *base;
  size_t length;
} allocations[ALLOCATIONS];
static int allocated = 0;

static void fail(const char *what) {
  fprintf(stderr, "error: %s failed\n", what);
  exit(2);
}

void *exact(size_t bytes) {
  if (allocated == ALLOCATIONS) fail("an allocation beyond the table of them");
#ifdef WATCHED
  uint8_t *base = malloc(bytes), *start = base;
  const size_t length = bytes;
  if (base == NULL) fail("malloc");
#else
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), usable = (bytes + page - 1) / page * page;
  const size_t length = usable + page;
  uint8_t *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) fail("mmap");
  if (mprotect(base + usable, page, PROT_NONE) != 0) fail("mprotect");
  uint8_t *start = base + usable - bytes;
#endif
  allocations[allocated].base = base;
  allocations[allocated++].length = length;
  return memset(start, 0xFF, bytes);
}

void release(void) {
  while (allocated > 0) {
    allocated--;
#ifdef WATCHED
    free(allocations[allocated].base);
#else
    munmap(allocations[allocated].base, allocations[allocated].length);
#endif
  }
}

// SplitMix64 (Steele, Lea and Flood 2014).
uint64_t random_bits(void) {
  static uint64_t state = 1;
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

float random_float(float low, float high) {
  return low + (high - low) * (float)(random_bits() >> 40) * 0x1p-24f;
}

float *floats(int64_t count) { return exact((size_t)count * sizeof(float)); }

float *random_floats(int64_t count, float low, float high) {
  float *out = floats(count);
  for (int64_t i = 0; i < count; i++) out[i] = random_float(low, high);
  return out;
}

float *copy_floats(const float *from, int64_t count) {
  return memcpy(floats(count), from, (size_t)count * sizeof *from);
}

int64_t panel_count(const rk_kernels *table, int64_t tokens) { return (tokens + table->panel - 1) / table->panel; }

static int64_t panel_index(const rk_kernels *table, int64_t token, int64_t feature, int64_t features) {
  return (token / table->panel * features + feature) * table->panel + token % table->panel;
}

float *to_panels(const rk_kernels *table, const float *x, int64_t tokens, int64_t features) {
  float *panels = floats(panel_count(table, tokens) * features * table->panel);
  for (int64_t t = 0; t < tokens; t++) {
    for (int64_t f = 0; f < features; f++) panels[panel_index(table, t, f, features)] = x[t * features + f];
  }
  return panels;
}

float *from_panels(const rk_kernels *table, const float *panels, int64_t tokens, int64_t features) {
  float *x = floats(tokens * features);
  for (int64_t t = 0; t < tokens; t++) {
    for (int64_t f = 0; f < features; f++) x[t * features + f] = panels[panel_index(table, t, f, features)];
  }
  return x;
}

static void report(subject *s, const char *label, va_list arguments) {
  // The first few tell what is wrong; thousands more would bury them.
  if (++s->failures > 10) return;
  fprintf(stderr, "%s: ", s->table->name);
  vfprintf(stderr, label, arguments);
}

void expect(subject *s, const float *found, const float *expected, const float *magnitude, int64_t count,
            bound allowed, const char *label, ...) {
  s->comparisons++;
  double worst = 0;
  int64_t at = -1;
  for (int64_t i = 0; i < count; i++) {
    if (found[i] == expected[i]) continue;
    const double size = fabs((double)(magnitude != NULL ? magnitude[i] : expected[i]));
    const double error = fabs((double)found[i] - expected[i]) / (allowed.relative * size + allowed.absolute);
    // Written so that a NaN counts as worst.
    if (!(error <= worst)) worst = isnan(error) ? INFINITY : error, at = i;
  }
  if (worst <= 1) {
    s->closest = fmax(s->closest, worst);
    return;
  }
  va_list arguments;
  va_start(arguments, label);
  report(s, label, arguments);
  va_end(arguments);
  if (s->failures <= 10) {
    fprintf(stderr, ": element %lld of %lld is %.9g, expected %.9g (%.2g times what is allowed)\n", (long long)at,
            (long long)count, (double)found[at], (double)expected[at], worst);
  }
}

void expect_bytes(subject *s, const void *found, const void *expected, size_t bytes, const char *label, ...) {
  s->comparisons++;
  if (memcmp(found, expected, bytes) == 0) return;
  va_list arguments;
  va_start(arguments, label);
  report(s, label, arguments);
  va_end(arguments);
  if (s->failures <= 10) fprintf(stderr, ": the bytes differ\n");
}
