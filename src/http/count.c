/* Counting: the collections that an answer lists, or the totals that it states. Names and sizes
 * only. The product's own collections are counted apart: they are not data. */
#include "http/engine.h"
#include "http/pattern.h"
#include "http/url.h"

struct counting {
    struct asker *asker;
    const struct count_rule *rule;
    struct observation *o;
    int64_t systems;
    unsigned asked_per;
    bool unmeasured; /* sizes of some collections were not asked for, or not given */
};

/* The first of the paths, separated by `|`, at which a number stands. */
static int64_t count_at(const struct node *n, struct span paths)
{
    int64_t value;
    while (paths.len)
        if (node_i64(node_at(n, span_cut(&paths, '|')), &value) && value >= 0)
            return value;
    return COUNT_UNKNOWN;
}

/* What the answer about one collection says; the child itself where nothing more is asked. */
static const struct node *details(struct counting *c, const struct node *child, struct span name)
{
    if (!c->rule->per)
        return child;
    if (c->asked_per == PER_COLLECTION_MAX)
        return NULL;
    struct span encoded = url_encode(c->asker->arena, name);
    if (encoded.len == 0 || encoded.len > NAME_HOLE_MAX)
        return NULL;
    c->asked_per++;
    struct response *r = c->asker->get(c->asker, c->rule->per, encoded);
    return r && r->status == 200 ? response_json(r) : NULL;
}

static void count_child(struct counting *c, const struct node *child)
{
    const struct count_rule *r = c->rule;
    struct span name;
    if (!collection_name(c->asker, r, child, &name))
        return;
    if (collection_is_system(r, name)) {
        c->systems++;
        return;
    }
    const struct node *about = details(c, child, name);
    c->unmeasured |= about == NULL;
    observation_collect(c->o, name, count_at(about, r->records), count_at(about, r->bytes),
                        count_at(about, r->created));
}

/* False where the answer does not list collections as the rule says; *ret_cut where it lists more than
 * were read. */
static bool count_each(struct asker *a, const struct count_rule *r, struct observation *o, bool *ret_cut)
{
    struct counting c = { .asker = a, .rule = r, .o = o };
    struct response *answer = a->get(a, r->request, SPAN_NONE);
    if (!answer || answer->status != 200)
        return false;
    const struct node *list = node_at(response_json(answer), r->each);
    if (!list || (list->kind != NODE_LIST && list->kind != NODE_MAP))
        return false;
    for (const struct node *child = list->first; child; child = child->next)
        count_child(&c, child);
    *ret_cut = list->cut;
    /* An empty store is known to be empty. */
    if (o->collection_count == COUNT_UNKNOWN) {
        o->collection_count = 0;
        o->records = r->records.len ? 0 : COUNT_UNKNOWN;
        o->bytes = r->bytes.len ? 0 : COUNT_UNKNOWN;
    }
    if (c.unmeasured)
        fact_bool(o, "counts.partial", true, answer->ask, SPAN_NONE);
    if (c.systems)
        fact_number(o, "collections.system", c.systems, answer->ask, SPAN_NONE);
    return true;
}

/* What the product states as a total counts where nothing is known, and instead of a list that was cut.
 * Whether it did; *at_least is set where that is itself no more than a lower bound. */
static bool fill_total(struct asker *a, const struct sources *s, bool cut, int64_t *total, bool *at_least)
{
    struct value v;
    if ((*total != COUNT_UNKNOWN && !cut) || !s->list.len || !sources_value(a, s, &v) ||
        !v.is_number || v.number < 0 || v.number < *total)
        return false;
    *total = v.number;
    *at_least |= v.at_least;
    return true;
}

void engine_count(struct asker *a, const struct entry *e, struct observation *o)
{
    bool listed = false, cut = false, stated = false, at_least = false;
    for (size_t i = 0; i < e->counts.len; i++) {
        const struct count_rule *r = &e->counts.at[i];
        if (r->is_each && listed)
            continue;
        if (r->when && !condition_met(a, r->when))
            continue;
        if (r->is_each) {
            listed = count_each(a, r, o, &cut);
            continue;
        }
        stated |= fill_total(a, &r->total_collections, cut, &o->collection_count, &at_least);
        (void)fill_total(a, &r->total_records, cut, &o->records, &at_least);
        (void)fill_total(a, &r->total_bytes, cut, &o->bytes, &at_least);
    }
    if ((cut && !stated) || at_least)
        fact_bool(o, "counts.partial", true, NULL, SPAN_NONE);
}
