/* Redis: which first bytes are its own, and what INFO becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/redis.c"

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

static void test_recognises(void **state)
{
    (void)state;
    assert_true(redis_recognises(SPAN("+PONG\r\n")));
    assert_true(redis_recognises(SPAN("-NOAUTH Authentication required.\r\n")));
    assert_true(redis_recognises(SPAN("-DENIED Redis is running in protected mode.\r\n")));
    assert_true(redis_recognises(SPAN("-ERR unknown command 'PING', with args\r\n")));
    assert_true(redis_recognises(SPAN("-ERR max number of clients reached\r\n")));
    assert_true(redis_recognises(SPAN("-ERR operation not permitted\r\n")));
    assert_true(redis_recognises(SPAN("-NOPERM this user has no permissions to run 'ping'\r\n")));
}

static void test_recognises_no_other(void **state)
{
    (void)state;
    assert_false(redis_recognises(SPAN_NONE));
    assert_false(redis_recognises(SPAN("+PONG")));
    assert_false(redis_recognises(SPAN("PONG\r\n")));
    assert_false(redis_recognises(SPAN("+PONGO\r\n")));
    assert_false(redis_recognises(SPAN("+OK\r\n")));
    assert_false(redis_recognises(SPAN("\r\n")));
    assert_false(redis_recognises(SPAN("-ERR 'Unknown Protocol Operation'\r\n")));
    assert_false(redis_recognises(SPAN("-ERR unknown command\r\n")));
    assert_false(redis_recognises(SPAN("-NOAUTHENTIC\r\n")));
    assert_false(redis_recognises(SPAN("HTTP/1.1 400 Bad Request\r\n")));
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

static void test_info_lines_are_bounded(void **state)
{
    (void)state;
    static uint8_t lines[INFO_LINES_MAX + 64];
    struct info info = { 0 };
    memset(lines, '\n', sizeof(lines));
    assert_false(info_parse(&info, span_of(lines, sizeof(lines))));
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
        cmocka_unit_test(test_recognises),
        cmocka_unit_test(test_recognises_no_other),
        cmocka_unit_test(test_first_of_two_names_wins),
        cmocka_unit_test(test_every_field_is_found),
        cmocka_unit_test(test_info_needs_a_known_line),
        cmocka_unit_test(test_info_lines_are_bounded),
        cmocka_unit_test_setup_teardown(test_keyspace, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keyspace_that_is_not_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sentinel_masters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_modules_stay_within_their_room, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
