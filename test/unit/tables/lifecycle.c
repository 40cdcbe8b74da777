/* The words of an answer, and tables that are wrong; the shipped tables are tried in
 * lifecycle_tables.c. */
#include "tables/lifecycle.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"

enum { ARENA_BYTES = 8 * 1024 * 1024 };

static const char TABLE[] = LIFECYCLE_COLUMNS "\n"
    "p,5,2026-11-22,5.9,t,2026-08-22\n"
    "p,6.10,2026-11-23,6.10.2,t,2026-08-22\n"
    "p,6.2,true,6.2.9,t,2026-08-22\n"
    "p,6.1,2020-01-01,6.1.9,t,2026-08-22\n"
    "apache-kafka,3.9,false,,t,2026-08-22\n";

struct fixture {
    struct arena a;
    struct lifecycle l;
    struct lifecycle_answer got;
};

static void start(struct fixture *x)
{
    struct error e = { "" };
    arena_init(&x->a, ARENA_BYTES);
    lifecycle_init(&x->l, &x->a, 1);
    if (!lifecycle_load(&x->l, "table", false, span_str(TABLE), &e))
        fail_msg("%s", e.text);
}

static void judge(struct fixture *x, const char *product, const char *version)
{
    struct version v;
    assert_true(version_parse(span_str(version), &v));
    lifecycle_judge(&x->l, product, &v, time_from_civil(2026, 11, 22, 0, 0, 0), &x->got);
}

static void test_the_day_itself(void **state)
{
    (void)state;
    struct fixture x;
    start(&x);
    judge(&x, "p", "5.9");
    assert_int_equal(x.got.state, LIFECYCLE_UNSUPPORTED);
    judge(&x, "p", "6.10.2");
    assert_int_equal(x.got.state, LIFECYCLE_SUPPORTED);
    assert_string_equal(x.got.cycle, "6.10");
    arena_release(&x.a);
}

static void test_words(void **state)
{
    (void)state;
    struct fixture x;
    start(&x);
    judge(&x, "p", "4.4");
    assert_int_equal(x.got.state, LIFECYCLE_INFERRED);
    assert_string_equal(x.got.how, "older than 5, the oldest that is listed");
    assert_string_equal(x.got.newer, "5");
    judge(&x, "p", "6.0.3");
    assert_string_equal(x.got.how, "between 5 and 6.1, the nearest that are listed");
    judge(&x, "p", "6.5");
    assert_int_equal(x.got.state, LIFECYCLE_UNKNOWN);
    assert_string_equal(x.got.how, "not listed, and 6.10 after it is supported");
    judge(&x, "p", "6.11");
    assert_string_equal(x.got.how, "newer than all that is listed");
    judge(&x, "p", "6");
    assert_string_equal(x.got.how, "the version names no cycle");
    judge(&x, "p", "6.1.9-aurora");
    assert_string_equal(x.got.how, "a build of Amazon, which supports it itself");
    judge(&x, "q", "1.0");
    assert_int_equal(x.got.state, LIFECYCLE_UNKNOWN);
    assert_string_equal(x.got.how, "no lifecycle data");
    assert_null(x.got.product);
    judge(&x, "kafka", "3.9.1");
    assert_int_equal(x.got.state, LIFECYCLE_SUPPORTED);
    judge(&x, "p", "6.2.9");
    assert_int_equal(x.got.state, LIFECYCLE_UNSUPPORTED);
    assert_false(x.got.since_known || x.got.by_known);
    judge(&x, "p", "6.1.9-1.el7");
    assert_int_equal(x.got.state, LIFECYCLE_PACKAGED);
    assert_true(x.got.since_known);
    arena_release(&x.a);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const BAD[][2] = {
        { LIFECYCLE_COLUMNS "\n,5,true,,t,2026-08-22\n", "table:2: a product" },
        { LIFECYCLE_COLUMNS "\np,5,true,,t,2026-02-30\n", "table:2: a product" },
        { LIFECYCLE_COLUMNS "\np,five,true,,t,2026-08-22\n", "a cycle begins with a number" },
        { LIFECYCLE_COLUMNS "\np,5,maybe,,t,2026-08-22\n", "eol is true, false or a date" },
        { LIFECYCLE_COLUMNS "\np,5,true,new,t,2026-08-22\n", "'new' is no version" },
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        struct fixture x;
        struct error e = { "" };
        arena_init(&x.a, ARENA_BYTES);
        lifecycle_init(&x.l, &x.a, 1);
        assert_false(lifecycle_load(&x.l, "table", false, span_str(BAD[i][0]), &e));
        if (!strstr(e.text, BAD[i][1]))
            fail_msg("%zu: %s", i, e.text);
        arena_release(&x.a);
    }
}

static void test_too_many_cycles(void **state)
{
    (void)state;
    struct fixture x;
    struct error e = { "" };
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_str(&text, LIFECYCLE_COLUMNS "\n");
    for (int i = 0; i <= LIFECYCLE_CYCLES_MAX; i++)
        buf_printf(&text, "p,%d,true,,t,2026-08-22\n", i);
    arena_init(&x.a, ARENA_BYTES);
    lifecycle_init(&x.l, &x.a, 1);
    assert_false(lifecycle_load(&x.l, "table", false, buf_span(&text), &e));
    assert_non_null(strstr(e.text, "more than 512 cycles"));
    arena_release(&x.a);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_day_itself), cmocka_unit_test(test_words), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_many_cycles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
