/* E-mail: a message of RFC 5322, handed to a relay through SMTP (RFC 5321, STARTTLS of RFC 3207) or
 * to a local sendmail.
 *
 * Invariants: every header is made of text that was made visible, and what is not plain ASCII
 * becomes encoded words (RFC 2047); the body is base64: so no text of a peer can end a header, the
 * message or the conversation. The Message-ID is that of the delivery: a repeated one is known as
 * such. A password goes over TLS only, or to this machine. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/hex.h"
#include "watch/deliver.h"
#include "watch/net.h"

enum { SUBJECT_MAX = 160, BODY_MAX = 8 << 20, REPLY_BYTES_MAX = 4096, REPLY_LINES_MAX = 64, WORD_BYTES = 45,
       BASE64_LINE_BYTES = 57 };

/* ---- base64 ---- */

static void put_base64(struct buf *out, struct span s, size_t line_bytes, const char *eol)
{
    uint8_t text[4 * ((BASE64_LINE_BYTES + 2) / 3) + 4];
    while (s.len) {
        struct span part = span_first(s, line_bytes);
        int n = EVP_EncodeBlock(text, part.at, (int)part.len);
        buf_put(out, span_of(text, (size_t)n));
        buf_str(out, eol);
        s = span_from(s, part.len);
    }
}

/* ---- the message ---- */

static bool is_ascii(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < ' ' || s.at[i] >= 0x7f)
            return false;
    return true;
}

/* RFC 2047: encoded words of at most 75 characters that end between characters. Plain text that could
 * be taken for an encoded word is encoded too. */
static void put_words(struct buf *out, struct span visible, const char *eol)
{
    if (is_ascii(visible) && !span_has(visible, "=?")) {
        buf_put(out, visible);
        return;
    }
    for (bool first = true; visible.len; first = false) {
        size_t n = visible.len < WORD_BYTES ? visible.len : WORD_BYTES;
        while (n > 1 && n < visible.len && (visible.at[n] & 0xc0) == 0x80)
            n--;
        if (!first)
            buf_printf(out, "%s ", eol);
        buf_str(out, "=?UTF-8?B?");
        put_base64(out, span_first(visible, n), WORD_BYTES, "");
        buf_str(out, "?=");
        visible = span_from(visible, n);
    }
}

