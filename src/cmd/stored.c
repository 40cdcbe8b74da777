#include "cmd/stored.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "report/finding_json.h"
#include "report/layout.h"
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
    WHY_COLUMNS_MIN = 16,
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

void stored_row_head(struct buf *out, const char *mark, size_t columns)
{
    if (mark) {
        layout_left(out, span_str(mark), MARK_COLUMNS);
        buf_byte(out, ' ');
    }
    layout_left(out, SPAN("FINDING"), FINGERPRINT_SHOWN + 1);
    layout_left(out, SPAN("SEVERITY"), SEVERITY_COLUMNS);
    layout_left(out, SPAN("ENDPOINT"), WHERE_COLUMNS);
    buf_byte(out, ' ');
    layout_left(out, SPAN("WHAT"), WHAT_COLUMNS);
    buf_byte(out, ' ');
    layout_left(out, SPAN("OPEN FOR"), SINCE_COLUMNS);
    buf_str(out, columns ? " WHY\n" : "\n");
}

static void put_open_for(struct buf *out, const struct stored_finding *f, int64_t now_ms)
{
    uint8_t room[32];
    struct buf age = { .at = room, .cap = sizeof(room), .max = sizeof(room) };
    int64_t until = f->exposure.closed_ms >= 0 ? f->exposure.closed_ms : now_ms;
    put_age(&age, until - f->exposure.opened_ms);
    layout_left(out, buf_span(&age), SINCE_COLUMNS);
}

void put_proof(struct buf *out, const struct exposure *x)
{
    char text[ENDING_TEXT_MAX];
    escape_tty(out, proof_text(x->proof, x->proof_detail, text));
}

void put_unseen(struct buf *out, const struct stored_finding *f)
{
    char text[ENDING_TEXT_MAX];
    buf_str(out, "not seen since ");
    put_minute(out, f->exposure.seen_ms);
    buf_str(out, ": ");
    escape_tty(out, unseen_text(f->unseen, f->unseen_detail, text));
}

/* What stands before the reason: closed and on which proof, not seen, accepted, back again. A change that is told
 * beside it says the first two itself. */
static void put_state(struct buf *out, const struct stored_finding *f, bool told)
{
    if (f->exposure.closed_ms >= 0) {
        buf_str(out, "closed ");
        put_minute(out, f->exposure.closed_ms);
        if (!told) {
            buf_str(out, ": ");
            put_proof(out, &f->exposure);
        }
        buf_str(out, ". ");
    } else if (f->unseen != UNSEEN_NOT && !told) {
        put_unseen(out, f);
        buf_str(out, ". ");
    }
    if (f->accepted_until_ms >= 0) {
        buf_str(out, "accepted until ");
        put_date(out, f->accepted_until_ms - 1);
        buf_str(out, ": ");
        escape_tty(out, f->accepted_why);
        buf_str(out, ". ");
    }
    if (f->reopened)
        buf_printf(out, "back for the %zu. time. ", f->reopened + 1);
}

void stored_row(struct buf *out, const struct stored_finding *f, const char *mark, const char *note,
                int64_t now_ms, size_t columns)
{
    char where[ENDPOINT_CALLED_MAX];
    struct buf text;
    buf_init(&text, SCRATCH_BYTES);
    size_t used = (mark ? MARK_COLUMNS + 1 : 0) + FINGERPRINT_SHOWN + 1 + SEVERITY_COLUMNS +
                  WHERE_COLUMNS + 1 + WHAT_COLUMNS + 1 + SINCE_COLUMNS + 1;
    if (mark) {
        layout_left(out, span_str(mark), MARK_COLUMNS);
        buf_byte(out, ' ');
    }
    layout_left(out, span_of(f->finding.fingerprint, FINGERPRINT_SHOWN), FINGERPRINT_SHOWN + 1);
    layout_left(out, span_str(severity_name(f->finding.severity)), SEVERITY_COLUMNS);
    escape_tty(&text, span_str(endpoint_called(&f->finding.endpoint, where)));
    layout_left(out, buf_span(&text), WHERE_COLUMNS);
    buf_byte(out, ' ');
    buf_reset(&text);
    escape_tty(&text, span_str(f->finding.product));
    buf_byte(&text, ' ');
    escape_tty(&text, f->finding.version);
    layout_left(out, buf_span(&text), WHAT_COLUMNS);
    buf_byte(out, ' ');
    put_open_for(out, f, now_ms);
    buf_byte(out, ' ');
    buf_reset(&text);
    put_state(&text, f, note && *note);
    if (note && *note) {
        escape_tty(&text, span_str(note));
        buf_str(&text, ". ");
    }
    escape_tty(&text, f->finding.why);
    layout_clip(out, buf_span(&text),
                columns > used + WHY_COLUMNS_MIN ? columns - used : WHY_COLUMNS_MIN);
    buf_byte(out, '\n');
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
    if ((all || out->len >= STORED_FLUSH_BYTES) && !write_out(out))
        return error_set(e, "cannot write the output: %s", strerror(errno));
    return true;
}
