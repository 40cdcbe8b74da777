/* The port mapper of Erlang (Erlang's distribution protocol, "EPMD Protocol"): NAMES_REQ is answered with its
 * own port and a line for each node: "name rabbit at port 25672". It tells them to anyone and has nothing
 * else, so that it is identified, and its nodes are counted. Each node's own port, at the same address, asks for the
 * cookie: those are its peers. */
#include "base/reader.h"
#include "base/list.h"
#include "probe/probe.h"
#include "record/peer.h"

enum { NAMES_MAX_BYTES = 32 * 1024, NAMES_MAX = 500 };

static const struct ask EPMD_NAMES = ASK_FIXED("epmd.names", "names the nodes and their ports", "\0\x01n");

/* "name rabbit at port 25672": the name, and the port. */
static struct span epmd_name(struct span line, uint64_t *ret_port)
{
    size_t at = span_find(line, SPAN(" at port "));
    if (!span_starts(line, SPAN("name ")) || at == SIZE_MAX || at <= 5)
        return SPAN_NONE;
    return span_u64(span_from(line, at + 9), UINT16_MAX, ret_port) ? span_sub(line, 5, at - 5) : SPAN_NONE;
}

static enum outcome epmd_run(struct wire *w, struct observation *o)
{
    LIST_OF(struct span) names = { 0 };
    struct verdict v;
    char host[ADDRESS_TEXT_MAX];
    uint8_t text_of_peers[FACT_TEXT_MAX];
    struct writer peers = writer_over(text_of_peers, sizeof(text_of_peers));
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &EPMD_NAMES);
    struct span answer = wire_until_close(w, NAMES_MAX_BYTES);
    struct reader r = reader_over(&v, answer);
    uint32_t port = reader_be32(&r);
    bool mine = reader_more(&r) || port == wire_endpoint(w)->port;
    if (!wire_ok(w) || !reader_ok(&r) || port == 0 || port > UINT16_MAX || !mine)
        return OUTCOME_NOT_MINE;
    struct span text = reader_rest(&r);
    while (text.len && names.len < NAMES_MAX) {
        uint64_t at;
        bool ends = span_index(text, '\n') < text.len;
        struct span name = epmd_name(span_cut(&text, '\n'), &at);
        struct span *kept = name.len ? list_add(wire_arena(w), &names) : NULL;
        if (!kept)
            return OUTCOME_NOT_MINE;
        *kept = name;
        if (ends)
            peer_put(&peers, span_str(address_text(&wire_endpoint(w)->address, host)), at);
    }
    o->product = "epmd";
    o->collection_count = 0;
    for (size_t i = 0; i < names.len; i++)
        observation_collect(o, names.at[i], COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    fact_number(o, "port.own", port, EPMD_NAMES.name, answer);
    if (peers.len)
        fact_text(o, "peers", writer_span(&peers), EPMD_NAMES.name, answer);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_EPMD;
const struct probe PROBE_EPMD = {
    .name = "epmd",
    .title = "Erlang port mapper",
    .products = { "epmd" },
    .kind = KIND_COORDINATION,
    .ports = { 4369 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "none: it names the nodes, and that is judged elsewhere",
    .counts = "nodes",
    .asks = { &EPMD_NAMES },
    .run = epmd_run,
};
