/* What a tape's or an example's source verifies. */
#include "unit/check.h"

#include "cmd/verified.c"
#include "probe/probe.h"

static struct arena arena;
static struct error error;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void expect(const char *source, enum verified how, const char *server)
{
    struct verification v = { .how = VERIFIED_BY_NOTHING };
    verified_add(&v, span_str(source));
    if (v.how != how)
        fail_msg("%s: %s", source, verified_name(v.how));
    assert_int_equal(v.server_count, server != NULL);
    if (server && !span_is(v.servers[0], server))
        fail_msg("%s: %.*s", source, SPAN_FMT(v.servers[0]));
}

static void test_sources(void **state)
{
    (void)state;
    expect("recorded redis-server 7.0.15", VERIFIED_BY_SERVER, "redis-server 7.0.15");
    expect("recorded redis-server 7.0.15, with a password", VERIFIED_BY_SERVER, "redis-server 7.0.15");
    expect("recorded mongod 6.0.5 --auth", VERIFIED_BY_SERVER, "mongod 6.0.5");
    expect("recorded coap-server of libcoap 4.3.1", VERIFIED_BY_SERVER, "coap-server of libcoap 4.3.1");
    expect("recorded postgres 15.20 (Debian 15.20-0+deb12u1), pg_hba md5", VERIFIED_BY_SERVER, "postgres 15.20");
    expect("recorded epmd of Erlang 25", VERIFIED_BY_SERVER, "epmd of Erlang 25");
    expect("recorded something, without a version", VERIFIED_BY_SERVER, "something");
    expect("made after RFC 1350: error 2", VERIFIED_BY_DOCUMENTATION, NULL);
    expect("made from the API reference of Vault 1.15", VERIFIED_BY_DOCUMENTATION, NULL);
    expect("made from the source of n8n 1.22 (FrontendService)", VERIFIED_BY_SOURCE, NULL);
    expect("made after its auth.go", VERIFIED_BY_SOURCE, NULL);
    expect("made: a length that lies", VERIFIED_BY_NOTHING, NULL);
    expect("made from the above, behind a proxy", VERIFIED_BY_NOTHING, NULL);
    expect("made from one answer for everything; it proves nothing", VERIFIED_BY_NOTHING, NULL);
    expect("made of open.tape", VERIFIED_BY_NOTHING, NULL);
    expect("", VERIFIED_BY_NOTHING, NULL);
}

static void test_the_best_counts_and_each_server_once(void **state)
{
    struct verification v = { .how = VERIFIED_BY_NOTHING };
    (void)state;
    verified_add(&v, SPAN("made after RFC 1350"));
    verified_add(&v, SPAN("recorded a 1.0"));
    verified_add(&v, SPAN("recorded b 2.0, once more"));
    verified_add(&v, SPAN("recorded a 1.0, otherwise"));
    verified_add(&v, SPAN("made from its source"));
    assert_int_equal(v.how, VERIFIED_BY_SERVER);
    assert_int_equal(v.server_count, 2);
}

/* Nothing is shipped that neither a server, nor a source, nor a document stands behind. */
static void test_everything_is_verified_by_something(void **state)
{
    const char *dir = "catalog";
    (void)state;
    arena_init(&arena, 64 << 20);
    const struct catalog *c = catalog_load(&arena, &dir, 1, &error);
    if (!c)
        fail_msg("%s", error.text);
    for (size_t i = 0; PROBES[i]; i++)
        if (verified_probe(PROBES[i]->name).how == VERIFIED_BY_NOTHING)
            fail_msg("the tapes of %s are made from nothing", PROBES[i]->name);
    for (size_t i = 0; i < catalog_count(c); i++)
        if (verified_entry(c, i).how == VERIFIED_BY_NOTHING)
            fail_msg("the examples of %s are made from nothing", catalog_product(c, i)->name);
    struct verification redis = verified_probe("redis");
    assert_int_equal(redis.how, VERIFIED_BY_SERVER);
    assert_int_equal(verified_probe("no-such-probe").how, VERIFIED_BY_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_the_best_counts_and_each_server_once),
        cmocka_unit_test_setup_teardown(test_everything_is_verified_by_something, NULL, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
