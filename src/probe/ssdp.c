/* SSDP, by which UPnP is found (UPnP Device Architecture 2.0, section 1.3), asked by a single packet to one host: what
 * the device is, and what it offers. It is meant for its own network. Each service is a datagram of its own, so that
 * the answer is tens of times as long as the question.
 *
 *     > M-SEARCH * HTTP/1.1, "ssdp:all"    < HTTP/1.1 200 OK, SERVER: Linux/6.1 UPnP/1.1, ST: upnp:rootdevice
 *
 * What its description says, and who may open ports by it, is not asked. */
#include "base/reader.h"
#include "probe/datagram.h"

static const struct ask SSDP_SEARCH =
    ASK_FIXED("ssdp.search", "what the device is and what it offers",
              "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n"
              "ST: ssdp:all\r\n\r\n");

enum { SSDP_LINE_MAX = 512, SSDP_LINES_MAX = 32 };

struct ssdp_answer {
    struct span server, location, type;
};

static bool ssdp_field(struct span line, struct span name, struct span *ret)
{
    if (line.len <= name.len || !span_eq_nocase(span_first(line, name.len), name) || line.at[name.len] != ':')
        return false;
    *ret = span_trim(span_from(line, name.len + 1));
    return true;
}

/* A response with the type of what it announces, up to its empty line. */
static bool ssdp_parse(struct span datagram, struct ssdp_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    struct ssdp_answer a = { .server = SPAN_NONE };
    struct span line = reader_line(&r, SSDP_LINE_MAX), usn = SPAN_NONE;
    bool is_mine = span_starts(line, SPAN("HTTP/1.1 200 "));
    for (unsigned i = 0; i < SSDP_LINES_MAX && line.len && reader_more(&r); i++) {
        line = reader_line(&r, SSDP_LINE_MAX);
        (void)(ssdp_field(line, SPAN("SERVER"), &a.server) || ssdp_field(line, SPAN("LOCATION"), &a.location) ||
               ssdp_field(line, SPAN("ST"), &a.type) || ssdp_field(line, SPAN("USN"), &usn));
    }
    *ret = a;
    return reader_ok(&r) && is_mine && a.type.len && usn.len;
}

static bool ssdp_is_answer(struct span datagram)
{
    struct ssdp_answer a;
    return ssdp_parse(datagram, &a);
}

static void ssdp_each(struct observation *o, struct span datagram)
{
    struct ssdp_answer a;
    if (ssdp_parse(datagram, &a) && !span_starts(a.type, SPAN("uuid:")))
        observation_collect(o, a.type, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
}

static enum outcome ssdp_run(struct wire *w, struct observation *o)
{
    struct ssdp_answer a;
    wire_from_any_port(w);
    wire_ask(w, &SSDP_SEARCH);
    struct span d = datagram_of(w, ssdp_is_answer);
    if (!d.len || !ssdp_parse(d, &a))
        return OUTCOME_NOT_MINE;
    o->product = "ssdp";
    if (a.server.len)
        fact_text(o, "software", a.server, SSDP_SEARCH.name, d);
    if (a.location.len)
        fact_text(o, "location", a.location, SSDP_SEARCH.name, d);
    ssdp_each(o, d);
    size_t bytes = d.len + datagram_rest(w, ssdp_is_answer, ssdp_each, o);
    datagram_amplifies(w, o, bytes, &SSDP_SEARCH);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_SSDP;
const struct probe PROBE_SSDP = {
    .name = "ssdp",
    .title = "SSDP, UPnP",
    .products = { "ssdp" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 1900 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it names devices",
    .counts = "what it announces",
    .asks = { &SSDP_SEARCH },
    .run = ssdp_run,
};
