/* Port lists are read into intervals first, so that "1-65535" said twice costs two intervals and
 * never more memory than the set that comes out. */
#include "target/ports.h"

#include "text/quote.h"

#include <stdio.h>
#include <stdlib.h>

enum { ITEMS_MAX = 1024, TEXT_MAX = 100 };

struct interval {
    uint16_t first, last;
};

/* The names that people type most; a service's name is not a port list, but a good hint. */
static const struct {
    const char *name;
    unsigned port;
} SERVICES[] = {
    { "http", 80 },       { "https", 443 },          { "redis", 6379 },  { "mysql", 3306 },
    { "postgres", 5432 }, { "postgresql", 5432 },    { "mongo", 27017 }, { "mongodb", 27017 },
    { "elastic", 9200 },  { "elasticsearch", 9200 }, { "kibana", 5601 }, { "memcached", 11211 },
};

static bool bad_port(struct span text, struct error *e)
{
    struct quoted q;
    for (size_t i = 0; i < sizeof(SERVICES) / sizeof(SERVICES[0]); i++)
        if (span_eq_nocase(text, span_str(SERVICES[i].name)))
            return error_set(e, "port \"%s\": write the number, %u", quote(&q, text),
                             SERVICES[i].port);
    if (text.len == 0)
        return error_set(e, "a port is missing; write a number from 1 to 65535, as in 9200");
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_digit(text.at[i]))
            return error_set(e, "port \"%s\": write a number or a range, as in 9200 or 9200-9210",
                             quote(&q, text));
    return error_set(e, "port \"%s\": ports are 1 to 65535", quote(&q, text));
}

static bool read_port(struct span text, uint16_t *ret, struct error *e)
{
    uint64_t value;
    if (!span_u64(text, 65535, &value) || value == 0)
        return bad_port(text, e);
    *ret = (uint16_t)value;
    return true;
}

static bool read_item(struct span item, struct interval *ret, struct error *e)
{
    bool is_range = span_index(item, '-') < item.len;
    struct span rest = item, first = span_cut(&rest, '-');
    if (!read_port(span_trim(first), &ret->first, e))
        return false;
    ret->last = ret->first;
    if (is_range && !read_port(span_trim(rest), &ret->last, e))
        return false;
    if (ret->first > ret->last)
        return error_set(e, "port range \"%u-%u\": the smaller port comes first, as in %u-%u",
                         ret->first, ret->last, ret->last, ret->first);
    return true;
}

static int by_first(const void *one, const void *two)
{
    const struct interval *a = one, *b = two;
    return (a->first > b->first) - (a->first < b->first);
}

/* Sorts and joins intervals that touch or overlap; returns how many are left. */
static size_t join(struct interval *at, size_t len)
{
    size_t kept = 0;
    qsort(at, len, sizeof(*at), by_first);
    for (size_t i = 0; i < len; i++) {
        if (kept && at[i].first <= (unsigned)at[kept - 1].last + 1) {
            if (at[i].last > at[kept - 1].last)
                at[kept - 1].last = at[i].last;
        } else {
            at[kept++] = at[i];
        }
    }
    return kept;
}

static bool spell_out(struct arena *a, const struct interval *at, size_t len, struct ports *ret)
{
    size_t total = 0, n = 0;
    for (size_t i = 0; i < len; i++)
        total += (size_t)at[i].last - at[i].first + 1;
    if (total == PORTS_ALL) {
        *ret = PORTS_EVERY;
        return true;
    }
    uint16_t *list = arena_array(a, total, sizeof(*list));
    if (!list)
        return false;
    for (size_t i = 0; i < len; i++)
        for (unsigned port = at[i].first; port <= at[i].last; port++)
            list[n++] = (uint16_t)port;
    *ret = (struct ports){ list, n };
    return true;
}

/* Fills the intervals (room for ITEMS_MAX) from the text. */
static bool read_items(struct span text, struct interval *items, size_t *ret_len, struct error *e)
{
    struct span rest = text;
    size_t len = 0;
    bool more = true;
    while (more) {
        if (len == ITEMS_MAX)
            return error_set(e, "a port list of more than %d items", ITEMS_MAX);
        more = span_index(rest, ',') < rest.len;
        struct span item = span_trim(span_cut(&rest, ','));
        if (item.len == 0 && text.len) {
            struct quoted q;
            return error_set(e,
                             "ports \"%s\": a port is missing beside a comma, as in 6379,9200-9210",
                             quote(&q, text));
        }
        if (!read_item(item, &items[len++], e))
            return false;
    }
    *ret_len = len;
    return true;
}

