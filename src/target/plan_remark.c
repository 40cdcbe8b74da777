/* What a plan leaves out of what was named, or lets in on the word of a name server: a row of the report for
 * each, since nobody reads a plan that nobody asked for. */
#include "target/pin.h"

bool plan_remark(struct plan *p, enum remark_kind kind, const char *about, const char *text, uint64_t count,
                 bool incomplete)
{
    struct remark *r = list_add(p->arena, &p->remarks);
    if (!r)
        return false;
    *r = (struct remark){ kind, span_str(about), span_str(text), count, incomplete };
    return true;
}

/* The reason without the name, which stands in front of it already. */
static const char *problem_text(struct plan *p, const struct target *t, const struct plan_pin *pinned)
{
    const char *why = strstr(pinned->problem, ": ");
    return arena_printf(p->arena, "the name does not resolve%s%s%s", why ? why : "",
                        t->origin.file ? "; it is named in " : "",
                        t->origin.file ? arena_printf(p->arena, "line %u of %s", t->origin.line, t->origin.file) : "");
}

static bool remark_name(struct plan *p, const struct target *t, struct plan_pin *pinned)
{
    if (pinned->told || (!pinned->problem && pinned->all <= pinned->len))
        return true;
    pinned->told = true;
    if (pinned->problem) {
        const char *text = problem_text(p, t, pinned);
        return text && plan_remark(p, REMARK_UNRESOLVED, t->name, text, 0, !p->options.ignore_unresolved);
    }
    const char *text = arena_printf(p->arena, "the name has %zu addresses; the first %zu of them are asked",
                                    pinned->all, pinned->len);
    return text && plan_remark(p, REMARK_CUT, t->name, text, pinned->all - pinned->len, true);
}

bool plan_remark_target(struct plan *p, const struct target *t, struct plan_pin *pinned)
{
    if (pinned && !remark_name(p, t, pinned))
        return false;
    return !t->cut || plan_remark(p, REMARK_CUT, t->text,
                                  "what stands behind ? or # in this URL is not asked for", 0, false);
}

/* The ranges that the allow list states as such, for any port. */
static bool cover_ranges(struct plan *p, struct cover *ret)
{
    const struct ports every = PORTS_EVERY_BOTH;
    const struct scope *s = p->options.scope;
    struct cover_builder b;
    struct error ignored;
    bool ok = true;
    cover_begin(&b, &p->sets);
    for (size_t i = 0; i < s->allow.len && ok; i++)
        if (!s->allow.at[i].target.name)
            ok = cover_add(&b, &s->allow.at[i].target.range, &every, NULL, NULL);
    return cover_end(&b, p->arena, ret, &ignored) && ok;
}

/* Whether anything is asked at the address. */
static bool is_asked(const struct plan *p, const struct address *a)
{
    u128 value = address_value(a);
    for (size_t i = cover_from(&p->asks, a->family, value); i < p->asks.len; i++) {
        const struct cover_group *g = &p->asks.at[i];
        if (g->family != a->family || g->first > value)
            return false;
        if (!g->skip)
            return true;
    }
    return false;
}

static bool remark_entry(struct plan *p, const struct target *t, const struct plan_pin *pinned,
                         const struct cover *ranges)
{
    enum { LISTED_MAX = 3 };
    const char *list = "";
    size_t count = 0;
    for (size_t i = 0; i < pinned->len && list; i++) {
        const struct address *a = &pinned->at[i];
        char text[ADDRESS_TEXT_MAX];
        if (address_class(a) != ADDRESS_PUBLIC || cover_find(ranges, a, 1) || !is_asked(p, a))
            continue;
        if (count++ < LISTED_MAX)
            list = arena_printf(p->arena, "%s%s%s", list, *list ? ", " : "", address_text(a, text));
    }
    if (count == 0)
        return list != NULL;
    const char *text = list ? arena_printf(p->arena,
                                           "the name server alone puts %s%s into the scope; `addresses:` in "
                                           "line %u of %s states what the name may lead to",
                                           list, count > LISTED_MAX ? " and others" : "", t->origin.line,
                                           t->origin.file)
                            : NULL;
    return text && plan_remark(p, REMARK_SCOPE, t->name, text, count, false);
}

bool plan_remark_admitted(struct plan *p)
{
    const struct scope *s = p->options.scope;
    struct cover ranges;
    if (!s)
        return true;
    if (!cover_ranges(p, &ranges))
        return false;
    for (size_t i = 0; i < s->allow.len; i++) {
        const struct scope_entry *entry = &s->allow.at[i];
        const struct plan_pin *pinned = entry->target.name ? plan_pin_get(p, entry->target.name) : NULL;
        if (pinned && !entry->addresses.len && !remark_entry(p, &entry->target, pinned, &ranges))
            return false;
    }
    return true;
}
