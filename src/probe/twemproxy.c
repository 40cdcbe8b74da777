/* Twemproxy (nutcracker), its port of statistics (github.com/twitter/twemproxy, "Observability").
 *
 * Whoever connects is sent a JSON object and hung up on: version, and for each pool its figures and those of the
 * servers behind it, by name. Nothing is asked. There is no login. */
#include "probe/probe.h"
#include "text/node.h"

enum { ANSWER_MAX_BYTES = 512 * 1024, POOLS_MAX = 1000, SERVERS_MAX = 4000 };

static bool twemproxy_recognises(struct span first)
{
    return span_starts(first, SPAN("{\"service\":\"nutcracker\""));
}

static enum outcome twemproxy_run(struct wire *w, struct observation *o)
{
    struct error e;
    struct span text = wire_until_close(w, ANSWER_MAX_BYTES);
    if (!wire_ok(w) || !twemproxy_recognises(text))
        return OUTCOME_NOT_MINE;
    const struct node *all = json_parse(wire_arena(w), span_trim(text), &e);
    struct span version = node_text(node_get(all, "version")), source = node_text(node_get(all, "source"));
    if (version.len == 0)
        return OUTCOME_NOT_MINE;
    o->product = "twemproxy";
    fact_text(o, "version", version, NULL, span_first(text, PROOF_MAX));
    if (source.len)
        fact_text(o, "host", source, NULL, span_first(text, PROOF_MAX));
    int64_t servers = 0;
    size_t pools = 0;
    o->collection_count = 0;
    for (const struct node *pool = all->first; pool && pools < POOLS_MAX; pool = pool->next) {
        if (pool->kind != NODE_MAP)
            continue;
        pools++;
        observation_collect(o, pool->key, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        for (const struct node *server = pool->first; server && servers < SERVERS_MAX; server = server->next)
            servers += server->kind == NODE_MAP;
    }
    fact_number(o, "nodes", servers, NULL, SPAN_NONE);
    fact_text(o, "auth", SPAN("none"), NULL, span_first(text, PROOF_MAX));
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_TWEMPROXY;
const struct probe PROBE_TWEMPROXY = {
    .name = "twemproxy",
    .title = "Twemproxy, statistics",
    .products = { "twemproxy" },
    .kind = KIND_MONITOR,
    .ports = { 22222 },
    .peer_first = true,
    .rank = 15,
    .proof = "it sends its statistics to whoever connects; it knows no login",
    .counts = "pools, and the servers behind them",
    .recognises = twemproxy_recognises,
    .run = twemproxy_run,
};
