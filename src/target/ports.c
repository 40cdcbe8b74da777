/* Port lists are read into intervals first, so that "1-65535" said twice costs two intervals and
 * never more memory than the set that comes out. */
#include "target/ports.h"

#include "text/quote.h"

#include <stdio.h>
#include <stdlib.h>

enum { ITEMS_MAX = 1024, TEXT_MAX = 100 };

struct interval {
    uint32_t first, last;
};

/* The names that people type most; a service's name is not a port list, but a good hint. */
static const struct {
    const char *name, *write;
} SERVICES[] = {
    { "http", "80" },       { "https", "443" },          { "redis", "6379" },   { "mysql", "3306" },
    { "postgres", "5432" }, { "postgresql", "5432" },    { "mongo", "27017" },  { "mongodb", "27017" },
    { "elastic", "9200" },  { "elasticsearch", "9200" }, { "kibana", "5601" },  { "memcached", "11211" },
    { "snmp", "161/udp" },  { "tftp", "69/udp" },        { "coap", "5683/udp" }, { "ipmi", "623/udp" },
    { "udp", "161/udp" },   { "tcp", "9200" },
};

static bool bad_port(struct span text, struct error *e)
{
    struct quoted q;
    for (size_t i = 0; i < sizeof(SERVICES) / sizeof(SERVICES[0]); i++)
        if (span_eq_nocase(text, span_str(SERVICES[i].name)))
            return error_set(e, "port \"%s\": write the number, %s", quote(&q, text),
                             SERVICES[i].write);
    if (text.len == 0)
        return error_set(e, "a port is missing; write a number from 1 to 65535, as in 9200");
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_digit(text.at[i]))
            return error_set(e, "port \"%s\": write a number or a range, as in 9200 or 9200-9210",
                             quote(&q, text));
    return error_set(e, "port \"%s\": ports are 1 to 65535", quote(&q, text));
}

static bool read_port(struct span text, uint32_t *ret, struct error *e)
{
    uint64_t value;
    if (!span_u64(text, 65535, &value) || value == 0)
        return bad_port(text, e);
    *ret = (uint32_t)value;
    return true;
}

/* What an item says of its transport is cut off: "udp/161", "udp:161", "161/udp"; "U:161" holds for what follows, too,
 * so *sticky changes. */
static uint32_t cut_transport(struct span *item, uint32_t *sticky)
{
    static const struct {
        const char *text;
        uint32_t add;
        bool front, stays;
    } FORMS[] = {
        { "U:", PORT_UDP, true, true },    { "T:", 0, true, true },
        { "udp/", PORT_UDP, true, false }, { "udp:", PORT_UDP, true, false }, { "/udp", PORT_UDP, false, false },
        { "tcp/", 0, true, false },        { "tcp:", 0, true, false },        { "/tcp", 0, false, false },
    };
    for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++) {
        struct span form = span_str(FORMS[i].text);
        size_t left = item->len > form.len ? item->len - form.len : 0;
        if (!left || !span_eq_nocase(FORMS[i].front ? span_first(*item, form.len) : span_from(*item, left), form))
            continue;
        *item = span_trim(FORMS[i].front ? span_from(*item, form.len) : span_first(*item, left));
        if (FORMS[i].stays)
            *sticky = FORMS[i].add;
        return FORMS[i].add;
    }
    return *sticky;
}

