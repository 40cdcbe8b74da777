/* NSQ, nsqd's port for clients (nsq.io, "TCP Protocol Spec").
 *
 *     > "  V2", IDENTIFY {"feature_negotiation": true}     < a frame: {"version": ..., "auth_required": ...}
 *
 * All that one can do further makes a topic or takes a message out of one, so that nothing more is asked and no verdict
 * given: what it states about logins is a fact. Its HTTP port tells the rest. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"
#include "text/node.h"

enum { FRAME_RESPONSE = 0 };

static const struct ask NSQ_IDENTIFY = ASK_FIXED("nsq.identify", "states version, and whether it wants a login",
    "  V2IDENTIFY\n" "\0\0\0\x43" "{\"client_id\":\"ajar\",\"user_agent\":\"ajar\",\"feature_negotiation\":true}");

/* A frame's length counts its kind. */
static const struct frame_form NSQ_FORM = { .head = 4, .width = 4, .least = 5, .most = 64 * 1024 };

/* To "PING" and "GET /" it says that it does not know such a version. */
static bool nsq_recognises(struct span first)
{
    return span_is(first, "E_BAD_PROTOCOL") || span_eq(first, SPAN("\0\0\0\x12\0\0\0\x01" "E_BAD_PROTOCOL"));
}

static enum outcome nsq_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct error e;
    struct frame f;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &NSQ_IDENTIFY);
    if (!frame_read(w, &NSQ_FORM, &f))
        return OUTCOME_NOT_MINE;
    struct reader r = reader_over(&v, f.body);
    uint32_t kind = reader_be32(&r);
    const struct node *n = json_parse(wire_arena(w), reader_rest(&r), &e);
    const struct node *login = node_get(n, "auth_required"), *tls = node_get(n, "tls_v1");
    struct span version = node_text(node_get(n, "version"));
    if (kind != FRAME_RESPONSE || version.len == 0 || !node_get(n, "max_rdy_count"))
        return OUTCOME_NOT_MINE;
    o->product = "nsq";
    fact_text(o, "version", version, NSQ_IDENTIFY.name, version);
    if (login && login->kind == NODE_BOOL)
        fact_text(o, "auth", login->integer ? SPAN("required") : SPAN("none"), NSQ_IDENTIFY.name, SPAN_NONE);
    if (tls && tls->kind == NODE_BOOL && !wire_in_tls(w))
        fact_text(o, "encryption", tls->integer ? SPAN("offered") : SPAN("none"), NSQ_IDENTIFY.name, SPAN_NONE);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_NSQ;
const struct probe PROBE_NSQ = {
    .name = "nsq",
    .title = "NSQ",
    .products = { "nsq" },
    .kind = KIND_QUEUE,
    .ports = { 4150 },
    .reacts = { .line = REACT_BYTES, .tls = REACT_BYTES, .http = REACT_BYTES },
    .rank = 15,
    .proof = "nothing: it is named, and its version told",
    .counts = "nothing: its HTTP port tells that",
    .asks = { &NSQ_IDENTIFY },
    .recognises = nsq_recognises,
    .run = nsq_run,
};
