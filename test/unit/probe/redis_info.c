/* INFO: which lines are read, and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "probe/redis_info.c"

struct stage {
    struct arena arena;
    struct visit visit;
    struct observation *o;
};

static int setup(void **state)
{
    static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 6379 };
    static struct stage s;
    arena_init(&s.arena, 1 << 20);
    visit_init(&s.visit, &s.arena, &HERE);
    s.o = visit_observe(&s.visit, "redis", KIND_STORE);
    *state = &s;
    return s.o ? 0 : -1;
}

static int teardown(void **state)
{
    arena_release(&((struct stage *)*state)->arena);
    return 0;
}

static void test_first_of_two_names_wins(void **state)
{
    (void)state;
    struct info info = { 0 };
    assert_true(info_parse(&info, SPAN("redis_version:7.0.15\r\nredis_version:9.9.9\r\n")));
    assert_true(span_is(info.value[F_REDIS], "7.0.15"));
    assert_false(info.has_keyspace);
}

static void test_every_field_is_found(void **state)
{
    (void)state;
    for (enum field f = F_NONE + 1; f < FIELD_COUNT; f++) {
        assert_in_range(FIELDS[f].len, 1, FIELD_LENGTH_MAX);
        assert_int_equal(field_of(FIELDS[f]), f);
    }
    assert_int_equal(field_of(SPAN("redis_versioN")), F_NONE);
    assert_int_equal(field_of(SPAN("a_name_longer_than_any_field")), F_NONE);
    assert_int_equal(field_of(SPAN_NONE), F_NONE);
}

static void test_info_needs_a_known_line(void **state)
{
    (void)state;
    struct info info = { 0 };
    assert_false(info_parse(&info, SPAN_NONE));
    assert_false(info_parse(&info, SPAN("# Server\r\nversion:1\r\nrole\r\n")));
}

static void test_a_body_that_was_cut(void **state)
{
    struct observation *o = ((struct stage *)*state)->o;
    struct redis_info told;
    struct span body = SPAN("redis_version:7.0.15\r\nrole:master\r\n# Keyspace\r\ndb0:keys=3,expires=0\r\n"
                            "db1:keys=12");
    assert_true(redis_info_facts(o, body, true, 0, &told));
    assert_int_equal(o->collection_count, 1);
    assert_int_equal(o->records, 3);
    assert_int_equal(fact_get(o, "counts.partial")->number, 1);
    assert_false(redis_info_facts(o, SPAN("redis_version:7.0.15"), true, 0, &told));
}

static void test_many_databases(void **state)
{
    struct observation *o = ((struct stage *)*state)->o;
    static char text[400000];
    struct redis_info told;
    int at = sprintf(text, "redis_version:7.0.15\r\n# Keyspace\r\n");
    for (int i = 0; i < 10000; i++)
        at += sprintf(text + at, "db%d:keys=2,expires=0,avg_ttl=0\r\n", i);
    assert_true(redis_info_facts(o, span_of(text, (size_t)at), false, 0, &told));
    assert_int_equal(o->collection_count, 10000);
    assert_int_equal(o->records, 20000);
    assert_null(fact_get(o, "counts.partial"));
}

static void test_who_checks_rights_first(void **state)
{
    struct observation *o = ((struct stage *)*state)->o;
    struct redis_info told;
    assert_true(redis_info_facts(o, SPAN("redis_version:7.0.15\r\nrole:slave\r\n"), false, 0, &told));
    assert_true(told.rights_before_state && told.follows && !told.sentinel);
    assert_true(redis_info_facts(o, SPAN("redis_version:7.0.15\r\ndragonfly_version:df-v1\r\n"), false, 0, &told));
    assert_false(told.rights_before_state);
}

static void test_keyspace(void **state)
{
    struct observation *o = ((struct stage *)*state)->o;
    struct info info = { 0 };
    info_parse(&info, SPAN("role:master\r\n# Keyspace\r\ndb0:keys=3,expires=0\r\ndb12:keys=4\r\n"
                           "db:keys=9\r\ndb1:keys=-1,x\r\ndb2:keys=9999999999999999999\r\n"));
    info_keyspace(&info, o);
    assert_int_equal(o->collection_count, 2);
    assert_int_equal(o->records, 7);
    assert_true(span_is(o->collections.at[1].name, "db12"));
}

static void test_keyspace_that_is_not_told(void **state)
{
    struct observation *o = ((struct stage *)*state)->o;
    struct info info = { 0 };
    info_parse(&info, SPAN("role:master\r\ndb0:keys=3\r\n"));
    info_keyspace(&info, o);
    assert_int_equal(o->records, COUNT_UNKNOWN);
    assert_int_equal(o->collection_count, COUNT_UNKNOWN);
}

static void test_sentinel_masters(void **state)
{
    struct observation *o = ((struct stage *)*state)->o;
    struct info info = { 0 };
    info_parse(&info, SPAN("redis_version:7.0.15\r\nsentinel_masters:2\r\n"
                           "master0:name=orders,status=ok\r\nmaster1:name=users\r\n"
                           "master:name=x\r\nmasterful:name=y\r\n"));
    info_sentinel(&info, o);
    assert_string_equal(o->product, "redis-sentinel");
    assert_int_equal(o->collection_count, 2);
    assert_true(span_is(o->collections.at[0].name, "orders"));
    assert_true(span_is(o->collections.at[1].name, "users"));
}

static void test_modules_stay_within_their_room(void **state)
{
    static uint8_t text[8192];
    struct observation *o = ((struct stage *)*state)->o;
    struct writer w = writer_over(text, sizeof(text));
    struct info info = { 0 };
    writer_str(&w, "role:master\r\n# Modules\r\n");
    for (int i = 0; i < 100; i++)
        writer_str(&w, "module:name=a-module-with-a-long-name,ver=1\r\n");
    assert_true(writer_ok(&w) && info_parse(&info, writer_span(&w)));
    info_modules(&info, o);
    struct span modules = fact_get_text(o, "modules");
    assert_in_range(modules.len, 1, MODULES_MAX_BYTES);
    assert_true(span_ends(modules, SPAN("a-module-with-a-long-name")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_of_two_names_wins),
        cmocka_unit_test(test_every_field_is_found),
        cmocka_unit_test(test_info_needs_a_known_line),
        cmocka_unit_test_setup_teardown(test_a_body_that_was_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_databases, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_checks_rights_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keyspace, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keyspace_that_is_not_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sentinel_masters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_modules_stay_within_their_room, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
