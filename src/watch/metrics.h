/* Numbers for Prometheus: as text (exposition format 0.0.4), in a file for the node exporter, or
 * through a server that listens on loopback only and answers GET /metrics. No label names a target:
 * what is open where is for the receivers of notices alone. */
#ifndef AJAR_WATCH_METRICS_H
#define AJAR_WATCH_METRICS_H

#include <poll.h>

#include "base/buf.h"
#include "store/store.h"
#include "watch/config.h"

struct receiver_counts {
    uint64_t pending, delivered, failed, dead;
};

struct metrics {
    struct store_totals totals;
    bool known;                      /* the store could be read */
    int64_t scan_ended_ms;           /* 0: none yet */
    int64_t scan_took_ms, next_ms;
    bool scan_complete;
    uint64_t endpoints, answered;    /* of the newest scan */
    uint64_t rounds;
    struct receiver_counts of[WATCH_RECEIVERS_MAX];
};

enum { METRICS_BYTES_MAX = 64 * 1024, METRICS_CLIENTS_MAX = 8, METRICS_REQUEST_MAX = 2048 };

void metrics_write(const struct metrics *m, const struct watch_config *c, const char *version, struct buf *out);
/* Replaces the file in one step; mode 0644, for another user reads it. */
bool metrics_save(const char *path, struct span text, struct error *e);

struct metrics_client {
    int fd; /* -1: free */
    int64_t deadline_ms;
    size_t len;
    char request[METRICS_REQUEST_MAX];
};

struct metrics_server {
    int fd; /* -1: none */
    struct metrics_client clients[METRICS_CLIENTS_MAX];
};

/* Refuses an address that is not loopback. */
bool metrics_listen(struct metrics_server *s, const struct host_port *at, struct error *e);
void metrics_close(struct metrics_server *s);
/* What to poll for; at most METRICS_CLIENTS_MAX + 1. */
size_t metrics_poll(const struct metrics_server *s, struct pollfd *p);
/* Answers who is ready, never waits. Call after every poll. */
void metrics_serve(struct metrics_server *s, struct span text, int64_t mono_ms);

#endif
