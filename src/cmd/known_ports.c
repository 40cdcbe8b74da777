/* A product may be usual at many ports; what a user waits for by default is decided across all products. */
#include "cmd/known_ports.h"

#include "probe/probe.h"

enum { PORTS_MAX = 8192, PRODUCTS_MAX = 4096, PRODUCT_PORTS_MAX = 64,
       USUAL_MAX = USUAL_PORTS_MAX + USUAL_UDP_PORTS_MAX };

/* By how often such products are found open without a password, in reports of leaks and in public counts;
 * ports that many products share go by the worst of them. What is no port of a known product is passed
 * over, so a port may stand here before its product is known. */
static const uint16_t RANKED[] = {
    9200,  27017, 6379,  5601,  443,   80,    8080,  9000,  /* stores that leak most, and the web's own */
    3306,  5432,  11211, 8443,  3000,  9090,  2181,  8888,  /* databases, dashboards, notebooks */
    5984,  8086,  8123,  15672, 2379,  2375,  8983,  9092,
    389,   1883,  8000,  8081,  5000,  8500,  10250, 6443,
    7474,  7687,  9042,  50070, 9870,  8088,  4040,  8161,
    873,   1433,  8529,  28017, 9201,  27018, 6380,  9093,
    8090,  8001,  8265,  4646,  8200,  5555,  11434, 6333,
    7700,  19530, 9091,  9001,  9440,  636,   8883,  5433,
    26379, 6432,  27019, 3307,  3268,  4000,  26257, 6984,
    15692, 15671, 15691, 4001,  11212, 2281,  3269,  1389,
    6666,  9306,  9030,  2881,
};

/* The few of UDP that a scan asks by default: what leaks, hands over a machine, or lends itself to floods. */
static const uint32_t RANKED_UDP[USUAL_UDP_PORTS_MAX] = { PORT_UDP | 11211, PORT_UDP | 623, PORT_UDP | 161,
                                                          PORT_UDP | 69 };

/* Where dashboards of any product are put behind a web server. */
static const uint16_t WEB[] = { 80, 443, 8000, 8080, 8443, 8888, 0 };

/* Printers stand here and print whatever they are sent (JetDirect, 9100 to 9102). Products may be there, too, but
 * no network is asked about them unless the user names the port. */
static bool is_printers(uint32_t port)
{
    return port >= 9100 && port <= 9102;
}

struct choosing {
    const struct ports_of_product *products;
    size_t count;
    uint32_t *list; /* room for PORTS_MAX */
    size_t len;
    uint8_t taken[PORT_END / 8];
};

static bool has(const struct choosing *c, uint32_t port)
{
    return c->taken[port / 8] >> port % 8 & 1;
}

static void take(struct choosing *c, uint32_t port)
{
    if ((uint16_t)port && !is_printers(port) && !has(c, port) && c->len < PORTS_MAX)
        c->list[c->len++] = port;
    c->taken[port / 8] |= (uint8_t)(1 << port % 8);
}

static void take_all(struct choosing *c, const uint16_t *ports, bool udp)
{
    for (size_t i = 0; i < PRODUCT_PORTS_MAX && ports && ports[i]; i++)
        take(c, udp ? PORT_UDP | ports[i] : ports[i]);
}

/* The n-th TCP port of each product, until none has so many. */
static void take_in_turn(struct choosing *c)
{
    for (size_t n = 0; n < PRODUCT_PORTS_MAX; n++)
        for (size_t i = 0; i < c->count; i++) {
            const uint16_t *lists[] = { c->products[i].ports, c->products[i].tls_ports };
            for (size_t k = 0; k < 2; k++) {
                size_t len = 0;
                while (lists[k] && lists[k][len] && len < n)
                    len++;
                if (lists[k] && len == n && !c->products[i].udp)
                    take(c, lists[k][n]);
            }
        }
}

bool known_ports_choose(struct arena *a, const struct ports_of_product *products, size_t count,
                        struct known_ports *ret, struct error *e)
{
    struct choosing *c = ARENA_NEW(a, struct choosing);
    uint32_t *list = arena_array(a, PORTS_MAX, sizeof(*list)), *usual = arena_array(a, USUAL_MAX, sizeof(*usual));
    *ret = (struct known_ports){ .names = ret->names, .products = products, .product_count = count };
    if (!c || !list || !usual)
        return error_set(e, "no memory for the ports");
    *c = (struct choosing){ products, count, list, 0, { 0 } };
    take_all(c, WEB, false);
    for (size_t i = 0; i < count; i++) {
        take_all(c, products[i].ports, products[i].udp);
        take_all(c, products[i].tls_ports, products[i].udp);
    }
    bool ok = ports_of(a, list, c->len, &ret->all);
    *c = (struct choosing){ products, count, list, 0, { 0 } };
    for (size_t i = 0; i < sizeof(RANKED) / sizeof(RANKED[0]); i++)
        if (ok && ports_has(&ret->all, RANKED[i]))
            take(c, RANKED[i]);
    take_in_turn(c);
    ret->ranked = list;
    ret->ranked_len = c->len;
    size_t len = c->len < USUAL_PORTS_MAX ? c->len : USUAL_PORTS_MAX;
    memcpy(usual, list, len * sizeof(*list));
    for (size_t i = 0; i < USUAL_UDP_PORTS_MAX; i++)
        if (ok && ports_has(&ret->all, RANKED_UDP[i]))
            usual[len++] = RANKED_UDP[i];
    ok = ok && ports_of(a, usual, len, &ret->usual);
    return ok || error_set(e, "no memory for the ports");
}