static bool read_item(struct span item, uint32_t *sticky, struct interval *ret, struct error *e)
{
    uint32_t add = cut_transport(&item, sticky);
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
    ret->first += add;
    ret->last += add;
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
        if (kept && at[i].first <= at[kept - 1].last + 1) {
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
    if (total == PORTS_BOTH || (total == PORTS_ALL && len == 1 && at[0].first == 1)) {
        *ret = total == PORTS_BOTH ? PORTS_EVERY_BOTH : PORTS_EVERY;
        return true;
    }
    uint32_t *list = arena_array(a, total, sizeof(*list));
    if (!list)
        return false;
    for (size_t i = 0; i < len; i++)
        for (uint32_t port = at[i].first; port <= at[i].last; port++)
            list[n++] = port;
    *ret = (struct ports){ list, n };
    return true;
}

/* Fills the intervals (room for ITEMS_MAX) from the text. */
static bool read_items(struct span text, struct interval *items, size_t *ret_len, struct error *e)
{
    struct span rest = text;
    size_t len = 0;
    uint32_t sticky = 0;
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
        if (!read_item(item, &sticky, &items[len++], e))
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
    const uint32_t *a = one, *b = two;
    return (*a > *b) - (*a < *b);
}

/* A sorted list, or the short form of one that holds every port. */
static struct ports shortest(const uint32_t *list, size_t len)
{
    if (len == PORTS_BOTH)
        return PORTS_EVERY_BOTH;
    return len == PORTS_ALL && list[len - 1] == PORTS_ALL ? PORTS_EVERY : (struct ports){ list, len };
}

bool ports_of(struct arena *a, const uint32_t *list, size_t count, struct ports *ret)
{
    uint32_t *copy = arena_array(a, count ? count : 1, sizeof(*copy));
    size_t kept = 0;
    if (!copy)
        return false;
    if (count)
        memcpy(copy, list, count * sizeof(*copy));
    qsort(copy, count, sizeof(*copy), by_value);
    for (size_t i = 0; i < count; i++)
        if ((uint16_t)copy[i] && (kept == 0 || copy[i] != copy[kept - 1]))
            copy[kept++] = copy[i];
    *ret = shortest(copy, kept);
    return true;
}

bool ports_has(const struct ports *p, uint32_t port)
{
    if (!p->at)
        return p->len && (uint16_t)port && (p->len == PORTS_BOTH || !(port & PORT_UDP));
    return bsearch(&port, p->at, p->len, sizeof(*p->at), by_value) != NULL;
}

size_t ports_common(const struct ports *one, const struct ports *two)
{
    size_t common = 0, i = 0, k = 0;
    if (!one->len || !two->len)
        return 0;
    if (one->len == PORTS_BOTH || two->len == PORTS_BOTH)
        return one->len < two->len ? one->len : two->len;
    while (i < one->len && k < two->len) {
        uint32_t a = ports_at(one, i), b = ports_at(two, k);
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
    uint32_t *list = arena_array(a, common ? common : 1, sizeof(*list));
    if (!list)
        return false;
    for (size_t i = 0; i < one->len && n < common; i++)
        if (ports_has(two, one->at[i]))
            list[n++] = one->at[i];
    *ret = shortest(list, n);
    return true;
}

bool ports_join(struct arena *a, const struct ports *one, const struct ports *two, struct ports *ret)
{
    size_t common = ports_common(one, two), n = 0;
    if (common == one->len || common == two->len) {
        *ret = common == one->len ? *two : *one;
        return true;
    }
    uint32_t *list = arena_array(a, one->len + two->len, sizeof(*list));
    if (!list)
        return false;
    for (size_t i = 0; i < one->len; i++)
        list[n++] = ports_at(one, i);
    for (size_t i = 0; i < two->len; i++)
        list[n++] = ports_at(two, i);
    return ports_of(a, list, n, ret);
}

bool ports_of_both(struct arena *a, const struct ports *p, struct ports *ret)
{
    uint32_t *list = arena_array(a, 2 * p->len + 1, sizeof(*list));
    if (!list)
        return false;
    for (size_t i = 0; i < p->len; i++) {
        list[2 * i] = ports_at(p, i);
        list[2 * i + 1] = ports_at(p, i) | PORT_UDP;
    }
    return ports_of(a, list, 2 * p->len, ret);
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
        unsigned first = (uint16_t)ports_at(p, i), last = (uint16_t)ports_at(p, i + n - 1);
        const char *udp = ports_at(p, i) & PORT_UDP ? "/udp" : "";
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u", i ? "," : "", first);
        if (n == 2)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s,%u", udp, last);
        else if (n > 2)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "-%u", last);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", udp);
    }
    return arena_str(a, span_of(text, len));
}

void port_sets_init(struct port_sets *s, struct arena *a)
{
    *s = (struct port_sets){ .arena = a };
    table_init(&s->table, a, 0);
}

/* Every port has no list to serve as its key; a 0 a transport, which is no port, stands for it. */
static struct span key_of(const struct ports *p)
{
    static const uint32_t EVERY[2] = { 0 };
    return p->at ? span_of(p->at, p->len * sizeof(*p->at)) : span_of(EVERY, p->len / PORTS_ALL * sizeof(EVERY[0]));
}

const struct ports *port_sets_intern(struct port_sets *s, const struct ports *p)
{
    struct ports *shared = table_get(&s->table, key_of(p));
    if (shared)
        return shared;
    shared = ARENA_NEW(s->arena, struct ports);
    uint32_t *list = p->at ? arena_array(s->arena, p->len ? p->len : 1, sizeof(*list)) : NULL;
    if (!shared || (p->at && !list))
        return NULL;
    if (list && p->len)
        memcpy(list, p->at, p->len * sizeof(*list));
    *shared = (struct ports){ list, p->len };
    return table_put(&s->table, key_of(shared), shared) ? shared : NULL;
}
