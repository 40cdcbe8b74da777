/* Collecting and the whole way from visits to fleets: what is one, what is none, names that last,
 * hostile hosts, limits. */
#include "unit/check.h"

#include <stdio.h>

#include "fleet/fleet.c"

struct fixture {
    struct fleets *fleets;
    struct arena arena;
    struct fleet_list list;
};

/* What a host looks like; NULL: not shown. */
struct host {
    const char *version, *cluster, *key, *subject, *title;
    const char *names[4];
    uint16_t port;
    enum outcome outcome;
    const char *product;
};

static void start(struct fixture *x, uint64_t seed)
{
    memset(x, 0, sizeof(*x));
    x->fleets = fleets_new(seed);
    assert_non_null(x->fleets);
    arena_init(&x->arena, 64 << 20);
}

static void stop(struct fixture *x)
{
    fleets_free(x->fleets);
    arena_release(&x->arena);
}

static void put(struct observation *o, const char *key, const char *value)
{
    if (value)
        fact_text(o, key, span_str(value), "x", SPAN_NONE);
}

static void see_as(struct fixture *x, uint8_t net, uint8_t last, const struct host *h, const char *name)
{
    struct arena a;
    struct visit v;
    struct endpoint e = { .address = { 4, { 10, 1, net, last } }, .port = h->port ? h->port : 9200, .name = name };
    struct finding f = { .severity = SEVERITY_HIGH, .rule = "open-store" };
    snprintf(f.fingerprint, sizeof(f.fingerprint), "%016x%016x", net, last);
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &e);
    v.answered = true;
    struct observation *o = visit_observe(&v, h->product ? h->product : "elasticsearch",
                                          h->port == 3000 ? KIND_DASHBOARD : KIND_STORE);
    o->outcome = h->outcome ? h->outcome : OUTCOME_OPEN;
    o->tls = h->key;
    put(o, "version", h->version);
    put(o, "cluster", h->cluster);
    for (size_t i = 0; i < 4 && h->names[i]; i++)
        observation_collect(o, span_str(h->names[i]), 10, 100, COUNT_UNKNOWN);
    if (h->key) {
        o = visit_observe(&v, "certificate", KIND_TLS);
        put(o, "cert.spki_sha256", h->key);
        put(o, "cert.subject", h->subject);
        put(o, "cert.names", h->subject);
    }
    if (h->title) {
        o = visit_observe(&v, "web", KIND_WEB);
        put(o, "http.title", h->title);
    }
    fleets_visit(x->fleets, &v, &f, h->outcome == OUTCOME_LOCKED ? 0 : 1);
    arena_release(&a);
}

static void see(struct fixture *x, uint8_t net, uint8_t last, const struct host *h)
{
    see_as(x, net, last, h, NULL);
}

static void find(struct fixture *x, size_t fleets)
{
    assert_true(fleets_find(x->fleets, &x->arena, &x->list));
    assert_int_equal(x->list.list.len, fleets);
}

static const struct host SHOP = { .version = "5.5.3", .cluster = "kestova-prod", .key = "aa00", .subject = "es.kestova.test",
                                  .names = { "kestova-orders-2024.01.02", "kestova_clients" } };

/* Hosts that are asked by their address and two names are as many hosts, with the records that they hold; the
 * door is the same whatever order the names come in. */
static void test_names_of_hosts(void **state)
{
    static const char *const ORDERS[][3] = { { NULL, "b.corp", "a.corp" }, { "a.corp", NULL, "b.corp" },
                                             { "b.corp", "a.corp", NULL } };
    (void)state;
    for (size_t order = 0; order < 3; order++) {
        struct fixture x;
        start(&x, 1);
        for (uint8_t i = 1; i <= 12; i++)
            for (size_t n = 0; n < 3; n++)
                see_as(&x, 0, i, &SHOP, ORDERS[order][n]);
        find(&x, 1);
        const struct fleet *f = &x.list.list.at[0];
        assert_int_equal(f->member_count, 12);
        assert_int_equal(f->records, 240);
        for (size_t i = 0; i < f->members.len; i++)
            assert_string_equal(f->members.at[i].endpoint.name, "a.corp");
        stop(&x);
    }
}

