/* Graphite's carbon-cache, by the port on which Graphite's web part asks it (CacheManagementHandler in carbon's
 * protocols.py): pickles behind their length (be32).
 *
 *     > {"type": "cache-query", "metric": "ajar.no-such-series..."}    < {"datapoints": []}
 *
 * It knows no login: who is answered may ask for the newest values of any series, and change what is kept of it. One is
 * asked for that cannot exist, and by this question none comes to be. The ports that take values (2003 in lines, 2004
 * in pickles) answer nothing whatever is said, but for hanging up: nothing tells them from others, and nothing is ever
 * written to them. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

#define CARBON_SERIES "ajar.no-such-series.5d1f9b3ca27e"
static const struct ask CARBON_QUERY =
    ASK_FIXED("carbon.query", "whether a stranger may ask for values, by a series that cannot exist",
              "\0\0\0\x4f" "\x80\x02}(X\x04\0\0\0" "type" "X\x0b\0\0\0" "cache-query" "X\x06\0\0\0" "metric"
              "X\x20\0\0\0" CARBON_SERIES "u.");

static const struct frame_form CARBON_FORM = { .head = 4, .width = 4, .least = 16, .most = 64 };

/* {"datapoints": []} as pickled by Python 3, by Python 2, and by cPickle: protocol 2, a map, the word, an empty list;
 * in between what remembers them ("q" and a number). False where there are values, which cannot be. */
static bool carbon_is_empty(struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    reader_literal(&r, SPAN("\x80\x02}"));
    bool wide, remembered = reader_sees(&r, SPAN("q"));
    reader_skip(&r, remembered ? 2 : 0);
    wide = reader_sees(&r, SPAN("X"));
    reader_literal(&r, wide ? SPAN("X\x0a\0\0\0") : SPAN("U\x0a"));
    reader_literal(&r, SPAN("datapoints"));
    reader_skip(&r, remembered ? 2 : 0);
    reader_literal(&r, SPAN("]"));
    reader_skip(&r, remembered ? 2 : 0);
    reader_literal(&r, SPAN("s."));
    reader_end(&r);
    return reader_ok(&r);
}

static enum outcome carbon_run(struct wire *w, struct observation *o)
{
    struct frame f;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &CARBON_QUERY);
    if (!frame_read(w, &CARBON_FORM, &f) || !carbon_is_empty(f.body))
        return OUTCOME_NOT_MINE;
    o->product = "carbon";
    fact_text(o, "auth", SPAN("none"), CARBON_QUERY.name, f.body);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_CARBON;
const struct probe PROBE_CARBON = {
    .name = "carbon",
    .title = "Graphite, carbon's queries",
    .products = { "carbon" },
    .kind = KIND_STORE,
    .ports = { 7002, 7102, 7202 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "a series that cannot exist is asked for and looked up; it knows no login",
    .counts = "nothing",
    .asks = { &CARBON_QUERY },
    .run = carbon_run,
};
