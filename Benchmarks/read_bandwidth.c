// Measures how fast this machine reads memory: each thread sums its own part of a buffer far larger than the caches.
//
// usage: read_bandwidth THREADS MEBIBYTES PASSES
// Prints the rate of the best pass in bytes per second.

#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

// Of 64 sums GCC makes two streams half a kilobyte apart, which memory gives at half the rate.
enum { kMaximumThreads = 256, kSums = 32 };

typedef struct {
  const uint64_t *words;
  size_t count;
  uint64_t sum;
} Part;

// Independent sums, so that no addition waits for the one before it and the compiler may use vectors.
static void *sum_part(void *argument) {
  Part *part = argument;
  uint64_t sums[kSums] = {0};
  for (size_t first = 0; first + kSums <= part->count; first += kSums) {
    for (size_t i = 0; i < kSums; i++) sums[i] += part->words[first + i];
  }
  part->sum = 0;
  for (size_t i = 0; i < kSums; i++) part->sum += sums[i];
  return NULL;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int pass(Part *parts, int threads) {
  pthread_t handles[kMaximumThreads];
  int started = 1;
  while (started < threads && pthread_create(&handles[started], NULL, sum_part, &parts[started]) == 0) started++;
  sum_part(&parts[0]);
  for (int i = 1; i < started; i++) pthread_join(handles[i], NULL);
  return started == threads;
}

int main(int argc, char **argv) {
  const int threads = argc == 4 ? atoi(argv[1]) : 0;
  const size_t mebibytes = argc == 4 ? strtoull(argv[2], NULL, 10) : 0;
  const int passes = argc == 4 ? atoi(argv[3]) : 0;
  if (threads < 1 || threads > kMaximumThreads || mebibytes < 1 || mebibytes > 1 << 20 || passes < 1) {
    fprintf(stderr, "usage: read_bandwidth THREADS MEBIBYTES PASSES\n");
    return 2;
  }
  const size_t bytes = mebibytes << 20;
  void *buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (buffer == MAP_FAILED) {
    fprintf(stderr, "error: no memory for a buffer of %zu MiB\n", mebibytes);
    return 1;
  }
#ifdef MADV_HUGEPAGE
  madvise(buffer, bytes, MADV_HUGEPAGE);
#endif
  memset(buffer, 1, bytes);

  Part parts[kMaximumThreads];
  const size_t words = bytes / sizeof(uint64_t);
  const size_t share = words / (size_t)threads / kSums * kSums;
  for (int i = 0; i < threads; i++) parts[i] = (Part){(const uint64_t *)buffer + (size_t)i * share, share, 0};

  double best = 0;
  uint64_t check = 0;
  for (int i = 0; i < passes; i++) {
    const double start = now();
    if (!pass(parts, threads)) {
      fprintf(stderr, "error: cannot start %d threads\n", threads);
      return 1;
    }
    const double rate = (double)(share * (size_t)threads * sizeof(uint64_t)) / (now() - start);
    if (rate > best) best = rate;
    for (int part = 0; part < threads; part++) check += parts[part].sum;
  }
  // Printed, so that no compiler drops the sums.
  printf("%.0f\n", best);
  fprintf(stderr, "sum %llu\n", (unsigned long long)check);
  return 0;
}
