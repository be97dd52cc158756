// Holds every table of kernels that this machine runs against the scalar reference.
// usage: kernel-check [NAME...]   Fails as well if a table of one of these names can't run.
#include <stdio.h>
#include <string.h>

#include "support.h"

static long check(const char *name, bool required) {
  subject s = {.table = rk_kernels_named(name), .scalar = rk_kernels_named("scalar")};
  if (s.table == NULL) {
    if (required) fprintf(stderr, "%s: does not run on this machine\n", name);
    return required ? 1 : 0;
  }
  check_products(&s);
  check_steps(&s);
  check_attention(&s);
  check_row_blocks(&s);
  printf("%-10s %ld comparisons, %ld failed, largest error %.2f of what is allowed\n", name, s.comparisons, s.failures,
         s.closest);
  return s.failures;
}

int main(int count, char **arguments) {
  static const char *const names[] = {"scalar", "neon", "avx2", "avx512", "avx512vnni", "amx"};
  long failures = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bool required = false;
    for (int a = 1; a < count; a++) required |= strcmp(arguments[a], names[i]) == 0;
    failures += check(names[i], required);
  }
  printf("best       %s\n", rk_kernels_best()->name);
  return failures == 0 ? 0 : 1;
}
