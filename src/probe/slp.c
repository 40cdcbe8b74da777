/* SLP, version 2 (RFC 2608): a directory of what a machine offers, on old ESXi, printers and storage. Its
 * answers can be made long by whoever may register in it, which is anybody (CVE-2023-29552). Nothing is registered.
 *
 *     > which types of services there are, scope "default"    < service:wbem:https, ... */
#include "base/reader.h"
#include "probe/datagram.h"

/* Version 2, function 9, 31 bytes, no flags, no extension, XID "jr", language "en"; no previous responders, all naming
 * authorities, scope "default". */
static const struct ask SLP_TYPES =
    ASK_FIXED("slp.types", "which types of services it lists",
              "\x02\x09\0\0\x1d\0\0\0\0\0" "jr" "\0\x02" "en" "\0\0" "\xff\xff" "\0\x07" "default");

enum { SLP_VERSION = 2, SLP_REPLY = 10, SLP_TYPES_MAX = 64, SLP_LANGUAGE_MAX = 16 };

static bool slp_parse(struct span datagram, uint16_t *ret_error, struct span *ret_types)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    bool is_mine = reader_u8(&r) == SLP_VERSION && reader_u8(&r) == SLP_REPLY;
    is_mine = reader_be24(&r) == datagram.len && is_mine;
    reader_skip(&r, 2 + 3); /* flags, extension */
    is_mine = reader_be16(&r) == 0x6a72 && is_mine;
    uint16_t language = reader_be16(&r);
    if (language > SLP_LANGUAGE_MAX)
        reader_fail(&r, "a language that is too long");
    reader_skip(&r, language);
    *ret_error = reader_be16(&r);
    *ret_types = reader_more(&r) ? reader_take(&r, reader_be16(&r)) : SPAN_NONE;
    return reader_ok(&r) && is_mine;
}

static bool slp_is_answer(struct span datagram)
{
    uint16_t error;
    struct span types;
    return slp_parse(datagram, &error, &types);
}

static enum outcome slp_run(struct wire *w, struct observation *o)
{
    uint16_t error;
    struct span types;
    wire_ask(w, &SLP_TYPES);
    struct span d = datagram_of(w, slp_is_answer);
    if (!d.len || !slp_parse(d, &error, &types))
        return OUTCOME_NOT_MINE;
    o->product = "slp";
    for (unsigned i = 0; !error && types.len && i < SLP_TYPES_MAX; i++) {
        struct span type = span_trim(span_cut(&types, ','));
        if (type.len)
            observation_collect(o, type, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    datagram_amplifies(w, o, d.len, &SLP_TYPES);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_SLP;
const struct probe PROBE_SLP = {
    .name = "slp",
    .title = "Service Location Protocol",
    .products = { "slp" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 427 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it lists types of services",
    .counts = "types of services that it lists",
    .asks = { &SLP_TYPES },
    .run = slp_run,
};
