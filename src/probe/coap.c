/* CoAP (RFC 7252): what small devices speak in the place of HTTP. Which resources a server has is said to whoever
 * asks, as a list of links (RFC 6690), which is no proof that they may be read: a reading is a record, and none is
 * ever asked for.
 *
 *     > confirmable GET /.well-known/core    < 2.05 </sensors/temp>;rt="temperature",</actuators/led>  or 4.04, or 4.01
 *
 * A list of many resources comes in blocks; the first is enough, and the count then a lower bound. */
#include "base/reader.h"
#include "probe/datagram.h"

enum {
    COAP_VERSION = 1, COAP_ACK = 2, COAP_RESET = 3, COAP_CON = 0, COAP_NON = 1,
    COAP_ID = 0x6a72,
    COAP_CONTENT = 0x45, COAP_UNAUTHORISED = 0x81, COAP_FORBIDDEN = 0x83,
    COAP_OPTIONS_MAX = 16, COAP_BLOCK2 = 23, COAP_MORE = 8,
    COAP_LINKS_MAX = 500,
};

#define COAP_TOKEN "ajar"
static const struct ask COAP_CORE = ASK_FIXED("coap.core", "lists the resources that a device announces",
                                              "\x44\x01\x6a\x72" COAP_TOKEN "\xbb" ".well-known" "\x04" "core");

struct coap_answer {
    uint8_t type, code;
    bool more; /* blocks to come */
    struct span payload;
};

/* The extended forms of an option's delta and length (RFC 7252 section 3.1). */
static uint32_t coap_extended(struct reader *r, uint8_t nibble)
{
    if (nibble == 15)
        reader_fail(r, "a reserved form");
    return nibble == 13 ? 13u + reader_u8(r) : nibble == 14 ? 269u + reader_be16(r) : nibble;
}

static void coap_options(struct reader *r, struct coap_answer *a)
{
    uint32_t number = 0;
    for (unsigned i = 0; reader_more(r); i++) {
        uint8_t head = reader_u8(r);
        if (head == 0xff) {
            a->payload = reader_rest(r);
            if (!a->payload.len)
                reader_fail(r, "a marker and no payload");
            return;
        }
        number += coap_extended(r, head >> 4);
        struct span value = reader_take(r, coap_extended(r, head & 15));
        if (number == COAP_BLOCK2 && value.len)
            a->more = value.at[value.len - 1] & COAP_MORE;
        if (i >= COAP_OPTIONS_MAX)
            reader_fail(r, "too many options");
    }
}

/* An answer to our question, by its token, or by its id where it is empty (an acknowledgement, a reset). */
static bool coap_parse(struct span datagram, struct coap_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    uint8_t head = reader_u8(&r);
    struct coap_answer a = { .type = head >> 4 & 3, .code = reader_u8(&r) };
    uint16_t id = reader_be16(&r);
    struct span token = reader_take(&r, head & 15);
    coap_options(&r, &a);
    *ret = a;
    if (!reader_ok(&r) || head >> 6 != COAP_VERSION)
        return false;
    if (a.code == 0)
        return id == COAP_ID && (a.type == COAP_ACK || a.type == COAP_RESET) && datagram.len == 4;
    bool is_response = a.code >= 0x40 && a.code < 0xc0;
    return is_response && span_is(token, COAP_TOKEN) && (a.type != COAP_ACK || id == COAP_ID) && a.type != COAP_RESET;
}

static bool coap_is_answer(struct span datagram)
{
    struct coap_answer a;
    return coap_parse(datagram, &a);
}

/* "</a>;rt="x,y",</b>": each link's target. False where it is none of that form. */
static bool coap_links(struct observation *o, struct span text, bool cut)
{
    size_t count = 0;
    while (text.len && count < COAP_LINKS_MAX) {
        size_t close = span_index(text, '>');
        bool quoted = false;
        if (text.at[0] != '<' || close == text.len)
            return cut && count > 0;
        observation_collect(o, span_sub(text, 1, close - 1), COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        count++;
        size_t end = close;
        for (; end < text.len && (quoted || text.at[end] != ','); end++)
            quoted ^= text.at[end] == '"';
        text = span_trim(span_from(text, end + 1));
    }
    return count > 0;
}

static enum outcome coap_run(struct wire *w, struct observation *o)
{
    struct coap_answer a;
    wire_ask(w, &COAP_CORE);
    struct span d = datagram_of(w, coap_is_answer);
    if (!d.len || !coap_parse(d, &a))
        return OUTCOME_NOT_MINE;
    o->product = "coap";
    if (a.type == COAP_ACK && a.code == 0) { /* the answer follows on its own */
        struct span later = wire_datagram_within(w, DATAGRAM_MORE_MS);
        if (!later.len || !coap_parse(later, &a))
            return OUTCOME_IDENTIFIED;
        d = later;
    }
    datagram_amplifies(w, o, d.len, &COAP_CORE);
    if (a.code == COAP_UNAUTHORISED || a.code == COAP_FORBIDDEN) {
        fact_text(o, "auth", SPAN("required"), COAP_CORE.name, d);
        return OUTCOME_LOCKED;
    }
    if (a.code != COAP_CONTENT || !coap_links(o, a.payload, a.more))
        return OUTCOME_IDENTIFIED;
    if (a.more)
        fact_bool(o, "counts.partial", true, COAP_CORE.name, d);
    return OUTCOME_UNCLEAR;
}

extern const struct probe PROBE_COAP;
const struct probe PROBE_COAP = {
    .name = "coap",
    .title = "CoAP",
    .products = { "coap" },
    .kind = KIND_MONITOR,
    .transport = TRANSPORT_UDP,
    .ports = { 5683 },
    .rank = 50,
    .proof = "none: the list of resources is for everybody, and none of them is read",
    .counts = "resources that it announces",
    .asks = { &COAP_CORE },
    .run = coap_run,
};
