/* Munin's node (munin-node(1), "Munin node protocol"): figures of a machine for whoever its file allows by address.
 *
 * It greets "# munin node at NAME", or hangs up on an address that is not allowed: it knows no other lock. "version" is
 * answered with a line, "list" with the names of its plugins on one. No plugin is fetched. */
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 32 * 1024, PLUGINS_MAX = 5000 };

static const struct ask MUNIN_VERSION = ASK_FIXED("munin.version", "states the version", "version\n");
static const struct ask MUNIN_LIST = ASK_FIXED("munin.list", "names what it measures", "list\n");
static const struct ask MUNIN_QUIT = ASK_FIXED("munin.quit", "ends the session", "quit\n");

static bool munin_recognises(struct span first)
{
    return span_starts(first, SPAN("# munin node at "));
}

static enum outcome munin_run(struct wire *w, struct observation *o)
{
    struct span greeting = wire_line(w, 1024);
    if (!wire_ok(w) || !munin_recognises(greeting))
        return OUTCOME_NOT_MINE;
    o->product = "munin-node";
    wire_ask(w, &MUNIN_VERSION);
    struct span line = wire_line(w, 1024);
    size_t at = span_find(line, SPAN("version: "));
    if (wire_ok(w) && at != SIZE_MAX)
        fact_text(o, "version", span_trim(span_from(line, at + 9)), MUNIN_VERSION.name, line);
    wire_ask(w, &MUNIN_LIST);
    struct span list = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w) || span_starts(list, SPAN("#")))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), MUNIN_LIST.name, list);
    o->collection_count = 0;
    struct span rest = list;
    for (size_t i = 0; rest.len && i < PLUGINS_MAX; i++) {
        struct span name = span_cut(&rest, ' ');
        if (name.len)
            observation_collect(o, name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    wire_bye(w, &MUNIN_QUIT);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_MUNIN;
const struct probe PROBE_MUNIN = {
    .name = "munin",
    .title = "Munin node",
    .products = { "munin-node" },
    .kind = KIND_MONITOR,
    .ports = { 4949 },
    .peer_first = true,
    .rank = 20,
    .proof = "it lists its plugins to this address, and hangs up on those that it does not allow",
    .counts = "plugins",
    .asks = { &MUNIN_VERSION, &MUNIN_LIST, &MUNIN_QUIT },
    .recognises = munin_recognises,
    .run = munin_run,
};
