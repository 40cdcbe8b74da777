/* Cycles are kept oldest first. A version belongs to the cycle whose numbers are the longest first
 * part of its own; where none is, its neighbours decide, and the answer is then only inferred. */
#include "tables/lifecycle.h"

#include <stdio.h>
#include <stdlib.h>

#include "text/csv.h"

struct alias {
    const char *product, *page;
};

/* Ajar's products that the tables know under another name. */
static const struct alias ALIASES[] = {
    { "activemq", "apache-activemq" },       { "airflow", "apache-airflow" },
    { "cassandra", "apache-cassandra" },     { "couchdb", "apache-couchdb" },
    { "flink", "apache-flink" },             { "hadoop", "apache-hadoop" },
    { "hdfs", "apache-hadoop" },             { "hadoop-yarn", "apache-hadoop" },
    { "httpd", "apache-http-server" },       { "apache", "apache-http-server" },
    { "kafka", "apache-kafka" },             { "nifi", "apache-nifi" },
    { "pulsar", "apache-pulsar" },           { "spark", "apache-spark" },
    { "couchbase", "couchbase-server" },     { "docker", "docker-engine" },
    { "loki", "grafana-loki" },              { "vault", "hashicorp-vault" },
    { "db2", "ibm-db2" },                    { "mssql", "mssqlserver" },
    { "oracle", "oracle-database" },         { "opensearch-dashboards", "opensearch" },
    { "redis-sentinel", "redis" },           { "kubelet", "kubernetes" },
    { "kube-apiserver", "kubernetes" },
};

const char *lifecycle_state_name(enum lifecycle_state s)
{
    static const char *const NAMES[] = { "unknown", "supported", "unsupported", "inferred-unsupported",
                                         "packaged" };
    return NAMES[s];
}

/* ---- loading ------------------------------------------------------------------------------- */

void lifecycle_init(struct lifecycle *l, struct arena *a, uint64_t seed)
{
    *l = (struct lifecycle){ .arena = a };
    table_init(&l->by_name, a, seed);
}

struct loading {
    struct lifecycle *l;
    size_t products_before;
};

static struct lifecycle_product *add_product(struct lifecycle *l, const struct csv_row *row, struct error *e)
{
    struct lifecycle_product *p = ARENA_NEW(l->arena, struct lifecycle_product), **slot = NULL;
    if (l->products.len >= LIFECYCLE_PRODUCTS_MAX) {
        error_set(e, "more than %d products", LIFECYCLE_PRODUCTS_MAX);
        return NULL;
    }
    if (p) {
        p->name = arena_str(l->arena, row->field[0]);
        p->source = arena_str(l->arena, row->field[4]);
        p->imported = l->reading_import;
        slot = list_add(l->arena, &l->products);
    }
    if (!slot || !p->name || !p->source || !table_put(&l->by_name, span_str(p->name), p)) {
        error_set(e, "out of memory");
        return NULL;
    }
    *slot = p;
    return p;
}

static bool read_end(struct span text, struct lifecycle_cycle *c, struct error *e)
{
    if (span_is(text, "false"))
        c->end = LIFECYCLE_LIVE;
    else if (span_is(text, "true"))
        c->end = LIFECYCLE_DEAD;
    else if (csv_date(text, &c->eol_ms))
        c->end = LIFECYCLE_DATED;
    else
        return error_set(e, "eol is true, false or a date such as 2026-08-22");
    return true;
}

static bool is_worded(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] != '.' && !ascii_is_digit(name.at[i]))
            return true;
    return false;
}

static bool take_row(void *self, const struct csv_row *row, struct error *e)
{
    struct loading *ing = self;
    struct lifecycle *l = ing->l;
    struct span name = row->field[0], cycle = row->field[1];
    int64_t as_of_ms;
    if (name.len == 0 || !csv_date(row->field[5], &as_of_ms))
        return error_set(e, "a product and, last, the day of the table are wanted");
    struct lifecycle_product *p = table_get(&l->by_name, name);
    if (p) {
        size_t i = 0;
        while (i < ing->products_before && l->products.at[i] != p)
            i++;
        if (i < ing->products_before)
            return true; /* an earlier file knows it */
    }
    if (!p)
        p = add_product(l, row, e);
    if (!p)
        return false;
    p->as_of_ms = as_of_ms > p->as_of_ms ? as_of_ms : p->as_of_ms;
    struct lifecycle_cycle *c = p->cycles.len < LIFECYCLE_CYCLES_MAX ? list_add(l->arena, &p->cycles) : NULL;
    if (!c)
        return error_set(e, "more than %d cycles, or out of memory", LIFECYCLE_CYCLES_MAX);
    c->name = arena_str(l->arena, cycle);
    c->source = span_is(row->field[4], p->source) ? p->source : arena_str(l->arena, row->field[4]);
    c->as_of_ms = as_of_ms;
    c->worded = is_worded(cycle);
    if (!c->name || !c->source || cycle.len == 0 || !ascii_is_digit(cycle.at[0]) || !version_parse(cycle, &c->version))
        return error_set(e, "a cycle begins with a number");
    c->version.revision = SPAN_NONE;
    c->version.stage = STAGE_FINAL;
    c->version.stage_number = 0;
    struct span latest = row->field[3];
    if (latest.len && !version_parse(arena_copy(l->arena, latest), &c->latest))
        return error_set(e, "'%.*s' is no version", SPAN_FMT(latest));
    return read_end(row->field[2], c, e);
}

