#include "text/json_write.h"

#include "text/amount.h"
#include "text/escape.h"

enum { PIECE = 96, PIECE_SHOWN_MAX = 1024 };

struct json json_over(struct buf *out)
{
    return (struct json){ .out = out };
}

struct json json_visible_over(struct buf *out)
{
    return (struct json){ .out = out, .shown_max = JSON_TEXT_MAX };
}

/* ---- structure ---- */

/* The comma, the line and the key before a value. */
static void before(struct json *j, const char *key)
{
    uint32_t level = j->depth ? 1u << (j->depth - 1) : 0;
    size_t len = key ? strlen(key) : 0;
    if (j->has_values & level)
        buf_byte(j->out, ',');
    j->has_values |= level;
    if (j->on_new_line)
        buf_byte(j->out, '\n');
    j->on_new_line = false;
    uint8_t *room = key ? buf_room(j->out, len + 3) : NULL;
    if (!room)
        return;
    room[0] = '"';
    memcpy(room + 1, key, len);
    memcpy(room + 1 + len, "\":", 2);
    j->out->len += len + 3;
}

static void open_level(struct json *j, const char *key, bool object)
{
    before(j, key);
    if (j->depth == JSON_LEVELS_MAX) {
        j->out->failed = true;
        return;
    }
    uint32_t level = 1u << j->depth++;
    j->has_values &= ~level;
    j->is_object = object ? j->is_object | level : j->is_object & ~level;
    buf_byte(j->out, object ? '{' : '[');
}

void json_object(struct json *j, const char *key)
{
    open_level(j, key, true);
}

void json_array(struct json *j, const char *key)
{
    open_level(j, key, false);
}

void json_close(struct json *j)
{
    if (!j->depth)
        return;
    if (j->on_new_line)
        buf_byte(j->out, '\n');
    j->on_new_line = false;
    j->depth--;
    buf_byte(j->out, j->is_object >> j->depth & 1 ? '}' : ']');
}

void json_line(struct json *j)
{
    while (j->depth)
        json_close(j);
    buf_byte(j->out, '\n');
}

void json_break(struct json *j)
{
    j->on_new_line = true;
}

/* ---- text ---- */

/* Whether each of 8 bytes is printable ASCII that a JSON string holds as it is; exact for "all
 * are", by the test for a zero byte in a word (Mycroft 1987). */
static bool all_plain(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, tops = ones * 0x80;
    uint64_t quote = w ^ ones * '"', back = w ^ ones * '\\', del = w ^ ones * 0x7f;
    return !((w | ((w - ones * ' ') & ~w) | ((quote - ones) & ~quote) | ((back - ones) & ~back) |
              ((del - ones) & ~del)) & tops);
}

