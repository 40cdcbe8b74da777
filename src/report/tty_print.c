/* Prints what tty.c collected: the table (or blocks, on a narrow terminal), how to close what was
 * found, and the numbers of the run; tty_case.c prints the sentences between them. */
#include "report/tty.h"

#include <stdlib.h>

#include "report/layout.h"
#include "text/amount.h"
#include "text/escape.h"

enum { GAP = 2, WHY_COLUMNS_MIN = 40, WHAT_COLUMNS_MAX = 34, WHAT_COLUMNS_CUT = 18, WHAT_COLUMNS_MIN = 14,
      
       ENDPOINTS_LISTED_MAX = 12, WHYS_LISTED_MAX = 3 };

static const char *colour_of(enum severity s)
{
    switch (s) {
    case SEVERITY_CRITICAL:
        return "\033[1;31m";
    case SEVERITY_HIGH:
        return "\033[31m";
    case SEVERITY_MEDIUM:
        return "\033[33m";
    case SEVERITY_LOW:
        return "\033[36m";
    case SEVERITY_INFO:
        return "\033[2m";
    }
    return "";
}

void tty_severity(const struct tty *t, enum severity s, size_t columns, struct buf *out)
{
    if (t->run.colour)
        buf_str(out, colour_of(s));
    layout_left(out, span_str(severity_name(s)), columns);
    if (t->run.colour)
        buf_str(out, "\033[0m");
}

void tty_heading(const struct tty *t, const char *text, struct buf *out)
{
    if (t->run.colour)
        buf_str(out, "\033[1m");
    buf_str(out, text);
    if (t->run.colour)
        buf_str(out, "\033[0m");
    buf_byte(out, '\n');
}

/* ---- order: worst first, then who comes first by tier, then the most data ---- */

