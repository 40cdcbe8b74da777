/* Numbers and dates without printf agree with the C library's. */
#include "report/shared.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/clock.h"

static bool reads(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("%.*s, not %s\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

static void test_time(void **state)
{
    struct buf b;
    char text[TIME_TEXT_MAX];
    (void)state;
    buf_init(&b, 4096);
    for (int64_t ms = -62167219200000; ms < 253402300799000; ms += 86400000 * 37ll + 12345678) {
        put_time(&b, ms);
        assert_true(reads(&b, time_text(ms, text)));
    }
    put_time(&b, INT64_MIN);
    assert_true(reads(&b, "0000-01-01T00:00:00Z"));
    put_time(&b, INT64_MAX);
    assert_true(reads(&b, "9999-12-31T23:59:59Z"));
    put_time(&b, -1);
    assert_true(reads(&b, "1969-12-31T23:59:59Z"));
    buf_release(&b);
}

static void test_decimals(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    put_tenths(&b, 123.44);
    assert_true(reads(&b, "123.4"));
    put_tenths(&b, 0.96);
    assert_true(reads(&b, "1.0"));
    put_tenths(&b, -5);
    assert_true(reads(&b, "0.0"));
    put_tenths(&b, __builtin_nan(""));
    assert_true(reads(&b, "0.0"));
    put_tenths(&b, __builtin_inf());
    assert_true(reads(&b, "0.0"));
    put_share(&b, 0.01254);
    assert_true(reads(&b, "0.0125"));
    put_share(&b, 1.5);
    assert_true(reads(&b, "1.0000"));
    put_share(&b, __builtin_nan(""));
    assert_true(reads(&b, "0.0000"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
