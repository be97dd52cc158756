#include "CTransfer.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Numbers and layouts of curl.h and multi.h.
enum {
  OPTION_VERBOSE = 41,
  OPTION_POST = 47,
  OPTION_POST_SIZE = 60,
  OPTION_FRESH_CONNECTION = 74,
  OPTION_FORBID_REUSE = 75,
  OPTION_CONNECT_SECONDS = 78,
  OPTION_HTTP_VERSION = 84,
  OPTION_NO_SIGNAL = 99,
  OPTION_NO_PROXY_HEADERS = 265,
  OPTION_BODY_CONTEXT = 10001,
  OPTION_URL = 10002,
  OPTION_PROXY = 10004,
  OPTION_FAILURE = 10010,
  OPTION_POST_BODY = 10015,
  OPTION_HEADERS = 10023,
  OPTION_HEAD_CONTEXT = 10029,
  OPTION_DEBUG_CONTEXT = 10095,
  OPTION_BODY_FUNCTION = 20011,
  OPTION_HEAD_FUNCTION = 20079,
  OPTION_DEBUG_FUNCTION = 20094,
  HTTP_1_1 = 2,
  DEBUG_HEAD_IN = 1,
  DEBUG_BODY_IN = 3,
  MESSAGE_DONE = 1,
  GLOBAL_ALL = 3,
  FAILURE_SIZE = 256,
};

struct message {
  int kind;
  void *handle;
  union {
    void *any;
    int result;
  } data;
};

