/* The one way from a visit to a reported result. Live scans, scans that go on, `ajar judge` and `ajar show` all go it;
 * its order is here, in pipeline_visit(), and nowhere else.
 *
 *   facts of the user's files, personal data  ->  rules  ->  whose, since when  ->  store: lives  ->
 *   since when, by the store  ->  accepted risks  ->  counts  ->  fleets  ->  report */
#ifndef AJAR_KEEP_PIPELINE_H
#define AJAR_KEEP_PIPELINE_H

#include "fleet/fleet.h"
#include "keep/baseline.h"
#include "keep/enrich.h"
#include "keep/personal.h"
#include "keep/rulebook.h"
#include "keep/sample_tally.h"
#include "keep/unasked.h"
#include "report/report.h"
#include "store/store.h"

/* To be set; all of it must outlive the last visit. */
struct pipeline {
    const struct rulebook *book;
    struct enrichment *enrichment; /* of visits that were just heard; or NULL */
    struct store *store;           /* or NULL: nothing is remembered */
    const struct baseline *baseline; /* what a file accepts, or NULL */
    int64_t scan;                  /* what it was the first to see is new; of stored visits */
    struct fleets *fleets;         /* or NULL */
    const struct report *report;
    void *report_state;
    struct buf *out;
    enum severity fail_on;
    /* What is shown in the place of what today's rules say, or NULL: the rules' findings are shown. False and a
     * sentence where it cannot be found. */
    bool (*choose)(void *self, const struct visit *v, struct findings *found, struct arena *a, struct error *e);
    void *self;

    /* Filled. Release with pipeline_release(). */
    struct report_summary summary; /* done, skipped, failed, answered and findings */
    uint64_t failing;              /* findings at or above fail_on that nobody accepted */
    struct sample_tally samples;
    struct unasked unasked;
    struct personal *personal; /* see personal_tell() */
};

enum visit_origin {
    VISIT_HEARD,  /* from the network, just now: it is enriched and stored */
    VISIT_STORED, /* from the store, which it came from enriched */
};

enum pipeline_end {
    PIPELINE_OK,
    PIPELINE_POORER, /* something that would have been added is missing; the visit is whole */
    PIPELINE_FAILED, /* memory or the store failed; what was known was reported */
};

/* Takes one visit all the way. A heard visit of a place that the store has already is left alone: it was reported
 * before. `a` holds the findings, which die with it. *e says what failed first. */
enum pipeline_end pipeline_visit(struct pipeline *p, struct visit *v, enum visit_origin origin, int64_t now_ms,
                                 struct arena *a, struct error *e);
/* Places that nobody has a visit for, of a live scan. They are stored and counted. */
enum pipeline_end pipeline_places(struct pipeline *p, const struct sweep_places *places, struct error *e);
void pipeline_release(struct pipeline *p);

#endif