static int by_span(struct span a, struct span b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int by_place(const struct tty_row *a, const struct tty_row *b)
{
    int order = address_compare(&a->endpoint.address, &b->endpoint.address);
    if (order)
        return order;
    if (a->endpoint.port != b->endpoint.port)
        return a->endpoint.port < b->endpoint.port ? -1 : 1;
    return by_span(a->where, b->where); /* of one place, by what it was asked for as */
}

static int by_kind(const struct tty_group *a, const struct tty_group *b)
{
    int order = strcmp(a->rule, b->rule);
    return order ? order : by_span(a->product, b->product);
}

static int by_rank(const void *left, const void *right)
{
    const struct tty_row *a = left, *b = right;
    if (!a->group || !b->group)
        return by_place(a, b);
    if (a->group->severity != b->group->severity)
        return a->group->severity > b->group->severity ? -1 : 1;
    if (a->tier != b->tier)
        return a->tier < b->tier ? -1 : 1;
    if (a->records != b->records)
        return a->records > b->records ? -1 : 1;
    int order = by_kind(a->group, b->group);
    return order ? order : by_place(a, b);
}

/* Rows of one group lie together, the groups in the order to work in. */
static int by_job(const void *left, const void *right)
{
    const struct tty_row *a = left, *b = right;
    const struct tty_group *g = a->group, *h = b->group;
    if (g == h)
        return by_rank(a, b);
    if (g->severity != h->severity)
        return g->severity > h->severity ? -1 : 1;
    if (g->tier != h->tier)
        return g->tier < h->tier ? -1 : 1;
    if (g->records != h->records)
        return g->records > h->records ? -1 : 1;
    return by_kind(g, h);
}

/* ---- the table ---- */

enum column { SEVERITY, WHERE, WHAT, STATE, SINCE, COLLECTIONS, RECORDS, BYTES, COLUMN_COUNT };

static const char *const HEADS[COLUMN_COUNT] = { "SEVERITY", "ENDPOINT", "PRODUCT", "STATE", "SINCE",
                                                 "NAMES", "RECORDS", "SIZE" };

/* The text of a cell; numbers are made in *scratch. Unknown is "-". */
static struct span cell(const struct tty_row *r, enum column c, bool brief, struct buf *scratch)
{
    int64_t number = c == COLLECTIONS ? r->collections : c == RECORDS ? r->records : r->bytes;
    switch (c) {
    case SEVERITY:
        return r->group ? span_str(severity_name(r->group->severity)) : SPAN_NONE;
    case WHERE:
        return r->where;
    case WHAT:
        return r->what;
    case STATE:
        return span_str(r->state);
    case SINCE:
        if (!r->life.known || r->life.is_new)
            return span_str(r->life.known ? "new" : "-");
        buf_reset(scratch);
        put_date(scratch, r->life.opened_ms);
        return buf_span(scratch);
    default:
        break;
    }
    if (number < 0)
        return SPAN("-");
    buf_reset(scratch);
    if (c == BYTES)
        put_size(scratch, (uint64_t)number);
    else if (brief)
        put_brief(scratch, (uint64_t)number);
    else
        put_count(scratch, (uint64_t)number);
    if (r->at_least)
        buf_byte(scratch, '+');
    return buf_span(scratch);
}

struct table_shape {
    size_t wide[COLUMN_COUNT];
    size_t columns, why; /* of the terminal; for the reason in the row, 0: on a line of its own */
    bool brief; /* 969.8 M instead of 969,830,266 */
    bool blocks;
    bool since; /* the column is shown; else the note says it */
};

/* Sets the widths that the rows ask for and returns their sum with gaps. */
static size_t measure(struct tty *t, const struct tty_row *rows, size_t count,
                      struct table_shape *s)
{
    size_t all = 0;
    for (int c = 0; c < COLUMN_COUNT; c++) {
        s->wide[c] = 0;
        if (c == SINCE && !s->since)
            continue;
        s->wide[c] = c == SEVERITY && count && !rows[0].group ? 0 : strlen(HEADS[c]);
        for (size_t i = 0; i < count; i++) {
            size_t wide = text_columns(cell(&rows[i], (enum column)c, s->brief, &t->scratch));
            if (wide > s->wide[c])
                s->wide[c] = wide;
        }
        if (c == WHAT && s->wide[c] > WHAT_COLUMNS_MAX)
            s->wide[c] = WHAT_COLUMNS_MAX;
        all += s->wide[c] ? s->wide[c] + (c ? GAP : 0) : 0;
    }
    return all;
}

static struct table_shape shape_of(struct tty *t, const struct tty_row *rows, size_t count)
{
    struct table_shape s = { .columns = t->run.columns ? t->run.columns : TTY_COLUMNS_TABLE };
    if (s.columns < TTY_COLUMNS_MIN)
        s.columns = TTY_COLUMNS_MIN;
    if (s.columns > TTY_COLUMNS_MAX)
        s.columns = TTY_COLUMNS_MAX;
    s.since = t->has_life && count && rows[0].group;
    size_t all = measure(t, rows, count, &s);
    if (all > s.columns) {
        s.brief = true;
        all = measure(t, rows, count, &s);
    }
    while (all > s.columns && s.since && s.wide[WHAT] > WHAT_COLUMNS_CUT) {
        s.wide[WHAT]--;
        all--;
    }
    if (all > s.columns && s.since) {
        s.since = false;
        all = measure(t, rows, count, &s);
    }
    while (all > s.columns && s.wide[WHAT] > WHAT_COLUMNS_MIN) {
        s.wide[WHAT]--;
        all--;
    }
    s.blocks = s.columns < TTY_COLUMNS_TABLE || all > s.columns;
    if (s.columns >= all + GAP + WHY_COLUMNS_MIN)
        s.why = s.columns - all - GAP;
    return s;
}

static void trim_spaces(struct buf *out)
{
    while (out->len && out->at[out->len - 1] == ' ')
        out->len--;
}

static void trim_line(struct buf *out)
{
    trim_spaces(out);
    buf_byte(out, '\n');
}

static void put_heads(const struct tty *t, const struct table_shape *s, bool why, struct buf *out)
{
    if (t->run.colour)
        buf_str(out, "\033[2m");
    for (int c = 0; c < COLUMN_COUNT; c++) {
        if (!s->wide[c])
            continue;
        if (c >= COLLECTIONS)
            layout_right(out, span_str(HEADS[c]), s->wide[c]);
        else
            layout_left(out, span_str(HEADS[c]), s->wide[c]);
        layout_spaces(out, GAP);
    }
    if (why && s->why)
        buf_str(out, "WHY");
    trim_spaces(out);
    if (t->run.colour)
        buf_str(out, "\033[0m");
    buf_byte(out, '\n');
}

/* The sentence without the words that the row itself already says. */
static struct span brief_why(const struct tty_row *r)
{
    struct span why = r->why, what = r->what, called = r->where, where = span_cut(&called, ' ');
    if (!span_starts(why, what))
        return why;
    struct span rest = span_from(why, what.len);
    if (span_starts(rest, SPAN(" at ")) && span_starts(span_from(rest, 4), where))
        rest = span_from(rest, 4 + where.len);
    return rest.len && rest.at[0] == ' ' ? span_from(rest, 1) : why;
}

static void put_piece(struct buf *line, struct span text)
{
    if (line->len && text.len)
        buf_str(line, "; ");
    buf_put(line, text);
}

/* What is known beside the finding itself. Whose it is, is the same for all findings of an endpoint
 * and stands with the first. */
static struct span note_of(struct tty *t, const struct table_shape *s, const struct tty_row *r)
{
    struct buf *line = &t->scratch;
    buf_reset(line);
    if (!s->since || s->blocks) {
        words_life(line, &r->life, t->run.started_ms);
    } else if (r->life.known && r->life.reopened) {
        buf_str(line, "closed ");
        put_many(line, r->life.reopened, "time before", "times before");
    }
    put_piece(line, r->since);
    put_piece(line, r->accepted);
    if (r->whose.len && !table_get(&t->noted, r->where) && table_put(&t->noted, r->where, t))
        put_piece(line, r->whose);
    return buf_span(line);
}

static void put_note(struct tty *t, const struct table_shape *s, const struct tty_row *r, size_t indent,
                     struct buf *out)
{
    struct span note = note_of(t, s, r);
    if (!note.len)
        return;
    if (t->run.colour)
        buf_str(out, "\033[2m");
    layout_wrap(out, note, indent, s->columns - indent);
    if (t->run.colour) {
        out->len--;
        buf_str(out, "\033[0m\n");
    }
}

static void put_row(struct tty *t, const struct table_shape *s, const struct tty_row *r,
                    struct buf *out)
{
    size_t indent = s->wide[SEVERITY] + GAP;
    for (int c = 0; c < COLUMN_COUNT; c++) {
        if (!s->wide[c])
            continue;
        if (c == SEVERITY)
            tty_severity(t, r->group->severity, s->wide[c], out);
        else if (c >= COLLECTIONS)
            layout_right(out, cell(r, (enum column)c, s->brief, &t->scratch), s->wide[c]);
        else
            layout_left(out, cell(r, (enum column)c, s->brief, &t->scratch), s->wide[c]);
        layout_spaces(out, GAP);
    }
    if (s->why && r->why.len)
        layout_clip(out, brief_why(r), s->why);
    trim_line(out);
    if (!s->why && r->why.len) {
        layout_spaces(out, indent);
        layout_clip(out, brief_why(r), s->columns - indent);
        trim_line(out);
    }
    put_note(t, s, r, indent, out);
}

/* ", " before all but the first part. */
static void put_part(struct buf *line, int64_t n, const char *one, const char *many)
{
    if (n < 0)
        return;
    if (line->len)
        buf_str(line, ", ");
    put_many(line, (uint64_t)n, one, many);
}

static void put_block(struct tty *t, const struct table_shape *s, const struct tty_row *r,
                      struct buf *out)
{
    if (r->group) {
        tty_severity(t, r->group->severity, strlen(severity_name(r->group->severity)), out);
        layout_spaces(out, GAP);
    }
    layout_clip(out, r->where, s->columns - (r->group ? strlen("critical") + GAP : 0));
    buf_byte(out, '\n');

    buf_reset(&t->scratch);
    buf_put(&t->scratch, r->what);
    if (r->state[0]) {
        buf_str(&t->scratch, ", ");
        buf_str(&t->scratch, r->state);
    }
    layout_wrap(out, buf_span(&t->scratch), GAP, s->columns - GAP);
    buf_reset(&t->scratch);
    put_part(&t->scratch, r->collections, "name", "names");
    put_part(&t->scratch, r->records, "record", "records");
    if (r->bytes >= 0) {
        if (t->scratch.len)
            buf_str(&t->scratch, ", ");
        put_size(&t->scratch, (uint64_t)r->bytes);
    }
    if (t->scratch.len && r->at_least)
        buf_str(&t->scratch, " at least");
    if (t->scratch.len)
        layout_wrap(out, buf_span(&t->scratch), GAP, s->columns - GAP);
    if (r->why.len)
        layout_wrap(out, r->why, GAP, s->columns - GAP);
    put_note(t, s, r, GAP, out);
}

static void put_rows(struct tty *t, const struct table_shape *s, const struct tty_row *rows,
                     size_t count,
                     struct buf *out)
{
    if (!s->blocks)
        put_heads(t, s, count && rows[0].group, out);
    for (size_t i = 0; i < count; i++) {
        bool other = i && rows[i].group && rows[i].group->severity != rows[i - 1].group->severity;
        if (other || (i && s->blocks))
            buf_byte(out, '\n');
        if (s->blocks)
            put_block(t, s, &rows[i], out);
        else
            put_row(t, s, &rows[i], out);
    }
}

/* ---- how to close it ---- */

static void put_endpoints(struct tty *t, const struct table_shape *s, const struct tty_row *rows,
                          size_t count,
                          struct buf *out)
{
    buf_reset(&t->scratch);
    for (size_t i = 0; i < count && i < ENDPOINTS_LISTED_MAX; i++) {
        if (i)
            buf_str(&t->scratch, ", ");
        buf_put(&t->scratch, rows[i].where);
    }
    if (count > ENDPOINTS_LISTED_MAX) {
        buf_str(&t->scratch, " and ");
        put_count(&t->scratch, count - ENDPOINTS_LISTED_MAX);
        buf_str(&t->scratch, " more");
    }
    layout_wrap(out, buf_span(&t->scratch), GAP, s->columns - GAP);
}

/* Lines of a fix are never wrapped: they are there to be pasted. */
static void put_fix(const struct tty_group *g, struct buf *out)
{
    struct span rest = g->fix;
    while (rest.len) {
        struct span line = span_cut(&rest, '\n');
        if (line.len)
            layout_spaces(out, GAP * 2);
        buf_put(out, line);
        buf_byte(out, '\n');
    }
}

static void put_group(struct tty *t, const struct table_shape *s, const struct tty_row *rows,
                      size_t count,
                      struct buf *out)
{
    const struct tty_group *g = rows[0].group;
    tty_severity(t, g->severity, strlen(severity_name(g->severity)), out);
    layout_spaces(out, GAP);
    buf_reset(&t->scratch);
    buf_put(&t->scratch, g->title);
    buf_str(&t->scratch, " (");
    buf_put(&t->scratch, g->product);
    if (count > 1) {
        buf_str(&t->scratch, ", ");
        put_count(&t->scratch, count);
        buf_str(&t->scratch, " times");
    }
    buf_byte(&t->scratch, ')');
    layout_clip(out, buf_span(&t->scratch), s->columns - strlen(severity_name(g->severity)) - GAP);
    buf_byte(out, '\n');
    if (count > 1 || span_index(rows[0].where, ' ') < rows[0].where.len)
        put_endpoints(t, s, rows, count, out);
    for (size_t i = 0; i < count && i < WHYS_LISTED_MAX; i++)
        layout_wrap(out, rows[i].why, GAP, s->columns - GAP);
    buf_str(out, "  To close it");
    if (g->varied) {
        buf_str(out, " (written for ");
        buf_put(out, g->first);
        buf_str(out, ")");
    }
    buf_str(out, ":\n");
    put_fix(g, out);
}

static void put_groups(struct tty *t, const struct table_shape *s, struct buf *out)
{
    size_t i = 0;
    while (i < t->rows.len) {
        size_t n = 1;
        while (i + n < t->rows.len && t->rows.at[i + n].group == t->rows.at[i].group)
            n++;
        buf_byte(out, '\n');
        put_group(t, s, &t->rows.at[i], n, out);
        i += n;
    }
}

/* ---- the numbers ---- */

static void put_outcomes(const struct tty *t, struct buf *line)
{
    static const enum outcome ORDER[] = { OUTCOME_OPEN, OUTCOME_PARTIAL, OUTCOME_LOCKED,
                                          OUTCOME_UNCLEAR, OUTCOME_IDENTIFIED };
    uint64_t all = 0;
    bool first = true;
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(*ORDER); i++)
        all += t->outcomes[ORDER[i]];
    if (!all)
        return;
    put_many(line, all, "service was recognised: ", "services were recognised: ");
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(*ORDER); i++) {
        if (!t->outcomes[ORDER[i]])
            continue;
        if (!first)
            buf_str(line, ", ");
        first = false;
        put_count(line, t->outcomes[ORDER[i]]);
        buf_byte(line, ' ');
        buf_str(line, ORDER[i] == OUTCOME_IDENTIFIED ? "of other kinds" : outcome_name(ORDER[i]));
    }
    buf_byte(line, '.');
}

