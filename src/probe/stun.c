/* STUN (RFC 5389): by which address one is seen from outside. What answers may be a relay as well (TURN), which wants a
 * login; none is tried.
 *
 *     > Binding request    < Binding success, SOFTWARE "Coturn-4.6.1 'Gorst'" */
#include "base/reader.h"
#include "probe/datagram.h"

#define STUN_MARK "\x21\x12\xa4\x42" "ajar.binding"
static const struct ask STUN_BINDING =
    ASK_FIXED("stun.binding", "what the server is, by the question that it is there for",
              "\0\x01\0\0" STUN_MARK);

enum { STUN_SUCCESS = 0x0101, STUN_REFUSAL = 0x0111, STUN_SOFTWARE = 0x8022, STUN_ATTRIBUTES_MAX = 32 };

static bool stun_parse(struct span datagram, struct span *ret_software)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    uint16_t type = reader_be16(&r), len = reader_be16(&r);
    reader_literal(&r, SPAN(STUN_MARK));
    bool is_mine = (type == STUN_SUCCESS || type == STUN_REFUSAL) && len == reader_left(&r);
    *ret_software = SPAN_NONE;
    for (unsigned i = 0; i < STUN_ATTRIBUTES_MAX && reader_more(&r); i++) {
        uint16_t attribute = reader_be16(&r), bytes = reader_be16(&r);
        struct span value = reader_take(&r, bytes);
        reader_skip(&r, (4u - bytes % 4) % 4);
        if (attribute == STUN_SOFTWARE)
            *ret_software = value;
    }
    reader_end(&r);
    return reader_ok(&r) && is_mine;
}

static bool stun_is_answer(struct span datagram)
{
    struct span software;
    return stun_parse(datagram, &software);
}

static enum outcome stun_run(struct wire *w, struct observation *o)
{
    struct span software;
    wire_ask(w, &STUN_BINDING);
    struct span d = datagram_of(w, stun_is_answer);
    if (!d.len || !stun_parse(d, &software))
        return OUTCOME_NOT_MINE;
    o->product = "stun";
    if (software.len)
        fact_text(o, "software", software, STUN_BINDING.name, d);
    datagram_amplifies(w, o, d.len, &STUN_BINDING);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_STUN;
const struct probe PROBE_STUN = {
    .name = "stun",
    .title = "STUN, TURN",
    .products = { "stun" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 3478 },
    .at_home = true,
    .rank = 40,
    .proof = "none: it is named; a relay behind it wants a login",
    .counts = "nothing",
    .asks = { &STUN_BINDING },
    .run = stun_run,
};