static void put_date(struct buf *out, int64_t wall_ms)
{
    static const char DAYS[] = "SunMonTueWedThuFriSat", MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t t = (time_t)(wall_ms / 1000);
    struct tm at;
    if (gmtime_r(&t, &at))
        buf_printf(out, "%.3s, %02d %.3s %d %02d:%02d:%02d +0000", DAYS + 3 * at.tm_wday, at.tm_mday,
                   MONTHS + 3 * at.tm_mon, at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}

static void put_line(struct buf *out, const char *label, struct span s)
{
    if (s.len == 0)
        return;
    buf_printf(out, "%s", label);
    put_visible(out, s, NOTICE_TEXT_MAX);
    buf_byte(out, '\n');
}

/* A change for people. Everything is made visible again: a file in the queue proves nothing. */
static void put_change(struct buf *out, const struct node *change)
{
    const struct node *f = node_get(change, "finding");
    int64_t records;
    put_line(out, "", node_text(node_get(change, "text")));
    put_line(out, "  where     ", node_text(node_get(f, "endpoint")));
    put_line(out, "  name      ", node_text(node_get(f, "name")));
    put_line(out, "  why       ", node_text(node_get(f, "why")));
    put_line(out, "  open from ", node_text(node_get(f, "opened")));
    put_line(out, "  closed    ", node_text(node_get(f, "closed")));
    if (node_i64(node_get(f, "records"), &records))
        buf_printf(out, "  records   %lld\n", (long long)records);
    put_line(out, "  finding   ", node_text(node_get(f, "fingerprint")));
    struct span fix = node_text(node_get(f, "fix"));
    if (fix.len)
        buf_str(out, "\nHow to close it:\n");
    for (size_t i = 0; fix.len && i < 200; i++)
        put_line(out, "    ", span_cut(&fix, '\n'));
}

static void put_body(struct buf *out, const struct message *m, const char *eol)
{
    struct buf text;
    const struct node *list = node_get(m->root, "changes");
    buf_init(&text, BODY_MAX);
    for (const struct node *c = list ? list->first : m->root; c; c = list ? c->next : NULL) {
        put_change(&text, c);
        buf_byte(&text, '\n');
    }
    buf_str(&text, "-- \nSent by ajar watch on ");
    put_visible(&text, span_str(m->host), 255);
    buf_byte(&text, '\n');
    if (!buf_ok(&text))
        out->failed = true;
    put_base64(out, buf_span(&text), BASE64_LINE_BYTES, eol);
    buf_release(&text);
}

static void put_subject(struct buf *out, const struct message *m, const char *eol)
{
    struct buf s;
    buf_init(&s, 64 * SUBJECT_MAX);
    buf_str(&s, "[ajar] ");
    put_visible(&s, node_text(node_get(m->root, "text")), SUBJECT_MAX);
    buf_str(out, "Subject: ");
    put_words(out, buf_span(&s), eol);
    buf_str(out, eol);
    buf_release(&s);
}

/* `eol`: CRLF on the wire, LF for sendmail. */
static bool mail_write(const struct receiver *r, const struct message *m, const char *eol, struct buf *out)
{
    struct span finding = node_text(node_get(node_get(m->root, "finding"), "fingerprint"));
    enum severity severity = SEVERITY_INFO;
    int64_t at_ms;
    struct span at = node_text(node_get(m->root, "at"));
    const char *at_text = arena_str(m->arena, at);
    buf_str(out, "Date: ");
    put_date(out, at_text && time_parse(at_text, &at_ms) ? at_ms : clock_wall_ms(&CLOCK_SYSTEM));
    buf_printf(out, "%sFrom: Ajar <%s>%sTo: ", eol, r->email.from, eol);
    for (size_t i = 0; i < r->email.to.len; i++)
        buf_printf(out, "%s%s%s<%s>", i ? "," : "", i ? eol : "", i ? " " : "", r->email.to.at[i]);
    buf_str(out, eol);
    put_subject(out, m, eol);
    buf_printf(out, "Message-ID: <%s@%.8s.ajar.invalid>%s", m->id, m->instance, eol);
    if (finding.len < 65 && span_is_hex(finding))
        buf_printf(out, "References: <%.*s@%.8s.ajar.invalid>%s", SPAN_FMT(finding), m->instance, eol);
    if (severity_parse(node_text(node_get(m->root, "severity")), &severity))
        buf_printf(out, "X-Ajar-Severity: %s%s", severity_name(severity), eol);
    buf_printf(out, "Auto-Submitted: auto-generated%sMIME-Version: 1.0%sContent-Type: text/plain; charset=utf-8%s"
                    "Content-Transfer-Encoding: base64%s%s",
               eol, eol, eol, eol, eol);
    put_body(out, m, eol);
    return buf_ok(out);
}

/* ---- SMTP ---- */

struct smtp {
    struct net net;
    char reply[REPLY_BYTES_MAX];
    size_t len; /* bytes of `reply` that are not yet read */
    bool starttls, plain;
};

/* The next line without its end; a line of RFC 5321 has at most 512 bytes. */
static bool next_line(struct smtp *s, char line[static REPLY_BYTES_MAX], size_t *ret_len, struct error *e)
{
    for (;;) {
        size_t n = span_index(span_of(s->reply, s->len), '\n'), got;
        if (n < s->len) {
            memcpy(line, s->reply, n);
            *ret_len = n && line[n - 1] == '\r' ? n - 1 : n;
            s->len -= n + 1;
            memmove(s->reply, s->reply + n + 1, s->len);
            return true;
        }
        if (s->len == sizeof(s->reply))
            return error_set(e, "the relay answers with a line without an end");
        if (!net_recv(&s->net, s->reply + s->len, sizeof(s->reply) - s->len, &got, e))
            return false;
        if (got == 0)
            return error_set(e, "the relay closed the connection");
        s->len += got;
    }
}

/* Reads a reply of one or more lines ("250-..." goes on); its code, or 0. */
static unsigned read_reply(struct smtp *s, struct error *e)
{
    char line[REPLY_BYTES_MAX];
    for (int i = 0; i < REPLY_LINES_MAX; i++) {
        size_t len = 0;
        uint64_t code = 0;
        if (!next_line(s, line, &len, e))
            return 0;
        struct span l = span_of(line, len);
        if (!span_u64(span_first(l, 3), 599, &code) || code < 200 || (len > 3 && line[3] != ' ' && line[3] != '-')) {
            error_set(e, "the relay speaks no SMTP");
            return 0;
        }
        struct span word = span_from(l, 4), auth = word;
        s->starttls |= span_eq_nocase(word, SPAN("STARTTLS"));
        if (span_eq_nocase(span_cut(&auth, ' '), SPAN("AUTH")))
            while (auth.len)
                s->plain |= span_eq_nocase(span_cut(&auth, ' '), SPAN("PLAIN"));
        if (len == 3 || line[3] == ' ')
            return (unsigned)code;
    }
    error_set(e, "the relay answers without an end");
    return 0;
}

/* Sends a line and expects a reply of its hundred (2xx, 3xx). */
static enum delivery say(struct smtp *s, struct span line, unsigned hundred, struct error *e)
{
    if (line.len && !net_send(&s->net, line, e))
        return DELIVERY_UNREACHABLE;
    unsigned code = read_reply(s, e);
    if (code / 100 == hundred)
        return DELIVERED;
    if (code == 0)
        return DELIVERY_UNREACHABLE;
    struct span verb = span_trim(span_first(line, 4));
    error_set(e, "the relay answered %u to %.*s", code, verb.len ? (int)verb.len : 14,
              verb.len ? (const char *)verb.at : "the connection");
    return DELIVERY_REFUSED;
}

[[gnu::format(printf, 4, 5)]] static enum delivery say_f(struct smtp *s, unsigned hundred, struct error *e,
                                                         const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof(line)) {
        error_set(e, "a line for the relay is too long");
        return DELIVERY_REFUSED;
    }
    return say(s, span_of(line, (size_t)n), hundred, e);
}

