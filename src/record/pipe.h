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
enum sweep_message { SWEEP_VISIT = 'V', SWEEP_SENT = 'T', SWEEP_REMARK = 'R', SWEEP_END = 'E', SWEEP_ERROR = 'F' };

/* Cuts one whole message off the front of what was read. False where there is none yet; *ret_bad
 * where the bytes are no message at all. */
bool sweep_message_cut(struct span *bytes, enum sweep_message *ret_kind, struct span *ret_body, bool *ret_bad);

#endif
