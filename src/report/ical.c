/* Certificates' ends as a calendar (RFC 5545): one all-day event a certificate, wherever it was seen,
 * on the day it expires, with reminders. The UID depends on the certificate alone, so that a
 * calendar that is read again replaces its events.
 *
 * Content lines are folded at 75 octets and never inside a UTF-8 sequence (RFC 5545, 3.1). */
#include "base/hex.h"
#include "base/table.h"
#include "report/formats.h"
#include "text/amount.h"
#include "text/escape.h"

enum { ICAL_ARENA_MAX = 256 * 1024 * 1024, LINE_OCTETS = 75, TEXT_MAX = 300, NAMES_MAX = 1000,
       PLACES_LISTED_MAX = 20, PLACES_BYTES_MAX = PLACES_LISTED_MAX * (ENDPOINT_TEXT_MAX + 2), DAY_MS = 86400000 };

struct ical_certificate {
    struct span uid, subject, issuer, names, owner, contact; /* visible text */
    int64_t not_after_ms;
    uint64_t places;
    struct span listed[PLACES_LISTED_MAX];
};

struct ical {
    struct report_run run;
    struct arena arena;
    struct table by_uid;
    LIST_OF(struct ical_certificate *) certificates;
    struct buf scratch;
};

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    struct ical *x = state;
    (void)out;
    x->run = *run;
    arena_init(&x->arena, ICAL_ARENA_MAX);
    table_init(&x->by_uid, &x->arena, run->seed);
    buf_init(&x->scratch, 64 * 1024);
}

static struct span keep(struct ical *x, struct span foreign, size_t max)
{
    buf_reset(&x->scratch);
    escape_tty(&x->scratch, span_first(foreign, max));
    if (foreign.len > max)
        buf_str(&x->scratch, "...");
    return arena_copy(&x->arena, buf_span(&x->scratch));
}

/* The certificate's hash; where it is not known, the endpoint and the date. */
static struct span uid_of(struct ical *x, const struct visit *v, const struct observation *c, int64_t until_ms)
{
    char where[ENDPOINT_TEXT_MAX];
    struct span hash = fact_get_text(c, "cert.sha256");
    buf_reset(&x->scratch);
    if (hash.len >= 32 && hash.len <= 128 && span_is_hex(hash)) {
        buf_put(&x->scratch, hash);
    } else {
        buf_str(&x->scratch, endpoint_text(&v->endpoint, where));
        buf_byte(&x->scratch, '-');
        buf_i64(&x->scratch, until_ms / DAY_MS);
    }
    buf_str(&x->scratch, "@certificate.ajar");
    return buf_span(&x->scratch);
}

static struct ical_certificate *certificate_of(struct ical *x, const struct visit *v, const struct observation *o,
                                               int64_t until_ms)
{
    struct span uid = uid_of(x, v, o, until_ms);
    struct ical_certificate *c = table_get(&x->by_uid, uid);
    if (c)
        return c;
    uid = arena_copy(&x->arena, uid);
    c = uid.len ? ARENA_NEW(&x->arena, struct ical_certificate) : NULL;
    struct ical_certificate **slot = c ? list_add(&x->arena, &x->certificates) : NULL;
    if (!slot)
        return NULL;
    *slot = c;
    c->uid = uid;
    c->not_after_ms = until_ms;
    c->subject = keep(x, fact_get_text(o, "cert.subject"), TEXT_MAX);
    c->issuer = keep(x, fact_get_text(o, "cert.issuer"), TEXT_MAX);
    c->names = keep(x, fact_get_text(o, "cert.names"), NAMES_MAX);
    return table_put(&x->by_uid, uid, c) ? c : NULL;
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out)
{
    struct ical *x = state;
    const struct observation *o = report_certificate(v);
    const struct fact *until = o ? fact_get(o, "cert.not_after") : NULL;
    char where[ENDPOINT_CALLED_MAX];
    (void)out;
    if (!until || until->type != FACT_TIME)
        return;
    struct ical_certificate *c = certificate_of(x, v, o, until->number);
    if (c && c->places < PLACES_LISTED_MAX)
        c->listed[c->places] = keep(x, span_str(endpoint_called(&v->endpoint, where)), sizeof(where));
    for (size_t i = 0; c && i < findings && !c->owner.len; i++) {
        c->owner = keep(x, f[i].finding->owner, TEXT_MAX);
        c->contact = keep(x, f[i].finding->contact, TEXT_MAX);
    }
    if (c)
        c->places++;
}

/* ---- content lines ---- */

static void folded(struct buf *out, struct span line)
{
    size_t room = LINE_OCTETS;
    while (line.len > room) {
        size_t n = room;
        while (n > room - 4 && (line.at[n] & 0xc0) == 0x80)
            n--;
        buf_put(out, span_first(line, n));
        buf_str(out, "\r\n ");
        line = span_from(line, n);
        room = LINE_OCTETS - 1; /* the space counts */
    }
    buf_put(out, line);
    buf_str(out, "\r\n");
}