static void put_findings(const struct report_summary *s, struct buf *line)
{
    bool first = true;
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--) {
        if (!s->findings[i])
            continue;
        buf_str(line, first ? "Findings: " : ", ");
        first = false;
        put_count(line, s->findings[i]);
        buf_byte(line, ' ');
        buf_str(line, severity_name((enum severity)i));
    }
    if (!first)
        buf_byte(line, '.');
}

static void put_run(const struct report_summary *s, struct buf *line)
{
    put_many(line, s->done + s->skipped + s->failed, "endpoint in ", "endpoints in ");
    put_tenths(line, (double)s->took_ms / 1000);
    buf_str(line, " s (");
    put_tenths(line, s->rate);
    buf_str(line, " a second): ");
    put_count(line, s->done);
    buf_str(line, " done, ");
    put_count(line, s->skipped);
    buf_str(line, " skipped, ");
    put_count(line, s->failed);
    buf_str(line, " failed; ");
    put_count(line, s->answered);
    buf_str(line, " answered. Estimated loss ");
    put_tenths(line, s->loss * 100);
    buf_str(line, " %.");
}

static void put_reasons(const struct tty *t, size_t columns, struct buf *out, struct buf *line)
{
    for (size_t i = 0; i < TTY_REASONS_MAX && t->reasons[i].count; i++) {
        buf_reset(line);
        put_count(line, t->reasons[i].count);
        buf_str(line, " without a result: ");
        buf_put(line, t->reasons[i].text);
        layout_wrap(out, buf_span(line), 0, columns);
    }
    if (t->other_reasons) {
        buf_reset(line);
        put_count(line, t->other_reasons);
        buf_str(line, " without a result for other reasons");
        layout_wrap(out, buf_span(line), 0, columns);
    }
}

