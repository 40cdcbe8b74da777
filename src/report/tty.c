/* A report for people at a terminal. Findings are collected (escaped at once, so that no foreign
 * byte is kept raw) and printed at the end, worst first. Memory has a ceiling: beyond it findings
 * are counted and the count is said. */
#include "report/tty.h"

#include "text/escape.h"

enum { CELL_BYTES_MAX = 64 * 1024 };

static struct span keep(struct tty *t, struct span foreign)
{
    buf_reset(&t->scratch);
    escape_tty(&t->scratch, foreign);
    return arena_copy(&t->arena, buf_span(&t->scratch));
}

/* Lines stay lines: each is escaped for itself. */
static struct span escape_lines(struct tty *t, struct span foreign)
{
    buf_reset(&t->scratch);
    while (foreign.len) {
        escape_tty(&t->scratch, span_cut(&foreign, '\n'));
        buf_byte(&t->scratch, '\n');
    }
    return buf_span(&t->scratch);
}

static struct span keep_lines(struct tty *t, struct span foreign)
{
    return arena_copy(&t->arena, escape_lines(t, foreign));
}

static bool same_lines(struct tty *t, struct span foreign, struct span kept)
{
    return span_eq(escape_lines(t, foreign), kept);
}

static struct span keep_what(struct tty *t, const char *product, struct span version,
                             const char *via)
{
    buf_reset(&t->scratch);
    escape_tty(&t->scratch, span_str(product));
    if (version.len) {
        buf_byte(&t->scratch, ' ');
        escape_tty(&t->scratch, span_first(version, 40));
    }
    if (via) {
        buf_str(&t->scratch, " via ");
        escape_tty(&t->scratch, span_str(via));
    }
    return arena_copy(&t->arena, buf_span(&t->scratch));
}

static struct span keep_where(struct tty *t, const struct endpoint *e)
{
    char text[ENDPOINT_TEXT_MAX];
    return keep(t, span_str(endpoint_text(e, text)));
}

static struct tty_group *group_of(struct tty *t, const struct finding *f, struct span where)
{
    uint8_t severity = (uint8_t)('0' + f->severity);
    buf_reset(&t->scratch);
    buf_byte(&t->scratch, severity);
    buf_str(&t->scratch, f->rule);
    buf_byte(&t->scratch, 0);
    buf_str(&t->scratch, f->product);
    struct tty_group *g = table_get(&t->groups, buf_span(&t->scratch));
    if (g)
        return g;
    struct span key = arena_copy(&t->arena, buf_span(&t->scratch));
    g = ARENA_NEW(&t->arena, struct tty_group);
    if (!g)
        return NULL;
    g->severity = f->severity;
    g->rule = arena_str(&t->arena, span_str(f->rule));
    g->title = keep(t, span_str(f->title));
    g->product = keep(t, span_str(f->product));
    g->fix = keep_lines(t, f->fix);
    g->first = where;
    g->records = COUNT_UNKNOWN;
    return g->rule && g->title.len && g->fix.len && table_put(&t->groups, key, g) ? g : NULL;
}

static void add_finding(struct tty *t, const struct visit *v, const struct finding *f)
{
    const struct observation *o = report_seen(v, f);
    struct span where = keep_where(t, &f->endpoint);
    struct tty_group *g = where.len ? group_of(t, f, where) : NULL;
    struct span what = keep_what(t, f->product, f->version, f->via), why = keep(t, f->why);
    struct tty_row *row = g && what.len && why.len ? list_add(&t->arena, &t->rows) : NULL;
    if (!row) {
        t->unkept++;
        return;
    }
    g->count++;
    bool has_sizes = o && o->kind != KIND_TLS;
    *row = (struct tty_row){
        .group = g,
        .endpoint = f->endpoint,
        .where = where,
        .what = what,
        .why = why,
        .name = f->endpoint.name ? keep(t, span_str(f->endpoint.name)) : SPAN_NONE,
        .state = has_sizes ? outcome_name(o->outcome) : "",
        .collections = has_sizes ? o->collection_count : COUNT_UNKNOWN,
        .records = has_sizes ? o->records : COUNT_UNKNOWN,
        .bytes = has_sizes ? o->bytes : COUNT_UNKNOWN,
    };
    if (row->records > g->records)
        g->records = row->records;
    if (g->count > 1 && !g->varied)
        g->varied = !same_lines(t, f->fix, g->fix);
}

static void add_quiet(struct tty *t, const struct visit *v, const struct observation *o)
{
    struct span where = keep_where(t, &v->endpoint);
    struct span what = keep_what(t, o->product, fact_get_text(o, "version"), o->via);
    struct tty_row *row = where.len && what.len ? list_add(&t->arena, &t->quiet) : NULL;
    if (row)
        *row = (struct tty_row){
            .endpoint = v->endpoint,
            .where = where,
            .what = what,
            .state = outcome_name(o->outcome),
            .collections = o->collection_count,
            .records = o->records,
            .bytes = o->bytes,
        };
}

static void add_reason(struct tty *t, const char *why)
{
    buf_reset(&t->scratch);
    escape_tty(&t->scratch, why ? span_str(why) : SPAN("for no stated reason"));
    struct span text = buf_span(&t->scratch);
    for (size_t i = 0; i < TTY_REASONS_MAX; i++) {
        struct tty_reason *r = &t->reasons[i];
        if (r->count && !span_eq(r->text, text))
            continue;
        if (!r->count)
            r->text = arena_copy(&t->arena, text);
        r->count++;
        return;
    }
    t->other_reasons++;
}

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    struct tty *t = state;
    (void)out;
    t->run = *run;
    arena_init(&t->arena, TTY_BYTES_MAX);
    buf_init(&t->scratch, CELL_BYTES_MAX);
    table_init(&t->groups, &t->arena, run->seed);
}

static bool has_finding(const struct observation *o, const struct finding *f, size_t findings)
{
    for (size_t i = 0; i < findings; i++)
        if (strcmp(f[i].product, o->product) == 0)
            return true;
    return false;
}

static void visit(void *state, const struct visit *v, const struct finding *f, size_t findings,
                  struct buf *out)
{
    struct tty *t = state;
    (void)out;
    for (size_t i = 0; i < findings; i++)
        add_finding(t, v, &f[i]);
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (o->kind == KIND_TLS || (unsigned)o->outcome > OUTCOME_UNCLEAR)
            continue;
        t->outcomes[o->outcome]++;
        if (t->run.verbose && !has_finding(o, f, findings))
            add_quiet(t, v, o);
    }
    if (v->end != END_DONE)
        add_reason(t, v->why);
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct tty *t = state;
    tty_print(t, s, out);
    arena_release(&t->arena);
    buf_release(&t->scratch);
}

const struct report report_tty = {
    .name = "tty",
    .about = "a table for people, worst first, and how to close each",
    .state_size = sizeof(struct tty),
    .begin = begin,
    .visit = visit,
    .end = end,
};
