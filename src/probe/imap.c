/* IMAP, by its greeting (RFC 9051 section 7.1): "* OK [CAPABILITY ...] Dovecot ready." It is named and not
 * judged; LOGOUT ends the session. "* PREAUTH" lets everybody in as somebody: that is said (auth), and looked
 * at no further. */
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 4096 };

static const struct ask IMAP_LOGOUT = ASK_FIXED("imap.logout", "ends the session", "a1 LOGOUT\r\n");
static const struct ask IMAP_STARTTLS =
    ASK_FIXED("imap.starttls", "TLS inside the protocol (RFC 9051 6.2.1)", "a2 STARTTLS\r\n");

static bool imap_recognises(struct span first)
{
    return span_starts(first, SPAN("* OK ")) || span_starts(first, SPAN("* PREAUTH ")) ||
           (span_starts(first, SPAN("* BYE ")) && span_has(first, "IMAP"));
}

static enum outcome imap_run(struct wire *w, struct observation *o)
{
    struct span line = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w) || !imap_recognises(line))
        return OUTCOME_NOT_MINE;
    bool inside = span_starts(line, SPAN("* PREAUTH "));
    o->product = span_has(line, "Dovecot") ? "dovecot" : span_has(line, "Courier") ? "courier" : "imap";
    fact_text(o, "protocol", SPAN("IMAP"), NULL, line);
    fact_text(o, "greeting", line, NULL, line);
    if (inside)
        fact_text(o, "auth", SPAN("none"), NULL, line);
    wire_bye(w, &IMAP_LOGOUT);
    return inside ? OUTCOME_UNCLEAR : OUTCOME_IDENTIFIED;
}

static bool imap_upgrade(struct wire *w)
{
    return span_starts(wire_line(w, LINE_MAX_BYTES), SPAN("* OK ")) && wire_ask(w, &IMAP_STARTTLS) &&
           span_starts(wire_line(w, LINE_MAX_BYTES), SPAN("a2 OK")) && !wire_heard(w).len;
}

extern const struct probe PROBE_IMAP;
const struct probe PROBE_IMAP = {
    .name = "imap",
    .title = "IMAP servers (named only)",
    .products = { "imap", "dovecot", "courier" },
    .kind = KIND_OTHER,
    .ports = { 143 },
    .tls_ports = { 993 },
    .peer_first = true,
    .rank = 80,
    .proof = "none: it is named and not judged",
    .counts = "nothing",
    .asks = { &IMAP_LOGOUT, &IMAP_STARTTLS },
    .recognises = imap_recognises,
    .run = imap_run,
    .upgrade = imap_upgrade,
};