static int oldest_first(const void *a, const void *b)
{
    const struct lifecycle_cycle *x = a, *y = b;
    int by = version_compare(&x->version, &y->version);
    return by ? by : strcmp(x->name, y->name);
}

bool lifecycle_load(struct lifecycle *l, const char *path, bool imported, struct span text, struct error *e)
{
    struct loading ing = { .l = l, .products_before = l->products.len };
    l->reading_import = imported;
    if (!csv_rows(path, text, LIFECYCLE_COLUMNS, take_row, &ing, e))
        return false;
    for (size_t i = ing.products_before; i < l->products.len; i++) {
        struct lifecycle_product *p = l->products.at[i];
        qsort(p->cycles.at, p->cycles.len, sizeof(*p->cycles.at), oldest_first);
    }
    return true;
}

/* ---- judging ------------------------------------------------------------------------------- */

static const char *page_of(const char *product)
{
    for (size_t i = 0; i < sizeof(ALIASES) / sizeof(*ALIASES); i++)
        if (strcmp(ALIASES[i].product, product) == 0)
            return ALIASES[i].page;
    return product;
}

static bool is_dead(const struct lifecycle_cycle *c, int64_t now_ms)
{
    return c->end == LIFECYCLE_DEAD || (c->end == LIFECYCLE_DATED && now_ms >= c->eol_ms);
}

static bool same_numbers(const struct lifecycle_cycle *a, const struct lifecycle_cycle *b)
{
    return a->version.count == b->version.count && version_begins(&a->version, &b->version);
}

/* Of the cycles with the same numbers (service packs of SQL Server: 13.0, 13.0-sp1, ...) the one
 * whose newest release is the first at or above `v`; builds of a later pack are above all of an
 * earlier one. */
static const struct lifecycle_cycle *choose_pack(const struct lifecycle_product *p,
                                                 const struct lifecycle_cycle *any,
                                                 const struct version *v)
{
    const struct lifecycle_cycle *next = NULL, *last = NULL;
    for (size_t i = 0; i < p->cycles.len; i++) {
        const struct lifecycle_cycle *c = &p->cycles.at[i];
        if (!same_numbers(c, any) || c->latest.count == 0)
            continue;
        struct version cut = *v;
        if (cut.count > c->latest.count)
            cut.count = c->latest.count;
        if (!last || version_compare(&c->latest, &last->latest) > 0)
            last = c;
        if (version_compare(&c->latest, &cut) >= 0 && (!next || version_compare(&c->latest, &next->latest) < 0))
            next = c;
    }
    return next ? next : last ? last : any;
}

/* The cycle that `v` belongs to, or NULL. *ret_vague: it names too few numbers to say. */
static const struct lifecycle_cycle *find_cycle(const struct lifecycle_product *p, const struct version *v,
                                                bool *ret_vague)
{
    const struct lifecycle_cycle *best = NULL;
    size_t alike = 0;
    *ret_vague = false;
    for (size_t i = 0; i < p->cycles.len; i++) {
        const struct lifecycle_cycle *c = &p->cycles.at[i];
        if (version_begins(v, &c->version)) {
            alike = best && same_numbers(best, c) ? alike + 1 : 1;
            best = c;
        } else if (c->version.count > v->count && version_begins(&c->version, v)) {
            *ret_vague = true;
        }
    }
    if (alike > 1 && v->count == best->version.count)
        *ret_vague = true;
    return best && alike > 1 ? choose_pack(p, best, v) : best;
}

/* The listed cycles next to `v`. Where `inside` is given, only those that divide it further
 * (Jenkins: 2.555 inside 2). */
struct neighbours {
    const struct lifecycle_cycle *older, *newer;
};

static struct neighbours find_neighbours(const struct lifecycle_product *p, const struct version *v,
                                         const struct lifecycle_cycle *inside)
{
    struct neighbours n = { NULL, NULL };
    for (size_t i = 0; i < p->cycles.len; i++) {
        const struct lifecycle_cycle *c = &p->cycles.at[i];
        if (inside && (c->version.count <= inside->version.count || !version_begins(&c->version, &inside->version)))
            continue;
        if (version_compare(&c->version, v) < 0)
            n.older = c;
        else if (!n.newer)
            n.newer = c;
    }
    return n;
}

