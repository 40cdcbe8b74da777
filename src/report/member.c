/* Whether a comma is due is read off the last byte written: an opening bracket never ends a value,
 * since strings end in a quote. A buffer that was emptied on the way starts anew. */
#include "report/member.h"

#include "report/formats.h"
#include "text/amount.h"
#include "text/escape.h"

static void name(struct buf *out, const char *key)
{
    uint8_t last = out->len ? out->at[out->len - 1] : '[';
    if (last != '[' && last != '{' && last != '\n')
        buf_byte(out, ',');
    if (key) {
        buf_byte(out, '"');
        buf_str(out, key);
        buf_str(out, "\":");
    }
}

void member_open(struct buf *out, const char *key, char what)
{
    name(out, key);
    buf_byte(out, (uint8_t)what);
}

void member_close(struct buf *out, char what)
{
    buf_byte(out, (uint8_t)what);
}

/* Bytes of one UTF-8 sequence may be parted by the cut; the escaper shows what is left of it. */
static struct span cut(struct span s, size_t max, bool *ret_cut)
{
    *ret_cut = s.len > max;
    return span_first(s, max);
}

/* Piece by piece, so that the visible form needs little room whatever the length. */
static void visible(struct buf *out, struct span foreign)
{
    uint8_t room[1024];
    struct buf shown = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    while (foreign.len) {
        size_t n = foreign.len < 96 ? foreign.len : 96;
        while (n < foreign.len && n > 90 && (foreign.at[n] & 0xc0) == 0x80)
            n--;
        buf_reset(&shown);
        escape_tty(&shown, span_first(foreign, n));
        escape_json(out, buf_span(&shown));
        foreign = span_from(foreign, n);
    }
}

void member_text(struct buf *out, const char *key, struct span foreign)
{
    bool is_cut;
    name(out, key);
    buf_byte(out, '"');
    visible(out, cut(foreign, MEMBER_TEXT_MAX, &is_cut));
    buf_str(out, is_cut ? "...\"" : "\"");
}

void member_lines(struct buf *out, const char *key, struct span foreign)
{
    bool is_cut;
    name(out, key);
    buf_byte(out, '"');
    foreign = cut(foreign, MEMBER_TEXT_MAX, &is_cut);
    while (foreign.len) {
        size_t before = foreign.len;
        struct span line = span_cut(&foreign, '\n');
        visible(out, line);
        if (line.len < before)
            buf_str(out, "\\n");
    }
    buf_str(out, is_cut ? "...\"" : "\"");
}

void member_bytes(struct buf *out, const char *key, struct span raw)
{
    uint8_t room[4 * PROOF_MAX];
    struct buf shown = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    escape_bytes(&shown, span_first(raw, PROOF_MAX));
    name(out, key);
    buf_byte(out, '"');
    escape_json(out, buf_span(&shown));
    buf_byte(out, '"');
}

void member_str(struct buf *out, const char *key, const char *text)
{
    if (text)
        member_text(out, key, span_str(text));
}

void member_i64(struct buf *out, const char *key, int64_t n)
{
    name(out, key);
    buf_i64(out, n);
}

void member_bool(struct buf *out, const char *key, bool yes)
{
    name(out, key);
    buf_str(out, yes ? "true" : "false");
}

void member_time(struct buf *out, const char *key, int64_t wall_ms)
{
    name(out, key);
    buf_byte(out, '"');
    put_time(out, wall_ms);
    buf_byte(out, '"');
}

void member_fact(struct buf *out, const char *key, const struct fact *f)
{
    switch (f->type) {
    case FACT_TEXT:
        member_text(out, key, f->text);
        return;
    case FACT_NUMBER:
        member_i64(out, key, f->number);
        return;
    case FACT_BOOL:
        member_bool(out, key, f->number != 0);
        return;
    case FACT_TIME:
        member_time(out, key, f->number);
        return;
    }
    name(out, key);
    buf_str(out, "null");
}

static void known_text(struct buf *out, const char *key, struct span foreign)
{
    if (foreign.len)
        member_text(out, key, foreign);
}

void member_life(struct buf *out, const struct finding *f)
{
    if (f->life.known) {
        member_bool(out, "new", f->life.is_new);
        member_time(out, "first_seen", f->life.first_ms);
        member_time(out, "opened", f->life.opened_ms);
        member_i64(out, "reopened", (int64_t)f->life.reopened);
    }
    if (f->accepted_until_ms > 0) {
        member_time(out, "accepted_until", f->accepted_until_ms);
        known_text(out, "accepted_why", f->accepted_why);
    }
}

static void owners(struct buf *out, const struct finding *f)
{
    member_open(out, "owners", '[');
    for (size_t i = 0; i < f->owners.len; i++) {
        member_open(out, NULL, '{');
        member_text(out, "who", f->owners.at[i].who);
        member_str(out, "how", f->owners.at[i].how);
        member_str(out, "strength", strength_name(f->owners.at[i].strength));
        member_close(out, '}');
    }
    member_close(out, ']');
}

static void since(struct buf *out, const struct finding *f)
{
    member_open(out, "since", '[');
    for (size_t i = 0; i < f->since.len; i++) {
        member_open(out, NULL, '{');
        member_time(out, "at", f->since.at[i].at_ms);
        member_str(out, "source", f->since.at[i].source);
        member_str(out, "strength", strength_name(f->since.at[i].strength));
        known_text(out, "text", f->since.at[i].text);
        member_close(out, '}');
    }
    member_close(out, ']');
}

void member_whose(struct buf *out, const struct finding *f)
{
    known_text(out, "owner", f->owner);
    known_text(out, "tier", f->tier);
    known_text(out, "contact", f->contact);
    if (f->owners.len)
        owners(out, f);
    if (f->since.len)
        since(out, f);
}
