/* Collects findings for reports that are printed at the end. Memory has a ceiling: beyond it
 * findings are counted and the count is said. No foreign byte is kept raw. */
#include "report/story.h"

#include <limits.h>
#include <stdlib.h>

#include "base/say.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { SCRATCH_MAX = 1024 * 1024 };

void story_init(struct story *s, const struct report_run *run, enum story_depth depth)
{
    s->run = *run;
    s->depth = depth;
    arena_init(&s->arena, STORY_BYTES_MAX);
    buf_init(&s->scratch, SCRATCH_MAX);
    table_init(&s->groups_by_key, &s->arena, run->seed);
    table_init(&s->certificates_by_hash, &s->arena, run->seed);
    table_init(&s->parties_by_name, &s->arena, run->seed);
    services_init(&s->services, &s->arena, run->seed);
}

void story_release(struct story *s)
{
    arena_release(&s->arena);
    buf_release(&s->scratch);
}

/* ---- text ---- */

static void put_cut(struct buf *out, struct span foreign, size_t max)
{
    escape_tty(out, span_first(foreign, max));
    if (foreign.len > max) {
        buf_printf(out, _("... (%zu bytes)"), foreign.len);
    }
}

struct span story_keep(struct story *s, struct span foreign, size_t max)
{
    buf_reset(&s->scratch);
    put_cut(&s->scratch, foreign, max);
    return arena_copy(&s->arena, buf_span(&s->scratch));
}

/* A sentence that the rules or another room made in English, in the reader's language; `about` as in say_made(). */
static struct span keep_said(struct story *s, const char *about, struct span made, size_t max)
{
    if (!say_is_foreign())
        return story_keep(s, made, max);
    buf_reset(&s->scratch);
    say_made(&s->scratch, about, made);
    struct span said = arena_copy(&s->arena, buf_span(&s->scratch));
    return story_keep(s, said, 2 * max);
}

static struct span keep(struct story *s, struct span foreign)
{
    return story_keep(s, foreign, STORY_TEXT_MAX);
}

/* Lines stay lines: each is made visible for itself. */
static struct span visible_lines(struct story *s, struct span foreign)
{
    buf_reset(&s->scratch);
    foreign = span_first(foreign, STORY_FIX_MAX);
    while (foreign.len) {
        escape_tty(&s->scratch, span_cut(&foreign, '\n'));
        if (foreign.len)
            buf_byte(&s->scratch, '\n');
    }
    return buf_span(&s->scratch);
}

struct span story_what(struct story *s, const char *product, struct span version, const char *via)
{
    buf_reset(&s->scratch);
    bool is_certificate = product && strcmp(product, "certificate") == 0; /* the one that is no name */
    escape_tty(&s->scratch, span_str(is_certificate ? _("certificate") : product));
    if (version.len) {
        buf_byte(&s->scratch, ' ');
        put_cut(&s->scratch, version, 60);
    }
    if (via) {
        buf_str(&s->scratch, _(" via "));
        escape_tty(&s->scratch, span_str(via));
    }
    return arena_copy(&s->arena, buf_span(&s->scratch));
}

static struct span keep_where(struct story *s, const struct endpoint *e)
{
    char text[ENDPOINT_CALLED_MAX];
    return keep(s, span_str(endpoint_called(e, text)));
}

static struct span keep_value(struct story *s, const struct fact *f)
{
    if (f->type == FACT_TEXT)
        return story_keep(s, f->text, 400);
    buf_reset(&s->scratch);
    if (f->type == FACT_NUMBER)
        buf_i64(&s->scratch, f->number);
    else if (f->type == FACT_BOOL)
        buf_str(&s->scratch, f->number ? "true" : "false");
    else
        put_time(&s->scratch, f->number);
    return arena_copy(&s->arena, buf_span(&s->scratch));
}

static struct span keep_bytes(struct story *s, struct span raw)
{
    buf_reset(&s->scratch);
    escape_bytes(&s->scratch, span_first(raw, PROOF_MAX));
    return arena_copy(&s->arena, buf_span(&s->scratch));
}

/* ---- findings ---- */

