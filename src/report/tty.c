/* A report for people at a terminal: collected as a story (story.h), printed at the end, worst first. */
#include "report/tty.h"

#include "base/say.h"
#include "report/layout.h"
#include "report/origin.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

/* A slower one reads as none. */
static const double RATE_SHOWN = 0.05;

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

void tty_severity(const struct story *t, enum severity s, size_t columns, struct buf *out)
{
    if (t->run.colour)
        buf_str(out, colour_of(s));
    layout_left(out, span_str(say(severity_name(s))), columns);
    if (t->run.colour)
        buf_str(out, "\033[0m");
}

size_t tty_severity_columns(enum severity s)
{
    return text_columns(span_str(say(severity_name(s))));
}

void tty_heading(const struct story *t, const char *text, struct buf *out)
{
    if (t->run.colour)
        buf_str(out, "\033[1m");
    buf_str(out, text);
    if (t->run.colour)
        buf_str(out, "\033[0m");
    buf_byte(out, '\n');
}

/* ---- the numbers ---- */

static void put_outcomes(const struct story *t, struct buf *line)
{
    static const enum outcome ORDER[] = { OUTCOME_OPEN, OUTCOME_PARTIAL, OUTCOME_LOCKED,
                                          OUTCOME_UNCLEAR, OUTCOME_IDENTIFIED };
    uint64_t all = 0;
    bool first = true;
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(*ORDER); i++)
        all += t->outcomes[ORDER[i]];
    if (!all)
        return;
    buf_printf(line, say_many("%s service was recognised: ", "%s services were recognised: ", all), COUNTED(all));
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(*ORDER); i++) {
        if (!t->outcomes[ORDER[i]])
            continue;
        if (!first)
            buf_str(line, _(", "));
        first = false;
        /* TRANSLATORS: a number and what it counts: "3 open" */
        buf_printf(line, _("%s %s"), COUNTED(t->outcomes[ORDER[i]]),
                   ORDER[i] == OUTCOME_IDENTIFIED ? _("of other kinds") : say(outcome_name(ORDER[i])));
    }
    buf_str(line, _("."));
}

static void put_findings(const struct report_summary *s, struct buf *line)
{
    bool first = true;
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--) {
        if (!s->findings[i])
            continue;
        buf_str(line, first ? _("Findings: ") : _(", "));
        first = false;
        buf_printf(line, _("%s %s"), COUNTED(s->findings[i]), say(severity_name((enum severity)i)));
    }
    if (!first)
        buf_str(line, _("."));
}

static void put_run(const struct report_summary *s, struct buf *line)
{
    uint64_t all = s->done + s->skipped + s->failed;
    double took = (double)s->took_ms / 1000;
    if (s->rate >= RATE_SHOWN)
        buf_printf(line, say_many("%s endpoint in %.1f s (%.1f a second): ",
                                  "%s endpoints in %.1f s (%.1f a second): ", all),
                   COUNTED(all), took > 0 ? took : 0, s->rate);
    else
        buf_printf(line, say_many("%s endpoint in %.1f s: ", "%s endpoints in %.1f s: ", all), COUNTED(all),
                   took > 0 ? took : 0);
    buf_printf(line, _("%s done, %s skipped, %s failed; %s answered. "), COUNTED(s->done), COUNTED(s->skipped),
               COUNTED(s->failed), COUNTED(s->answered));
    buf_printf(line, _("Estimated loss %.1f %%."), s->loss > 0 ? s->loss * 100 : 0);
}

/* Which networks, from where, when, by which command. */
static void put_origin(const struct story *t, const struct report_summary *s, size_t columns, struct buf *out,
                       struct buf *line)
{
    if (!t->run.targets.len && !t->run.command.len)
        return;
    buf_reset(line);
    buf_str(line, _("Looked at "));
    origin_targets(&t->run, TTY_TARGETS_MAX, line);
    buf_str(line, t->run.targets.len ? _(", ") : _("what the store knows, "));
    origin_when(&t->run, s, line);
    buf_byte(line, ' ');
    origin_how(&t->run, line);
    layout_wrap(out, buf_span(line), 0, columns);
}

static void put_reasons(const struct story *t, size_t columns, struct buf *out, struct buf *line)
{
    uint64_t others = t->other_reasons;
    for (size_t i = TTY_REASONS_MAX; i < STORY_REASONS_MAX; i++)
        others += t->reasons[i].count;
    for (size_t i = 0; i < TTY_REASONS_MAX && t->reasons[i].count; i++) {
        buf_reset(line);
        buf_printf(line, _("%s without a result: "), COUNTED(t->reasons[i].count));
        buf_put(line, t->reasons[i].text);
        layout_wrap(out, buf_span(line), 0, columns);
    }
    if (others) {
        buf_reset(line);
        buf_printf(line, _("%s without a result for other reasons"), COUNTED(others));
        layout_wrap(out, buf_span(line), 0, columns);
    }
}

static void put_remarks(const struct story *t, size_t columns, struct buf *out, struct buf *line)
{
    for (size_t i = 0; i < t->remarks.kept.len; i++)
        layout_wrap(out, t->remarks.kept.at[i], 0, columns);
    if (t->remarks.left) {
        buf_reset(line);
        buf_printf(line, _("%s more remarks; --format json has them"), COUNTED(t->remarks.left));
        layout_wrap(out, buf_span(line), 0, columns);
    }
}

