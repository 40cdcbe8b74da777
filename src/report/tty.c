/* A report for people at a terminal. Findings are collected (escaped at once, so that no foreign
 * byte is kept raw) and printed at the end, worst first. Memory has a ceiling: beyond it findings
 * are counted and the count is said. */
#include "report/tty.h"

#include <limits.h>

#include "text/amount.h"
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
    char text[ENDPOINT_CALLED_MAX];
    return keep(t, span_str(endpoint_called(e, text)));
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
    g->tier = UINT_MAX;
    return g->rule && g->title.len && g->fix.len && table_put(&t->groups, key, g) ? g : NULL;
}

static struct span keep_since(struct tty *t, const struct finding *f)
{
    static const char *const SURELY[] = { "a hint at ", "likely since ", "since " };
    const struct since *s = since_best(f);
    struct buf *line = &t->scratch;
    buf_reset(line);
    if (s) {
        buf_str(line, SURELY[(unsigned)s->strength <= STRENGTH_PROVEN ? s->strength : STRENGTH_HINT]);
        put_date(line, s->at_ms);
        buf_str(line, " (");
        escape_tty(line, span_first(span_str(s->source), WORDS_TEXT_MAX));
        buf_byte(line, ')');
    }
    return arena_copy(&t->arena, buf_span(line));
}

static struct span keep_whose(struct tty *t, const struct finding *f)
{
    struct buf *line = &t->scratch;
    buf_reset(line);
    if (f->owner.len || f->owners.len || f->tier.len || f->contact.len) {
        buf_str(line, "whose: ");
        words_whose(line, f);
    }
    return arena_copy(&t->arena, buf_span(line));
}

static struct span keep_accepted(struct tty *t, const struct finding *f)
{
    struct buf *line = &t->scratch;
    buf_reset(line);
    if (f->accepted_until_ms > 0) {
        buf_str(line, "accepted until ");
        put_date(line, f->accepted_until_ms - 1);
        buf_str(line, f->accepted_why.len ? ": " : "");
        escape_tty(line, span_first(f->accepted_why, WORDS_TEXT_MAX));
    }
    return arena_copy(&t->arena, buf_span(line));
}

static void count_party(struct tty *t, const struct finding *f)
{
    struct span who = f->owner.len ? f->owner : f->owners.len ? f->owners.at[0].who : SPAN_NONE;
    if (!who.len || table_get(&t->parties, who))
        return;
    who = arena_copy(&t->arena, who);
    t->party_count += who.len && table_put(&t->parties, who, t);
    t->owner_count += f->owner.len > 0;
}

static void add_finding(struct tty *t, const struct finding_view *v)
{
    const struct finding *f = v->finding;
    struct span where = keep_where(t, &f->endpoint);
    struct tty_group *g = where.len ? group_of(t, f, where) : NULL;
    struct span what = keep_what(t, f->product, f->version, f->via), why = keep(t, f->why);
    struct tty_row *row = g && what.len && why.len ? list_add(&t->arena, &t->rows) : NULL;
    if (!row) {
        t->unkept++;
        return;
    }
    g->count++;
    *row = (struct tty_row){
        .group = g,
        .endpoint = { .address = f->endpoint.address, .port = f->endpoint.port },
        .where = where,
        .what = what,
        .why = why,
        .since = keep_since(t, f),
        .whose = keep_whose(t, f),
        .accepted = keep_accepted(t, f),
        .life = f->life,
        .tier = tier_rank(f->tier),
        .state = v->verdict ? v->verdict : "",
        .collections = v->collections,
        .records = v->records,
        .bytes = v->bytes,
        .at_least = v->at_least,
    };
    t->has_life |= f->life.known;
    count_party(t, f);
    g->tier = row->tier < g->tier ? row->tier : g->tier;
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
            .endpoint = { .address = v->endpoint.address, .port = v->endpoint.port },
            .where = where,
            .what = what,
            .state = outcome_name(o->outcome),
            .collections = o->collection_count,
            .records = o->records,
            .bytes = o->bytes,
            .at_least = counts_are_partial(o),
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
    table_init(&t->parties, &t->arena, run->seed);
    table_init(&t->noted, &t->arena, run->seed);
    services_init(&t->services, &t->arena, run->seed);
    t->open_records = t->open_bytes = COUNT_UNKNOWN;
}