static struct story_group *group_of(struct story *s, const struct finding *f)
{
    buf_reset(&s->scratch);
    buf_byte(&s->scratch, (uint8_t)('0' + f->severity));
    buf_str(&s->scratch, f->rule);
    buf_byte(&s->scratch, 0);
    buf_str(&s->scratch, f->product);
    struct story_group *g = table_get(&s->groups_by_key, buf_span(&s->scratch));
    if (g)
        return g;
    struct span key = arena_copy(&s->arena, buf_span(&s->scratch));
    g = key.len ? ARENA_NEW(&s->arena, struct story_group) : NULL;
    if (!g)
        return NULL;
    *g = (struct story_group){ .severity = f->severity, .records = COUNT_UNKNOWN, .bytes = COUNT_UNKNOWN,
                               .most = COUNT_UNKNOWN, .tier = UINT_MAX };
    g->is_door = f->is_door;
    g->rule = keep(s, span_str(f->rule));
    g->title = keep_said(s, "rule", span_str(f->title), STORY_TEXT_MAX);
    g->product = keep(s, span_str(f->product));
    g->fix = arena_copy(&s->arena, visible_lines(s, f->fix));
    struct story_group **slot = table_put(&s->groups_by_key, key, g) ? list_add(&s->arena, &s->groups) : NULL;
    if (slot)
        *slot = g;
    return slot ? g : NULL;
}

static void add_evidence(struct story *s, struct story_row *row, const struct finding *f)
{
    size_t count = f->evidence.len < STORY_EVIDENCE_MAX ? f->evidence.len : STORY_EVIDENCE_MAX;
    row->evidence = count ? arena_array(&s->arena, count, sizeof(*row->evidence)) : NULL;
    row->evidence_left = f->evidence.len;
    for (size_t i = 0; row->evidence && i < count; i++) {
        const struct fact *fact = &f->evidence.at[i];
        row->evidence[row->evidence_count++] = (struct story_evidence){
            .key = keep(s, span_str(fact->key)),
            .value = keep_value(s, fact),
            .ask = keep(s, span_str(fact->ask)),
            .shows = keep_bytes(s, fact->proof),
        };
    }
    row->evidence_left -= row->evidence_count;
}

static int64_t weight(const struct collection *c)
{
    return c->bytes >= 0 ? c->bytes : c->records;
}

/* The largest collections, largest first: an insertion into a short list. */
static void add_largest(struct story *s, struct story_row *row, const struct observation *o)
{
    const struct collection *top[STORY_LARGEST_MAX];
    size_t count = 0;
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        size_t at = count;
        while (at > 0 && weight(top[at - 1]) < weight(c))
            at--;
        if (at == STORY_LARGEST_MAX)
            continue;
        count += count < STORY_LARGEST_MAX;
        memmove(&top[at + 1], &top[at], (count - at - 1) * sizeof(top[0]));
        top[at] = c;
    }
    row->largest = count ? arena_array(&s->arena, count, sizeof(*row->largest)) : NULL;
    for (size_t i = 0; row->largest && i < count; i++)
        row->largest[row->largest_count++] = (struct story_collection){
            .name = story_keep(s, top[i]->name, 200), .records = top[i]->records, .bytes = top[i]->bytes,
        };
}

static void add_life(struct story *s, struct story_row *row, const struct finding_view *v)
{
    const struct since *best = since_best(v->finding);
    row->life = v->life;
    row->proven_ms = best ? best->at_ms : COUNT_UNKNOWN;
    row->outside_ms = COUNT_UNKNOWN;
    for (size_t i = 0; i < v->finding->since.len; i++)
        if (v->finding->since.at[i].source && strcmp(v->finding->since.at[i].source, SINCE_OUTSIDE) == 0)
            row->outside_ms = v->finding->since.at[i].at_ms;
    row->proven = best ? best->strength : STRENGTH_HINT;
    row->proven_by = best ? keep_said(s, NULL, span_str(best->source), WORDS_TEXT_MAX) : SPAN_NONE;
    row->accepted_until_ms = v->accepted_until_ms > 0 ? v->accepted_until_ms : COUNT_UNKNOWN;
    row->accepted_why = keep(s, v->accepted_why);
    s->has_life |= v->life.known;
    s->has_evidence |= best != NULL;
}

static void add_since(struct story *s, struct story_row *row, const struct finding *f)
{
    row->since = f->since.len ? arena_array(&s->arena, STORY_SINCES_MAX, sizeof(*row->since)) : NULL;
    for (size_t i = 0; row->since && i < f->since.len && row->since_count < STORY_SINCES_MAX; i++) {
        const struct since *x = &f->since.at[i];
        if (f->life.known && x->at_ms == f->life.opened_ms && x->source && strcmp(x->source, "own history") == 0)
            continue; /* `life` says it better */
        row->since[row->since_count++] = (struct story_since){
            .source = keep_said(s, NULL, span_str(x->source), STORY_TEXT_MAX),
            .text = keep_said(s, NULL, since_text(x), 400),
            .at_ms = x->at_ms,
            .strength = x->strength,
        };
    }
}