/* The value type TEXT: RFC 5545, 3.3.11. */
static void put_text(struct buf *out, struct span visible)
{
    for (size_t i = 0; i < visible.len; i++) {
        uint8_t c = visible.at[i];
        if (c == '\\' || c == ';' || c == ',')
            buf_byte(out, '\\');
        buf_byte(out, c);
    }
}

static void put_day(struct buf *out, int64_t wall_ms)
{
    uint8_t room[32];
    struct buf text = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    put_time(&text, wall_ms);
    for (size_t i = 0; i < 10 && i < text.len; i++)
        if (text.at[i] != '-')
            buf_byte(out, text.at[i]);
}

/* "20261122T030600Z" */
static void put_stamp(struct buf *out, int64_t wall_ms)
{
    uint8_t room[32];
    struct buf text = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    put_time(&text, wall_ms);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '-' && text.at[i] != ':')
            buf_byte(out, text.at[i]);
}

static struct span owner_of(const struct ical_certificate *c)
{
    struct span names = c->names, first = span_trim(span_cut(&names, ','));
    return first.len ? first : c->subject.len ? c->subject : SPAN("(no name)");
}

static void describe(struct buf *line, const struct ical_certificate *c)
{
    buf_str(line, "DESCRIPTION:Subject: ");
    put_text(line, c->subject);
    buf_str(line, "\\nIssuer: ");
    put_text(line, c->issuer);
    if (c->names.len) {
        buf_str(line, "\\nNames: ");
        put_text(line, c->names);
    }
    if (c->owner.len) {
        buf_str(line, "\\nOwner: ");
        put_text(line, c->owner);
    }
    buf_str(line, "\\nSeen at: ");
    for (size_t i = 0; i < c->places && i < PLACES_LISTED_MAX; i++) {
        if (i)
            buf_str(line, "\\, ");
        put_text(line, c->listed[i]);
    }
    if (c->places > PLACES_LISTED_MAX) {
        buf_str(line, " and ");
        buf_u64(line, c->places - PLACES_LISTED_MAX);
        buf_str(line, " more");
    }
}

static void alarm_before(struct buf *out, const char *trigger)
{
    buf_str(out, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:A certificate is about to expire\r\nTRIGGER:");
    buf_str(out, trigger);
    buf_str(out, "\r\nEND:VALARM\r\n");
}

/* Calendars know years from 1 on and four digits; what a certificate states beyond is brought near. */
static int64_t within(int64_t wall_ms)
{
    const int64_t last = 253370764800000; /* 9999-01-01 */
    return wall_ms < 0 ? 0 : wall_ms > last ? last : wall_ms;
}

static void event(struct ical *x, const struct ical_certificate *c, struct buf *out)
{
    struct buf *line = &x->scratch;
    bool expired = c->not_after_ms <= x->run.started_ms;
    int64_t day_ms = within(c->not_after_ms);
    buf_str(out, "BEGIN:VEVENT\r\n");
    buf_reset(line);
    buf_str(line, "UID:");
    buf_put(line, c->uid);
    folded(out, buf_span(line));
    buf_str(out, "DTSTAMP:");
    put_stamp(out, x->run.started_ms);
    buf_str(out, "\r\nDTSTART;VALUE=DATE:");
    put_day(out, day_ms);
    buf_str(out, "\r\nDTEND;VALUE=DATE:");
    put_day(out, day_ms + DAY_MS);
    buf_str(out, "\r\n");
    buf_reset(line);
    buf_str(line, expired ? "SUMMARY:Certificate expired: " : "SUMMARY:Certificate expires: ");
    put_text(line, owner_of(c));
    folded(out, buf_span(line));
    buf_reset(line);
    describe(line, c);
    folded(out, buf_span(line));
    if (c->contact.len) {
        buf_reset(line);
        buf_str(line, "CONTACT:");
        put_text(line, c->contact);
        folded(out, buf_span(line));
    }
    buf_str(out, "CATEGORIES:Certificates\r\nTRANSP:TRANSPARENT\r\n");
    if (!expired) {
        alarm_before(out, "-P30D");
        alarm_before(out, "-P7D");
    }
    buf_str(out, "END:VEVENT\r\n");
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct ical *x = state;
    (void)s;
    buf_str(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Ajar//Certificates//EN\r\nCALSCALE:GREGORIAN\r\n"
                 "METHOD:PUBLISH\r\nX-WR-CALNAME:Certificates (Ajar)\r\n");
    if (!x->certificates.len) /* a calendar must hold something (RFC 5545, 3.6) */
        buf_str(out, "BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
                     "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n");
    for (size_t i = 0; i < x->certificates.len; i++)
        event(x, x->certificates.at[i], out);
    buf_str(out, "END:VCALENDAR\r\n");
    arena_release(&x->arena);
    buf_release(&x->scratch);
}

const struct report report_ical = {
    .name = "ical",
    .about = "a calendar of the days on which certificates expire",
    .state_size = sizeof(struct ical),
    .begin = begin,
    .visit = visit,
    .end = end,
};