static void put_remarks(const struct tty *t, size_t columns, struct buf *out, struct buf *line)
{
    for (size_t i = 0; i < t->remarks.kept.len; i++)
        layout_wrap(out, t->remarks.kept.at[i], 0, columns);
    if (t->remarks.left) {
        buf_reset(line);
        put_count(line, t->remarks.left);
        buf_str(line, " more remarks; --format json has them");
        layout_wrap(out, buf_span(line), 0, columns);
    }
}

uint64_t tty_unknown(const struct tty *t)
{
    return t->unknown.spoke + t->unknown.silent;
}

static void put_unknown(const struct tty *t, size_t columns, struct buf *out, struct buf *line)
{
    uint64_t all = tty_unknown(t);
    if (!all)
        return;
    buf_reset(line);
    put_many(line, all, "service", "services");
    buf_str(line, " answered like nothing that Ajar knows");
    if (t->unknown.spoke) {
        buf_str(line, "; ");
        put_count(line, t->unknown.spoke);
        buf_str(line, " said something");
    }
    buf_str(line, t->run.verbose ? "." : " (--verbose lists them).");
    layout_wrap(out, buf_span(line), 0, columns);
}

/* What each said, for somebody who knows it. */
static void list_unknown(struct tty *t, size_t columns, struct buf *out)
{
    struct buf *line = &t->scratch;
    if (!t->run.verbose || !t->unknown.kept.len)
        return;
    tty_heading(t, "Answered like nothing that Ajar knows", out);
    for (size_t i = 0; i < t->unknown.kept.len; i++)
        layout_wrap(out, t->unknown.kept.at[i], 2, columns);
    if (tty_unknown(t) > t->unknown.kept.len) {
        buf_reset(line);
        put_count(line, tty_unknown(t) - t->unknown.kept.len);
        buf_str(line, " more; --format json has them");
        layout_wrap(out, buf_span(line), 2, columns);
    }
    buf_byte(out, '\n');
}

