/* WS-Discovery (WS-Discovery 1.0, 2005/04), asked by a single packet to one host: printers, cameras and Windows
 * machines
 * say of what kind they are. It is meant for its own network.
 *
 *     > Probe, any type    < ProbeMatches in answer to our message: Types, XAddrs
 *
 * The prefixes are those that everybody writes: some read them as part of the words. */
#include "base/reader.h"
#include "probe/datagram.h"

#define WSD_ID "urn:uuid:616a6172-0000-4000-8000-000000000001"
static const struct ask WSD_PROBE = ASK_FIXED(
    "ws-discovery.probe", "of what kind the device is",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" "
    "xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
    "xmlns:wsd=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><soap:Header>"
    "<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>"
    "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action>"
    "<wsa:MessageID>" WSD_ID "</wsa:MessageID></soap:Header><soap:Body><wsd:Probe/></soap:Body></soap:Envelope>");

enum { WSD_TEXT_MAX = 512 };

/* The text of the first element whose name without its prefix is this. */
static struct span wsd_element(struct span message, struct span name)
{
    for (size_t at = 0; at < message.len; at++) {
        struct span rest = span_from(message, at);
        if (rest.at[0] != '<')
            continue;
        struct span inside = span_sub(rest, 1, span_index(rest, '>'));
        struct span word = span_first(inside, span_index(inside, ' '));
        word = span_first(word, span_index(word, '>'));
        size_t colon = span_index(word, ':');
        word = colon < word.len ? span_from(word, colon + 1) : word;
        if (!span_eq(word, name))
            continue;
        struct span text = span_from(rest, span_index(rest, '>') + 1);
        size_t end = span_index(text, '<');
        return end < text.len && end <= WSD_TEXT_MAX ? span_trim(span_first(text, end)) : SPAN_NONE;
    }
    return SPAN_NONE;
}

static bool wsd_is_answer(struct span datagram)
{
    struct span message = span_trim(datagram);
    bool whole = span_starts(message, SPAN("<")) && span_ends(message, SPAN(":Envelope>"));
    return whole && span_is(wsd_element(message, SPAN("RelatesTo")), WSD_ID) &&
           span_ends(wsd_element(message, SPAN("Action")), SPAN("/discovery/ProbeMatches"));
}

static enum outcome wsd_run(struct wire *w, struct observation *o)
{
    wire_from_any_port(w);
    wire_ask(w, &WSD_PROBE);
    struct span d = datagram_of(w, wsd_is_answer);
    if (!d.len)
        return OUTCOME_NOT_MINE;
    o->product = "ws-discovery";
    struct span types = wsd_element(d, SPAN("Types")), location = wsd_element(d, SPAN("XAddrs"));
    for (unsigned i = 0; types.len && i < 16; i++) {
        struct span type = span_cut(&types, ' ');
        if (type.len)
            observation_collect(o, type, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    if (location.len)
        fact_text(o, "location", location, WSD_PROBE.name, d);
    datagram_amplifies(w, o, d.len + datagram_rest(w, wsd_is_answer, NULL, o), &WSD_PROBE);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_WS_DISCOVERY;
const struct probe PROBE_WS_DISCOVERY = {
    .name = "ws-discovery",
    .title = "WS-Discovery",
    .products = { "ws-discovery" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 3702 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it names devices",
    .counts = "kinds of devices that it says it is",
    .asks = { &WSD_PROBE },
    .run = wsd_run,
};