uint64_t tty_unknown(const struct story *t)
{
    return t->unknown.spoke + t->unknown.silent;
}

static void put_unknown(const struct story *t, size_t columns, struct buf *out, struct buf *line)
{
    uint64_t all = tty_unknown(t);
    if (!all)
        return;
    buf_reset(line);
    buf_printf(line, say_many("%s service answered like nothing that Ajar knows",
                              "%s services answered like nothing that Ajar knows", all), COUNTED(all));
    if (t->unknown.spoke)
        buf_printf(line, _("; %s said something"), COUNTED(t->unknown.spoke));
    buf_str(line, t->run.verbose ? _(".") : _(" (--verbose lists them)."));
    layout_wrap(out, buf_span(line), 0, columns);
}

/* What each said, for somebody who knows it. */
static void list_unknown(struct story *t, size_t columns, struct buf *out)
{
    struct buf *line = &t->scratch;
    if (!t->run.verbose || !t->unknown.kept.len)
        return;
    tty_heading(t, _("Answered like nothing that Ajar knows"), out);
    for (size_t i = 0; i < t->unknown.kept.len; i++)
        layout_wrap(out, t->unknown.kept.at[i], 2, columns);
    if (tty_unknown(t) > t->unknown.kept.len) {
        buf_reset(line);
        buf_printf(line, _("%s more; --format json has them"), COUNTED(tty_unknown(t) - t->unknown.kept.len));
        layout_wrap(out, buf_span(line), 2, columns);
    }
    buf_byte(out, '\n');
}

static void put_early_end(const struct report_summary *s, size_t columns, struct buf *out, struct buf *line)
{
    buf_reset(line);
    buf_str(line, _("Stopped before the end"));
    if (s->trouble) {
        buf_str(line, _(": "));
        words_trouble(line, s->trouble);
    }
    if (s->unreached)
        buf_printf(line, say_many("; %s endpoint was not reached", "; %s endpoints were not reached", s->unreached),
                   COUNTED(s->unreached));
    buf_str(line, _("."));
    layout_wrap(out, buf_span(line), 0, columns);
}

static void put_summary(struct story *t, const struct report_summary *s, size_t columns,
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
    put_origin(t, s, columns, out, line);
    put_reasons(t, columns, out, line);
    put_remarks(t, columns, out, line);
    if (s->interrupted || s->trouble)
        put_early_end(s, columns, out, line);
    if (t->unkept) {
        buf_reset(line);
        buf_printf(line, say_many("%s finding did not fit into memory and are missing above; use --format json.",
                                  "%s findings did not fit into memory and are missing above; use --format json.",
                                      t->unkept),
                   COUNTED(t->unkept));
        layout_wrap(out, buf_span(line), 0, columns);
    }
}

/* ---- the report ---- */

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    (void)out;
    story_init(state, run, STORY_ROWS);
}

/* Whose it is, is the same for all findings of an endpoint and stands with the first. */
static void say_whose_once(struct story *t, struct story_row *const *rows)
{
    struct table said;
    table_init(&said, &t->arena, t->run.seed);
    for (size_t i = 0; i < t->rows.len; i++)
        if (rows[i]->whose.len && (table_get(&said, rows[i]->where) || !table_put(&said, rows[i]->where, t)))
            rows[i]->whose = SPAN_NONE;
}

static void put_findings_of(struct story *t, struct buf *out)
{
    struct story_row **rows = t->ranked ? t->ranked : t->rows.at;
    struct tty_shape shape = tty_shape_of(t, rows, t->rows.len);
    say_whose_once(t, rows);
    tty_lead(t, shape.columns, out);
    tty_rows(t, &shape, rows, t->rows.len, out);
    buf_byte(out, '\n');
    tty_fleets(t, shape.columns, out);
    tty_heading(t, _("How to close what was found"), out);
    tty_jobs(t, &shape, out);
    buf_byte(out, '\n');
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct story *t = state;
    struct tty_shape empty = tty_shape_of(t, NULL, 0);
    story_sort(t);
    if (t->rows.len)
        put_findings_of(t, out);
    else
        tty_fleets(t, empty.columns, out);
    if (t->quiet.len) {
        struct tty_shape quiet = tty_shape_of(t, t->quiet.at, t->quiet.len);
        tty_heading(t, _("Answered, and nothing to report"), out);
        tty_rows(t, &quiet, t->quiet.at, t->quiet.len, out);
        buf_byte(out, '\n');
    }
    tty_closed(t, empty.columns, out);
    list_unknown(t, empty.columns, out);
    if (t->rows.len == 0 && t->unkept == 0)
        tty_calm(t, s, empty.columns, out);
    put_summary(t, s, empty.columns, out);
    story_release(t);
}

const struct report report_tty = {
    .name = "tty",
    .about = N_("a table for people, worst first, and how to close each"),
    .state_size = sizeof(struct story),
    .begin = begin,
    .visit = story_visit,
    .closed = story_closed,
    .remark = story_remark,
    .fleets = story_fleets,
    .end = end,
};