/* Fourteen alike: twelve open, two locked that show nothing but their certificate. */
static void test_shanghai(void **state)
{
    struct fixture x;
    struct host locked = { .key = SHOP.key, .subject = SHOP.subject, .outcome = OUTCOME_LOCKED };
    (void)state;
    start(&x, 1);
    for (uint8_t i = 1; i <= 12; i++)
        see(&x, 0, i, &SHOP);
    see(&x, 0, 13, &locked);
    see(&x, 0, 14, &locked);
    find(&x, 1);
    const struct fleet *f = &x.list.list.at[0];
    assert_true(span_is(f->title, "14 set up alike; 12 open"));
    assert_int_equal(f->member_count, 14);
    assert_int_equal(f->members.len, 14);
    assert_int_equal(f->locked, 2);
    assert_int_equal(f->records, 240);
    assert_int_equal(f->severity, SEVERITY_HIGH);
    assert_string_equal(f->product, "elasticsearch");
    assert_string_equal(f->reasons.at[0].trait, "certificate key");
    assert_int_equal(f->reasons.at[0].shared_by, 14);
    assert_true(f->score > 0.8 && f->score <= 1);
    assert_true(span_is(f->members.at[0].version, "5.5.3"));
    assert_int_equal(f->members.at[0].outcome, OUTCOME_OPEN);
    assert_string_equal(f->members.at[13].worst, "");
    stop(&x);
}

/* What everybody has makes no fleet, however many have it. */
static void test_stock_is_none(void **state)
{
    struct fixture x;
    struct host stock = { .version = "7.17.9", .cluster = "docker-cluster", .names = { ".kibana_1", "logstash-2024.01.02" } };
    struct host redis = { .version = "7.0.15", .product = "redis", .port = 6379, .names = { "db0" } };
    (void)state;
    start(&x, 2);
    for (uint8_t i = 1; i <= 50; i++) {
        see(&x, 0, i, &stock);
        see(&x, 1, i, &redis);
    }
    find(&x, 0);
    assert_int_equal(fleets_measure(x.fleets).deployments, 100);
    stop(&x);
}

/* One wildcard certificate over different products says who runs them, not that they are alike. */
static void test_wildcard_is_none(void **state)
{
    static const char *const PRODUCTS[] = { "elasticsearch", "mongodb", "postgresql", "couchdb", "redis", "mysql" };
    struct fixture x;
    (void)state;
    start(&x, 3);
    for (uint8_t i = 0; i < 24; i++) {
        struct host h = { .key = "bb00", .subject = "*.corp.test", .product = PRODUCTS[i % 6] };
        see(&x, 0, i, &h);
    }
    find(&x, 0);
    stop(&x);
}

/* Two images that differ in their key alone are two fleets, under two names. */
static void test_keys_part(void **state)
{
    struct fixture x;
    struct host a = SHOP, b = SHOP;
    (void)state;
    a.subject = b.subject = "CN=appliance";
    b.key = "cc11";
    start(&x, 4);
    for (uint8_t i = 1; i <= 6; i++) {
        see(&x, 0, i, &a);
        see(&x, 1, i, &b);
    }
    find(&x, 2);
    assert_string_not_equal(x.list.list.at[0].fingerprint, x.list.list.at[1].fingerprint);
    stop(&x);
}

static void fingerprint_of(uint64_t seed, uint8_t from, uint8_t to, const char *version, char ret[FINGERPRINT_MAX])
{
    struct fixture x;
    struct host h = SHOP;
    h.version = version;
    start(&x, seed);
    for (uint8_t i = from; i <= to; i++)
        see(&x, 0, i, &h);
    find(&x, 1);
    memcpy(ret, x.list.list.at[0].fingerprint, FINGERPRINT_MAX);
    stop(&x);
}

/* The name is that of the design: other members, another version, another run change nothing. */
static void test_name_lasts(void **state)
{
    char one[FINGERPRINT_MAX], two[FINGERPRINT_MAX];
    (void)state;
    fingerprint_of(5, 1, 9, "5.5.3", one);
    fingerprint_of(99, 6, 20, "7.17.9", two);
    assert_string_equal(one, two);
    assert_int_equal(strlen(one), 32);
}

/* A part of what a host shows arrives in one visit, a part in another, in any order. */
static void test_visits_of_one_address(void **state)
{
    struct fixture x;
    struct host web = { .product = "grafana", .port = 3000, .title = "kestova portal" };
    (void)state;
    start(&x, 6);
    for (uint8_t i = 1; i <= 4; i++)
        see(&x, 0, i, &SHOP);
    for (uint8_t i = 4; i >= 1; i--)
        see(&x, 0, i, &web);
    find(&x, 1);
    assert_int_equal(x.list.list.at[0].member_count, 4);
    assert_int_equal(x.list.list.at[0].members.at[0].endpoint.port, 9200);
    stop(&x);
}