static bool is_plain(uint8_t c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static size_t plain_run(struct span s)
{
    size_t n = 0;
    uint64_t w;
    for (; s.len - n >= sizeof(w); n += sizeof(w)) {
        memcpy(&w, s.at + n, sizeof(w));
        if (!all_plain(w))
            break;
    }
    while (n < s.len && is_plain(s.at[n]))
        n++;
    return n;
}

/* Up to the next plain byte: holds whole UTF-8 sequences, since their bytes are never plain. */
static size_t odd_run(struct span s)
{
    size_t n = 0;
    while (n < s.len && !is_plain(s.at[n]))
        n++;
    return n;
}

/* Plain runs are copied; all else goes through the escaper. */
static void put_inside(struct buf *out, struct span s)
{
    while (s.len) {
        size_t n = plain_run(s);
        buf_put(out, span_first(s, n));
        s = span_from(s, n);
        n = odd_run(s);
        escape_json(out, span_first(s, n));
        s = span_from(s, n);
    }
}

/* The front of valid UTF-8: whole characters only. */
static struct span whole_first(struct span s, size_t max)
{
    while (max && max < s.len && (s.at[max] & 0xc0) == 0x80)
        max--;
    return span_first(s, max);
}

/* Visible, piece by piece, so that it needs little room whatever the length. False where it was cut:
 * nothing may follow. *left is how many bytes may yet come. */
static bool put_visible_part(struct json *j, struct span foreign, size_t *left)
{
    uint8_t room[PIECE_SHOWN_MAX];
    struct buf shown = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    while (foreign.len) {
        size_t n = foreign.len < PIECE ? foreign.len : PIECE;
        while (n < foreign.len && n > PIECE - 6 && (foreign.at[n] & 0xc0) == 0x80)
            n--;
        buf_reset(&shown);
        escape_tty(&shown, span_first(foreign, n));
        if (shown.len > *left) {
            put_inside(j->out, whole_first(buf_span(&shown), *left));
            buf_str(j->out, "...");
            return false;
        }
        put_inside(j->out, buf_span(&shown));
        *left -= shown.len;
        foreign = span_from(foreign, n);
    }
    return true;
}

static bool put_text(struct json *j, struct span s, size_t *left)
{
    if (j->shown_max)
        return put_visible_part(j, s, left);
    put_inside(j->out, s);
    return true;
}

/* Most text is plain and goes out in one piece. */
static bool put_plain(struct json *j, struct span s)
{
    bool fits = !j->shown_max || s.len <= j->shown_max;
    uint8_t *room = fits && plain_run(s) == s.len ? buf_room(j->out, s.len + 2) : NULL;
    if (!room)
        return false;
    room[0] = '"';
    if (s.len)
        memcpy(room + 1, s.at, s.len);
    room[s.len + 1] = '"';
    j->out->len += s.len + 2;
    return true;
}

void json_text(struct json *j, const char *key, struct span text)
{
    size_t left = j->shown_max;
    before(j, key);
    if (put_plain(j, text))
        return;
    buf_byte(j->out, '"');
    put_text(j, text, &left);
    buf_byte(j->out, '"');
}

void json_text_or_null(struct json *j, const char *key, struct span text)
{
    if (text.len)
        json_text(j, key, text);
    else
        json_null(j, key);
}

void json_text_if(struct json *j, const char *key, struct span text)
{
    if (text.len)
        json_text(j, key, text);
}

void json_lines(struct json *j, const char *key, struct span text)
{
    size_t left = j->shown_max;
    before(j, key);
    buf_byte(j->out, '"');
    while (text.len) {
        size_t rest = text.len;
        struct span line = span_cut(&text, '\n');
        if (!put_text(j, line, &left))
            break;
        if (line.len < rest)
            put_inside(j->out, SPAN("\n"));
    }
    buf_byte(j->out, '"');
}

void json_bytes(struct json *j, const char *key, struct span raw)
{
    uint8_t room[PIECE * 4];
    struct buf shown = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    before(j, key);
    buf_byte(j->out, '"');
    while (raw.len) {
        size_t n = plain_run(raw);
        buf_put(j->out, span_first(raw, n));
        raw = span_from(raw, n);
        n = odd_run(raw);
        n = n < PIECE ? n : PIECE;
        buf_reset(&shown);
        escape_bytes(&shown, span_first(raw, n));
        put_inside(j->out, buf_span(&shown));
        raw = span_from(raw, n);
    }
    buf_byte(j->out, '"');
}

void json_str(struct json *j, const char *key, const char *text)
{
    if (text)
        json_text(j, key, span_str(text));
}

/* ---- the rest ---- */

void json_i64(struct json *j, const char *key, int64_t n)
{
    before(j, key);
    buf_i64(j->out, n);
}

void json_u64(struct json *j, const char *key, uint64_t n)
{
    before(j, key);
    buf_u64(j->out, n);
}

void json_known(struct json *j, const char *key, int64_t n)
{
    if (n < 0)
        json_null(j, key);
    else
        json_i64(j, key, n);
}

void json_known_time(struct json *j, const char *key, int64_t wall_ms)
{
    if (wall_ms < 0)
        json_null(j, key);
    else
        json_time(j, key, wall_ms);
}

void json_bool(struct json *j, const char *key, bool yes)
{
    before(j, key);
    buf_put(j->out, yes ? SPAN("true") : SPAN("false"));
}

void json_null(struct json *j, const char *key)
{
    before(j, key);
    buf_put(j->out, SPAN("null"));
}

void json_time(struct json *j, const char *key, int64_t wall_ms)
{
    before(j, key);
    buf_byte(j->out, '"');
    put_time(j->out, wall_ms);
    buf_byte(j->out, '"');
}

void json_tenths(struct json *j, const char *key, double value)
{
    before(j, key);
    put_tenths(j->out, value);
}

void json_share(struct json *j, const char *key, double share)
{
    before(j, key);
    put_share(j->out, share);
}

void json_raw(struct json *j, const char *key, struct span value)
{
    before(j, key);
    buf_put(j->out, value);
}
