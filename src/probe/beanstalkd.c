/* Beanstalkd (its protocol.txt of 1.12): a job queue that knows no login. The client speaks first, in lines:
 *
 *     > stats              < OK 956, then so many bytes of YAML: version, current-jobs-ready, ...
 *     > list-tubes         < OK 14, "- default", ...
 *     > stats-tube NAME    < OK 272, the same figures of one tube
 *
 * Whoever reaches it may reserve and delete every job, so that an answer to these is the proof. No job is reserved or
 * peeked at. */
#include "base/reader.h"
#include "probe/probe.h"

enum { HEAD_MAX_BYTES = 64, BODY_MAX_BYTES = 256 * 1024, TUBES_COUNTED = 32, TUBES_MAX = 10000, TUBE_MAX_BYTES = 200 };

static const struct ask BEANSTALKD_STATS =
    ASK_FIXED("beanstalkd.stats", "states version and how many jobs wait", "stats\r\n");
static const struct ask BEANSTALKD_TUBES = ASK_FIXED("beanstalkd.list-tubes", "names the tubes", "list-tubes\r\n");
static const struct ask BEANSTALKD_TUBE = {
    .name = "beanstalkd.stats-tube",
    .why = "counts the jobs of a listed tube",
    .parts = { ASK_BYTES("stats-tube "), ASK_HOLE("tube", TUBE_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\r\n") },
};
static const struct ask BEANSTALKD_QUIT = ASK_FIXED("beanstalkd.quit", "ends the session", "quit\r\n");

/* Its answer to a line that it does not know, and to none other. */
static bool beanstalkd_recognises(struct span first)
{
    return span_is(first, "UNKNOWN_COMMAND\r\n");
}

/* The body of an answer "OK <bytes>"; false where it is none. */
static bool beanstalkd_body(struct wire *w, struct span *ret)
{
    uint64_t len;
    struct span head = wire_line(w, HEAD_MAX_BYTES);
    if (!wire_ok(w) || !span_starts(head, SPAN("OK ")) || !span_u64(span_from(head, 3), BODY_MAX_BYTES, &len))
        return false;
    *ret = wire_need(w, len);
    struct span end = wire_need(w, 2);
    return wire_ok(w) && span_starts(*ret, SPAN("---\n")) && span_is(end, "\r\n");
}

/* The value after "key: " at the start of a line. */
static struct span beanstalkd_value(struct span yaml, struct span key)
{
    while (yaml.len) {
        struct span line = span_cut(&yaml, '\n');
        if (span_starts(line, key) && line.len > key.len && line.at[key.len] == ':') {
            struct span value = span_trim(span_from(line, key.len + 1));
            bool quoted = value.len > 1 && value.at[0] == '"' && value.at[value.len - 1] == '"';
            return quoted ? span_sub(value, 1, value.len - 2) : value;
        }
    }
    return SPAN_NONE;
}

/* Jobs in every state; COUNT_UNKNOWN where a figure is missing. */
static int64_t beanstalkd_jobs(struct span yaml)
{
    static const char *const STATES[] = { "current-jobs-ready", "current-jobs-reserved", "current-jobs-delayed",
                                          "current-jobs-buried" };
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
        uint64_t n;
        if (!span_u64(beanstalkd_value(yaml, span_str(STATES[i])), INT64_MAX / 8, &n))
            return COUNT_UNKNOWN;
        sum += (int64_t)n;
    }
    return sum;
}

/* The tubes that it lists, each with its jobs; the totals come from the server's own sum. */
static void beanstalkd_tubes(struct wire *w, struct observation *o, int64_t jobs)
{
    struct span list, one;
    size_t n = 0;
    wire_ask(w, &BEANSTALKD_TUBES);
    if (!beanstalkd_body(w, &list))
        return;
    o->collection_count = 0;
    span_cut(&list, '\n');
    for (; list.len && n < TUBES_MAX; n++) {
        struct span line = span_cut(&list, '\n');
        struct span name = span_from(line, 2);
        if (!span_starts(line, SPAN("- ")) || name.len == 0)
            continue;
        bool counted = n < TUBES_COUNTED && wire_ask_with(w, &BEANSTALKD_TUBE, &name, 1) && beanstalkd_body(w, &one);
        observation_collect(o, name, counted ? beanstalkd_jobs(one) : COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    o->records = jobs;
}

static enum outcome beanstalkd_run(struct wire *w, struct observation *o)
{
    struct span stats;
    uint64_t uptime_s;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &BEANSTALKD_STATS);
    if (!beanstalkd_body(w, &stats) || beanstalkd_value(stats, SPAN("current-jobs-ready")).len == 0)
        return OUTCOME_NOT_MINE;
    const char *ask = BEANSTALKD_STATS.name;
    struct span version = beanstalkd_value(stats, SPAN("version")), id = beanstalkd_value(stats, SPAN("id"));
    o->product = "beanstalkd";
    if (version.len)
        fact_text(o, "version", version, ask, stats);
    if (id.len)
        fact_text(o, "id", id, ask, stats);
    fact_text(o, "auth", SPAN("none"), ask, stats);
    if (span_u64(beanstalkd_value(stats, SPAN("uptime")), INT32_MAX, &uptime_s))
        fact_time(o, "started", wire_now(w) - (int64_t)uptime_s * 1000, ask, stats);
    o->records = beanstalkd_jobs(stats);
    beanstalkd_tubes(w, o, o->records);
    wire_bye(w, &BEANSTALKD_QUIT);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_BEANSTALKD;
const struct probe PROBE_BEANSTALKD = {
    .name = "beanstalkd",
    .title = "Beanstalkd",
    .products = { "beanstalkd" },
    .kind = KIND_QUEUE,
    .ports = { 11300 },
    .reacts = { .line = REACT_BYTES, .tls = REACT_SILENCE | REACT_BYTES, .http = REACT_BYTES },
    .rank = 20,
    .proof = "it answers stats, and knows no login",
    .counts = "jobs in all tubes, by tube",
    .asks = { &BEANSTALKD_STATS, &BEANSTALKD_TUBES, &BEANSTALKD_TUBE, &BEANSTALKD_QUIT },
    .recognises = beanstalkd_recognises,
    .run = beanstalkd_run,
};
