#include "cmd/stored.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "report/finding_json.h"
#include "report/layout.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum {
    COLUMNS_DEFAULT = 100,
    FINGERPRINT_SHOWN = 12,
    SEVERITY_COLUMNS = 9,
    SINCE_COLUMNS = 11,
    WHERE_COLUMNS = 22,
    WHAT_COLUMNS = 20,
    MARK_COLUMNS = 12,
    TITLE_COLUMNS_MIN = 38, /* below that the title has a line of its own */
    INDENT = 2,
    SCRATCH_BYTES = 64 * 1024
};

size_t stored_columns(void)
{
    struct winsize size;
    const char *set = getenv("COLUMNS");
    uint64_t columns;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return set && span_u64(span_str(set), 1000, &columns) && columns >= 40 ? (size_t)columns
                                                                           : COLUMNS_DEFAULT;
}

/* ---- rows ---- */

/* Up to the title. */
static size_t used_columns(bool marked)
{
    return (marked ? MARK_COLUMNS + 1 : 0) + FINGERPRINT_SHOWN + 1 + SEVERITY_COLUMNS + WHERE_COLUMNS + 1 +
           WHAT_COLUMNS + 1 + SINCE_COLUMNS + 1;
}

/* At least so many columns; what is longer is never cut, for it says which one it is. */
static void put_padded(struct buf *out, struct span text, size_t columns)
{
    size_t wide = text_columns(text);
    buf_put(out, text);
    layout_spaces(out, wide < columns ? columns - wide : 0);
}

static bool is_narrow(bool marked, size_t columns)
{
    return columns < used_columns(marked) - 1;
}

void stored_row_head(struct buf *out, const char *mark, size_t columns)
{
    if (is_narrow(mark != NULL, columns))
        return;
    if (mark) {
        layout_left(out, span_str(say(mark)), MARK_COLUMNS);
        buf_byte(out, ' ');
    }
    layout_left(out, span_str(_("FINDING")), FINGERPRINT_SHOWN + 1);
    layout_left(out, span_str(_("SEVERITY")), SEVERITY_COLUMNS);
    layout_left(out, span_str(_("ENDPOINT")), WHERE_COLUMNS);
    buf_byte(out, ' ');
    layout_left(out, span_str(_("WHAT")), WHAT_COLUMNS);
    bool beside = columns >= used_columns(mark != NULL) + TITLE_COLUMNS_MIN;
    buf_byte(out, ' ');
    if (beside)
        layout_left(out, span_str(_("OPEN FOR")), SINCE_COLUMNS + 1);
    buf_str(out, beside ? _("WHAT IT IS") : _("OPEN FOR"));
    buf_byte(out, '\n');
}

static void put_open_for(struct buf *out, const struct stored_finding *f, int64_t now_ms)
{
    uint8_t room[32];
    struct buf age = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    int64_t until = f->exposure.closed_ms >= 0 ? f->exposure.closed_ms : now_ms;
    say_age(&age, until - f->exposure.opened_ms);
    layout_left(out, buf_span(&age), SINCE_COLUMNS);
}

void put_proof(struct buf *out, const struct exposure *x)
{
    char text[ENDING_TEXT_MAX];
    words_made(out, NULL, proof_text(x->proof, x->proof_detail, text));
}

void put_unseen(struct buf *out, const struct stored_finding *f)
{
    char text[ENDING_TEXT_MAX];
    buf_str(out, _("not seen since "));
    put_minute(out, f->exposure.seen_ms);
    buf_str(out, _(": "));
    words_made(out, NULL, unseen_text(f->unseen, f->unseen_detail, text));
}

static void put_semicolon(struct buf *out)
{
    if (out->len)
        buf_str(out, _("; "));
}

/* What stands behind the title: closed and on which proof, not seen, accepted, back again. A change that is told
 * beside it says the first two itself. */
static void put_state(struct buf *out, const struct stored_finding *f, bool told)
{
    if (f->exposure.closed_ms >= 0) {
        put_semicolon(out);
        buf_str(out, _("closed "));
        put_minute(out, f->exposure.closed_ms);
        if (!told) {
            buf_str(out, _(": "));
            put_proof(out, &f->exposure);
        }
    } else if (f->unseen != UNSEEN_NOT && !told) {
        put_semicolon(out);
        put_unseen(out, f);
    }
    if (f->accepted_until_ms >= 0) {
        put_semicolon(out);
        buf_str(out, _("accepted until "));
        put_date(out, f->accepted_until_ms - 1);
        buf_str(out, _(": "));
        escape_tty(out, f->accepted_why);
    }
    if (f->reopened) {
        put_semicolon(out);
        buf_printf(out, _("back for the %zu. time"), f->reopened + 1);
    }
}

static void put_what(struct buf *out, const struct stored_finding *f)
{
    escape_tty(out, span_str(f->finding.product));
    if (f->finding.version.len) {
        buf_byte(out, ' ');
        escape_tty(out, f->finding.version);
    }
}