static bool has_finding(const struct observation *o, const struct finding_view *f, size_t findings)
{
    for (size_t i = 0; i < findings; i++)
        if (strcmp(f[i].finding->product, o->product) == 0)
            return true;
    return false;
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings,
                  struct buf *out)
{
    struct tty *t = state;
    (void)out;
    for (size_t i = 0; i < findings; i++)
        add_finding(t, &f[i]);
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        if (o->kind == KIND_TLS || o->kind == KIND_UNKNOWN || (unsigned)o->outcome > OUTCOME_UNCLEAR)
            continue;
        bool counts = services_add(&t->services, v, o);
        t->outcomes[o->outcome] += counts;
        if (counts && o->outcome == OUTCOME_OPEN) {
            people_see(&t->people, o, &t->arena, &t->scratch);
            t->open_records = count_sum(t->open_records, o->records);
            t->open_bytes = count_sum(t->open_bytes, o->bytes);
        }
        if (t->run.verbose && !has_finding(o, f, findings))
            add_quiet(t, v, o);
    }
    unknowns_add(&t->unknown, &t->arena, &t->scratch, v, t->run.verbose);
    if (v->end != END_DONE)
        add_reason(t, v->why);
}

static void remark(void *state, const struct remark *r, struct buf *out)
{
    struct tty *t = state;
    (void)out;
    remarks_add(&t->remarks, &t->arena, &t->scratch, r);
}

/* ---- fleets ---- */

static struct span keep_members(struct tty *t, const struct fleet *f)
{
    char where[ENDPOINT_CALLED_MAX];
    size_t shown = f->members.len < TTY_MEMBERS_MAX ? f->members.len : TTY_MEMBERS_MAX;
    buf_reset(&t->scratch);
    for (size_t i = 0; i < shown; i++) {
        const struct fleet_member *m = &f->members.at[i];
        buf_str(&t->scratch, i ? ", " : "");
        escape_tty(&t->scratch, span_str(endpoint_called(&m->endpoint, where)));
        buf_byte(&t->scratch, ' ');
        buf_str(&t->scratch, outcome_name(m->outcome));
    }
    if (f->member_count > shown) {
        buf_str(&t->scratch, " and ");
        put_many(&t->scratch, f->member_count - shown, "more", "more");
    }
    return arena_copy(&t->arena, buf_span(&t->scratch));
}

static void fleets(void *state, const struct fleet *list, size_t count, struct buf *out)
{
    struct tty *t = state;
    (void)out;
    for (size_t i = 0; i < count; i++) {
        const struct fleet *f = &list[i];
        struct tty_fleet *to = t->fleets.len < TTY_FLEETS_MAX ? list_add(&t->arena, &t->fleets) : NULL;
        if (!to) {
            t->fleets_left++;
            continue;
        }
        *to = (struct tty_fleet){ .severity = f->severity, .accepted_until_ms = f->accepted_until_ms };
        memcpy(to->fingerprint, f->fingerprint, sizeof(to->fingerprint) - 1);
        buf_reset(&t->scratch);
        words_fleet(&t->scratch, f);
        to->counts = arena_copy(&t->arena, buf_span(&t->scratch));
        buf_reset(&t->scratch);
        words_reasons(&t->scratch, f, TTY_REASONS_SHOWN);
        to->reasons = arena_copy(&t->arena, buf_span(&t->scratch));
        to->members = keep_members(t, f);
    }
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct tty *t = state;
    people_sort(&t->people);
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
    .remark = remark,
    .fleets = fleets,
    .end = end,
};
