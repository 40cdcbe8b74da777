/* The keeper's side of a scan: reads what the sweeper process found, stores it, judges it, reports it. It opens no
 * socket, prints nothing and exits nothing: what the user is to see goes through the calls below. */
#ifndef AJAR_KEEP_KEEPER_H
#define AJAR_KEEP_KEEPER_H

#include <stdio.h>
#include <sys/types.h>

#include "keep/pipeline.h"
#include "record/pipe.h"

struct keeper_calls {
    /* Hands the report's next bytes on and empties the buffer; false, errno set, where nobody takes them. */
    bool (*write)(void *self, struct buf *b);
    /* Several times a second. */
    void (*progress)(void *self, uint64_t findings, int64_t now_ms);
    /* Another process holds the store, and what is to be stored waits for it; once a wait. */
    void (*waiting)(void *self);
    /* The user asked to stop: conversations that are under way get so long. */
    void (*stopping)(void *self, int grace_ms);
    void *self;
};

struct keeper {
    struct pipeline pipeline; /* with the scan begun or resumed; its fleets and buffer are set by keeper_run() */
    struct keeper_calls calls;
    struct sweep_progress *progress; /* shared with the sweeper */
    uint64_t endpoints;              /* planned */
    FILE *transcript;                /* or NULL */
    bool follows;                    /* places beyond those are heard of, too: PLACE_FOLLOWED */
    bool resumed;                    /* what the store holds of the scan is reported first */
    const struct remark *remarks;    /* of the plan */
    size_t remark_count;
    pid_t sweeper;
    int from_sweeper; /* the pipe's reading end */
    int signals;      /* a signalfd: the first signal stops the sweep, the second ends the sweeper */

    /* Set by keeper_run(). */
    struct buf in, out;
    bool ended;           /* the sweeper said that it is done */
    bool incomplete;      /* a remark says that not all was looked at */
    struct error trouble; /* why the scan is incomplete; empty text = it is not */
    struct fleets_measure fleets;
};

/* Runs until the sweeper has ended; `run` is what the report begins with. How it went stands in the keeper and in its
 * pipeline. */
void keeper_run(struct keeper *k, const struct report_run *run);

#endif
