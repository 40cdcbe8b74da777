/* Apache Dubbo, the port of its own protocol (dubbo.apache.org, "Dubbo2 protocol" and "Telnet command").
 *
 *     > a heartbeat      < the same back, as an answer
 *     > ls               < names of services; or "disabled for security reasons", "Unsupported command"
 *
 * It knows no login: who reaches it can call what is there. Ajar calls nothing. Old versions let everybody use its
 * command line, by which services are called as well; later ones refuse "ls" as long as nobody allows it, and the
 * newest have none: there nothing is proven. */
#include "base/reader.h"
#include "probe/probe.h"

enum { HEAD_BYTES = 16, BODY_MAX = 64, STATUS_OK = 20, LINE_MAX_BYTES = 2048, LINES_MAX = 2000 };

/* Request, answer wanted, event, Hessian 2; number 1; a body of "nothing". */
static const struct ask DUBBO_HEARTBEAT = ASK_FIXED("dubbo.heartbeat", "whether it is one",
    "\xda\xbb\xe2\0" "\0\0\0\0\0\0\0\x01" "\0\0\0\x01" "N");
static const struct ask DUBBO_LIST = ASK_FIXED("dubbo.list", "names the services, where its command line is open",
                                               "ls\r\n");

/* What its command line says to "PING" and to "GET /". */
static bool dubbo_recognises(struct span first)
{
    return span_ends(first, SPAN("\r\ndubbo>")) &&
           (span_starts(first, SPAN("Unsupported command: ")) || span_starts(first, SPAN("Command: ")));
}

static bool dubbo_heartbeat(struct wire *w)
{
    struct verdict v;
    wire_ask(w, &DUBBO_HEARTBEAT);
    struct reader r = reader_over(&v, wire_need(w, HEAD_BYTES));
    bool magic = reader_be16(&r) == 0xdabb;
    uint8_t flags = reader_u8(&r), status = reader_u8(&r);
    uint64_t id = reader_be64(&r);
    uint32_t len = reader_be32(&r);
    if (!wire_ok(w) || !magic || (flags & 0xe0) != 0x20 || status != STATUS_OK || id != 1 || len == 0 || len > BODY_MAX)
        return false;
    wire_need(w, len);
    return wire_ok(w);
}

/* Lines up to the prompt. "PROVIDER:" and "CONSUMER:" stand above those that it offers, and uses. */
static enum outcome dubbo_services(struct wire *w, struct observation *o)
{
    bool offered = true;
    size_t told = 0;
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct span next = wire_peek(w, 6);
        if (!wire_ok(w))
            return OUTCOME_UNCLEAR;
        if (span_is(next, "dubbo>"))
            break;
        struct span line = span_trim(wire_line(w, LINE_MAX_BYTES)), rest = line;
        if (!wire_ok(w) || span_starts(line, SPAN("Unsupported command")) || span_starts(line, SPAN("Command: ")))
            return OUTCOME_UNCLEAR;
        if (span_ends(line, SPAN(":")))
            offered = !span_starts(line, SPAN("CONSUMER"));
        struct span name = span_cut(&rest, ' ');
        if (!offered || name.len == 0 || span_ends(name, SPAN(":")) || span_index(name, '.') == name.len)
            continue;
        if (told++ == 0)
            o->collection_count = 0;
        observation_collect(o, name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    if (told == 0)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), DUBBO_LIST.name, SPAN_NONE);
    return OUTCOME_OPEN;
}

static enum outcome dubbo_run(struct wire *w, struct observation *o)
{
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
    if (wire_heard(w).len || !dubbo_heartbeat(w))
        return OUTCOME_NOT_MINE;
    o->product = "dubbo";
    if (!wire_again(w, dress) || !wire_ask(w, &DUBBO_LIST))
        return OUTCOME_UNCLEAR;
    return dubbo_services(w, o);
}

extern const struct probe PROBE_DUBBO;
const struct probe PROBE_DUBBO = {
    .name = "dubbo",
    .title = "Apache Dubbo",
    .products = { "dubbo" },
    .kind = KIND_REMOTE,
    .ports = { 20880 },
    .reacts = { .line = REACT_BYTES, .tls = REACT_SILENCE, .http = REACT_BYTES },
    .rank = 15,
    .proof = "its command line lists the services that it can also call",
    .counts = "services",
    .asks = { &DUBBO_HEARTBEAT, &DUBBO_LIST },
    .recognises = dubbo_recognises,
    .run = dubbo_run,
};