static void add_owners(struct story *s, struct story_row *row, const struct finding *f)
{
    row->owners = f->owners.len ? arena_array(&s->arena, STORY_OWNERS_MAX, sizeof(*row->owners)) : NULL;
    for (size_t i = 0; row->owners && i < f->owners.len && row->owner_count < STORY_OWNERS_MAX; i++) {
        const struct attribution *a = &f->owners.at[i];
        if (span_eq(a->who, f->owner))
            continue; /* the party itself */
        row->owners[row->owner_count++] = (struct story_owner){
            .how = keep_said(s, NULL, span_str(a->how), STORY_TEXT_MAX),
            .who = story_keep(s, a->who, 200),
            .strength = a->strength,
        };
    }
}

/* The name that was asked for, else the first that the certificate is for, else its subject. */
static struct span keep_host(struct story *s, const struct visit *v)
{
    const struct observation *c = report_certificate(v);
    if (v->endpoint.name || !c)
        return keep(s, span_str(v->endpoint.name));
    struct span names = fact_get_text(c, "cert.names"), first = span_trim(span_cut(&names, ','));
    return story_keep(s, first.len ? first : fact_get_text(c, "cert.subject"), 200);
}

static void count_in(struct story_group *g, struct story_row *row)
{
    if (!g->count)
        g->first = row;
    g->count++;
    g->records = count_sum(g->records, row->records);
    g->bytes = count_sum(g->bytes, row->bytes);
    g->most = row->records > g->most ? row->records : g->most;
    g->tier = row->tier < g->tier ? row->tier : g->tier;
}

/* What the service says that it holds. */
static void add_counts(struct story_row *row, const struct observation *o)
{
    row->state = say(outcome_name(o->outcome));
    row->collections = o->collection_count;
    row->records = o->records;
    row->bytes = o->bytes;
    row->at_least = counts_are_partial(o);
}

static void add_proof(struct story *s, struct story_row *row, const struct visit *v, const struct finding_view *view)
{
    row->name = keep(s, span_str(view->finding->endpoint.name));
    row->host = keep_host(s, v);
    add_evidence(s, row, view->finding);
    if (view->verdict)
        add_largest(s, row, view->seen);
    add_since(s, row, view->finding);
    add_owners(s, row, view->finding);
}

static void add_whose(struct story *s, struct story_row *row, const struct finding *f)
{
    row->tier = tier_rank(f->tier);
    row->party = story_party(s, f);
    buf_reset(&s->scratch);
    words_whose(&s->scratch, f);
    row->whose = arena_copy(&s->arena, buf_span(&s->scratch));
}

static void add_fix(struct story *s, struct story_row *row, const struct finding *f)
{
    if (!row->group->count || (row->group->varied && s->depth == STORY_ROWS) ||
        span_eq(visible_lines(s, f->fix), row->group->fix))
        return;
    row->group->varied = true;
    if (s->depth == STORY_WHOLE)
        row->fix = arena_copy(&s->arena, buf_span(&s->scratch));
}

static void add_finding(struct story *s, const struct visit *v, const struct finding_view *view)
{
    const struct finding *f = view->finding;
    struct story_group *g = (unsigned)f->severity <= SEVERITY_CRITICAL ? group_of(s, f) : NULL;
    struct story_row *row = g ? ARENA_NEW(&s->arena, struct story_row) : NULL;
    if ((unsigned)f->severity <= SEVERITY_CRITICAL)
        s->severities[f->severity]++;
    if (!row) {
        s->unkept++;
        return;
    }
    *row = (struct story_row){ .group = g, .state = "", .collections = COUNT_UNKNOWN, .records = COUNT_UNKNOWN,
                               .bytes = COUNT_UNKNOWN, .tls = view->seen && view->seen->tls };
    row->endpoint = endpoint_bare(&f->endpoint);
    memcpy(row->fingerprint, f->fingerprint, sizeof(row->fingerprint));
    row->fingerprint[sizeof(row->fingerprint) - 1] = '\0';
    row->where = keep_where(s, &f->endpoint);
    row->what = story_what(s, f->product, f->version, f->via);
    row->why = keep_said(s, "rule", f->why, STORY_TEXT_MAX);
    if (view->verdict)
        add_counts(row, view->seen);
    add_fix(s, row, f);
    add_life(s, row, view);
    add_whose(s, row, f);
    if (s->depth == STORY_WHOLE)
        add_proof(s, row, v, view);
    struct story_row **slot = list_add(&s->arena, &s->rows);
    if (!slot) {
        s->unkept++;
        return;
    }
    *slot = row;
    count_in(g, row);
}

