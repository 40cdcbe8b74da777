/* The keeper's side of a scan: reads what the sweeper process found, judges it, stores it, reports
 * it, shows progress. It opens no socket. */
#ifndef AJAR_CMD_KEEPER_H
#define AJAR_CMD_KEEPER_H

#include <stdio.h>
#include <sys/types.h>

#include "cmd/cmd.h"
#include "cmd/owners.h"
#include "keep/sample_tally.h"
#include "report/report.h"
#include "store/store.h"
#include "sweep/sweep.h"

struct keeper {
    const struct rules *rules;
    struct owner_sources *owners; /* or NULL */
    const struct report *report;
    void *report_state;
    struct sweep_progress *progress;
    uint64_t endpoints; /* planned */
    enum severity fail_on;
    FILE *transcript;    /* or NULL */
    struct store *store; /* with the scan begun or resumed; or NULL: nothing is stored */
    int64_t scan;
    bool resumed; /* what the store holds of the scan is reported first */
    bool show_progress;
    const struct remark *remarks; /* of the plan */
    size_t remark_count;
    pid_t sweeper;
    int from_sweeper; /* the pipe's reading end */

    /* Set by keeper_run(). */
    struct buf in, out;
    struct report_summary summary;
    struct sample_tally samples;
    bool found;           /* a finding at or above fail_on */
    bool ended;           /* the sweeper said that it is done */
    bool incomplete;      /* a remark says that not all was looked at */
    struct error trouble; /* why the scan is incomplete; empty text = it is not */
};

/* Runs until the sweeper has ended. The exit status of the scan; trouble is already printed. */
int keeper_run(struct keeper *k, const struct report_run *run);

#endif
