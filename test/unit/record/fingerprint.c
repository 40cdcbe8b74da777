/* Names that must never change, and what tells two exposures apart. */
#include "unit/check.h"

#include "record/fingerprint.c"

enum { ARENA_BYTES = 1 << 16 };

static void of(const char *name, const char *path, bool tls, const char *via, const char *store,
               char ret[static FINGERPRINT_MAX])
{
    struct endpoint e = { .address = { 4, { 127, 0, 0, 1 } }, .port = 6381, .name = name, .path = path };
    struct exposure_key k = { .endpoint = &e, .tls = tls, .product = "redis", .rule = "open-store", .via = via,
                              .store = span_str(store) };
    exposure_fingerprint(&k, ret);
}

/* As they stand in stores and in tickets. */
static void test_never_changes(void **state)
{
    static const struct {
        const char *name, *via, *store, *fingerprint;
    } ALL[] = {
        { NULL, NULL, NULL, "7d7090ec8190b9c426e5653ea96b76c8" },
        { "db.corp", NULL, NULL, "4f5812ec4ac846596a5db1f6416de336" },
        { NULL, "kibana", "cluster.uuid=PKHsCSrySM2mw5fP6RrxtA", "8a58d4afe95b7f36eaf8a5dbfb427b7b" },
    };
    char text[FINGERPRINT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof(ALL) / sizeof(*ALL); i++) {
        of(ALL[i].name, NULL, false, ALL[i].via, ALL[i].store, text);
        assert_string_equal(text, ALL[i].fingerprint);
    }
}

/* What was seen directly is called as it was before stores behind dashboards were told apart. */
static void test_direct_ones_keep_their_name(void **state)
{
    struct endpoint e = { .address = { 4, { 10, 0, 0, 1 } }, .port = 9200, .name = "es.corp", .path = "/logs" };
    struct exposure_key k = { .endpoint = &e, .tls = true, .product = "elasticsearch", .rule = "open-store" };
    char now[FINGERPRINT_MAX], then[FINGERPRINT_MAX];
    (void)state;
    exposure_fingerprint(&k, now);
    exposure_fingerprint_4(&k, 0, then);
    assert_string_equal(now, then);
    exposure_fingerprint_4(&k, 1, then);
    assert_string_not_equal(now, then);
}

static void test_all_tell_apart(void **state)
{
    static const struct {
        const char *name, *path;
        bool tls;
        const char *via, *store;
    } ALL[] = {
        { NULL, NULL, false, NULL, NULL },      { NULL, NULL, true, NULL, NULL },
        { NULL, NULL, false, "kibana", NULL },  { NULL, NULL, false, "grafana", NULL },
        { NULL, NULL, false, "kibana", "a" },   { NULL, NULL, false, "kibana", "b" },
        { NULL, NULL, true, "kibana", "a" },    { "db.corp", NULL, false, NULL, NULL },
        { "www.corp", NULL, false, NULL, NULL }, { "db.corp", "/logs", false, NULL, NULL },
        { NULL, "/logs", false, NULL, NULL },   { "db.corp", "/logs/a", false, NULL, NULL },
        { "db.corp", NULL, false, "kibana", "a" }, { "1", NULL, false, NULL, NULL },
        { "db.corp", NULL, true, NULL, NULL },
    };
    enum { COUNT = sizeof(ALL) / sizeof(ALL[0]) };
    char text[COUNT][FINGERPRINT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        of(ALL[i].name, ALL[i].path, ALL[i].tls, ALL[i].via, ALL[i].store, text[i]);
        assert_int_equal(strlen(text[i]), FINGERPRINT_MAX - 1);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(text[i], text[k]);
    }
}

/* TCP 11211 and UDP 11211 are two findings. */
static void test_transports_tell_apart(void **state)
{
    struct endpoint e = { .address = { 4, { 10, 0, 0, 5 } }, .port = 11211 };
    struct exposure_key k = { .endpoint = &e, .product = "memcached", .rule = "open-store" };
    char tcp[FINGERPRINT_MAX], udp[FINGERPRINT_MAX];
    (void)state;
    exposure_fingerprint(&k, tcp);
    e.transport = TRANSPORT_UDP;
    exposure_fingerprint(&k, udp);
    assert_string_not_equal(tcp, udp);
}