static void rests_on(struct lifecycle_answer *ret, const struct lifecycle_cycle *c)
{
    ret->source = c->source;
    ret->as_of_ms = c->as_of_ms;
}

static void infer(struct lifecycle_answer *ret, const struct neighbours *n, int64_t now_ms)
{
    ret->state = LIFECYCLE_INFERRED;
    ret->newer = n->newer->name;
    rests_on(ret, n->newer);
    if (n->newer->end == LIFECYCLE_DATED && is_dead(n->newer, now_ms)) {
        ret->by_known = true;
        ret->by_ms = n->newer->eol_ms;
    }
    if (n->older)
        snprintf(ret->how, sizeof(ret->how), "between %s and %s, the nearest that are listed", n->older->name,
                 n->newer->name);
    else
        snprintf(ret->how, sizeof(ret->how), "older than %s, the oldest that is listed", n->newer->name);
}

/* A version that fits no cycle. */
static void judge_gap(const struct lifecycle_product *p, const struct version *v, int64_t now_ms,
                      struct lifecycle_answer *ret)
{
    struct neighbours n = find_neighbours(p, v, NULL);
    if (!n.newer)
        snprintf(ret->how, sizeof(ret->how), "newer than all that is listed");
    else if (n.older && n.older->version.number[0] == v->number[0] && !is_dead(n.older, now_ms))
        snprintf(ret->how, sizeof(ret->how), "newer than %s, which is supported", n.older->name);
    else if (n.older && !is_dead(n.newer, now_ms))
        snprintf(ret->how, sizeof(ret->how), "not listed, and %s after it is supported", n.newer->name);
    else
        infer(ret, &n, now_ms);
}

/* For a cycle that ended on an unknown day: the next newer one with a day is the nearest bound. */
static void bound(const struct lifecycle_product *p, const struct lifecycle_cycle *c, int64_t now_ms,
                  struct lifecycle_answer *ret)
{
    for (const struct lifecycle_cycle *next = c + 1; next < p->cycles.at + p->cycles.len; next++)
        if (next->end == LIFECYCLE_DATED && is_dead(next, now_ms)) {
            ret->newer = next->name;
            ret->by_known = true;
            ret->by_ms = next->eol_ms;
            return;
        }
}

static void judge_cycle(const struct lifecycle_product *p, const struct lifecycle_cycle *c,
                        const struct version *v, int64_t now_ms, struct lifecycle_answer *ret)
{
    ret->cycle = c->name;
    rests_on(ret, c);
    if (is_dead(c, now_ms)) {
        ret->state = LIFECYCLE_UNSUPPORTED;
        ret->since_known = c->end == LIFECYCLE_DATED;
        ret->since_ms = c->eol_ms;
        if (!ret->since_known)
            bound(p, c, now_ms, ret);
        return;
    }
    struct neighbours n = find_neighbours(p, v, c);
    if (n.newer && is_dead(n.newer, now_ms)) {
        ret->cycle = NULL;
        infer(ret, &n, now_ms);
    } else if (n.newer) {
        ret->cycle = NULL;
        snprintf(ret->how, sizeof(ret->how), "not listed, and %s after it is supported", n.newer->name);
    } else if (v->stage < STAGE_FINAL) {
        snprintf(ret->how, sizeof(ret->how), "a pre-release, of which no table speaks");
    } else {
        ret->state = LIFECYCLE_SUPPORTED;
    }
}

void lifecycle_judge(const struct lifecycle *l, const char *product, const struct version *v,
                     int64_t now_ms, struct lifecycle_answer *ret)
{
    bool vague = false;
    *ret = (struct lifecycle_answer){ .state = LIFECYCLE_UNKNOWN };
    ret->product = table_get(&l->by_name, span_str(page_of(product)));
    if (!ret->product) {
        snprintf(ret->how, sizeof(ret->how), "no lifecycle data");
        return;
    }
    ret->source = ret->product->source;
    ret->as_of_ms = ret->product->as_of_ms;
    if (v->vendor) {
        snprintf(ret->how, sizeof(ret->how), "a build of %s, which supports it itself", v->vendor);
        return;
    }
    const struct lifecycle_cycle *c = find_cycle(ret->product, v, &vague);
    if (v->dated || vague)
        snprintf(ret->how, sizeof(ret->how), "the version names no cycle");
    else if (c)
        judge_cycle(ret->product, c, v, now_ms, ret);
    else
        judge_gap(ret->product, v, now_ms, ret);
    if (v->distribution && (ret->state == LIFECYCLE_UNSUPPORTED || ret->state == LIFECYCLE_INFERRED))
        ret->state = LIFECYCLE_PACKAGED;
}
