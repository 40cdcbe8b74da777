/* Which networks, when, by which command. */
#include "report/origin.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void check(const struct report_run *run, const struct report_summary *sum, size_t max, const char *targets,
                  const char *when, const char *how)
{
    struct buf b;
    buf_init(&b, ORIGIN_TEXT_MAX);
    origin_targets(run, max, &b);
    assert_true(span_is(buf_span(&b), targets));
    buf_reset(&b);
    origin_when(run, sum, &b);
    if (!span_is(buf_span(&b), when))
        fail_msg("%.*s", SPAN_FMT(buf_span(&b)));
    buf_reset(&b);
    origin_how(run, &b);
    if (!span_is(buf_span(&b), how))
        fail_msg("%.*s", SPAN_FMT(buf_span(&b)));
    buf_release(&b);
}

static void test_sentences(void **state)
{
    struct report_run run = { .ajar_version = "0.1.0", .targets = SPAN("10.0.0.0/24\ndb\n\nx\ny"), .started_ms = 1656633600000 };
    struct report_summary sum = { .took_ms = 59000 };
    (void)state;
    check(&run, &sum, 2, "10.0.0.0/24, db and 2 more", "2022-07-01 00:00 UTC", "by Ajar 0.1.0");
    sum.took_ms = 125000;
    check(&run, &sum, 9, "10.0.0.0/24, db, x, y", "2022-07-01 00:00 to 00:02 UTC", "by Ajar 0.1.0");
    sum.took_ms = 86400000;
    run.host = SPAN("scan\033[1m");
    run.command = SPAN("ajar scan x");
    check(&run, &sum, 9, "10.0.0.0/24, db, x, y", "2022-07-01 00:00 to 2022-07-02 00:00 UTC",
          "on scan\\x1b[1m by Ajar 0.1.0: ajar scan x");
    run.targets = SPAN_NONE;
    run.scan_ms = 1656633600000 + 3600000; /* a report of the store: the scan was at another time */
    sum.took_ms = 0;
    check(&run, &sum, 9, "", "2022-07-01 01:00 UTC", "on scan\\x1b[1m by Ajar 0.1.0: ajar scan x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