static void put_where(struct buf *out, const struct stored_finding *f)
{
    char where[ENDPOINT_CALLED_MAX];
    escape_tty(out, span_str(endpoint_called(&f->finding.endpoint, where)));
}

/* The row up to the title, in columns. */
static void put_cells(struct buf *out, const struct stored_finding *f, const char *mark, int64_t now_ms,
                      struct buf *text)
{
    if (mark) {
        layout_left(out, span_str(say(mark)), MARK_COLUMNS);
        buf_byte(out, ' ');
    }
    layout_left(out, span_of(f->finding.fingerprint, FINGERPRINT_SHOWN), FINGERPRINT_SHOWN + 1);
    layout_left(out, span_str(say(severity_name(f->finding.severity))), SEVERITY_COLUMNS);
    put_where(text, f);
    put_padded(out, buf_span(text), WHERE_COLUMNS);
    buf_byte(out, ' ');
    buf_reset(text);
    put_what(text, f);
    put_padded(out, buf_span(text), WHAT_COLUMNS);
    buf_byte(out, ' ');
    buf_reset(text);
    put_open_for(out, f, now_ms);
    buf_byte(out, ' ');
}

/* The same where the terminal has no room for columns. */
static void put_lines(struct buf *out, const struct stored_finding *f, const char *mark, int64_t now_ms, size_t columns,
                      struct buf *text)
{
    if (mark)
        buf_printf(text, "%s ", say(mark));
    buf_printf(text, "%.*s %s ", FINGERPRINT_SHOWN, f->finding.fingerprint, say(severity_name(f->finding.severity)));
    put_where(text, f);
    layout_wrap(out, buf_span(text), 0, columns);
    buf_reset(text);
    put_what(text, f);
    buf_str(text, _(", open for "));
    say_age(text, (f->exposure.closed_ms >= 0 ? f->exposure.closed_ms : now_ms) - f->exposure.opened_ms);
    buf_str(text, _(": "));
}

void stored_row(struct buf *out, const struct stored_finding *f, const char *mark, const char *note,
                int64_t now_ms, size_t columns)
{
    struct buf text;
    size_t before = out->len;
    bool narrow = is_narrow(mark != NULL, columns), told = note && *note;
    buf_init(&text, SCRATCH_BYTES);
    if (narrow)
        put_lines(out, f, mark, now_ms, columns, &text);
    else
        put_cells(out, f, mark, now_ms, &text);
    words_made(&text, "rule", span_str(f->finding.title));
    size_t left = text_columns(span_of(out->at + before, out->len - before)), title = text_columns(buf_span(&text));
    if (!narrow && columns >= used_columns(mark != NULL) + TITLE_COLUMNS_MIN && left + title <= columns) {
        buf_put(out, buf_span(&text));
        buf_reset(&text);
    }
    while (!narrow && out->len > before && out->at[out->len - 1] == ' ')
        out->len--;
    buf_str(out, narrow ? "" : "\n");
    put_state(&text, f, told);
    if (told) {
        buf_str(&text, text.len ? _("; ") : "");
        words_made(&text, NULL, span_str(note));
    }
    if (text.len)
        layout_wrap(out, buf_span(&text), INDENT, columns > 2 * INDENT ? columns - INDENT : INDENT);
    buf_release(&text);
}

/* ---- JSON ---- */

struct json stored_json(struct buf *out, const char *type)
{
    struct json j = json_over(out);
    json_object(&j, NULL);
    json_str(&j, "type", type);
    return j;
}

void stored_json_finding(struct json *j, const struct stored_finding *f)
{
    struct finding_view v = view_of_stored(f);
    json_finding(j, &v);
}

/* ---- options, output ---- */

bool time_option(const char *name, const char *value, int64_t now_ms, int64_t *ret_ms,
                 struct error *e)
{
    static const char UNITS[] = "hdwy";
    static const int64_t HOURS[] = { 1, 24, 7 * 24, 365 * 24 };
    size_t len = strlen(value);
    uint64_t n;
    const char *unit = len > 1 ? strchr(UNITS, value[len - 1]) : NULL;
    if (unit && span_u64(span_of(value, len - 1), 1000000, &n)) {
        *ret_ms = now_ms - (int64_t)n * HOURS[unit - UNITS] * 3600000;
        return true;
    }
    return time_parse(value, ret_ms) ||
           error_set(
               e,
               "--%s %s: write a time span such as 90d, 12h, 8w or 1y, or a date such as 2026-12-31",
               name, value);
}

bool stored_flush(struct buf *out, bool all, struct error *e)
{
    if (!buf_ok(out))
        return error_set(e, "no memory for the output");
    if ((all || out->len >= STORED_FLUSH_BYTES) && !write_out(out)) {
        out->failed = true;
        return error_set(e, "cannot write the output: %s", strerror(errno));
    }
    return true;
}

enum exit_status stored_status(const struct buf *out)
{
    return buf_ok(out) ? EXIT_USAGE : EXIT_INCOMPLETE;
}
