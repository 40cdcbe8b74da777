/* Remote Desktop: the X.224 connection with its negotiation (MS-RDPBCGR 2.2.1.1, 2.2.1.2).
 *
 * The client offers TLS alone. A server that shows its login to whoever comes takes it, or its own old encryption; one
 * that wants to know first who comes (network level authentication) refuses by HYBRID_REQUIRED. Behind it is always a
 * login, and none is tried: it is named and not judged. Where TLS is taken, its certificate is looked at. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    CONFIRM = 0xd0,
    RESPONSE = 2,
    FAILURE = 3,
    PROTOCOL_RDP = 0,
    PROTOCOL_SSL = 1,
    SSL_NOT_ALLOWED = 2,
    HYBRID_REQUIRED = 5,
    FAILURES = 6,
    PLAIN_BYTES = 7,
    NEGOTIATED_BYTES = 15,
};

static const struct ask RDP_CONNECT =
    ASK_FIXED("rdp.connect", "how it wants to be spoken to, and whether it asks first who comes",
              "\x03\0\0\x13" "\x0e\xe0\0\0\0\0\0" "\x01\0\x08\0\x01\0\0\0");

/* TPKT (RFC 1006): its length counts its own head. */
static const struct frame_form TPKT_FORM = { .head = 4, .at = 2, .width = 2, .counted = 4, .least = PLAIN_BYTES,
                                             .most = NEGOTIATED_BYTES };

/* The answer's type and what it says; false where it is none. A server of before 2003 negotiates nothing. */
static bool rdp_parse(struct span body, uint8_t *ret_type, uint32_t *ret_value)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    uint8_t rest = reader_u8(&r), code = reader_u8(&r);
    reader_skip(&r, 4);
    uint8_t class = reader_u8(&r);
    if (rest + 1u != body.len || code != CONFIRM || class != 0)
        reader_fail(&r, "no confirmation of X.224");
    *ret_type = RESPONSE;
    *ret_value = PROTOCOL_RDP;
    if (reader_more(&r)) {
        *ret_type = reader_u8(&r);
        reader_skip(&r, 1);
        if (reader_le16(&r) != 8 || (*ret_type != RESPONSE && *ret_type != FAILURE))
            reader_fail(&r, "no negotiation of RDP");
        *ret_value = reader_le32(&r);
    }
    reader_end(&r);
    return reader_ok(&r) && *ret_value <= (*ret_type == RESPONSE ? PROTOCOL_SSL : FAILURES);
}

static enum outcome rdp_run(struct wire *w, struct observation *o)
{
    struct frame f;
    uint8_t type = 0;
    uint32_t value = 0;
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &RDP_CONNECT);
    if (!frame_read(w, &TPKT_FORM, &f) || f.head.at[0] != 3 || f.head.at[1] != 0 || !rdp_parse(f.body, &type, &value))
        return OUTCOME_NOT_MINE;
    o->product = "rdp";
    bool asks_first = type == FAILURE && value == HYBRID_REQUIRED;
    if (type == RESPONSE || asks_first || value == SSL_NOT_ALLOWED)
        fact_bool(o, "nla", asks_first, RDP_CONNECT.name, f.body);
    if (type == RESPONSE && value == PROTOCOL_SSL)
        o->tls = wire_start_tls(w);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_RDP;
const struct probe PROBE_RDP = {
    .name = "rdp",
    .title = "Remote Desktop (RDP)",
    .products = { "rdp" },
    .kind = KIND_REMOTE,
    .ports = { 3389, 3388, 33890 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_BYTES, .http = REACT_BYTES },
    .rank = 60,
    .proof = "none: it always wants a login, and none is tried",
    .counts = "nothing",
    .asks = { &RDP_CONNECT },
    .run = rdp_run,
};
