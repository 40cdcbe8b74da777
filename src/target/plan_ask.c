/* Questions to a finished plan. Nothing here changes it, so threads may share one. */
#include "target/pin.h"

static bool is_tagged(const struct plan *p, const struct endpoint *e)
{
    static const struct scope_entry NONE = { .owner = NULL };
    if (!p->options.tags.list.len)
        return true;
    const struct scope_entry *entry = plan_entry(p, e);
    return tag_filter_passes(&p->options.tags, scope_entry_tag, entry ? entry : &NONE);
}

bool plan_endpoint(const struct plan *p, uint64_t index, struct endpoint *ret,
                   const char **ret_skip_why)
{
    const struct cover_group *g = cover_endpoint(&p->asks, index, ret);
    *ret_skip_why = g->skip;
    if (g->skip)
        return false;
    const struct cover_group *denied = cover_find(&p->denied, &ret->address, endpoint_port(ret));
    if (denied)
        *ret_skip_why = denied->skip;
    else if (!is_tagged(p, ret))
        *ret_skip_why = "the scope file tags it otherwise than --tag wants";
    return !*ret_skip_why;
}

/* How many endpoints of (range x ports) the deny list takes out. */
static uint64_t count_denied(const struct plan *p, const struct range *r, const struct ports *ports)
{
    uint64_t count = 0;
    for (size_t i = cover_from(&p->denied, r->family, r->first); i < p->denied.len; i++) {
        const struct cover_group *d = &p->denied.at[i];
        if (d->family != r->family || d->first > r->last)
            break;
        u128 first = d->first > r->first ? d->first : r->first,
             last = d->last < r->last ? d->last : r->last;
        count += (uint64_t)(last - first + 1) * ports_common(d->ports, ports);
    }
    return count;
}

/* Adds up the endpoints of a group inside the range; `ports` is what counts of its ports. */
static void count_group(const struct plan *p, const struct cover_group *g, const struct range *r,
                        const struct ports *ports, struct plan_target *sum)
{
    struct range part = { g->first > r->first ? g->first : r->first,
                          g->last < r->last ? g->last : r->last, g->family, RANGE_NO_PREFIX };
    uint64_t endpoints = (uint64_t)(part.last - part.first + 1) * ports->len;
    sum->endpoints += endpoints;
    sum->skipped += g->skip ? endpoints : count_denied(p, &part, ports);
}

uint64_t plan_skipped(const struct plan *p)
{
    struct plan_target sum = { 0 };
    for (size_t i = 0; i < p->asks.len; i++) {
        const struct cover_group *g = &p->asks.at[i];
        struct range whole = { g->first, g->last, g->family, RANGE_NO_PREFIX };
        count_group(p, g, &whole, g->ports, &sum);
    }
    return sum.skipped;
}

bool plan_allows(const struct plan *p, const struct address *a, uint32_t port,
                 const char **ret_why_not)
{
    const struct cover_group *denied = cover_find(&p->denied, a, port);
    const struct cover_group *allowed = cover_find(&p->allowed, a, port);
    *ret_why_not = denied     ? denied->skip
                   : !allowed ? "outside the targets and the scope of this run"
                              : allowed->skip;
    return !*ret_why_not;
}

bool plan_asks(const struct plan *p, const struct address *a, uint32_t port)
{
    u128 value = address_value(a);
    if (cover_find(&p->denied, a, port))
        return false;
    for (size_t i = cover_from(&p->asks, a->family, value); i < p->asks.len; i++) {
        const struct cover_group *g = &p->asks.at[i];
        if (g->family != a->family || g->first > value)
            return false;
        if (g->last >= value && !g->skip && ports_has(g->ports, port))
            return true;
    }
    return false;
}

bool plan_is_decoy(const struct plan *p, const struct address *a, uint32_t port)
{
    return cover_find(&p->decoys, a, port) != NULL;
}

/* The size of the target's range that holds the address; 0 where none does. */
static uint64_t holding_range(const struct plan *p, const struct target *t, const struct address *a)
{
    struct range r;
    for (size_t at = 0; plan_next_range(p, t, &at, &r);)
        if (range_holds(&r, a))
            return range_count(&r);
    return 0;
}

static bool same_name(const char *one, const char *two)
{
    return one && two && strcmp(one, two) == 0;
}

