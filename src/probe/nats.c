/* NATS, the client port (docs.nats.io, "Client protocol").
 *
 * The server speaks first: INFO and a JSON object on one line (version, whether a login or TLS is wanted,
 * addresses of other servers). Where TLS is wanted, it is started there. Then, in lines:
 *
 *     > CONNECT {...}     without a user
 *     > PING              < PONG, or -ERR 'Authorization Violation'
 *     > SUB ajar... 1     to a subject where nobody publishes
 *     > PING              < PONG, before it -ERR 'Permissions Violation...' where the visitor may not
 *
 * "auth_required" alone decides nothing: a server may name a user for those without one (no_auth_user). No
 * message is published, none arrives: what JetStream holds is told by messages only, so it is not counted. */
#include "base/buf.h"
#include "base/reader.h"
#include "probe/probe.h"
#include "text/node.h"

enum { INFO_MAX_BYTES = 32 * 1024, LINE_MAX_BYTES = 4096, LINES_MAX = 16, PEERS_MAX = 64 };

static const struct ask NATS_CONNECT =
    ASK_FIXED("nats-native.connect", "asks to be let in without a user; the PING is answered to those who are",
              "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"ajar\",\"version\":\"1\",\"protocol\":1,"
              "\"echo\":false}\r\nPING\r\n");
static const struct ask NATS_SUBSCRIBE =
    ASK_FIXED("nats-native.subscribe", "whether a subject where nobody publishes may be listened to",
              "SUB ajar.no-such-subject.5d1f9b3ca27e8046 1\r\nPING\r\n");

static bool nats_recognises(struct span first)
{
    return span_starts(first, SPAN("INFO {")) && span_has(first, "\"server_id\"");
}

enum answer { NATS_BROKEN, NATS_PONG, NATS_AUTH, NATS_PERMISSION, NATS_OTHER };

/* Reads up to PONG or the first refusal. *ret_proof: that line. */
static enum answer nats_answer(struct wire *w, struct span *ret_proof)
{
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct span line = wire_line(w, INFO_MAX_BYTES);
        if (!wire_ok(w))
            return NATS_BROKEN;
        *ret_proof = line;
        if (span_is(line, "PONG"))
            return NATS_PONG;
        if (span_starts(line, SPAN("-ERR 'Permissions Violation")))
            return NATS_PERMISSION;
        if (span_starts(line, SPAN("-ERR 'Authorization Violation'")) ||
            span_starts(line, SPAN("-ERR 'Authentication")) || span_starts(line, SPAN("-ERR 'User Authentication")))
            return NATS_AUTH;
        if (!span_starts(line, SPAN("INFO ")) && !span_is(line, "PING") && !span_is(line, "+OK"))
            return NATS_OTHER;
    }
    wire_fail(w);
    return NATS_BROKEN;
}

/* Other servers of the cluster, for clients to go to: "10.0.0.6:4222, 10.0.0.7:4222". */
static void nats_peers(struct observation *o, const struct node *list, struct span proof)
{
    struct buf names;
    size_t n = 0;
    buf_init(&names, FACT_TEXT_MAX);
    for (const struct node *at = list ? list->first : NULL; at && n < PEERS_MAX; at = at->next, n++) {
        if (names.len)
            buf_str(&names, ", ");
        buf_put(&names, node_text(at));
    }
    if (names.len)
        fact_text(o, "peers", buf_span(&names), NULL, proof);
    buf_release(&names);
}

static bool nats_says(const struct node *info, const char *key)
{
    const struct node *n = node_get(info, key);
    return n && n->kind == NODE_BOOL && n->integer;
}

/* What the INFO tells. False where it is none of this protocol. */
static bool nats_facts(struct observation *o, const struct node *info, struct span line)
{
    struct span version = node_text(node_get(info, "version")), id = node_text(node_get(info, "server_id"));
    struct span cluster = node_text(node_get(info, "cluster"));
    if (version.len == 0 || id.len == 0)
        return false;
    fact_text(o, "version", version, NULL, line);
    fact_text(o, "id", id, NULL, line);
    if (cluster.len)
        fact_text(o, "cluster", cluster, NULL, line);
    if (nats_says(info, "jetstream"))
        fact_bool(o, "jetstream", true, NULL, line);
    nats_peers(o, node_get(info, "connect_urls"), line);
    return true;
}

static enum outcome nats_inside(struct wire *w, struct observation *o)
{
    struct span proof = SPAN_NONE;
    wire_ask(w, &NATS_CONNECT);
    enum answer in = nats_answer(w, &proof);
    if (in == NATS_AUTH) {
        fact_text(o, "auth", SPAN("password"), NATS_CONNECT.name, proof);
        return OUTCOME_LOCKED;
    }
    if (in != NATS_PONG)
        return OUTCOME_UNCLEAR;
    wire_ask(w, &NATS_SUBSCRIBE);
    enum answer may = nats_answer(w, &proof);
    if (may == NATS_PONG) {
        fact_text(o, "auth", SPAN("none"), NATS_SUBSCRIBE.name, proof);
        return OUTCOME_OPEN;
    }
    if (may != NATS_PERMISSION)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), NATS_SUBSCRIBE.name, proof);
    fact_text(o, "rights", SPAN("a session, and the subjects that its rules name"), NATS_CONNECT.name, proof);
    return OUTCOME_PARTIAL;
}

static enum outcome nats_run(struct wire *w, struct observation *o)
{
    struct error e;
    struct span line = wire_line(w, INFO_MAX_BYTES);
    if (!wire_ok(w) || !span_starts(line, SPAN("INFO ")))
        return OUTCOME_NOT_MINE;
    const struct node *info = json_parse(wire_arena(w), span_trim(span_from(line, 5)), &e);
    if (!info || !nats_facts(o, info, line))
        return OUTCOME_NOT_MINE;
    o->product = "nats";
    if (nats_says(info, "tls_required") && !wire_in_tls(w)) {
        if (!wire_start_tls(w)) {
            if (!nats_says(info, "tls_verify"))
                return OUTCOME_UNCLEAR;
            fact_text(o, "auth", SPAN("client certificate"), NULL, line);
            return OUTCOME_LOCKED;
        }
        o->tls = true;
    }
    return nats_inside(w, o);
}

static bool nats_upgrade(struct wire *w)
{
    struct span line = wire_line(w, INFO_MAX_BYTES);
    struct error e;
    const struct node *info =
        span_starts(line, SPAN("INFO ")) ? json_parse(wire_arena(w), span_trim(span_from(line, 5)), &e) : NULL;
    return info && (nats_says(info, "tls_required") || nats_says(info, "tls_available"));
}

extern const struct probe PROBE_NATS;
const struct probe PROBE_NATS = {
    .name = "nats",
    .title = "NATS",
    .products = { "nats" },
    .kind = KIND_QUEUE,
    .ports = { 4222 },
    .peer_first = true,
    .rank = 50,
    .proof = "PONG to a CONNECT without a user, and a subscription that its rules would refuse to those without rights",
    .counts = "nothing: what JetStream holds is told by messages only",
    .asks = { &NATS_CONNECT, &NATS_SUBSCRIBE },
    .recognises = nats_recognises,
    .run = nats_run,
    .upgrade = nats_upgrade,
};
