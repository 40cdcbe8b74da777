/* What the sweeper tells the keeper: messages through a pipe, and counters in memory that both see. */
#ifndef AJAR_RECORD_PIPE_H
#define AJAR_RECORD_PIPE_H

#include <stdatomic.h>

#include "base/span.h"

/* Counters in memory shared between sweeper and keeper. */
struct sweep_progress {
    _Atomic uint64_t done, skipped, failed, answered, in_flight, connections;
    /* See sweep/path.h: the loss in millionths, the services missed in thousandths. */
    _Atomic uint64_t loss_ppm, missed_milli;
    _Atomic bool stop; /* set by the keeper: start nothing more */
    _Atomic bool names_lost; /* the name servers were given up */
};

/* What travels through the pipe: one byte kind, then the body, prefixed by its length as 4 bytes
 * little-endian (visit_encode() writes that prefix itself; a remark is what remark_encode() writes). */
enum sweep_message {
    SWEEP_VISIT = 'V',
    SWEEP_PLACES = 'N',
    SWEEP_SENT = 'T',
    SWEEP_REMARK = 'R',
    SWEEP_END = 'E',
    SWEEP_ERROR = 'F'
};

/* Places that nobody has a visit for, told as runs: first, first + 1 ... first + count - 1. */
enum places_end {
    PLACES_SILENT,   /* were asked by single packets, several times, and nobody answered */
    PLACES_LEFT_OUT, /* not asked further: something on the way answers for their whole network */
};
enum { SWEEP_PLACES_BYTES = 17 };
struct sweep_places {
    uint64_t first, count; /* count > 0, and the sum does not wrap */
    enum places_end end;
};

/* The body of a SWEEP_PLACES: first and count as 8 bytes little-endian, then the end as one. */
void sweep_places_put(const struct sweep_places *p, uint8_t out[static SWEEP_PLACES_BYTES]);
/* False where the bytes are none. */
bool sweep_places_read(struct span body, struct sweep_places *ret);
/* Why no visit stands behind them. */
const char *sweep_places_why(enum places_end end);

/* Cuts one whole message off the front of what was read. False where there is none yet; *ret_bad
 * where the bytes are no message at all. */
bool sweep_message_cut(struct span *bytes, enum sweep_message *ret_kind, struct span *ret_body, bool *ret_bad);

#endif
