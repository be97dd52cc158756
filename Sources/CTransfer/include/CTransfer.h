// One POST over the system's libcurl.
//
// The library is loaded when it is first needed, so that neither its headers nor a package of them is needed to build. It is
// on every machine that runs Swift programs: Foundation is linked against it. Its ABI has not changed since 2006
// (https://curl.se/libcurl/abi.html), and what is used here is of that time, apart from curl_multi_poll (7.66, 2019).
#ifndef C_TRANSFER_H
#define C_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

/// What a transfer reports while `transfer_step` runs, on the caller's thread. Each returns whether to go on.
struct transfer_calls {
  /// Bytes arrived, of the head or the body, framing included.
  bool (*received)(void *context, size_t count);
  /// A line of the head, with its line end; the last one of each head is empty.
  bool (*head)(void *context, const char *line, size_t count);
  /// Bytes of the body, as the server sent them apart from chunks: nothing is decompressed.
  bool (*body)(void *context, const char *bytes, size_t count);
};

struct transfer_request {
  const char *url;
  /// Lines without line ends, the last one NULL.
  const char *const *headers;
  const void *body;
  size_t body_size;
  /// Includes looking up the name and TLS.
  long connect_seconds;
  /// Whether proxies that the environment names are passed by.
  bool is_direct;
};

struct transfer;

/// Whether libcurl is there and has all that is used. May be called from several threads.
bool transfer_is_available(void);

/// Prepares a transfer on a connection of its own: nothing is retried, no redirect followed, no credentials sent but those
/// of the headers, no cookie kept.
///
/// What is passed must stay where it is until `transfer_end`. Returns NULL if memory is short or libcurl is not available.
struct transfer *transfer_begin(
    const struct transfer_request *request, const struct transfer_calls *calls, void *context);

enum transfer_state { TRANSFER_RUNS, TRANSFER_COMPLETE, TRANSFER_FAILED };

/// Does what can be done at once, then waits until more can be done or the time is over.
enum transfer_state transfer_step(struct transfer *transfer, int milliseconds);

/// Why it failed, for people; empty if it did not.
const char *transfer_failure(const struct transfer *transfer);

/// Closes the connection and frees all.
void transfer_end(struct transfer *transfer);

#endif
