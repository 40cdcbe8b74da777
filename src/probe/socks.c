/* SOCKS 5 (RFC 1928): a relay. The client offers "no login" alone; the server takes it (0) or refuses (255).
 * Whether it then relays is asked by a connection to its own address and port, which is in the scope and
 * listens: 0 says that it relays, 3, 4 and 5 that it tried, 2 that its rules forbid it. Nothing is sent
 * through it. */
#include "base/reader.h"
#include "probe/probe.h"

enum { NO_LOGIN = 0, NO_METHOD = 0xff, RELAYED = 0, FORBIDDEN = 2, UNREACHABLE = 3, REFUSED = 5, V6 = 4 };

static const struct ask SOCKS_HELLO =
    ASK_FIXED("socks.hello", "whether it takes clients without a login", "\x05\x01\0");
static const struct ask SOCKS_SELF4 = {
    .name = "socks.self",
    .why = "whether it relays: to its own address and port, and nothing is sent there",
    .parts = { ASK_BYTES("\x05\x01\0\x01"), ASK_HOLE("its own address", 4, HOLE_ANY),
               ASK_HOLE("its own port", 2, HOLE_ANY) },
};
static const struct ask SOCKS_SELF6 = {
    .name = "socks.self6",
    .why = "the same, by IPv6",
    .parts = { ASK_BYTES("\x05\x01\0\x04"), ASK_HOLE("its own address", 16, HOLE_ANY),
               ASK_HOLE("its own port", 2, HOLE_ANY) },
};

/* Its own endpoint, as the request wants it. */
static bool socks_ask_self(struct wire *w)
{
    const struct endpoint *e = wire_endpoint(w);
    uint8_t port[2] = { (uint8_t)(e->port >> 8), (uint8_t)e->port };
    bool v4 = e->address.family == 4;
    struct span args[2] = { span_of(e->address.bytes, v4 ? 4 : 16), span_of(port, 2) };
    return wire_ask_with(w, v4 ? &SOCKS_SELF4 : &SOCKS_SELF6, args, 2);
}

static enum outcome socks_relays(struct wire *w, struct observation *o)
{
    socks_ask_self(w);
    struct span reply = wire_need(w, 4);
    if (!wire_ok(w) || reply.at[0] != 5 || reply.at[2] != 0)
        return OUTCOME_UNCLEAR;
    uint8_t code = reply.at[1];
    fact_number(o, "relay.reply", code, SOCKS_SELF4.name, reply);
    if (code == RELAYED || (code >= UNREACHABLE && code <= REFUSED)) {
        fact_text(o, "auth", SPAN("none"), SOCKS_SELF4.name, reply);
        return OUTCOME_OPEN;
    }
    return OUTCOME_UNCLEAR;
}

/* Some take whatever comes for the ways that a client offers, of which they know none. */
static bool socks_recognises(struct span first)
{
    return span_eq(first, SPAN("\x05\xff"));
}

static enum outcome socks_run(struct wire *w, struct observation *o)
{
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &SOCKS_HELLO);
    struct span said = wire_need(w, 2);
    /* Two bytes are little: whoever says more at once is no relay. */
    if (!wire_ok(w) || said.at[0] != 5 || (said.at[1] != NO_LOGIN && said.at[1] != NO_METHOD) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    o->product = "socks";
    fact_text(o, "protocol", SPAN("SOCKS 5"), SOCKS_HELLO.name, said);
    if (said.at[1] == NO_METHOD) {
        fact_text(o, "auth", SPAN("password"), SOCKS_HELLO.name, said);
        return OUTCOME_LOCKED;
    }
    return socks_relays(w, o);
}

extern const struct probe PROBE_SOCKS;
const struct probe PROBE_SOCKS = {
    .name = "socks",
    .title = "SOCKS 5 relays",
    .products = { "socks" },
    .kind = KIND_REMOTE,
    .ports = { 1080, 1081, 9050 },
    .at_home = true,
    .reacts = { .line = REACT_BYTES, .tls = REACT_BYTES | REACT_CLOSE, .http = REACT_BYTES }, /* microsocks 1.0 */
    .reacts_too = { .line = REACT_CLOSE, .tls = REACT_RESET, .http = REACT_CLOSE },
    .rank = 35,
    .proof = "it relays to its own address for a client without a login",
    .counts = "nothing",
    .asks = { &SOCKS_HELLO, &SOCKS_SELF4, &SOCKS_SELF6 },
    .recognises = socks_recognises,
    .run = socks_run,
};
