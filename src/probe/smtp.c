/* SMTP, by its greeting (RFC 5321 section 4.2): "220 mail.example.com ESMTP Postfix". It is named and not
 * judged; QUIT ends the session. Greetings of FTP begin with the same number: where the words do not tell,
 * NOOP does, which SMTP answers with 250 and FTP with 200. */
#include "probe/greeting.h"
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 1024, LINES_MAX = 64 };

static const struct ask SMTP_NOOP =
    ASK_FIXED("smtp.noop", "whether it is SMTP: asked where the greeting does not tell", "NOOP\r\n");
static const struct ask SMTP_EHLO =
    ASK_FIXED("smtp.ehlo", "which extensions it has: TLS among them", "EHLO ajar.invalid\r\n");
static const struct ask SMTP_STARTTLS =
    ASK_FIXED("smtp.starttls", "TLS inside the protocol (RFC 3207)", "STARTTLS\r\n");
static const struct ask SMTP_QUIT = ASK_FIXED("smtp.quit", "ends the session", "QUIT\r\n");

static bool smtp_recognises(struct span first)
{
    return greeting_is_220(first) && (greeting_says_smtp(first) || !greeting_says_ftp(first));
}

static const char *smtp_product(struct span line, struct span *ret_version)
{
    static const struct {
        const char *word, *product;
    } KNOWN[] = { { "Postfix", "postfix" }, { "Exim ", "exim" }, { "OpenSMTPD", "opensmtpd" },
                  { "Sendmail ", "sendmail" } };
    *ret_version = SPAN_NONE;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        size_t at = span_find(line, span_str(KNOWN[i].word));
        if (at == SIZE_MAX)
            continue;
        struct span rest = span_from(line, at + strlen(KNOWN[i].word));
        struct span version = span_cut(&rest, ' ');
        if (version.len && ascii_is_digit(version.at[0]))
            *ret_version = span_cut(&version, '/');
        return KNOWN[i].product;
    }
    return "smtp";
}

/* The last line of an answer, which may have several ("220-...", "220 ..."); empty where it is none. */
static struct span smtp_answer(struct wire *w)
{
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct span line = wire_line(w, LINE_MAX_BYTES);
        if (!wire_ok(w) || line.len < 3)
            return SPAN_NONE;
        if (line.len == 3 || line.at[3] == ' ')
            return line;
        if (line.at[3] != '-')
            return SPAN_NONE;
    }
    return SPAN_NONE;
}

static enum outcome smtp_run(struct wire *w, struct observation *o)
{
    struct span greeting = smtp_answer(w), version;
    if (!span_starts(greeting, SPAN("220")))
        return OUTCOME_NOT_MINE;
    if (!greeting_says_smtp(greeting) && (!wire_ask(w, &SMTP_NOOP) || !span_starts(smtp_answer(w), SPAN("250"))))
        return OUTCOME_NOT_MINE;
    o->product = smtp_product(greeting, &version);
    if (version.len)
        fact_text(o, "version", version, NULL, greeting);
    fact_text(o, "greeting", greeting, NULL, greeting);
    wire_bye(w, &SMTP_QUIT);
    return OUTCOME_IDENTIFIED;
}

static bool smtp_upgrade(struct wire *w)
{
    return span_starts(smtp_answer(w), SPAN("220")) && wire_ask(w, &SMTP_EHLO) &&
           span_starts(smtp_answer(w), SPAN("250")) && wire_ask(w, &SMTP_STARTTLS) &&
           span_starts(smtp_answer(w), SPAN("220")) && !wire_heard(w).len;
}

extern const struct probe PROBE_SMTP;
const struct probe PROBE_SMTP = {
    .name = "smtp",
    .title = "SMTP servers (named only)",
    .products = { "smtp", "postfix", "exim", "opensmtpd", "sendmail" },
    .kind = KIND_OTHER,
    .ports = { 25, 587, 2525 },
    .tls_ports = { 465 },
    .peer_first = true,
    .rank = 80,
    .proof = "none: it is named and not judged",
    .counts = "nothing",
    .asks = { &SMTP_NOOP, &SMTP_EHLO, &SMTP_STARTTLS, &SMTP_QUIT },
    .recognises = smtp_recognises,
    .run = smtp_run,
    .upgrade = smtp_upgrade,
};