const struct scope_entry *plan_entry(const struct plan *p, const struct endpoint *e)
{
    const struct scope *s = p->options.scope;
    const struct scope_entry *best = NULL;
    uint64_t best_size = 0;
    for (size_t i = 0; s && i < s->allow.len; i++) {
        const struct scope_entry *one = &s->allow.at[i];
        const struct target *t = &one->target;
        bool own = same_name(t->name, e->name);
        if ((t->ports.len && !ports_has(&t->ports, endpoint_port(e))) || (t->name && e->name && !own))
            continue;
        uint64_t size = holding_range(p, t, &e->address);
        if (size && own)
            return one;
        if (size && (!best || size < best_size || (size == best_size && best->owned && !one->owned))) {
            best = one;
            best_size = size;
        }
    }
    return best;
}

/* Public is more exposed than private, private more than loopback. */
static unsigned exposure(enum address_class c)
{
    switch (c) {
    case ADDRESS_FORBIDDEN: return 0;
    case ADDRESS_LOOPBACK: return 1;
    case ADDRESS_PRIVATE: return 2;
    case ADDRESS_PUBLIC: return 3;
    }
    return 0;
}

static void note_class(const struct range *r, struct plan_target *ret)
{
    for (u128 at = r->first;;) {
        struct address a = address_from(r->family, at), last;
        enum address_class class = address_class_run(&a, &last);
        if (exposure(class) > exposure(ret->class))
            ret->class = class;
        if (address_value(&last) >= r->last)
            return;
        at = address_value(&last) + 1;
    }
}

/* Whether the endpoints of a label are the target's. A target without one that lies in a scope is also asked
 * under the names that the scope has for its addresses. */
static bool is_of(const struct plan *p, const struct target *t, const struct label *mine, const struct label *label)
{
    return label == mine || (!mine && label && p->options.scope && p->options.targets.list.len && !t->ports.len);
}

static bool count_range(const struct plan *p, struct arena *a, const struct target *t,
                        const struct range *r, const struct ports **seen, struct plan_target *ret)
{
    const struct label *mine = t->name || t->path ? labels_find(&p->labels, t->name, t->path) : NULL;
    for (size_t i = cover_from(&p->asks, r->family, r->first); i < p->asks.len; i++) {
        const struct cover_group *g = &p->asks.at[i];
        struct ports ports = *g->ports;
        if (g->family != r->family || g->first > r->last)
            break;
        if (!is_of(p, t, mine, g->label))
            continue;
        if (t->ports.len && !ports_meet(a, &t->ports, g->ports, &ports))
            return false;
        if (!t->ports.len && *seen != g->ports)
            ret->ports = *seen ? "several" : ports_text(a, g->ports);
        *seen = g->ports;
        count_group(p, g, r, &ports, ret);
    }
    return true;
}

/* Where a target stands, and by what right. */
static const char *why_allowed(const struct plan *p, const struct target *t, struct arena *a)
{
    const struct scope *s = p->options.scope;
    const char *tail =
        s ? arena_printf(a, ", inside the scope of %s (owner: %s)", s->file, s->owner) : "";
    if (!tail)
        return NULL;
    if (s && t->origin.file == s->file)
        return arena_printf(a, "line %u of %s (owner: %s)", t->origin.line, s->file, s->owner);
    return t->origin.file
               ? arena_printf(a, "named in line %u of %s%s", t->origin.line, t->origin.file, tail)
               : arena_printf(a, "named on the command line%s", tail);
}

static bool describe(const struct plan *p, const struct target *t, struct arena *a,
                     struct plan_target *ret)
{
    const struct ports *seen = NULL;
    const struct plan_pin *pinned = t->name ? plan_pin_get(p, t->name) : NULL;
    *ret = (struct plan_target){
        .text = t->text,
        .why = why_allowed(p, t, a),
        .problem = pinned ? pinned->problem : NULL,
        .ports = t->ports.len ? ports_text(a, &t->ports) : "",
        .class = ADDRESS_FORBIDDEN,
    };
    struct range r;
    for (size_t at = 0; plan_next_range(p, t, &at, &r);) {
        uint64_t count = range_count(&r);
        ret->addresses = count > UINT64_MAX - ret->addresses ? UINT64_MAX : ret->addresses + count;
        note_class(&r, ret);
        if (!count_range(p, a, t, &r, &seen, ret))
            return false;
    }
    return ret->why && ret->ports;
}

size_t plan_target_count(const struct plan *p)
{
    const struct plan_options *o = &p->options;
    return o->targets.list.len ? o->targets.list.len : o->scope->allow.len;
}

static const struct target *target_at(const struct plan *p, size_t i)
{
    const struct plan_options *o = &p->options;
    return o->targets.list.len ? &o->targets.list.at[i] : &o->scope->allow.at[i].target;
}

const char *plan_target_text(const struct plan *p, size_t i)
{
    return target_at(p, i)->text;
}

bool plan_target_at(const struct plan *p, size_t i, struct arena *a, struct plan_target *ret)
{
    return describe(p, target_at(p, i), a, ret);
}
