/* A report turns visits and findings into bytes in a buffer; the command room writes the buffer
 * out. One file a format, listed in reports.def. All foreign text goes through text/escape.h. */
#ifndef AJAR_REPORT_REPORT_H
#define AJAR_REPORT_REPORT_H

#include "base/buf.h"
#include "base/error.h"
#include "record/fleet.h"
#include "record/remark.h"
#include "report/view.h"

enum { REPORT_PAST_POINTS = 73 };

/* How many findings were open at moments in the past, evenly spaced; the last moment is now. */
struct report_past {
    int64_t from_ms, to_ms; /* wall: the first moment and the last */
    uint32_t all[REPORT_PAST_POINTS], severe[REPORT_PAST_POINTS]; /* of any severity; high and critical */
};

struct report_run {
    const char *ajar_version;
    int64_t started_ms;      /* wall */
    uint64_t endpoints;      /* planned */
    uint64_t seed;
    unsigned columns;        /* terminal width, for text formats */
    bool colour;
    bool verbose;            /* also show endpoints without a finding in full */
    bool remembers;          /* a store knows since when findings are open, and what closed */
    /* What was looked at, a target a line, by which machine and command; foreign text, as they were given. Empty: not
     * known. Where they are, they outlive the report. */
    struct span targets, host, command;
    int64_t scan_ms;         /* wall: when what is reported was scanned; 0: at `started_ms` */
};

struct report_summary {
    uint64_t done, skipped, failed, answered, findings[5]; /* by enum severity */
    int64_t took_ms;
    double rate;             /* endpoints a second, measured */
    double loss;   /* estimated share of packets that the network lost, each way alike; 0..1 */
    double missed; /* estimated services that were asked, were there and were not heard because of that */
    bool interrupted;
    uint64_t unreached;  /* of `skipped`: the run ended before their turn */
    const char *trouble; /* why the run ended early, a sentence without its full stop; NULL: it did not */
};

struct report {
    const char *name;  /* "tty", "json" */
    const char *about; /* one clause */
    size_t state_size; /* bytes of zeroed state that the caller provides to every call */
    void (*begin)(void *state, const struct report_run *run, struct buf *out);
    bool with_unknown; /* `visit` is to get services that nobody knows as findings, too (unknown.h) */
    /* Called by report_tell_visit(). `state` may keep copies in its own arena; v and f die after the call. */
    void (*visit)(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out);
    /* A finding that was open and that this scan proved closed, any number, after the last visit; NULL where
     * the format has no place for it. */
    void (*closed)(void *state, const struct finding_view *f, struct buf *out);
    /* At any time between begin and end, in any number; NULL where the format has no place for
     * remarks. `r` dies after the call. */
    void (*remark)(void *state, const struct remark *r, struct buf *out);
    /* Once, after the last visit and before the end, worst first; NULL where the format has no place
     * for fleets. */
    void (*fleets)(void *state, const struct fleet *list, size_t count, struct buf *out);
    /* Once, before the end, where a store knows the past; NULL where the format has no place for it. */
    void (*past)(void *state, const struct report_past *past, struct buf *out);
    void (*end)(void *state, const struct report_summary *s, struct buf *out);
};

extern const struct report *const REPORTS[]; /* NULL-ended, from reports.def */
const struct report *report_by_name(const char *name);
/* The same for what somebody wrote after --format: NULL and a sentence that names all there are. */
const struct report *report_option(const char *name, struct error *e);

/* One visit and what was found in it. Without memory for it `out` fails. */
void report_tell_visit(const struct report *r, void *state, const struct visit *v, const struct finding *f,
                       size_t findings, struct buf *out);

#endif
