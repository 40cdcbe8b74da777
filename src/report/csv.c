/* One finding a line, for a spreadsheet (RFC 4180: CRLF, quotes doubled). A header line comes first.
 * A field that a spreadsheet would take for a formula gets an apostrophe in front; the fix is the
 * only field with line feeds in it, always in quotes. A fleet is no finding; `--format json` has them. */
#include <stdio.h>

#include "report/formats.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { FIELD_BYTES_MAX = 32000 }; /* what a spreadsheet's cell holds is 32,767 characters */

#define HEADER                                                                                             \
    "severity,rule,title,endpoint,name,product,version,via,verdict,transport,"                            \
    "collections,records,bytes,state,first_seen,open_since,reopened,not_seen_since,not_seen,"              \
    "accepted_until,accepted_why,"                                                                         \
    "owner,tier,contact,attributed_to,attributed_by,attribution,since,since_from,since_strength,"          \
    "fingerprint,why,fix\r\n"

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    (void)state;
    (void)run;
    buf_put(out, span_of(HEADER, sizeof(HEADER) - 1));
}

static void field(struct buf *out, struct span foreign)
{
    escape_csv(out, span_first(foreign, FIELD_BYTES_MAX));
    buf_byte(out, ',');
}

static void count(struct buf *out, int64_t n)
{
    if (n >= 0)
        buf_i64(out, n);
    buf_byte(out, ',');
}

static void date(struct buf *out, bool known, int64_t wall_ms)
{
    if (known)
        put_time(out, wall_ms);
    buf_byte(out, ',');
}

/* escape_csv() would quote each line by itself. */
static void lines(struct buf *out, struct span foreign)
{
    struct buf shown;
    buf_init(&shown, 8 * FIELD_BYTES_MAX);
    foreign = span_first(foreign, FIELD_BYTES_MAX);
    buf_str(out, foreign.len && memchr("=+-@\t\r", foreign.at[0], 6) ? "\"'" : "\"");
    while (foreign.len) {
        buf_reset(&shown);
        escape_tty(&shown, span_cut(&foreign, '\n'));
        struct span rest = buf_span(&shown);
        while (rest.len) {
            size_t quote = span_index(rest, '"');
            buf_put(out, span_first(rest, quote));
            if (quote < rest.len)
                buf_str(out, "\"\"");
            rest = span_from(rest, quote + 1);
        }
        if (foreign.len)
            buf_byte(out, '\n');
    }
    buf_byte(out, '"');
    buf_release(&shown);
}

static void life(const struct finding_view *v, struct buf *out)
{
    const struct finding_life *l = &v->life;
    char why[ENDING_TEXT_MAX];
    bool unseen = l->known && v->unseen != UNSEEN_NOT;
    field(out, span_str(!l->known ? NULL : unseen ? "not-seen" : l->is_new ? "new" : l->reopened ? "again" : "open"));
    date(out, l->known, l->first_ms);
    date(out, l->known, l->opened_ms);
    count(out, l->known ? (int64_t)l->reopened : COUNT_UNKNOWN);
    date(out, unseen, v->at_ms);
    field(out, unseen ? unseen_text(v->unseen, v->unseen_detail, why) : SPAN_NONE);
    date(out, v->accepted_until_ms > 0, v->accepted_until_ms);
    field(out, v->accepted_why);
}

/* The best of each; `--format json` has all. */
static void whose(const struct finding *f, struct buf *out)
{
    const struct attribution *a = f->owners.len ? &f->owners.at[0] : NULL;
    const struct since *s = since_best(f);
    field(out, f->owner);
    field(out, f->tier);
    field(out, f->contact);
    field(out, a ? a->who : SPAN_NONE);
    field(out, span_str(a ? a->how : NULL));
    field(out, span_str(a ? strength_name(a->strength) : NULL));
    date(out, s != NULL, s ? s->at_ms : 0);
    field(out, span_str(s ? s->source : NULL));
    field(out, span_str(s ? strength_name(s->strength) : NULL));
}

static void finding(const struct finding_view *v, struct buf *out)
{
    const struct finding *f = v->finding;
    char where[ENDPOINT_TEXT_MAX], name[ENDPOINT_NAME_MAX + ENDPOINT_PATH_MAX];
    snprintf(name, sizeof(name), "%s%s", f->endpoint.name ? f->endpoint.name : "",
             f->endpoint.path ? f->endpoint.path : "");
    field(out, span_str(severity_name(f->severity)));
    field(out, span_str(f->rule));
    field(out, span_str(f->title));
    field(out, span_str(endpoint_text(&f->endpoint, where)));
    field(out, span_str(name));
    field(out, span_str(f->product));
    field(out, f->version);
    field(out, span_str(f->via));
    field(out, span_str(v->verdict));
    field(out, span_str(v->transport));
    count(out, v->collections);
    count(out, v->records);
    count(out, v->bytes);
    life(v, out);
    whose(f, out);
    field(out, span_str(f->fingerprint));
    field(out, f->why);
    lines(out, f->fix);
    buf_str(out, "\r\n");
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out)
{
    (void)state;
    (void)v;
    for (size_t i = 0; i < findings; i++)
        finding(&f[i], out);
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    (void)state;
    (void)s;
    (void)out;
}

/* A spreadsheet of the desktop takes a file without this mark for one of its own code page. */
static void begin_marked(void *state, const struct report_run *run, struct buf *out)
{
    buf_str(out, "\xef\xbb\xbf");
    begin(state, run, out);
}

const struct report report_excel = {
    .name = "excel",
    .about = "the same as csv, marked so that Excel reads names of any script",
    .begin = begin_marked,
    .with_unknown = true,
    .visit = visit,
    .end = end,
};

const struct report report_csv = {
    .name = "csv",
    .about = "one finding a line, for a spreadsheet",
    .begin = begin,
    .with_unknown = true,
    .visit = visit,
    .end = end,
};
