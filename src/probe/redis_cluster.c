/* CLUSTER NODES (Redis 3.0 and later) is answered by a bulk string of one line a member:
 *
 *     id address:port@bus[,name...] flags id-of-its-master ping pong epoch state slots...
 *
 * without "@bus" before 4.0. The flags are words between commas: "myself" is who answers, "noaddr" has no address. */
#include "probe/redis_cluster.h"

#include "record/peer.h"

enum { LINE_MAX_BYTES = 2048, NODES_MAX_BYTES = 128 << 10, NODES_MAX = 1000, NAMED_MAX = 64, ID_BYTES = 40 };

const struct ask REDIS_CLUSTER =
    ASK_FIXED("redis.cluster", "where the other members of the cluster listen", "CLUSTER NODES\r\n");

/* Cuts "10.0.0.6:7000@17000,name" and "fd00::6:7000". False where it is none, or has no address yet. */
static bool address_parse_node(struct span text, struct span *ret_host, uint64_t *ret_port)
{
    text = span_first(text, span_index(text, ','));
    text = span_first(text, span_index(text, '@'));
    size_t colon = text.len;
    while (colon && text.at[colon - 1] != ':')
        colon--;
    *ret_host = span_first(text, colon ? colon - 1 : 0);
    return colon > 1 && span_u64(span_from(text, colon), UINT16_MAX, ret_port) && *ret_port;
}

/* One member; false where the line is no such line. *ret_told: it was added to the list. */
static bool take_node(struct span line, struct writer *out, bool *ret_told)
{
    struct span id = span_cut(&line, ' '), place = span_cut(&line, ' '), flags = span_cut(&line, ' '), host;
    uint64_t port;
    *ret_told = false;
    if (id.len != ID_BYTES || !place.len || !flags.len)
        return false;
    if (!span_has(flags, "myself") && !span_has(flags, "noaddr") && address_parse_node(place, &host, &port)) {
        peer_put(out, host, port);
        *ret_told = true;
    }
    return true;
}

/* Replicas that INFO named are members, too. */
static void nodes_state(struct observation *o, struct span body)
{
    uint8_t text[FACT_TEXT_MAX];
    struct writer out = writer_over(text, sizeof(text));
    struct span proof = SPAN_NONE;
    for (size_t lines = 0, named = 0; body.len && lines < NODES_MAX && named < NAMED_MAX; lines++) {
        bool told;
        struct span line = span_cut(&body, '\n');
        if (!take_node(line, &out, &told))
            return;
        proof = told && !proof.len ? line : proof;
        named += told;
    }
    if (writer_ok(&out) && writer_span(&out).len)
        fact_text(o, "peers", writer_span(&out), REDIS_CLUSTER.name, proof);
}

void redis_cluster_peers(struct wire *w, struct observation *o)
{
    uint64_t len;
    wire_ask(w, &REDIS_CLUSTER);
    struct span head = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w) || !span_starts(head, SPAN("$")) || !span_u64(span_from(head, 1), NODES_MAX_BYTES, &len))
        return;
    struct span body = wire_need(w, (size_t)len + 2);
    if (wire_ok(w) && span_ends(body, SPAN("\r\n")))
        nodes_state(o, span_first(body, (size_t)len));
}
