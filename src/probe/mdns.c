/* Multicast DNS, asked by a single packet to one host (RFC 6762 section 5.5, RFC 6763 section 9): which kinds of
 * services a machine announces. It is meant for its own network; who answers it to others tells them what the machine
 * is, at several times the length of the question.
 *
 *     > _services._dns-sd._udp.local, PTR, answer me alone    < _ssh._tcp.local, _smb._tcp.local, ... */
#include "base/reader.h"
#include "probe/datagram.h"

#define MDNS_NAME "\x09" "_services" "\x07" "_dns-sd" "\x04" "_udp" "\x05" "local" "\0"
static const struct ask MDNS_SERVICES = ASK_FIXED("mdns.services", "which kinds of services the machine announces",
                                                  "\x6a\x72\0\0\0\x01\0\0\0\0\0\0" MDNS_NAME "\0\x0c\x80\x01");

enum { MDNS_PTR = 12, MDNS_ANSWERS_MAX = 64, MDNS_LABELS_MAX = 16, MDNS_NAME_MAX = 255, MDNS_POINTER = 0xc0 };

struct mdns_name {
    char text[MDNS_NAME_MAX];
    size_t len;
};

/* The name at the reader, its labels joined by dots. A pointer leads towards the front of the message only, so it
 * ends. */
static void mdns_name(struct span message, struct reader *r, struct mdns_name *n)
{
    struct reader *at = r, before = *r;
    n->len = 0;
    for (unsigned i = 0; i <= MDNS_LABELS_MAX && reader_ok(r); i++) {
        size_t here = (size_t)(at->at - message.at);
        uint8_t label = reader_u8(at);
        if (label >= MDNS_POINTER) {
            size_t to = (size_t)(label & 0x3f) << 8 | reader_u8(at);
            if (to >= here) {
                reader_fail(r, "a pointer that does not lead to the front");
                return;
            }
            before = (struct reader){ message.at + to, message.at + here, message.at, r->verdict };
            at = &before;
            continue;
        }
        if (!label)
            return;
        struct span part = reader_take(at, label);
        if (label >> 6 || n->len + part.len + 1 > MDNS_NAME_MAX)
            reader_fail(r, "a name that is too long");
        if (!reader_ok(r))
            return;
        if (n->len)
            n->text[n->len++] = '.';
        memcpy(n->text + n->len, part.at, part.len);
        n->len += part.len;
    }
    reader_fail(r, "a name of too many labels");
}

/* The kinds of services are handed to `o` where that is given, and counted. */
static bool mdns_parse(struct span datagram, struct observation *o, unsigned *ret_count)
{
    struct verdict v;
    struct mdns_name name;
    struct reader r = reader_over(&v, datagram);
    uint16_t id = reader_be16(&r), flags = reader_be16(&r), questions = reader_be16(&r), answers = reader_be16(&r);
    reader_skip(&r, 4);
    bool is_mine = (id == 0x6a72 || id == 0) && flags >> 15 && (flags & 0x780f) == 0 && questions <= 1 && answers &&
                   answers <= MDNS_ANSWERS_MAX;
    for (unsigned i = 0; i < questions && reader_ok(&r); i++) {
        mdns_name(datagram, &r, &name);
        reader_skip(&r, 4);
    }
    *ret_count = 0;
    for (unsigned i = 0; i < answers && is_mine && reader_ok(&r); i++) {
        mdns_name(datagram, &r, &name);
        bool of_services = span_is(span_of(name.text, name.len), "_services._dns-sd._udp.local");
        uint16_t type = reader_be16(&r);
        reader_skip(&r, 2 + 4); /* class, time to live */
        uint16_t len = reader_be16(&r);
        struct reader data = reader_sub(&r, len);
        mdns_name(datagram, &data, &name);
        if (!of_services || type != MDNS_PTR || !reader_ok(&r))
            return false;
        if (o)
            observation_collect(o, span_of(name.text, name.len), COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        ++*ret_count;
    }
    return is_mine && reader_ok(&r);
}

static bool mdns_is_answer(struct span datagram)
{
    unsigned count;
    return mdns_parse(datagram, NULL, &count);
}

static void mdns_each(struct observation *o, struct span datagram)
{
    unsigned count;
    mdns_parse(datagram, o, &count);
}

static enum outcome mdns_run(struct wire *w, struct observation *o)
{
    wire_ask(w, &MDNS_SERVICES);
    struct span d = datagram_of(w, mdns_is_answer);
    if (!d.len)
        return OUTCOME_NOT_MINE;
    o->product = "mdns";
    mdns_each(o, d);
    size_t bytes = d.len + datagram_rest(w, mdns_is_answer, mdns_each, o);
    datagram_amplifies(w, o, bytes, &MDNS_SERVICES);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_MDNS;
const struct probe PROBE_MDNS = {
    .name = "mdns",
    .title = "Multicast DNS, Bonjour",
    .products = { "mdns" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 5353 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it names services",
    .counts = "kinds of services that it announces",
    .asks = { &MDNS_SERVICES },
    .run = mdns_run,
};
