#include "CPlatform.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Far above the files of any model; a fixed table, since a handler may read it at any moment.
enum { SLOTS = 4096 };

struct slot {
  // 0 if the slot is free, 1 while it is being filled.
  _Atomic(uintptr_t) start;
  uintptr_t end;
  char *message;
  size_t length;
};

static struct slot slots[SLOTS];
static struct sigaction previous;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Only calls that are safe in a handler of signals.
static void handle(int number, siginfo_t *information, void *context) {
  (void)context;
  uintptr_t address = (uintptr_t)information->si_addr;
  for (int i = 0; i < SLOTS; i++) {
    uintptr_t start = atomic_load_explicit(&slots[i].start, memory_order_acquire);
    if (start <= 1 || address < start || address >= slots[i].end) continue;
    // A message that cannot be written changes nothing.
    ssize_t written = write(STDERR_FILENO, slots[i].message, slots[i].length);
    (void)written;
    _exit(MAPPINGS_EXIT_STATUS);
  }
  if (information->si_code <= 0) {
    // Sent by a process, not met by an access: it does what it would have done.
    sigaction(number, &previous, NULL);
    raise(number);
    return;
  }
  // Not of a watched mapping: the access is made again, and meets what was there before.
  sigaction(number, &previous, NULL);
}

static void install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &previous);
}

int mappings_watch(const void *start, size_t size, const char *message) {
  if (size == 0) return -1;
  pthread_once(&once, install);
  for (int i = 0; i < SLOTS; i++) {
    uintptr_t free_slot = 0;
    if (!atomic_compare_exchange_strong(&slots[i].start, &free_slot, 1)) continue;
    slots[i].message = strdup(message);
    if (!slots[i].message) {
      atomic_store(&slots[i].start, 0);
      return -1;
    }
    slots[i].length = strlen(message);
    slots[i].end = (uintptr_t)start + size;
    atomic_store_explicit(&slots[i].start, (uintptr_t)start, memory_order_release);
    return i;
  }
  return -1;
}

void mappings_forget(int mapping) {
  if (mapping < 0) return;
  // First out of the handler's sight, and free for others only when its message is gone.
  atomic_store(&slots[mapping].start, 1);
  free(slots[mapping].message);
  atomic_store_explicit(&slots[mapping].start, 0, memory_order_release);
}
