/* DNS over UDP (RFC 1035): what a name server is, and whether it resolves for strangers.
 *
 *     > version.bind, class CHAOS, TXT    < "9.18.28-Debian", or REFUSED, NOTIMP, an empty answer
 *     > the name servers of the root      < recursion available, thirteen names with their signatures; or REFUSED
 *
 * Whether it resolves is asked by the one name that every resolver has in its memory anyhow: the root. So no question
 * of ours goes on to anybody, no name of anybody's is asked for, and nothing is put into its memory. */
#include "base/reader.h"
#include "probe/datagram.h"

#define DNS_VERSION_NAME "\x07" "version" "\x04" "bind" "\0" "\0\x10" "\0\x03"
#define DNS_ROOT_NAME "\0" "\0\x02" "\0\x01"
static const struct ask DNS_VERSION = ASK_FIXED("dns-server.version", "what the server calls itself, for whoever asks",
                                                "\x6a\x72\0\0\0\x01\0\0\0\0\0\0" DNS_VERSION_NAME);
/* Recursion desired; EDNS with 4096 bytes and signatures, as resolvers ask, and as who floods others does. */
static const struct ask DNS_ROOT =
    ASK_FIXED("dns-server.root", "whether it resolves for strangers, by the name that every resolver knows: the root",
              "\x6a\x73\x01\0\0\x01\0\0\0\0\0\x01" DNS_ROOT_NAME "\0\0\x29\x10\0\0\0\x80\0\0\0");

enum { DNS_HEAD = 12, DNS_TXT = 16, DNS_NS = 2, DNS_NAMES_MAX = 64, DNS_LABELS_MAX = 128, DNS_ANSWERS_MAX = 64 };

struct dns_answer {
    uint16_t id, flags, answers;
    struct span txt; /* the first string of the first TXT */
    unsigned servers;
};

/* Passes over a name; it ends with a pointer or with the root. */
static void dns_skip_name(struct reader *r)
{
    for (unsigned i = 0; i < DNS_LABELS_MAX; i++) {
        uint8_t len = reader_u8(r);
        if (len >> 6 == 3) {
            reader_skip(r, 1);
            return;
        }
        if (len >> 6)
            reader_fail(r, "a reserved kind of label");
        if (!len || !reader_ok(r))
            return;
        reader_skip(r, len);
    }
    reader_fail(r, "a name of too many labels");
}

static void dns_record(struct reader *r, struct dns_answer *a)
{
    dns_skip_name(r);
    uint16_t type = reader_be16(r);
    reader_skip(r, 2 + 4); /* class, time to live */
    struct reader data = reader_sub(r, reader_be16(r));
    a->servers += type == DNS_NS;
    if (type == DNS_TXT && !a->txt.len)
        a->txt = reader_take(&data, reader_u8(&data));
}

/* An answer that repeats the question, or is a bare head (as some refuse). */
static bool dns_parse(struct span datagram, struct span question, struct dns_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    struct dns_answer a = { .id = reader_be16(&r), .flags = reader_be16(&r) };
    uint16_t questions = reader_be16(&r);
    a.answers = reader_be16(&r);
    reader_skip(&r, 4);
    if (questions == 1)
        reader_literal(&r, question);
    else if (questions || datagram.len != DNS_HEAD)
        reader_fail(&r, "another question");
    if (a.answers > DNS_ANSWERS_MAX)
        reader_fail(&r, "too many answers");
    for (unsigned i = 0; i < a.answers && reader_ok(&r); i++)
        dns_record(&r, &a);
    *ret = a;
    return reader_ok(&r) && a.flags >> 15 && (a.flags >> 11 & 15) == 0;
}

static bool dns_is_version(struct span datagram)
{
    struct dns_answer a;
    return dns_parse(datagram, SPAN(DNS_VERSION_NAME), &a) && a.id == 0x6a72;
}

static bool dns_is_root(struct span datagram)
{
    struct dns_answer a;
    return dns_parse(datagram, SPAN(DNS_ROOT_NAME), &a) && a.id == 0x6a73;
}

static enum outcome dns_run(struct wire *w, struct observation *o)
{
    struct dns_answer a;
    wire_ask(w, &DNS_VERSION);
    struct span d = datagram_of(w, dns_is_version);
    if (!d.len || !dns_parse(d, SPAN(DNS_VERSION_NAME), &a))
        return OUTCOME_NOT_MINE;
    o->product = "dns";
    if (a.txt.len)
        fact_text(o, "software", a.txt, DNS_VERSION.name, d);
    d = datagram_perhaps(w, &DNS_ROOT, dns_is_root);
    if (!d.len || !dns_parse(d, SPAN(DNS_ROOT_NAME), &a))
        return OUTCOME_IDENTIFIED;
    bool resolves = a.flags & 0x80 && (a.flags & 15) == 0 && a.servers > 0;
    fact_bool(o, "resolves", resolves, DNS_ROOT.name, span_first(d, DNS_HEAD));
    datagram_amplifies(w, o, d.len, &DNS_ROOT);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_DNS;
const struct probe PROBE_DNS = {
    .name = "dns",
    .title = "DNS",
    .products = { "dns" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 53 },
    .rank = 70,
    .proof = "none: names are for everybody",
    .counts = "nothing",
    .asks = { &DNS_VERSION, &DNS_ROOT },
    .run = dns_run,
};
