#include "CPlatform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef __APPLE__
#include <copyfile.h>

int attributes_copy(int from, int to, char *name, size_t capacity) {
  if (capacity > 0) name[0] = 0;
  return fcopyfile(from, to, NULL, COPYFILE_ACL | COPYFILE_XATTR) == 0 ? 0 : errno;
}

#else
#include <stdio.h>
#include <sys/xattr.h>

// Far above what Linux lets a file have: 64 KiB of names, and as much for a value.
enum { LIMIT = 1 << 16 };

// The names one after the other, each with a zero at its end; -1 with errno.
static ssize_t list(int file, char *names) {
  ssize_t length = flistxattr(file, names, LIMIT);
  // A file system without attributes has none.
  return length < 0 && (errno == ENOTSUP || errno == ENOSYS) ? 0 : length;
}

static int contains(const char *names, ssize_t length, const char *name) {
  for (ssize_t i = 0; i < length; i += strlen(names + i) + 1) {
    if (strcmp(names + i, name) == 0) return 1;
  }
  return 0;
}

static int fail(const char *attribute, char *name, size_t capacity) {
  int problem = errno;
  snprintf(name, capacity, "%s", attribute);
  return problem;
}

static int copy(int from, int to, char *room, char *name, size_t capacity) {
  char *old = room, *new = room + LIMIT, *value = room + 2 * LIMIT, *present = room + 3 * LIMIT;
  ssize_t old_length = list(from, old);
  if (old_length < 0) return fail("", name, capacity);
  for (ssize_t i = 0; i < old_length; i += strlen(old + i) + 1) {
    ssize_t size = fgetxattr(from, old + i, value, LIMIT);
    if (size < 0) return fail(old + i, name, capacity);
    // The system labels new files by itself, and not everybody may.
    ssize_t present_size = fgetxattr(to, old + i, present, LIMIT);
    if (present_size == size && memcmp(present, value, size) == 0) continue;
    if (fsetxattr(to, old + i, value, size, 0) != 0) return fail(old + i, name, capacity);
  }
  ssize_t new_length = list(to, new);
  if (new_length < 0) return fail("", name, capacity);
  for (ssize_t i = 0; i < new_length; i += strlen(new + i) + 1) {
    // What the new file has from its folder, such as a list of access.
    if (contains(old, old_length, new + i) || strncmp(new + i, "security.", 9) == 0) continue;
    if (fremovexattr(to, new + i) != 0) return fail(new + i, name, capacity);
  }
  return 0;
}

int attributes_copy(int from, int to, char *name, size_t capacity) {
  if (capacity > 0) name[0] = 0;
  char *room = malloc(4 * LIMIT);
  if (!room) return ENOMEM;
  int problem = copy(from, to, room, name, capacity);
  free(room);
  return problem;
}

#endif
