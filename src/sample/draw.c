/* Records are gathered field by field first and classified after: a name of a field may leave this
 * process only where it is a schema's, or stands in several records, so that a value that somebody
 * used as a key never looks like a field. */
#include "sample/draw.h"

#include <stdio.h>

#include "base/table.h"
#include "sample/estimate.h"

enum {
    NAMES_MAX = 4096,
    NAMES_BYTES_MAX = 2 << 20,
    PATH_MAX_BYTES = 256,
    UNKNOWN_SIZE = 1000,  /* records, where the store does not say */
    SHARED_MIN = 3,       /* a name that stands in fewer records, */
    SHARED_ONE_IN = 100,  /* or in less than this share of them, may be a value */
};

/* ---- spreading ------------------------------------------------------------------------- */

uint32_t *draw_plan(struct draw *d, bool (*usable)(struct span name), size_t *ret_count)
{
    size_t listed = d->seen->collections.len;
    size_t count = listed < DRAW_COLLECTIONS_MAX ? listed : DRAW_COLLECTIONS_MAX;
    struct arena *a = wire_arena(d->wire);
    uint64_t *sizes = arena_array(a, count ? count : 1, sizeof(*sizes));
    uint32_t *ret = arena_array(a, count ? count : 1, sizeof(*ret));
    if (!sizes || !ret)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const struct collection *c = &d->seen->collections.at[i];
        bool takes = !usable || usable(c->name);
        sizes[i] = !takes ? 0 : c->records >= 0 ? (uint64_t)c->records : UNKNOWN_SIZE;
    }
    for (size_t i = count; i < listed; i++)
        draw_skip(d, "only the first 200 collections are sampled");
    estimate_allot(sizes, ret, (uint32_t)count, d->wanted);
    *ret_count = count;
    return ret;
}

uint32_t draw_planned(const struct draw *d, const uint32_t *plan, size_t count, struct span name)
{
    for (size_t i = 0; i < count; i++)
        if (span_eq(d->seen->collections.at[i].name, name))
            return plan[i];
    return 0;
}

size_t draw_some(struct draw *d, void *at, size_t size, size_t count, size_t wanted)
{
    uint8_t *elements = at, kept[DRAW_ELEMENT_MAX];
    if (size > sizeof(kept))
        return 0;
    for (size_t i = 0; i < wanted && i + 1 < count; i++) {
        uint8_t *one = elements + i * size, *other = one + random_below(&d->random, count - i) * size;
        memcpy(kept, one, size);
        memmove(one, other, size);
        memcpy(other, kept, size);
    }
    return count < wanted ? count : wanted;
}

void draw_skip(struct draw *d, const char *why)
{
    d->sums.skipped++;
    if (!d->sums.skip_why)
        d->sums.skip_why = why;
}

/* ---- gathering ------------------------------------------------------------------------- */

void draw_collection(struct draw *d, struct span name, int64_t total, bool columns)
{
    arena_release(&d->batch);
    arena_init(&d->batch, DRAW_BATCH_BYTES_MAX); /* it may be full before, not after */
    d->items.at = NULL;
    d->items.len = d->items.cap = 0;
    d->collection = name;
    d->total = total;
    d->columns = columns;
    d->record = 0;
}

bool draw_wants(const struct draw *d)
{
    return d->left > 0 && !arena_failed(&d->batch);
}

void draw_record(struct draw *d)
{
    if (d->left)
        d->left--;
    d->record++;
    d->record_items = 0;
    d->record_bytes = 0;
}

static void add_item(struct draw *d, struct span name, struct span value)
{
    if (value.len > DRAW_VALUE_MAX || value.len > DRAW_RECORD_MAX - d->record_bytes ||
        d->record_items == DRAW_ITEMS_A_RECORD) {
        d->sums.cut++;
        if (d->record_items == DRAW_ITEMS_A_RECORD)
            return;
        value = span_first(value, DRAW_VALUE_MAX);
        value = span_first(value, DRAW_RECORD_MAX - d->record_bytes);
    }
    struct draw_item *item = list_add(&d->batch, &d->items);
    if (!item || value.len == 0)
        return;
    d->record_bytes += value.len;
    d->record_items++;
    *item = (struct draw_item){ d->record, name, value };
}

