/* Names are resolved in one place, once, before anything is asked: whoever controls a name cannot
 * move it into somebody else's network in the middle of a run. */
#include "target/pin.h"

#include <stdlib.h>

const struct plan_pin *plan_pin_get(const struct plan *p, const char *name)
{
    return table_get(&p->pins, span_str(name));
}

static bool keep(struct plan *p, const struct resolved *found, struct plan_pin *pin)
{
    pin->at = arena_array(p->arena, found->len ? found->len : 1, sizeof(*pin->at));
    if (!pin->at)
        return false;
    memcpy(pin->at, found->at, found->len * sizeof(*pin->at));
    pin->len = found->len;
    pin->all = found->all;
    return true;
}

static bool resolve(struct plan *p, const char *name, struct plan_pin *pin)
{
    struct error why;
    const struct resolver *r = p->options.resolver;
    struct resolved *found = calloc(1, sizeof(*found));
    bool ok = found != NULL;
    if (ok && r->resolve(r->self, name, found, &why))
        ok = keep(p, found, pin);
    else if (ok)
        ok = (pin->problem = arena_printf(p->arena, "the name %s does not resolve: %s", name, why.text)) != NULL;
    free(found);
    return ok;
}

struct plan_pin *plan_pin(struct plan *p, const char *name)
{
    struct plan_pin *pin = table_get(&p->pins, span_str(name));
    if (pin)
        return pin;
    pin = ARENA_NEW(p->arena, struct plan_pin);
    if (pin)
        pin->name = name;
    if (!pin || !resolve(p, name, pin) || !table_put(&p->pins, span_str(name), pin))
        return NULL;
    return pin;
}

bool plan_next_range(const struct plan *p, const struct target *t, size_t *at, struct range *ret)
{
    if (!t->name) {
        *ret = t->range;
        return (*at)++ == 0;
    }
    const struct plan_pin *pin = plan_pin_get(p, t->name);
    if (!pin || *at >= pin->len)
        return false;
    *ret = range_of_address(&pin->at[(*at)++]);
    return true;
}

bool plan_is_wide(const struct range *r)
{
    struct address first = address_from(r->family, r->first),
                   last = address_from(r->family, r->last);
    return address_class(&first) != ADDRESS_LOOPBACK || address_class(&last) != ADDRESS_LOOPBACK;
}

const char *plan_never(const struct address *a, bool wide)
{
    switch (address_class(a)) {
    case ADDRESS_FORBIDDEN: return address_forbidden_why(a);
    case ADDRESS_LOOPBACK:
        return wide ? "loopback, which is asked only by an entry of its own" : NULL;
    case ADDRESS_PRIVATE:
    case ADDRESS_PUBLIC: return NULL;
    }
    return NULL;
}

const char *plan_pinned_name(const struct plan *p, struct span name, const struct address **ret, size_t *ret_len)
{
    char lower[ENDPOINT_NAME_MAX];
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    if (name.len == 0 || name.len >= sizeof(lower))
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = (char)ascii_lower(name.at[i]);
    const struct plan_pin *pin = table_get(&p->pins, span_of(lower, name.len));
    if (!pin || pin->len == 0)
        return NULL;
    *ret = pin->at;
    *ret_len = pin->len;
    return pin->name;
}

bool plan_pinned(const struct plan *p, struct span name, const struct address **ret, size_t *ret_len)
{
    return plan_pinned_name(p, name, ret, ret_len) != NULL;
}