// What is used of the library.
static struct {
  int (*global_init)(long);
  void *(*easy_init)(void);
  int (*easy_setopt)(void *, int, ...);
  void (*easy_cleanup)(void *);
  const char *(*easy_strerror)(int);
  void *(*slist_append)(void *, const char *);
  void (*slist_free_all)(void *);
  void *(*multi_init)(void);
  int (*multi_add_handle)(void *, void *);
  int (*multi_remove_handle)(void *, void *);
  int (*multi_perform)(void *, int *);
  int (*multi_poll)(void *, void *, unsigned, int, int *);
  struct message *(*multi_info_read)(void *, int *);
  int (*multi_cleanup)(void *);
  bool is_loaded;
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  static const char *const names[] = {"libcurl.so.4", "/usr/lib/libcurl.4.dylib", "libcurl-gnutls.so.4"};
  void *library = NULL;
  for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  bool has_all = true;
  // By memory: ISO C has no cast from an object's address to a function's.
#define LOAD(name)                                                  \
  do {                                                              \
    void *address = dlsym(library, "curl_" #name);                  \
    has_all = has_all && address != NULL;                           \
    memcpy(&curl.name, &address, sizeof address);                   \
  } while (0)
  LOAD(global_init);
  LOAD(easy_init);
  LOAD(easy_setopt);
  LOAD(easy_cleanup);
  LOAD(easy_strerror);
  LOAD(slist_append);
  LOAD(slist_free_all);
  LOAD(multi_init);
  LOAD(multi_add_handle);
  LOAD(multi_remove_handle);
  LOAD(multi_perform);
  LOAD(multi_poll);
  LOAD(multi_info_read);
  LOAD(multi_cleanup);
#undef LOAD
  curl.is_loaded = has_all && curl.global_init(GLOBAL_ALL) == 0;
}

bool transfer_is_available(void) {
  pthread_once(&once, load);
  return curl.is_loaded;
}

struct transfer {
  void *easy;
  void *multi;
  void *headers;
  bool is_added;
  bool is_ended;
  struct transfer_calls calls;
  void *context;
  int result;
  char failure[FAILURE_SIZE];
};

static size_t pass_body(char *bytes, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  // Any other number than that of the bytes ends the transfer.
  return transfer->calls.body(transfer->context, bytes, size * count) ? size * count : size * count + 1;
}

static size_t pass_head(char *line, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  return transfer->calls.head(transfer->context, line, size * count) ? size * count : size * count + 1;
}

static int pass_debug(void *handle, int kind, char *bytes, size_t size, void *context) {
  (void)handle, (void)bytes;
  struct transfer *transfer = context;
  // Only the functions for head and body can end a transfer, so what this one says is asked after each step.
  if ((kind == DEBUG_HEAD_IN || kind == DEBUG_BODY_IN) && !transfer->calls.received(transfer->context, size))
    transfer->is_ended = true;
  return 0;
}

struct transfer *transfer_begin(
    const struct transfer_request *request, const struct transfer_calls *calls, void *context) {
  if (!transfer_is_available()) return NULL;
  struct transfer *transfer = calloc(1, sizeof *transfer);
  if (transfer == NULL) return NULL;
  transfer->calls = *calls;
  transfer->context = context;
  void *easy = transfer->easy = curl.easy_init();
  transfer->multi = curl.multi_init();
  bool is_ready = easy != NULL && transfer->multi != NULL;
  for (const char *const *line = request->headers; is_ready && *line != NULL; line++) {
    void *longer = curl.slist_append(transfer->headers, *line);
    if (longer == NULL)
      is_ready = false;
    else
      transfer->headers = longer;
  }
#define SET(option, value) is_ready = is_ready && curl.easy_setopt(easy, option, value) == 0
  SET(OPTION_URL, request->url);
  SET(OPTION_HEADERS, transfer->headers);
  SET(OPTION_POST, 1L);
  SET(OPTION_POST_BODY, request->body);
  SET(OPTION_POST_SIZE, (long)request->body_size);
  SET(OPTION_HTTP_VERSION, (long)HTTP_1_1);
  SET(OPTION_CONNECT_SECONDS, request->connect_seconds);
  SET(OPTION_FRESH_CONNECTION, 1L);
  SET(OPTION_FORBID_REUSE, 1L);
  SET(OPTION_NO_SIGNAL, 1L);
  SET(OPTION_NO_PROXY_HEADERS, 1L);
  if (request->is_direct) SET(OPTION_PROXY, "");
  SET(OPTION_FAILURE, transfer->failure);
  SET(OPTION_BODY_FUNCTION, pass_body);
  SET(OPTION_BODY_CONTEXT, transfer);
  SET(OPTION_HEAD_FUNCTION, pass_head);
  SET(OPTION_HEAD_CONTEXT, transfer);
  // Chunks' framing is counted nowhere else.
  SET(OPTION_DEBUG_FUNCTION, pass_debug);
  SET(OPTION_DEBUG_CONTEXT, transfer);
  SET(OPTION_VERBOSE, 1L);
#undef SET
  is_ready = is_ready && curl.multi_add_handle(transfer->multi, easy) == 0;
  transfer->is_added = is_ready;
  if (is_ready) return transfer;
  transfer_end(transfer);
  return NULL;
}

enum transfer_state transfer_step(struct transfer *transfer, int milliseconds) {
  int running = 0;
  if (curl.multi_perform(transfer->multi, &running) != 0 || transfer->is_ended) return TRANSFER_FAILED;
  if (running > 0) {
    int failed = curl.multi_poll(transfer->multi, NULL, 0, milliseconds, NULL);
    return failed ? TRANSFER_FAILED : TRANSFER_RUNS;
  }
  int left = 0;
  const struct message *message = curl.multi_info_read(transfer->multi, &left);
  if (message == NULL || message->kind != MESSAGE_DONE) return TRANSFER_FAILED;
  transfer->result = message->data.result;
  return transfer->result == 0 ? TRANSFER_COMPLETE : TRANSFER_FAILED;
}

const char *transfer_failure(const struct transfer *transfer) {
  if (transfer->failure[0] != '\0' || transfer->result == 0) return transfer->failure;
  return curl.easy_strerror(transfer->result);
}

void transfer_end(struct transfer *transfer) {
  if (transfer->is_added) curl.multi_remove_handle(transfer->multi, transfer->easy);
  if (transfer->easy != NULL) curl.easy_cleanup(transfer->easy);
  if (transfer->multi != NULL) curl.multi_cleanup(transfer->multi);
  curl.slist_free_all(transfer->headers);
  free(transfer);
}