/* ---- services ---- */

static void add_holding(struct story *s, struct story_holding *top, size_t *count, const struct visit *v,
                        const struct observation *o, bool by_bytes)
{
    int64_t mine = by_bytes ? o->bytes : o->records;
    size_t at = *count;
    if (mine <= 0 || s->depth != STORY_WHOLE)
        return;
    while (at > 0 && (by_bytes ? top[at - 1].bytes : top[at - 1].records) < mine)
        at--;
    if (at == STORY_HOLDINGS_MAX)
        return;
    *count += *count < STORY_HOLDINGS_MAX;
    memmove(&top[at + 1], &top[at], (*count - at - 1) * sizeof(top[0]));
    top[at] = (struct story_holding){
        .where = keep_where(s, &v->endpoint),
        .what = story_what(s, o->product, fact_get_text(o, "version"), o->via),
        .records = o->records,
        .bytes = o->bytes,
    };
}

static bool is_service(const struct observation *o)
{
    return o->kind != KIND_TLS && o->kind != KIND_UNKNOWN && (unsigned)o->outcome <= OUTCOME_UNCLEAR;
}

/* `party` answers for it; NULL where none is known. */
static void add_service(struct story *s, const struct visit *v, const struct observation *o, struct story_party *party)
{
    if (!is_service(o) || !services_add(&s->services, v, o))
        return;
    s->outcomes[o->outcome]++;
    if (o->outcome != OUTCOME_OPEN)
        return;
    people_see(&s->people, o, &s->arena, &s->scratch);
    s->open_records = count_sum(s->open_records, o->records);
    s->open_bytes = count_sum(s->open_bytes, o->bytes);
    add_holding(s, s->by_records, &s->by_records_count, v, o, false);
    add_holding(s, s->by_bytes, &s->by_bytes_count, v, o, true);
    if (!party)
        return;
    party->open++;
    party->records = count_sum(party->records, o->records);
    party->bytes = count_sum(party->bytes, o->bytes);
}

static void add_reason(struct story *s, const char *why)
{
    struct span text = why ? span_first(span_str(why), WHY_MAX) : SPAN("for no stated reason");
    for (size_t i = 0; i < STORY_REASONS_MAX; i++) {
        struct story_reason *r = &s->reasons[i];
        if (r->count && !span_eq(r->why, text))
            continue;
        if (!r->count) {
            r->why = arena_copy(&s->arena, text);
            r->text = keep_said(s, NULL, text, WHY_MAX);
        }
        r->count++;
        return;
    }
    s->other_reasons++;
}

static bool has_finding(const struct observation *o, const struct finding_view *f, size_t findings)
{
    for (size_t i = 0; i < findings; i++)
        if (strcmp(f[i].finding->product, o->product) == 0)
            return true;
    return false;
}

static void add_quiet(struct story *s, const struct visit *v, const struct observation *o)
{
    struct story_row *row = ARENA_NEW(&s->arena, struct story_row);
    struct story_row **slot = row ? list_add(&s->arena, &s->quiet) : NULL;
    if (!slot)
        return;
    *slot = row;
    row->endpoint = endpoint_bare(&v->endpoint);
    row->where = keep_where(s, &v->endpoint);
    row->what = story_what(s, o->product, fact_get_text(o, "version"), o->via);
    add_counts(row, o);
}

void story_visit(void *story, const struct visit *v, const struct finding_view *f, size_t findings, struct buf *out)
{
    struct story *s = story;
    bool all = s->run.verbose && s->depth == STORY_ROWS;
    size_t rows = s->rows.len;
    (void)out;
    for (size_t i = 0; i < findings; i++)
        add_finding(s, v, &f[i]);
    /* All findings of a visit have one endpoint, hence one party. */
    struct story_party *party = s->rows.len > rows ? s->rows.at[rows]->party : NULL;
    for (size_t i = 0; i < v->observations.len; i++)
        add_service(s, v, &v->observations.at[i], party);
    story_alike(s, v);
    for (size_t i = 0; all && i < v->observations.len; i++)
        if (is_service(&v->observations.at[i]) && !has_finding(&v->observations.at[i], f, findings))
            add_quiet(s, v, &v->observations.at[i]);
    unknowns_add(&s->unknown, &s->arena, &s->scratch, v, all);
    if (v->end != END_DONE)
        add_reason(s, v->why);
}