bool known_ports_make(struct arena *a, const struct catalog *c, struct known_ports *ret, struct error *e)
{
    struct ports_of_product *list = arena_array(a, PRODUCTS_MAX, sizeof(*list));
    const char **names = arena_array(a, PRODUCTS_MAX, sizeof(*names));
    size_t len = 0;
    if (!list || !names)
        return error_set(e, "no memory for the ports");
    for (size_t i = 0; PROBES[i] && len < PRODUCTS_MAX; i++) {
        names[len] = PROBES[i]->name;
        list[len++] = (struct ports_of_product){ PROBES[i]->ports, PROBES[i]->tls_ports,
                                                 PROBES[i]->transport == TRANSPORT_UDP };
    }
    for (size_t i = 0; i < catalog_count(c) && len < PRODUCTS_MAX; i++) {
        names[len] = catalog_product(c, i)->name;
        list[len++] = (struct ports_of_product){ catalog_product(c, i)->ports, catalog_product(c, i)->tls_ports,
                                                 false };
    }
    ret->names = names;
    return known_ports_choose(a, list, len, ret, e);
}

/* ---- words ---- */

/* "udp:161" is a port of ports_parse(). */
static bool names_transport(struct span word)
{
    struct span rest = word, front = span_cut(&rest, ':');
    bool is_one = span_is(front, "udp") || span_is(front, "tcp") || span_is(front, "u") || span_is(front, "t");
    return is_one && front.len < word.len;
}

/* A name begins with a small letter; a number, a range or whatever else is for ports_parse(). */
static bool is_word(struct span word)
{
    bool good = word.len && word.at[0] >= 'a' && word.at[0] <= 'z';
    for (size_t i = 0; good && i < word.len; i++) {
        uint8_t c = word.at[i];
        good = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
    }
    return good;
}

/* What people say for a port that is no product's own name. */
static const struct {
    const char *name;
    uint16_t port;
} OTHERS[] = { { "http", 80 },        { "https", 443 },   { "postgres", 5432 }, { "mongo", 27017 },
               { "elastic", 9200 },   { "ldaps", 636 },   { "mqtts", 8883 },    { "redis-tls", 6380 } };

static bool add_product(struct arena *a, const struct known_ports *known, struct span word, struct ports *named,
                        struct error *e)
{
    uint32_t list[2 * PRODUCT_PORTS_MAX];
    struct ports mine;
    size_t len = 0;
    for (size_t i = 0; known->names && i < known->product_count; i++) {
        const uint16_t *both[] = { known->products[i].ports, known->products[i].tls_ports };
        if (!span_is(word, known->names[i]))
            continue;
        for (size_t k = 0; k < 2; k++)
            for (size_t n = 0; both[k] && both[k][n] && n < PRODUCT_PORTS_MAX && len < 2 * PRODUCT_PORTS_MAX; n++)
                list[len++] = known->products[i].udp ? PORT_UDP | both[k][n] : both[k][n];
    }
    for (size_t i = 0; !len && i < sizeof(OTHERS) / sizeof(*OTHERS); i++)
        if (span_is(word, OTHERS[i].name))
            list[len++] = OTHERS[i].port;
    if (!len)
        return error_set(e, "ports \"%.*s\": neither a port nor a product; `ajar list` names the products",
                         SPAN_FMT(span_first(word, 40)));
    return (ports_of(a, list, len, &mine) && ports_join(a, named, &mine, named)) ||
           error_set(e, "no memory for the ports");
}

/* `known` NULL: whether the word can be one. */
static bool add_word(struct arena *a, const struct known_ports *known, struct span word, struct ports *named,
                     struct error *e)
{
    struct ports mine;
    uint64_t most = 0;
    bool top = span_starts(word, SPAN("top:"));
    if (top && (!span_u64(span_from(word, 4), PORTS_ALL, &most) || !most))
        return error_set(e, "ports \"%.*s\": write top:20 for the twenty that are found open most",
                         SPAN_FMT(span_first(word, 40)));
    if (!known)
        return true;
    if (span_is(word, "usual"))
        mine = known->usual;
    else if (span_is(word, "all-known"))
        mine = known->all;
    else if (!top)
        return add_product(a, known, word, named, e);
    else if (!ports_of(a, known->ranked, most < known->ranked_len ? (size_t)most : known->ranked_len, &mine))
        return error_set(e, "no memory for the ports");
    return ports_join(a, named, &mine, named) || error_set(e, "no memory for the ports");
}

bool known_ports_parse(struct arena *a, const struct known_ports *known, struct span text, struct ports *ret,
                       struct error *e)
{
    struct ports named = { 0 }, numbers = { 0 };
    char *left = arena_str(a, text); /* the list without the words */
    struct span rest = text;
    size_t len = 0, words = 0, items = 0;
    bool more = true;
    if (!left)
        return error_set(e, "no memory for the ports");
    for (; more; items++) {
        more = span_index(rest, ',') < rest.len;
        struct span item = span_cut(&rest, ','), word = span_trim(item);
        if (!is_word(word) || names_transport(word)) {
            memcpy(left + len, item.len ? (const char *)item.at : "", item.len);
            len += item.len;
            left[len++] = ',';
            continue;
        }
        words++;
        if (!add_word(a, known, word, &named, e))
            return false;
    }
    if (items > words && !ports_parse(a, span_of(left, len - 1), &numbers, e))
        return false;
    return ports_join(a, &named, &numbers, ret) || error_set(e, "no memory for the ports");
}