/* The longest of everything still counts to its last byte. */
static void test_long_words(void **state)
{
    char word[WORD_MAX + 1], name[ENDPOINT_NAME_MAX], path[ENDPOINT_PATH_MAX], one[FINGERPRINT_MAX], two[FINGERPRINT_MAX];
    uint8_t store[EXPOSURE_STORE_MAX];
    struct endpoint e = { .address = { 6, { 0xfd } }, .port = 65535, .name = name, .path = path };
    struct exposure_key k = { .endpoint = &e, .tls = true, .product = word, .rule = word, .via = word,
                              .store = span_of(store, sizeof(store)) };
    (void)state;
    memset(e.address.bytes, 0xff, sizeof(e.address.bytes));
    memset(word, 'w', sizeof(word) - 1);
    memset(name, 'n', sizeof(name) - 1);
    memset(path, '/', sizeof(path) - 1);
    memset(store, 's', sizeof(store));
    word[WORD_MAX] = name[ENDPOINT_NAME_MAX - 1] = path[ENDPOINT_PATH_MAX - 1] = '\0';
    exposure_fingerprint(&k, one);
    path[ENDPOINT_PATH_MAX - 2] = 'x';
    exposure_fingerprint(&k, two);
    assert_string_not_equal(one, two);
    store[sizeof(store) - 1] = 'x';
    exposure_fingerprint(&k, one);
    assert_string_not_equal(one, two);
}

/* ---- which store ---- */

struct stated {
    const char *via, *uuid, *cluster, *route, *version, *first, *second; /* the last two: collections */
};

static struct span which(const struct stated *s, struct arena *a, uint8_t text[static EXPOSURE_STORE_MAX])
{
    struct observation o = { .arena = a, .product = "elasticsearch", .via = s->via, .records = COUNT_UNKNOWN,
                             .bytes = COUNT_UNKNOWN, .collection_count = COUNT_UNKNOWN };
    const char *const facts[][2] = { { "cluster.uuid", s->uuid }, { "cluster", s->cluster }, { "via.route", s->route },
                                     { "version", s->version } };
    for (size_t i = 0; i < 4; i++)
        if (facts[i][1])
            fact_text(&o, facts[i][0], span_str(facts[i][1]), NULL, SPAN_NONE);
    const char *const names[] = { s->first, s->second };
    for (size_t i = 0; i < 2; i++)
        if (names[i])
            observation_collect(&o, span_str(names[i]), 1, 1, COUNT_UNKNOWN);
    return exposure_store(&o, text);
}

static void test_which_store(void **state)
{
    static const struct {
        struct stated one, two;
        bool same;
    } PAIRS[] = {
        /* Its own identity decides, whatever it is called and whichever way leads there. */
        { { "kibana", "A", "logs", "legacy", "5.5", "x", NULL }, { "kibana", "A", "logz", "console", "6.0", "y", NULL }, true },
        { { "kibana", "A", "logs", "legacy", "5.5", "x", NULL }, { "kibana", "B", "logs", "legacy", "5.5", "x", NULL }, false },
        /* Else its name and the way: a version, a collection more or less change nothing. */
        { { "grafana", NULL, "logs", "uid/a", "5.5", "x", NULL }, { "grafana", NULL, "logs", "uid/a", "6.0", "a", "b" }, true },
        { { "grafana", NULL, "logs", "uid/a", NULL, "x", NULL }, { "grafana", NULL, "logs", "uid/b", NULL, "x", NULL }, false },
        /* A cluster that has not formed has no identity yet. */
        { { "grafana", "_na_", NULL, "uid/a", NULL, NULL, NULL }, { "grafana", "_na_", NULL, "uid/b", NULL, NULL, NULL }, false },
        /* Where no way is known, what lies in it, in whatever order it was told. */
        { { "grafana", NULL, NULL, NULL, NULL, "patients", "rooms" }, { "grafana", NULL, NULL, NULL, NULL, "rooms", "patients" }, true },
        { { "grafana", NULL, NULL, NULL, NULL, "patients", NULL }, { "grafana", NULL, NULL, NULL, NULL, "public-demo", NULL }, false },
        /* What was seen directly is its door. */
        { { NULL, "A", "logs", NULL, "5.5", "x", NULL }, { NULL, "B", "logz", NULL, "6.0", "y", NULL }, true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(*PAIRS); i++) {
        struct arena a;
        uint8_t one[EXPOSURE_STORE_MAX], two[EXPOSURE_STORE_MAX];
        arena_init(&a, ARENA_BYTES);
        if (span_eq(which(&PAIRS[i].one, &a, one), which(&PAIRS[i].two, &a, two)) != PAIRS[i].same)
            fail_msg("pair %zu", i);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_changes), cmocka_unit_test(test_direct_ones_keep_their_name),
        cmocka_unit_test(test_all_tell_apart), cmocka_unit_test(test_transports_tell_apart),
        cmocka_unit_test(test_long_words), cmocka_unit_test(test_which_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