static void put_summary(struct tty *t, const struct report_summary *s, size_t columns,
                        struct buf *out)
{
    struct buf *line = &t->scratch;
    buf_reset(line);
    put_findings(s, line);
    if (line->len)
        layout_wrap(out, buf_span(line), 0, columns);
    buf_reset(line);
    put_outcomes(t, line);
    if (line->len)
        layout_wrap(out, buf_span(line), 0, columns);
    put_unknown(t, columns, out, line);
    buf_reset(line);
    put_run(s, line);
    layout_wrap(out, buf_span(line), 0, columns);
    put_reasons(t, columns, out, line);
    put_remarks(t, columns, out, line);
    if (s->interrupted)
        layout_wrap(out, SPAN("Stopped before the end: what was not reached is not counted."), 0,
                    columns);
    if (t->unkept) {
        buf_reset(line);
        put_many(line, t->unkept, "finding", "findings");
        buf_str(line, " did not fit into memory and are missing above; use --format json.");
        layout_wrap(out, buf_span(line), 0, columns);
    }
}

void tty_print(struct tty *t, const struct report_summary *s, struct buf *out)
{
    if (t->rows.len)
        qsort(t->rows.at, t->rows.len, sizeof(*t->rows.at), by_rank);
    struct table_shape shape = shape_of(t, t->rows.at, t->rows.len);
    if (t->rows.len) {
        tty_lead(t, shape.columns, out);
        put_rows(t, &shape, t->rows.at, t->rows.len, out);
        buf_byte(out, '\n');
        tty_fleets(t, shape.columns, out);
        qsort(t->rows.at, t->rows.len, sizeof(*t->rows.at), by_job);
        tty_heading(t, "How to close what was found", out);
        put_groups(t, &shape, out);
        buf_byte(out, '\n');
    } else {
        tty_fleets(t, shape.columns, out);
    }
    if (t->quiet.len) {
        qsort(t->quiet.at, t->quiet.len, sizeof(*t->quiet.at), by_rank);
        struct table_shape quiet = shape_of(t, t->quiet.at, t->quiet.len);
        tty_heading(t, "Answered, and nothing to report", out);
        put_rows(t, &quiet, t->quiet.at, t->quiet.len, out);
        buf_byte(out, '\n');
    }
    list_unknown(t, shape.columns, out);
    if (t->rows.len == 0 && t->unkept == 0)
        tty_calm(t, s, shape.columns, out);
    put_summary(t, s, shape.columns, out);
}
