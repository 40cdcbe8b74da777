/* NAT-PMP (RFC 6886 section 3.2): a router that lets its own network open ports. Asked from outside it should be deaf:
 * who is heard there may open ports into the network. Only its outer address is asked for, and no port.
 *
 *     > 00 00    < 00 80, result, seconds since its start, address */
#include "base/reader.h"
#include "probe/datagram.h"

static const struct ask PMP_ADDRESS =
    ASK_FIXED("nat-pmp.address", "whether it takes requests from here: by its outer address",
              "\0\0");

enum { PMP_ANSWER = 0x0080, PMP_RESULT_MAX = 5 };

static bool pmp_parse(struct span datagram, uint16_t *ret_result, uint32_t *ret_seconds)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    bool is_mine = reader_be16(&r) == PMP_ANSWER;
    *ret_result = reader_be16(&r);
    *ret_seconds = reader_be32(&r);
    if (reader_more(&r) || *ret_result == 0)
        reader_skip(&r, 4);
    reader_end(&r);
    return reader_ok(&r) && is_mine && *ret_result <= PMP_RESULT_MAX;
}

static bool pmp_is_answer(struct span datagram)
{
    uint16_t result;
    uint32_t seconds;
    return pmp_parse(datagram, &result, &seconds);
}

static enum outcome nat_pmp_run(struct wire *w, struct observation *o)
{
    uint16_t result;
    uint32_t seconds;
    wire_ask(w, &PMP_ADDRESS);
    struct span d = datagram_of(w, pmp_is_answer);
    if (!d.len || !pmp_parse(d, &result, &seconds))
        return OUTCOME_NOT_MINE;
    o->product = "nat-pmp";
    fact_number(o, "result", result, PMP_ADDRESS.name, span_first(d, 8));
    fact_time(o, "started", wire_now(w) - (int64_t)seconds * 1000, PMP_ADDRESS.name, span_first(d, 8));
    datagram_amplifies(w, o, d.len, &PMP_ADDRESS);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_NAT_PMP;
const struct probe PROBE_NAT_PMP = {
    .name = "nat-pmp",
    .title = "NAT-PMP",
    .products = { "nat-pmp" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 5351 },
    .at_home = true,
    .rank = 40,
    .proof = "none: no port is asked for",
    .counts = "nothing",
    .asks = { &PMP_ADDRESS },
    .run = nat_pmp_run,
};