void story_closed(void *story, const struct finding_view *v, struct buf *out)
{
    struct story *s = story;
    const struct finding *f = v->finding;
    struct story_closed *to = s->closed.len < STORY_CLOSED_MAX ? list_add(&s->arena, &s->closed) : NULL;
    (void)out;
    if (!to) {
        s->closed_left++;
        return;
    }
    *to = (struct story_closed){
        .severity = (unsigned)f->severity <= SEVERITY_CRITICAL ? f->severity : SEVERITY_INFO,
        .where = keep_where(s, &f->endpoint),
        .what = story_what(s, f->product, f->version, f->via),
        .title = keep_said(s, "rule", span_str(f->title), STORY_TEXT_MAX),
    };
    buf_reset(&s->scratch);
    words_closed(&s->scratch, v, say);
    to->how = arena_copy(&s->arena, buf_span(&s->scratch));
}

void story_remark(void *story, const struct remark *r, struct buf *out)
{
    struct story *s = story;
    (void)out;
    remarks_add(&s->remarks, &s->arena, &s->scratch, r, say);
}

void story_past(void *story, const struct report_past *past, struct buf *out)
{
    struct story *s = story;
    (void)out;
    s->past = *past;
    s->has_past = true;
}

/* ---- order ---- */

static int by_span(struct span a, struct span b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int by_group(const void *left, const void *right)
{
    const struct story_group *a = *(struct story_group *const *)left, *b = *(struct story_group *const *)right;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->tier != b->tier)
        return a->tier < b->tier ? -1 : 1;
    if (a->is_door != b->is_door)
        return a->is_door ? -1 : 1;
    if (a->most != b->most)
        return a->most > b->most ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = by_span(a->rule, b->rule);
    return order ? order : by_span(a->product, b->product);
}

static int by_place(const struct story_row *a, const struct story_row *b)
{
    int order = address_compare(&a->endpoint.address, &b->endpoint.address);
    if (order)
        return order;
    uint32_t one = endpoint_port(&a->endpoint), other = endpoint_port(&b->endpoint);
    if (one != other)
        return one < other ? -1 : 1;
    return by_span(a->where, b->where); /* of one place, by what it was asked for as */
}

static int by_place_of(const void *left, const void *right)
{
    return by_place(*(struct story_row *const *)left, *(struct story_row *const *)right);
}

static int by_weight(const struct story_row *a, const struct story_row *b)
{
    if (a->tier != b->tier)
        return a->tier < b->tier ? -1 : 1;
    if (a->group && b->group && a->group->is_door != b->group->is_door)
        return a->group->is_door ? -1 : 1;
    if (a->records != b->records)
        return a->records > b->records ? -1 : 1;
    if (a->group != b->group)
        return a->group->at < b->group->at ? -1 : 1;
    return by_place(a, b);
}

/* `at` of the groups is set: their order is the rows' first key. */
static int by_job(const void *left, const void *right)
{
    const struct story_row *a = *(struct story_row *const *)left, *b = *(struct story_row *const *)right;
    if (a->group != b->group)
        return a->group->at < b->group->at ? -1 : 1;
    return by_weight(a, b);
}

static int by_rank(const void *left, const void *right)
{
    const struct story_row *a = *(struct story_row *const *)left, *b = *(struct story_row *const *)right;
    if (a->group->severity != b->group->severity)
        return a->group->severity > b->group->severity ? -1 : 1;
    return by_weight(a, b);
}

static void sort_rows(struct story *s)
{
    if (!s->rows.len)
        return;
    qsort(s->rows.at, s->rows.len, sizeof(s->rows.at[0]), by_job);
    for (size_t i = 0; i < s->rows.len; i++)
        s->rows.at[i]->in_group = i - s->rows.at[i]->group->at;
    s->ranked = arena_array(&s->arena, s->rows.len, sizeof(*s->ranked));
    if (!s->ranked)
        return;
    memcpy(s->ranked, s->rows.at, s->rows.len * sizeof(*s->ranked));
    qsort(s->ranked, s->rows.len, sizeof(*s->ranked), by_rank);
}

void story_sort(struct story *s)
{
    size_t at = 0;
    if (s->groups.len)
        qsort(s->groups.at, s->groups.len, sizeof(s->groups.at[0]), by_group);
    for (size_t i = 0; i < s->groups.len; i++) {
        s->groups.at[i]->at = at;
        at += s->groups.at[i]->count;
    }
    sort_rows(s);
    if (s->quiet.len)
        qsort(s->quiet.at, s->quiet.len, sizeof(s->quiet.at[0]), by_place_of);
    people_sort(&s->people);
    story_sort_alike(s);
}
