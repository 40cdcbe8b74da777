/* E-mail: a message of RFC 5322, handed to a relay through SMTP or to a local sendmail.
 *
 * Invariants: every header is made of text that was made visible, and what is not plain ASCII
 * becomes encoded words (RFC 2047); the body is base64: so no text of a peer can end a header, the
 * message or the conversation. The Message-ID is that of the delivery: a repeated one is known as
 * such. A password goes over TLS only, or to this machine. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/say.h"
#include "watch/courier.h"
#include "watch/prose.h"

enum { SUBJECT_MAX = 160, MAIL_BYTES_MAX = 2 * PROSE_BYTES_MAX, FIX_LINES_MAX = 200, WORD_BYTES = 45,
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

static void put_body(struct buf *out, const struct message *m, const char *eol)
{
    struct buf text;
    buf_init(&text, PROSE_BYTES_MAX);
    prose_changes(&text, m, FIX_LINES_MAX);
    buf_str(&text, "-- \n");
    buf_str(&text, _("Sent by ajar watch on "));
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
    prose_sentence(&s, m->root, SUBJECT_MAX);
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

/* ---- handing over ---- */

struct handing {
    const struct receiver *receiver;
    const struct message *message;
    struct courier_recipient to[WATCH_TEXTS_MAX];
    size_t count;
};

/* Who got the mail in an earlier attempt is noted in the message itself. */
static void find_taken(struct handing *h)
{
    const struct node *taken = node_get(h->message->root, "taken");
    h->count = h->receiver->email.to.len;
    for (size_t i = 0; i < h->count; i++) {
        h->to[i] = (struct courier_recipient){ .address = h->receiver->email.to.at[i] };
        for (const struct node *t = taken ? taken->first : NULL; t; t = t->next)
            if (span_is(node_text(t), h->to[i].address))
                h->to[i].fate = FATE_TAKEN;
    }
}

static size_t count_fate(const struct handing *h, enum courier_fate fate)
{
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++)
        n += h->to[i].fate == fate;
    return n;
}

/* Writes the message anew with the list of those who have it: the next attempt serves the others. The
 * list stands last, so that an older one is cut off by the text in front of it, which no JSON string
 * can hold unescaped. Addresses hold nothing that JSON escapes; see take_address(). */
static bool note_taken(const struct handing *h, struct error *e)
{
    static const struct span MARK = SPAN(",\"taken\":[");
    const struct message *m = h->message;
    struct span before = span_trim(m->text);
    size_t mark = span_find(before, MARK);
    struct buf b;
    bool first = true;
    buf_init(&b, 2 * DIGEST_BYTES_MAX);
    buf_put(&b, span_first(before, mark < before.len ? mark : before.len - 1));
    buf_put(&b, MARK);
    for (size_t i = 0; i < h->count; i++) {
        if (h->to[i].fate != FATE_TAKEN)
            continue;
        buf_printf(&b, "%s\"%s\"", first ? "" : ",", h->to[i].address);
        first = false;
    }
    buf_str(&b, "]}");
    bool ok = buf_ok(&b) ? file_replace(m->dir, m->name, buf_span(&b), 0600, e) && folder_sync(m->dir, e)
                         : error_set(e, "no memory for a message");
    buf_release(&b);
    return ok;
}

/* The first who did not get it, and how many more. */
static void tell_left(const struct handing *h, enum courier_fate fate, const char *words, struct error *e)
{
    size_t left = count_fate(h, fate), i = 0;
    if (!left)
        return;
    while (h->to[i].fate != fate)
        i++;
    if (left > 1)
        error_set(e, "%s %s and %zu more (the relay answered %u)", words, h->to[i].address, left - 1, h->to[i].code);
    else
        error_set(e, "%s %s (the relay answered %u)", words, h->to[i].address, h->to[i].code);
}

/* What became of the message as a whole. One recipient that is refused harms no other: he is told of,
 * and not tried again; one who is put off is tried again alone. */
static enum delivery settle(const struct handing *h, size_t taken_before, struct error *e)
{
    size_t taken = count_fate(h, FATE_TAKEN);
    if (count_fate(h, FATE_OPEN)) {
        if (taken > taken_before && !note_taken(h, e))
            return DELIVERY_REFUSED;
        tell_left(h, FATE_OPEN, "not yet taken for", e);
        return DELIVERY_REFUSED;
    }
    e->text[0] = '\0';
    tell_left(h, FATE_REFUSED, "refused for", e);
    return taken ? DELIVERED : DELIVERY_REFUSED;
}

static enum delivery smtp_send(const struct receiver *r, const struct message *m, struct span text, struct error *e)
{
    struct span password = SPAN_NONE;
    struct handing *h = ARENA_NEW(m->arena, struct handing);
    bool begun = false;
    if (!h) {
        error_set(e, "no memory for the recipients");
        return DELIVERY_REFUSED;
    }
    *h = (struct handing){ .receiver = r, .message = m };
    find_taken(h);
    size_t before = count_fate(h, FATE_TAKEN);
    if (r->email.user && !file_read_line(m->arena, r->email.password_file, &password, e))
        return DELIVERY_UNREACHABLE;
    struct courier_mail mail = { .relay = &r->email.smtp, .starttls = r->email.starttls, .ehlo = m->host,
                                 .user = r->email.user, .password = password,
                                 .from = r->email.from, .to = h->to, .to_count = h->count, .text = text,
                                 .ca_file = r->ca_file, .timeout_ms = r->timeout_ms };
    bool ok = courier_mail(&mail, &begun, e);
    OPENSSL_cleanse((void *)(uintptr_t)password.at, password.len);
    if (ok)
        return settle(h, before, e);
    return begun ? DELIVERY_REFUSED : DELIVERY_UNREACHABLE;
}

enum delivery mail_send(const struct receiver *r, const struct message *m, struct error *e)
{
    struct buf text;
    enum delivery d = DELIVERY_REFUSED;
    int status = 0;
    bool wire = r->email.smtp.host != NULL;
    buf_init(&text, MAIL_BYTES_MAX);
    if (!mail_write(r, m, wire ? "\r\n" : "\n", &text)) {
        error_set(e, "no memory for the mail");
    } else if (wire) {
        d = smtp_send(r, m, buf_span(&text), e);
    } else {
        const char *argv[] = { r->email.sendmail, "-t", "-i", "-f", r->email.from, NULL };
        d = DELIVERY_UNREACHABLE;
        if (program_run(argv, buf_span(&text), NULL, r->timeout_ms, &status, e))
            d = status == 0 ? DELIVERED : DELIVERY_REFUSED;
        if (d == DELIVERY_REFUSED)
            error_set(e, "%s ended with status %d", r->email.sendmail, status);
    }
    buf_release(&text);
    return d;
}