bool ports_parse(struct arena *a, struct span text, struct ports *ret, struct error *e)
{
    struct interval *items = calloc(ITEMS_MAX, sizeof(*items));
    size_t len = 0;
    if (!items)
        return error_set(e, "not enough memory for a port list");
    bool ok = read_items(span_trim(text), items, &len, e);
    if (ok && !spell_out(a, items, join(items, len), ret))
        ok = error_set(e, "not enough memory for a port list");
    free(items);
    return ok;
}

static int by_value(const void *one, const void *two)
{
    const uint16_t *a = one, *b = two;
    return (*a > *b) - (*a < *b);
}

bool ports_of(struct arena *a, const uint16_t *list, size_t count, struct ports *ret)
{
    uint16_t *copy = arena_array(a, count ? count : 1, sizeof(*copy));
    size_t kept = 0;
    if (!copy)
        return false;
    if (count)
        memcpy(copy, list, count * sizeof(*copy));
    qsort(copy, count, sizeof(*copy), by_value);
    for (size_t i = 0; i < count; i++)
        if (copy[i] && (kept == 0 || copy[i] != copy[kept - 1]))
            copy[kept++] = copy[i];
    *ret = kept == PORTS_ALL ? PORTS_EVERY : (struct ports){ copy, kept };
    return true;
}

bool ports_has(const struct ports *p, uint16_t port)
{
    if (!p->at)
        return p->len && port;
    return bsearch(&port, p->at, p->len, sizeof(*p->at), by_value) != NULL;
}

size_t ports_common(const struct ports *one, const struct ports *two)
{
    size_t common = 0, i = 0, k = 0;
    if (!one->at || !two->at)
        return !one->len || !two->len ? 0 : !one->at ? two->len : one->len;
    while (i < one->len && k < two->len) {
        uint16_t a = one->at[i], b = two->at[k];
        common += a == b;
        i += a <= b;
        k += b <= a;
    }
    return common;
}

bool ports_meet(struct arena *a, const struct ports *one, const struct ports *two,
                struct ports *ret)
{
    size_t common = ports_common(one, two), n = 0;
    if (common == one->len || common == two->len) {
        *ret = common == one->len ? *one : *two;
        return true;
    }
    uint16_t *list = arena_array(a, common ? common : 1, sizeof(*list));
    if (!list)
        return false;
    for (size_t i = 0; i < one->len && n < common; i++)
        if (ports_has(two, one->at[i]))
            list[n++] = one->at[i];
    *ret = (struct ports){ list, n };
    return true;
}

bool ports_join(struct arena *a, const struct ports *one, const struct ports *two, struct ports *ret)
{
    if (!one->len || !two->len || !one->at || !two->at) {
        *ret = !one->len || (two->len && !two->at) ? *two : *one;
        return true;
    }
    uint16_t *list = arena_array(a, one->len + two->len, sizeof(*list));
    if (!list)
        return false;
    memcpy(list, one->at, one->len * sizeof(*list));
    memcpy(list + one->len, two->at, two->len * sizeof(*list));
    return ports_of(a, list, one->len + two->len, ret);
}

static size_t run_at(const struct ports *p, size_t i)
{
    size_t n = 1;
    while (i + n < p->len && ports_at(p, i + n) == ports_at(p, i) + n)
        n++;
    return n;
}

const char *ports_text(struct arena *a, const struct ports *p)
{
    char text[TEXT_MAX + 32];
    size_t len = (size_t)snprintf(text, sizeof(text), "%s", p->len ? "" : "none");
    for (size_t i = 0, n; i < p->len; i += n) {
        n = run_at(p, i);
        if (len > TEXT_MAX) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, ",...");
            break;
        }
        unsigned first = ports_at(p, i), last = ports_at(p, i + n - 1);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u", i ? "," : "", first);
        if (n > 1)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%u", n == 2 ? ',' : '-', last);
    }
    return arena_str(a, span_of(text, len));
}

void port_sets_init(struct port_sets *s, struct arena *a)
{
    *s = (struct port_sets){ .arena = a };
    table_init(&s->table, a, 0);
}

/* Every port has no list to serve as its key; a single 0, which is no port, stands for it. */
static struct span key_of(const struct ports *p)
{
    static const uint16_t EVERY = 0;
    return p->at ? span_of(p->at, p->len * sizeof(*p->at)) : span_of(&EVERY, sizeof(EVERY));
}

const struct ports *port_sets_intern(struct port_sets *s, const struct ports *p)
{
    struct ports *shared = table_get(&s->table, key_of(p));
    if (shared)
        return shared;
    shared = ARENA_NEW(s->arena, struct ports);
    uint16_t *list = p->at ? arena_array(s->arena, p->len ? p->len : 1, sizeof(*list)) : NULL;
    if (!shared || (p->at && !list))
        return NULL;
    if (list && p->len)
        memcpy(list, p->at, p->len * sizeof(*list));
    *shared = (struct ports){ list, p->len };
    return table_put(&s->table, key_of(shared), shared) ? shared : NULL;
}