struct span draw_name_inside(struct draw *d, struct span outer, struct span inner)
{
    size_t dot = outer.len;
    while (dot && outer.at[dot - 1] != '.')
        dot--;
    outer = span_from(outer, dot);
    if (span_starts(outer, SPAN("(")))
        outer = SPAN_NONE;
    if (outer.len == 0 || inner.len == 0)
        return outer.len ? outer : inner;
    if (outer.len + inner.len + 1 > PATH_MAX_BYTES)
        return inner;
    uint8_t *at = arena_array(&d->batch, outer.len + 1 + inner.len, 1);
    if (!at)
        return inner;
    memcpy(at, outer.at, outer.len);
    at[outer.len] = '.';
    memcpy(at + outer.len + 1, inner.at, inner.len);
    return span_of(at, outer.len + 1 + inner.len);
}

static void add_number(struct draw *d, struct span name, const struct node *n)
{
    char *text = n->is_integer ? arena_printf(&d->batch, "%lld", (long long)n->integer)
                               : arena_printf(&d->batch, "%.10g", n->real);
    if (text)
        add_item(d, name, span_str(text));
}

static void add_node(struct draw *d, struct span name, const struct node *n, unsigned depth)
{
    if (depth > DRAW_DEPTH_MAX) {
        d->sums.cut++;
        return;
    }
    switch (n->kind) {
    case NODE_TEXT:
        add_item(d, name, n->text);
        break;
    case NODE_NUMBER:
        add_number(d, name, n);
        break;
    case NODE_LIST:
    case NODE_MAP:
        for (const struct node *c = n->first; c; c = c->next)
            add_node(d, n->kind == NODE_MAP ? draw_name_inside(d, name, c->key) : name, c, depth + 1);
        break;
    case NODE_NULL:
    case NODE_BOOL:
        break;
    }
}

void draw_node(struct draw *d, struct span name, const struct node *n)
{
    add_node(d, name, n, 0);
}

void draw_value(struct draw *d, struct span name, struct span value)
{
    struct error e;
    bool packed = value.len > 1 && value.len <= DRAW_RECORD_MAX &&
                  (value.at[0] == '{' || value.at[0] == '[');
    const struct node *n = packed ? json_parse(&d->batch, value, &e) : NULL;
    if (n)
        add_node(d, name, n, 0);
    else
        add_item(d, name, value);
}

/* ---- judging --------------------------------------------------------------------------- */

struct name_seen {
    uint32_t records, last;
};

/* How many records each name stands in. The batch may be full: the table lies in an arena of its own. */
static bool count_names(struct draw *d, struct arena *a, struct table *names)
{
    table_init(names, a, random_next(&d->random));
    for (size_t i = 0; i < d->items.len; i++) {
        const struct draw_item *item = &d->items.at[i];
        struct name_seen *seen = table_get(names, item->name);
        if (!seen) {
            seen = names->used < NAMES_MAX ? ARENA_NEW(a, struct name_seen) : NULL;
            if (seen && !table_put(names, item->name, seen))
                return false;
        }
        if (seen && seen->last != item->record) {
            seen->last = item->record;
            seen->records++;
        }
    }
    return true;
}

static bool may_be_shown(const struct draw *d, const struct table *names, struct span name)
{
    const struct name_seen *seen = table_get(names, name);
    uint32_t least = d->record / SHARED_ONE_IN > SHARED_MIN ? d->record / SHARED_ONE_IN : SHARED_MIN;
    if (d->columns)
        return true;
    return seen && seen->records >= least;
}

