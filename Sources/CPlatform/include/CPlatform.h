// What Swift cannot ask the operating system for by itself.
#ifndef C_PLATFORM_H
#define C_PLATFORM_H

#include <stddef.h>

// Mapped files that may become shorter while they are read.
//
// Reading a page of a mapping that its file no longer has, or that its disk cannot deliver, raises SIGBUS, which would end
// the process without a word. Once a mapping is watched, the process ends with a message that names the file instead.

/// The exit status after such a fault: EX_IOERR of sysexits.h.
enum { MAPPINGS_EXIT_STATUS = 74 };

/// Watches a mapping.
///
/// `message` is copied; it is what is written to standard error at a fault. Returns a number for `mappings_forget`, or -1 if
/// too many are watched or memory is short: then a fault ends the process as it would by itself.
int mappings_watch(const void *start, size_t size, const char *message);

/// Ends the watching, before the pages are unmapped.
void mappings_forget(int mapping);

/// Makes this process the parent of descendants whose own parent ends, where the system can (Linux).
///
/// Without it they become children of the first process and leave this one's tree. Returns whether it worked.
int adopt_orphans(void);

/// Gives an open file the extended attributes of another, access control list included, and takes away those that the
/// other lacks. The system's own labels of the new file stay.
///
/// Returns 0, or the value of errno with the attribute's name in `name`, as far as one is to blame.
int attributes_copy(int from, int to, char *name, size_t capacity);

#endif
