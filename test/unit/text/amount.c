/* Every threshold from both sides: where one unit ends, the next begins. */
#include "text/amount.c"

#include "unit/check.h"

#define MINUTES(n) ((n) * 60000ll)
#define HOURS(n)   ((n) * 3600000ll)
#define DAYS(n)    ((n) * 86400000ll)

static bool says(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("'%.*s', not '%s'\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

static void test_ages(void **state)
{
    static const struct { int64_t ms; const char *says; } AGES[] = {
        { INT64_MIN, "a moment" },        { -1, "a moment" },
        { 0, "a moment" },                { MINUTES(1) - 1, "a moment" },
        { MINUTES(1), "1 minute" },       { MINUTES(2), "2 minutes" },
        { HOURS(2) - 1, "119 minutes" },  { HOURS(2), "2 hours" },
        { DAYS(2) - 1, "47 hours" },      { DAYS(2), "2 days" },
        { DAYS(59) - 1, "58 days" },      { DAYS(59), "2 months" },
        { DAYS(88), "2 months" },         { DAYS(89), "3 months" },
        { DAYS(90), "3 months" },         { DAYS(120), "4 months" },
        { DAYS(361), "11 months" },       { DAYS(365), "12 months" },
        { DAYS(397), "13 months" },       { DAYS(729), "23 months" },
        { DAYS(730) - 1, "23 months" },   { DAYS(730), "2 years" },
        { DAYS(731), "2 years" },         { DAYS(1094), "2 years" },
        { DAYS(1095), "3 years" },        { DAYS(1460), "3 years" },
        { DAYS(1461), "4 years" },        { DAYS(3651), "9 years" },
        { DAYS(3652), "10 years" },       { DAYS(36525), "100 years" },
        { INT64_MAX, "292,271,023 years" },
    };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof(AGES) / sizeof(AGES[0]); i++) {
        put_age(&b, AGES[i].ms);
        assert_true(says(&b, AGES[i].says));
    }
    buf_release(&b);
}

static void test_days(void **state)
{
    static const struct { uint64_t days; const char *says; } DAYS_SAY[] = {
        { 0, "less than a day" }, { 1, "1 day" }, { 2, "2 days" }, { 58, "58 days" }, { 59, "2 months" },
        { 729, "23 months" }, { 730, "2 years" }, { UINT64_MAX, "50,504,432,782,230,120 years" },
    };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof(DAYS_SAY) / sizeof(DAYS_SAY[0]); i++) {
        put_days(&b, DAYS_SAY[i].days);
        assert_true(says(&b, DAYS_SAY[i].says));
    }
    buf_release(&b);
}

/* An age never falls while time goes on, and no unit but a minute and a day reads "1". */
static void test_no_step_back(void **state)
{
    uint64_t last = 0;
    (void)state;
    for (uint64_t days = 730; days < 40000; days++) {
        assert_true(years(days) >= last);
        last = years(days);
    }
    for (uint64_t days = 0; days < 730; days++)
        assert_true(years(days) < 2 && months(days) <= 23 && months(days) <= months(days + 1));
}

static void test_counts(void **state)
{
    static const struct { uint64_t n; const char *count, *brief, *size; } SAYS[] = {
        { 0, "0", "0", "0 B" },
        { 12, "12", "12", "12 B" },
        { 999, "999", "999", "999 B" },
        { 1000, "1,000", "1,000", "1 kB" },
        { 1049, "1,049", "1,049", "1 kB" },
        { 1050, "1,050", "1,050", "1.1 kB" },
        { 99999, "99,999", "99,999", "100 kB" },
        { 100000, "100,000", "100 k", "100 kB" },
        { 999949, "999,949", "999.9 k", "999.9 kB" },
        { 1000000, "1,000,000", "1 M", "1 MB" },
        { 969830266, "969,830,266", "969.8 M", "969.8 MB" },
        { 23100000000000, "23,100,000,000,000", "23.1 tn", "23.1 TB" },
        { UINT64_MAX, "18,446,744,073,709,551,615", "18.4 qt", "18.4 EB" },
    };
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(SAYS[0]); i++) {
        put_count(&b, SAYS[i].n);
        assert_true(says(&b, SAYS[i].count));
        put_brief(&b, SAYS[i].n);
        assert_true(says(&b, SAYS[i].brief));
        put_size(&b, SAYS[i].n);
        assert_true(says(&b, SAYS[i].size));
    }
    put_many(&b, 1, "record", "records");
    assert_true(says(&b, "1 record"));
    put_many(&b, 0, "record", "records");
    assert_true(says(&b, "0 records"));
    put_many(&b, 1234, "record", "records");
    assert_true(says(&b, "1,234 records"));
    buf_release(&b);
}

static void test_moments(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    put_time(&b, INT64_MIN);
    assert_true(says(&b, "0000-01-01T00:00:00Z"));
    put_time(&b, INT64_MAX);
    assert_true(says(&b, "9999-12-31T23:59:59Z"));
    put_time(&b, -1);
    assert_true(says(&b, "1969-12-31T23:59:59Z"));
    put_date(&b, 1656633600000);
    assert_true(says(&b, "2022-07-01"));
    put_date(&b, 1656633600000 - 1);
    assert_true(says(&b, "2022-06-30"));
    put_minute(&b, 1669086360999);
    assert_true(says(&b, "2022-11-22 03:06"));
    put_minute(&b, -1);
    assert_true(says(&b, "-"));
    buf_release(&b);
}

static void test_decimals(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    put_tenths(&b, 123.44);
    assert_true(says(&b, "123.4"));
    put_tenths(&b, 0.96);
    assert_true(says(&b, "1.0"));
    put_tenths(&b, -5);
    assert_true(says(&b, "0.0"));
    put_tenths(&b, __builtin_nan(""));
    assert_true(says(&b, "0.0"));
    put_tenths(&b, __builtin_inf());
    assert_true(says(&b, "0.0"));
    put_share(&b, 0.01254);
    assert_true(says(&b, "0.0125"));
    put_share(&b, 1.5);
    assert_true(says(&b, "1.0000"));
    put_share(&b, __builtin_nan(""));
    assert_true(says(&b, "0.0000"));
    buf_release(&b);
}

static void test_many_as_a_string(void **state)
{
    char text[MANY_TEXT_MAX], exact[MANY_TEXT_MAX];
    (void)state;
    assert_string_equal(many_text(0, "change", "changes", text), "0 changes");
    assert_string_equal(many_text(1, "change", "changes", text), "1 change");
    assert_string_equal(many_text(1234567, "change", "changes", text), "1,234,567 changes");
    memset(exact, 'x', sizeof(exact));
    exact[sizeof(exact) - 1] = '\0'; /* one byte too long behind "1 " */
    assert_true(strlen(many_text(1, exact, "", text)) < MANY_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_as_a_string),
        cmocka_unit_test(test_ages),    cmocka_unit_test(test_days),
        cmocka_unit_test(test_counts),  cmocka_unit_test(test_no_step_back),
        cmocka_unit_test(test_moments), cmocka_unit_test(test_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
