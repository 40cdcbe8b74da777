/* Memcached: which first bytes are its own, and what the statistics become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/memcached.c"

static void test_recognises(void **state)
{
    (void)state;
    assert_true(memcached_recognises(SPAN("ERROR\r\n")));
    assert_true(memcached_recognises(SPAN("CLIENT_ERROR unauthenticated\r\n")));
    assert_false(memcached_recognises(SPAN_NONE));
    assert_false(memcached_recognises(SPAN("ERROR")));
    assert_false(memcached_recognises(SPAN("ERROR\r\nmore")));
    assert_false(memcached_recognises(SPAN("CLIENT_ERROR bad command line format\r\n")));
    assert_true(memcached_recognises(SPAN("ERROR Too many open connections\r\n")));
    assert_false(memcached_recognises(SPAN("ERROR Too many requests\r\n")));
    assert_false(memcached_recognises(SPAN("+PONG\r\n")));
}

static void add(struct memcached_stats *s, const char *name, const char *value)
{
    memcached_stats_add(s, span_str(name), span_str(value), span_str(value));
}

static void test_stats_take_whole_numbers_only(void **state)
{
    (void)state;
    struct memcached_stats s;
    memcached_stats_init(&s);
    add(&s, "curr_items", "-5");
    add(&s, "bytes", "12x");
    add(&s, "time", "99999999999999999999");
    add(&s, "uptime", "");
    add(&s, "bytes_read", "7");
    assert_int_equal(s.items, COUNT_UNKNOWN);
    assert_int_equal(s.bytes, COUNT_UNKNOWN);
    assert_int_equal(s.time_s, COUNT_UNKNOWN);
    assert_int_equal(s.uptime_s, COUNT_UNKNOWN);
    assert_int_equal(s.count, 5);
    add(&s, "curr_items", "3");
    add(&s, "bytes", "126");
    assert_int_equal(s.items, 3);
    assert_int_equal(s.bytes, 126);
}

static void test_only_a_python_word_marks_the_decoy(void **state)
{
    (void)state;
    struct memcached_stats s;
    memcached_stats_init(&s);
    add(&s, "hash_is_expanding", "0");
    assert_false(s.python);
    add(&s, "hash_is_expanding", "False");
    assert_true(s.python);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognises),
        cmocka_unit_test(test_stats_take_whole_numbers_only),
        cmocka_unit_test(test_only_a_python_word_marks_the_decoy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