/* Strangers that behave alike are no fleet, and no member of one. */
static void strangers(void **state)
{
    struct fixture x;
    (void)state;
    start(&x, 1);
    for (uint8_t i = 0; i < 20; i++) {
        struct arena a;
        struct visit v;
        struct endpoint e = { .address = { 4, { 10, 1, 7, i } }, .port = 7777 };
        arena_init(&a, 1 << 20);
        visit_init(&v, &a, &e);
        v.answered = true;
        struct observation *o = visit_observe(&v, "unknown", KIND_UNKNOWN);
        o->outcome = OUTCOME_IDENTIFIED;
        put(o, "greeting", "WELCOME to jobserver 3");
        fleets_visit(x.fleets, &v, NULL, 0);
        arena_release(&a);
    }
    find(&x, 0);
    assert_int_equal(x.fleets->deployments.len, 0);
    stop(&x);
}

/* A host that names a thousand things, with bytes of all kinds, is held like any other. */
static void test_hostile_host(void **state)
{
    struct fixture x;
    struct arena a;
    struct visit v;
    struct endpoint e = { .address = { 4, { 10, 9, 9, 9 } }, .port = 9200 };
    struct random r = { 1 };
    (void)state;
    start(&x, 7);
    arena_init(&a, 64 << 20);
    visit_init(&v, &a, &e);
    v.answered = true;
    for (size_t k = 0; k < OBSERVATIONS_MAX; k++) {
        struct observation *o = visit_observe(&v, "elasticsearch", KIND_STORE);
        for (size_t i = 0; i < 200; i++) {
            uint64_t junk[16];
            for (size_t j = 0; j < 16; j++)
                junk[j] = random_next(&r);
            observation_collect(o, span_of(junk, sizeof(junk)), INT64_MAX, INT64_MAX, -1);
            fact_text(o, "http.title", span_of(junk, sizeof(junk)), NULL, SPAN_NONE);
            fact_text(o, "version", span_of(junk, sizeof(junk)), NULL, SPAN_NONE);
        }
    }
    for (int i = 0; i < 3; i++)
        fleets_visit(x.fleets, &v, NULL, 0);
    assert_true(fleets_measure(x.fleets).bytes < 4 << 20);
    assert_true(x.fleets->deployments.at[0].trait_count <= TRAITS_PER_DEPLOYMENT_MAX);
    assert_true(x.fleets->deployments.at[0].name_count <= NAMES_PER_DEPLOYMENT_MAX);
    for (uint8_t i = 1; i <= 3; i++)
        see(&x, 0, i, &SHOP);
    find(&x, 1);
    assert_int_equal(x.list.list.at[0].member_count, 3);
    arena_release(&a);
    stop(&x);
}

/* Who copies what a fleet shows is listed in it, and changes neither its name nor its size otherwise. */
static void test_copycat(void **state)
{
    struct fixture x;
    char name[FINGERPRINT_MAX];
    (void)state;
    fingerprint_of(8, 1, 9, "5.5.3", name);
    start(&x, 8);
    for (uint8_t i = 1; i <= 10; i++)
        see(&x, 0, i, &SHOP);
    find(&x, 1);
    assert_string_equal(x.list.list.at[0].fingerprint, name);
    assert_int_equal(x.list.list.at[0].member_count, 10);
    stop(&x);
}

static void test_nothing(void **state)
{
    struct fixture x;
    (void)state;
    start(&x, 9);
    find(&x, 0);
    assert_false(fleets_find(x.fleets, &x.arena, &x.list)); /* once only */
    stop(&x);
}

static bool count_member(void *self, const struct fleet_member *m)
{
    assert_true(m->endpoint.address.family == 4);
    return ++*(size_t *)self < 4;
}

static void test_members(void **state)
{
    struct fixture x;
    size_t n = 0;
    (void)state;
    start(&x, 10);
    for (uint8_t i = 1; i <= 6; i++)
        see(&x, 0, i, &SHOP);
    find(&x, 1);
    fleets_members(x.fleets, 0, count_member, &n);
    assert_int_equal(n, 4); /* stopped when told to */
    fleets_members(x.fleets, 7, count_member, &n);
    assert_int_equal(n, 4);
    stop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers),
        cmocka_unit_test(test_shanghai),    cmocka_unit_test(test_stock_is_none), cmocka_unit_test(test_wildcard_is_none),
        cmocka_unit_test(test_names_of_hosts),    cmocka_unit_test(test_stock_is_none), cmocka_unit_test(test_wildcard_is_none),
        cmocka_unit_test(test_keys_part),   cmocka_unit_test(test_name_lasts),    cmocka_unit_test(test_visits_of_one_address),
        cmocka_unit_test(test_hostile_host), cmocka_unit_test(test_copycat),      cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