static enum delivery start_tls(struct smtp *s, const struct receiver *r, const struct message *m, struct error *e)
{
    enum starttls wish = r->email.starttls;
    if (wish == STARTTLS_NEVER || wish == STARTTLS_AT_ONCE || (wish == STARTTLS_OFFERED && !s->starttls))
        return DELIVERED;
    if (!s->starttls) {
        error_set(e, "the relay offers no STARTTLS");
        return DELIVERY_UNREACHABLE;
    }
    enum delivery d = say_f(s, 2, e, "STARTTLS\r\n");
    if (d != DELIVERED)
        return d;
    /* What came before the handshake was said by anybody (RFC 3207 6). */
    s->len = 0;
    s->plain = false;
    if (!net_tls(&s->net, r->email.smtp.host, r->ca_file, e))
        return DELIVERY_UNREACHABLE;
    return say_f(s, 2, e, "EHLO %s\r\n", m->host);
}

/* RFC 4954, RFC 4616. */
static enum delivery log_in(struct smtp *s, const struct receiver *r, const struct message *m, struct error *e)
{
    struct span password;
    struct buf b, text;
    if (!r->email.user)
        return DELIVERED;
    if (!s->net.tls && r->email.starttls != STARTTLS_NEVER) {
        error_set(e, "the relay offers no STARTTLS; the password is not sent in clear");
        return DELIVERY_UNREACHABLE;
    }
    if (!s->plain) {
        error_set(e, "the relay offers no AUTH PLAIN");
        return DELIVERY_UNREACHABLE;
    }
    if (!file_secret(m->arena, r->email.password_file, &password, e))
        return DELIVERY_UNREACHABLE;
    buf_init(&b, 8 * 1024);
    buf_init(&text, 16 * 1024);
    buf_byte(&b, 0);
    buf_str(&b, r->email.user);
    buf_byte(&b, 0);
    buf_put(&b, password);
    put_base64(&text, buf_span(&b), BASE64_LINE_BYTES, "");
    enum delivery d = say_f(s, 2, e, "AUTH PLAIN %.*s\r\n", SPAN_FMT(buf_span(&text)));
    OPENSSL_cleanse(b.at, b.len);
    OPENSSL_cleanse(text.at, text.len);
    OPENSSL_cleanse((void *)(uintptr_t)password.at, password.len);
    buf_release(&b);
    buf_release(&text);
    return d == DELIVERY_REFUSED ? DELIVERY_UNREACHABLE : d;
}

