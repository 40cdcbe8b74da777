/* Firebird, InterBase (op_connect of protocols 10 to 13, remote/protocol.h of Firebird 3).
 *
 * op_connect offers versions of the protocol and names neither a user nor a database. The server takes one of them,
 * or says (since 3.0) how the login goes on. It always wants a login, and none is tried: it is named and not judged. */
#include "base/reader.h"
#include "probe/probe.h"

enum { OP_ACCEPT = 3, OP_CONT_AUTH = 92, SINCE_2_1 = 0x8000, CONT_BYTES = 20, ACCEPT_BYTES = 16, NEWEST = 20 };

#define OFFER(version, weight) "\0\0" version "\0\0\0\x01\0\0\0\0\0\0\0\x03\0\0\0" weight
static const struct ask FIREBIRD_CONNECT =
    ASK_FIXED("firebird.connect", "which version of the protocol it takes; no user, no database",
              "\0\0\0\x01\0\0\0\x13\0\0\0\x03\0\0\0\x01\0\0\0\0\0\0\0\x04\0\0\0\0"
              OFFER("\0\x0a", "\x02") OFFER("\x80\x0b", "\x04") OFFER("\x80\x0c", "\x06") OFFER("\x80\x0d", "\x08"));

static enum outcome firebird_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &FIREBIRD_CONNECT);
    struct span head = wire_peek(w, ACCEPT_BYTES);
    struct reader r = reader_over(&v, head);
    uint32_t op = reader_be32(&r), version = reader_be32(&r), machine = reader_be32(&r), type = reader_be32(&r);
    /* It is a short that is made an int, its sign too. */
    uint32_t plain = version >> 16 == UINT16_MAX ? version & UINT16_MAX : version;
    bool known = plain == 10 || (plain > (SINCE_2_1 | 10u) && plain < (SINCE_2_1 | NEWEST));
    bool accepted = op == OP_ACCEPT && known && machine <= 64 && type >= 2 && type <= 5;
    bool goes_on = op == OP_CONT_AUTH && !version && !machine && !type;
    if (!wire_ok(w) || !reader_ok(&r) || (!accepted && !goes_on))
        return OUTCOME_NOT_MINE;
    struct span whole = wire_need(w, goes_on ? CONT_BYTES : ACCEPT_BYTES);
    /* Its four fields are empty; four zeros and nothing behind them. */
    if (!wire_ok(w) || wire_heard(w).len || (goes_on && !span_ends(whole, SPAN("\0\0\0\0"))))
        return OUTCOME_NOT_MINE;
    o->product = "firebird";
    if (accepted)
        fact_number(o, "protocol.version", plain & ~(uint32_t)SINCE_2_1, FIREBIRD_CONNECT.name, whole);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_FIREBIRD;
const struct probe PROBE_FIREBIRD = {
    .name = "firebird",
    .title = "Firebird, InterBase",
    .products = { "firebird" },
    .kind = KIND_STORE,
    .ports = { 3050, 3051 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "none: it always wants a login, and none is tried",
    .counts = "nothing",
    .asks = { &FIREBIRD_CONNECT },
    .run = firebird_run,
};
