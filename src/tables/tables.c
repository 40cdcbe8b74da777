/* The user's feeds are read before the shipped tables: a product that a feed knows is judged by the
 * feed alone, all others by what was shipped. A missing feed is no error, a broken one is. */
#include "tables/tables.h"

#include "base/random.h"
#include "text/csv.h"

static bool load_shipped(struct tables *t, struct arena *a, const char *dir, struct error *e)
{
    const char *cycles, *flaws;
    struct span text;
    return csv_read(a, dir, "lifecycle.csv", &cycles, &text, NULL, e) &&
           lifecycle_load(&t->lifecycle, cycles, false, text, e) &&
           csv_read(a, dir, "exploited.csv", &flaws, &text, NULL, e) &&
           exploited_load(&t->exploited, flaws, text, e);
}

static bool load_feed_cycles(struct tables *t, struct arena *a, const char *dir, struct error *e)
{
    const char *path;
    struct span text;
    bool missing;
    return csv_read(a, dir, "lifecycle.csv", &path, &text, &missing, e) &&
           (missing || lifecycle_load(&t->lifecycle, path, true, text, e));
}

static bool load_feed_catalog(struct tables *t, struct arena *a, const char *dir, struct error *e)
{
    const char *path;
    struct span text;
    bool missing;
    return csv_read(a, dir, "exploited.csv", &path, &text, &missing, e) &&
           (missing || exploited_load_catalog(&t->exploited, path, text, e));
}

struct tables *tables_load(struct arena *a, const char *shipped, const char *feeds, struct error *e)
{
    struct tables *t = ARENA_NEW(a, struct tables);
    if (!t) {
        error_set(e, "%s: out of memory", shipped);
        return NULL;
    }
    lifecycle_init(&t->lifecycle, a, random_seed());
    exploited_init(&t->exploited, a, random_seed());
    bool ok = (!feeds || load_feed_cycles(t, a, feeds, e)) && load_shipped(t, a, shipped, e) &&
              (!feeds || load_feed_catalog(t, a, feeds, e));
    return ok ? t : NULL;
}

void version_judge(const struct tables *t, const struct observation *o, int64_t now_ms,
                   struct version_verdict *ret)
{
    *ret = (struct version_verdict){ .known = false };
    struct span text = t && o->product ? fact_get_text(o, "version") : SPAN_NONE;
    if (!text.len || !version_of(o->product, text, fact_get_text(o, "version.full"), &ret->version))
        return;
    ret->known = true;
    lifecycle_judge(&t->lifecycle, o->product, &ret->version, now_ms, &ret->lifecycle);
    exploited_judge(&t->exploited, o->product, &ret->version, &ret->exploited);
}

size_t tables_describe(const struct tables *t, size_t i, struct table_part *ret)
{
    *ret = (struct table_part){ 0 };
    if (i < t->lifecycle.products.len) {
        const struct lifecycle_product *p = t->lifecycle.products.at[i];
        *ret = (struct table_part){ .product = p->name, .source = p->source, .rows = p->cycles.len,
                                    .as_of_ms = p->as_of_ms, .imported = p->imported };
    } else if (i == t->lifecycle.products.len) {
        const struct exploited *x = &t->exploited;
        for (size_t k = 0; k < x->ranges.len; k++)
            ret->rows += x->ranges.at[k].listed;
        ret->as_of_ms = x->as_of_ms;
        ret->imported = x->imported;
        ret->catalog_rows = x->catalog_rows;
    }
    return t->lifecycle.products.len + 1;
}