static void push(struct draw *d, struct ajar_pii_scan *scan, const struct table *names)
{
    char name[PATH_MAX_BYTES + 1];
    uint32_t record = 0;
    for (size_t i = 0; i < d->items.len; i++) {
        const struct draw_item *item = &d->items.at[i];
        struct span shown = may_be_shown(d, names, item->name) ? item->name : SPAN("*");
        if (item->record != record) {
            if (record)
                ajar_pii_record_end(scan);
            ajar_pii_record_begin(scan);
            record = item->record;
        }
        (void)snprintf(name, sizeof(name), "%.*s", SPAN_FMT(span_first(shown, PATH_MAX_BYTES)));
        ajar_pii_record_value(scan, name, item->value.at, item->value.len);
    }
    if (record)
        ajar_pii_record_end(scan);
}

static void add_row(struct draw *d, struct span collection, const struct ajar_pii_finding *f)
{
    struct draw_row row = {
        .collection = collection,
        .field = arena_copy(d->kept, span_str(f->field)),
        .type = arena_str(d->kept, span_str(f->type)),
        .label = arena_str(d->kept, span_str(f->label)),
        .confirmed = f->state == AJAR_PII_CONFIRMED,
        .in_text = f->in_text,
        .test_data = f->test_data,
        .passed = f->passed,
        .shaped = f->shaped,
        .log10_odds = f->log10_odds,
    };
    struct draw_row *at = row.type && row.label ? list_add(d->kept, &d->rows) : NULL;
    if (at)
        *at = row;
}

/* Adds the collection's estimates. Its own count may be older than the sample, so it is at least what
 * was drawn. */
static void add_sums(struct draw *d, const struct ajar_pii_finding *f, size_t count,
                     const struct ajar_pii_summary *s)
{
    struct draw_sums *sums = &d->sums;
    uint64_t total = d->total >= 0 ? (uint64_t)d->total : d->record, hits = 0, named = 0;
    bool personal = false;
    for (size_t i = 0; i < count; i++) {
        if (f[i].state != AJAR_PII_CONFIRMED || f[i].test_data)
            continue;
        personal = true;
        hits = f[i].hits > hits ? f[i].hits : hits;
        if (s->persons_known && strcmp(f[i].field, s->persons_field) == 0 && f[i].hits > named)
            named = f[i].hits;
    }
    if (!personal)
        return;
    sums->sizes_known = (sums->sizes_known || !sums->personal) && d->total >= 0;
    sums->personal = true;
    struct estimate e = estimate_records(hits, d->record, total);
    sums->records_low += e.low;
    sums->records += e.value;
    sums->records_high += e.high;
    if (!s->persons_known)
        return;
    /* The same person may stand in two collections: at least as many as in one, at most all. */
    e = estimate_persons(named, s->persons, d->record, total);
    sums->persons_known = true;
    sums->persons_low = e.low > sums->persons_low ? e.low : sums->persons_low;
    sums->persons = e.value > sums->persons ? e.value : sums->persons;
    sums->persons_high += e.high;
}

static void classify(struct draw *d, struct ajar_pii_scan *scan)
{
    char error[AJAR_PII_ERROR_MAX];
    struct table names;
    struct arena a;
    struct ajar_pii_summary summary;
    size_t count;
    arena_init(&a, NAMES_BYTES_MAX);
    if (count_names(d, &a, &names))
        push(d, scan, &names);
    arena_release(&a);
    if (!ajar_pii_scan_end(scan, error))
        return;
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    ajar_pii_summarise(scan, &summary);
    struct span collection = arena_copy(d->kept, span_first(d->collection, DRAW_NAME_SHOWN_MAX));
    for (size_t i = 0; i < count; i++)
        add_row(d, collection, &f[i]);
    add_sums(d, f, count, &summary);
}

void draw_judge(struct draw *d)
{
    struct ajar_pii_scan *scan = d->record ? ajar_pii_scan_new(d->pii, NULL) : NULL;
    if (scan)
        classify(d, scan);
    ajar_pii_scan_free(scan);
    if (d->record) {
        d->sums.drawn += d->record;
        d->sums.collections++;
    }
    draw_collection(d, SPAN_NONE, COUNT_UNKNOWN, false);
}