static enum delivery greet(struct smtp *s, const struct receiver *r, const struct message *m, struct error *e)
{
    if (r->email.starttls == STARTTLS_AT_ONCE && !net_tls(&s->net, r->email.smtp.host, r->ca_file, e))
        return DELIVERY_UNREACHABLE;
    enum delivery d = say(s, SPAN_NONE, 2, e);
    if (d == DELIVERED)
        d = say_f(s, 2, e, "EHLO %s\r\n", m->host);
    if (d == DELIVERED)
        d = start_tls(s, r, m, e);
    if (d == DELIVERED)
        d = log_in(s, r, m, e);
    return d == DELIVERY_REFUSED ? DELIVERY_UNREACHABLE : d;
}

/* The text has no line that starts with a point: headers have names, base64 has no points. */
static enum delivery hand_over(struct smtp *s, const struct receiver *r, struct span text, struct error *e)
{
    enum delivery d = say_f(s, 2, e, "MAIL FROM:<%s>\r\n", r->email.from);
    for (size_t i = 0; d == DELIVERED && i < r->email.to.len; i++)
        d = say_f(s, 2, e, "RCPT TO:<%s>\r\n", r->email.to.at[i]);
    if (d == DELIVERED)
        d = say_f(s, 3, e, "DATA\r\n");
    if (d == DELIVERED && !net_send(&s->net, text, e))
        d = DELIVERY_UNREACHABLE;
    if (d == DELIVERED)
        d = say_f(s, 2, e, ".\r\n");
    return d;
}

static enum delivery smtp_send(const struct receiver *r, const struct message *m, struct span text, struct error *e)
{
    struct smtp s = { .len = 0 };
    if (!net_open(&s.net, r->email.smtp.host, r->email.smtp.port, false, r->timeout_ms, e))
        return DELIVERY_UNREACHABLE;
    enum delivery d = greet(&s, r, m, e);
    if (d == DELIVERED)
        d = hand_over(&s, r, text, e);
    if (d != DELIVERY_UNREACHABLE) {
        struct error ignored;
        net_send(&s.net, SPAN("QUIT\r\n"), &ignored);
    }
    net_close(&s.net);
    return d;
}

enum delivery mail_send(const struct receiver *r, const struct message *m, struct error *e)
{
    struct buf text;
    enum delivery d = DELIVERY_REFUSED;
    int status = 0;
    bool wire = r->email.smtp.host != NULL;
    buf_init(&text, 2 * BODY_MAX);
    if (!mail_write(r, m, wire ? "\r\n" : "\n", &text)) {
        error_set(e, "no memory for the mail");
    } else if (wire) {
        d = smtp_send(r, m, buf_span(&text), e);
    } else {
        const char *argv[] = { r->email.sendmail, "-t", "-i", "-f", r->email.from, NULL };
        d = DELIVERY_UNREACHABLE;
        if (program_run(argv, buf_span(&text), r->timeout_ms, &status, e))
            d = status == 0 ? DELIVERED : DELIVERY_REFUSED;
        if (d == DELIVERY_REFUSED)
            error_set(e, "%s ended with status %d", r->email.sendmail, status);
    }
    buf_release(&text);
    return d;
}
