/* POP3, by its greeting (RFC 1939 section 4): "+OK Dovecot ready." It is named and not judged; QUIT, which only a
 * server of this protocol answers with "+OK" as well, ends the session before anybody is let in. */
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 512 };

static const struct ask POP3_QUIT =
    ASK_FIXED("pop3.quit", "ends the session; its answer tells POP3 from others", "QUIT\r\n");
static const struct ask POP3_STLS = ASK_FIXED("pop3.stls", "TLS inside the protocol (RFC 2595 4)", "STLS\r\n");

/* A banner with something to say: who answers a line with a bare +OK is another protocol's. */
static bool pop3_recognises(struct span first)
{
    return span_starts(first, SPAN("+OK ")) && span_ends(first, SPAN("\r\n")) && first.len > 6;
}

static enum outcome pop3_run(struct wire *w, struct observation *o)
{
    struct span line = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w) || !span_starts(line, SPAN("+OK")))
        return OUTCOME_NOT_MINE;
    wire_ask(w, &POP3_QUIT);
    struct span end = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w) || !span_starts(end, SPAN("+OK")))
        return OUTCOME_NOT_MINE;
    o->product = span_has(line, "Dovecot") ? "dovecot" : "pop3";
    fact_text(o, "protocol", SPAN("POP3"), NULL, line);
    fact_text(o, "greeting", line, NULL, line);
    return OUTCOME_IDENTIFIED;
}

static bool pop3_upgrade(struct wire *w)
{
    return span_starts(wire_line(w, LINE_MAX_BYTES), SPAN("+OK")) && wire_ask(w, &POP3_STLS) &&
           span_starts(wire_line(w, LINE_MAX_BYTES), SPAN("+OK")) && !wire_heard(w).len;
}

extern const struct probe PROBE_POP3;
const struct probe PROBE_POP3 = {
    .name = "pop3",
    .title = "POP3 servers (named only)",
    .products = { "pop3", "dovecot" },
    .kind = KIND_OTHER,
    .ports = { 110 },
    .tls_ports = { 995 },
    .peer_first = true,
    .rank = 60,
    .proof = "none: it is named and not judged",
    .counts = "nothing",
    .asks = { &POP3_QUIT, &POP3_STLS },
    .recognises = pop3_recognises,
    .run = pop3_run,
    .upgrade = pop3_upgrade,
};
