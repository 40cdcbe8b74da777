/* SIP over UDP (RFC 3261 section 11): what a telephone exchange or a telephone is, by the question that SIP itself has
 * for that. Nobody is called, nobody is registered, no user is named.
 *
 *     > OPTIONS sip:ajar.invalid    < SIP/2.0 200 OK, Server: Asterisk PBX 18.10.0; or 401, 404, ... */
#include "base/reader.h"
#include "probe/datagram.h"

#define SIP_CALL "616a61722d35@ajar.invalid"
static const struct ask SIP_OPTIONS = ASK_FIXED(
    "sip.options", "what the server is, by SIP's own question for that",
    "OPTIONS sip:ajar.invalid SIP/2.0\r\nVia: SIP/2.0/UDP ajar.invalid;branch=z9hG4bKajar;rport\r\nMax-Forwards: 0\r\n"
    "From: <sip:ajar.invalid>;tag=ajar\r\nTo: <sip:ajar.invalid>\r\nCall-ID: " SIP_CALL "\r\nCSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n");

enum { SIP_LINE_MAX = 1024, SIP_LINES_MAX = 64 };

struct sip_answer {
    struct span server, call;
};

static bool sip_field(struct span line, struct span name, struct span *ret)
{
    if (line.len <= name.len || !span_eq_nocase(span_first(line, name.len), name))
        return false;
    struct span rest = span_trim(span_from(line, name.len));
    if (!span_starts(rest, SPAN(":")))
        return false;
    *ret = span_trim(span_from(rest, 1));
    return true;
}

/* A response of three digits with our Call-ID, up to its empty line. */
static bool sip_parse(struct span datagram, struct sip_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    struct sip_answer a = { .server = SPAN_NONE };
    struct span line = reader_line(&r, SIP_LINE_MAX);
    bool is_mine = span_starts(line, SPAN("SIP/2.0 ")) && line.len > 11 && line.at[8] >= '1' && line.at[8] <= '6' &&
                   ascii_is_digit(line.at[9]) && ascii_is_digit(line.at[10]);
    for (unsigned i = 0; i < SIP_LINES_MAX && line.len && reader_more(&r); i++) {
        line = reader_line(&r, SIP_LINE_MAX);
        (void)(sip_field(line, SPAN("Server"), &a.server) || sip_field(line, SPAN("User-Agent"), &a.server) ||
               sip_field(line, SPAN("Call-ID"), &a.call) || sip_field(line, SPAN("i"), &a.call));
    }
    *ret = a;
    return reader_ok(&r) && is_mine && span_is(a.call, SIP_CALL);
}

static bool sip_is_answer(struct span datagram)
{
    struct sip_answer a;
    return sip_parse(datagram, &a);
}

static enum outcome sip_run(struct wire *w, struct observation *o)
{
    struct sip_answer a;
    wire_ask(w, &SIP_OPTIONS);
    struct span d = datagram_of(w, sip_is_answer);
    if (!d.len || !sip_parse(d, &a))
        return OUTCOME_NOT_MINE;
    o->product = "sip";
    if (a.server.len)
        fact_text(o, "software", a.server, SIP_OPTIONS.name, d);
    datagram_amplifies(w, o, d.len, &SIP_OPTIONS);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_SIP;
const struct probe PROBE_SIP = {
    .name = "sip",
    .title = "SIP",
    .products = { "sip" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 5060 },
    .rank = 60,
    .proof = "none: it is named and not judged",
    .counts = "nothing",
    .asks = { &SIP_OPTIONS },
    .run = sip_run,
};
