/* Gearman's job server, by the text lines for its administrator (PROTOCOL of gearmand 1.1, "Administrative
 * Protocol"): "version" is answered "OK 1.1.20", "status" with a line for each function (name, jobs queued,
 * jobs running, workers that can do it, by tabs) up to a line with a dot.
 *
 * It knows no login: whoever reaches it may send jobs, take them as a worker, and shut it down. No job is
 * taken here. */
#include "base/list.h"
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 1024, LINES_MAX = 10000 };

static const struct ask GEARMAN_VERSION = ASK_FIXED("gearman.version", "states the version", "version\n");
static const struct ask GEARMAN_STATUS =
    ASK_FIXED("gearman.status", "names functions and counts their jobs", "status\n");

static bool gearman_recognises(struct span first)
{
    return span_starts(first, SPAN("ERR UNKNOWN_COMMAND Unknown+server+command")) ||
           span_starts(first, SPAN("ERR unknown_command Unknown+server+command"));
}

struct gearman_row {
    struct span name;
    uint64_t queued;
};

/* "name\t3\t0\t1": true, and *ret filled, where the line is one of a status. */
static bool gearman_row(struct span line, struct gearman_row *ret)
{
    uint64_t running, workers;
    ret->name = span_cut(&line, '\t');
    return ret->name.len && span_u64(span_cut(&line, '\t'), INT32_MAX, &ret->queued) &&
           span_u64(span_cut(&line, '\t'), INT32_MAX, &running) && span_u64(line, INT32_MAX, &workers);
}

static bool gearman_status(struct wire *w, struct observation *o, struct span *ret_proof)
{
    LIST_OF(struct gearman_row) rows = { 0 };
    wire_ask(w, &GEARMAN_STATUS);
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct gearman_row row;
        struct span line = wire_line(w, LINE_MAX_BYTES);
        if (!wire_ok(w))
            return false;
        *ret_proof = line;
        if (span_is(line, "."))
            break;
        struct gearman_row *kept = gearman_row(line, &row) ? list_add(wire_arena(w), &rows) : NULL;
        if (!kept)
            return wire_fail(w);
        *kept = row;
    }
    o->collection_count = o->records = 0;
    for (size_t i = 0; i < rows.len; i++)
        observation_collect(o, rows.at[i].name, (int64_t)rows.at[i].queued, COUNT_UNKNOWN, COUNT_UNKNOWN);
    return true;
}

static enum outcome gearman_run(struct wire *w, struct observation *o)
{
    struct span proof = SPAN_NONE;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &GEARMAN_VERSION);
    struct span line = wire_line(w, LINE_MAX_BYTES);
    struct span version = span_from(line, 3);
    if (!wire_ok(w) || !span_starts(line, SPAN("OK ")) || version.len == 0 || !ascii_is_digit(version.at[0]))
        return OUTCOME_NOT_MINE;
    if (!gearman_status(w, o, &proof))
        return OUTCOME_NOT_MINE;
    o->product = "gearman";
    fact_text(o, "version", span_cut(&version, '+'), GEARMAN_VERSION.name, line);
    fact_text(o, "auth", SPAN("none"), GEARMAN_STATUS.name, proof);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_GEARMAN;
const struct probe PROBE_GEARMAN = {
    .name = "gearman",
    .title = "Gearman job server",
    .products = { "gearman" },
    .kind = KIND_QUEUE,
    .ports = { 4730 },
    .reacts = { .line = REACT_BYTES, .tls = REACT_BYTES | REACT_SILENCE, .http = REACT_BYTES },
    .rank = 20,
    .proof = "it answers its administrator's status, and knows no login",
    .counts = "functions and the jobs that wait for them",
    .asks = { &GEARMAN_VERSION, &GEARMAN_STATUS },
    .recognises = gearman_recognises,
    .run = gearman_run,
};
