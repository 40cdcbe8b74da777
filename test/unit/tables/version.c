/* How version strings are taken apart and ordered. */
#include "tables/version.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct version parsed(const char *text)
{
    struct version v;
    if (!version_parse(span_str(text), &v))
        fail_msg("no version: %s", text);
    return v;
}

static void test_rising(void **state)
{
    (void)state;
    static const char *const RISING[] = {
        "0.9", "1.0.0-SNAPSHOT", "1.0.0-alpha1", "1.0.0.M2", "1.0.0-beta2", "1.0.0-rc.1", "1.0.0~rc2", "1.0.0",
        "1.0.0a", "1.0.0zh", "1.0.1", "v1.2", "1.2.0.1", "1.10", "5:2", "19.03.1", "2026.07.1",
    };
    for (size_t i = 0; i < sizeof(RISING) / sizeof(*RISING); i++)
        for (size_t k = 0; k < sizeof(RISING) / sizeof(*RISING); k++) {
            struct version a = parsed(RISING[i]), b = parsed(RISING[k]);
            int by = version_compare(&a, &b);
            if ((by > 0) != (i > k) || (by < 0) != (i < k))
                fail_msg("%s and %s: %d", RISING[i], RISING[k], by);
        }
}

static void test_equal(void **state)
{
    (void)state;
    static const char *const PAIRS[][2] = {
        { "1.0", "1.0.0" }, { "v2.3.4", "2.3.4" }, { "19.03", "19.3" }, { "5.5.5-10.11.2-MariaDB", "10.11.2" },
        { "RELEASE.2023-03-20T20-16-18Z", "2023-03-20T20:16:18Z" }, { "nginx/1.22.1", "1.22.1" },
        { "12.1.10+security-01", "12.1.10" }, { "1.8.0-5a02a05e", "1.8.0" }, { "5:6.0.16-1+deb11u2", "6.0.16" },
        { "2.1.0.Final", "2.1.0" }, { "18.06.1-ce", "18.6.1" }, { "PostgreSQL 9.6.24 on x86_64", "9.6.24" },
    };
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(*PAIRS); i++) {
        struct version a = parsed(PAIRS[i][0]), b = parsed(PAIRS[i][1]);
        if (version_compare(&a, &b) != 0)
            fail_msg("%s is not %s", PAIRS[i][0], PAIRS[i][1]);
    }
}

static void test_packages(void **state)
{
    (void)state;
    static const char *const RISING[] = {
        "5:6.0.15-9+deb11u9", "5:6.0.16-1~deb11u1", "5:6.0.16-1+deb11u1", "5:6.0.16-1+deb11u2", "5:6.0.16-1+deb11u10",
        "5:6.0.16-2+deb11u1", "6:1.0-1+deb11u1",
    };
    for (size_t i = 1; i < sizeof(RISING) / sizeof(*RISING); i++) {
        struct version a = parsed(RISING[i - 1]), b = parsed(RISING[i]);
        assert_true(a.revision.len && b.revision.len);
        if (version_compare(&a, &b) >= 0)
            fail_msg("%s is not below %s", RISING[i - 1], RISING[i]);
    }
}

static void assert_marks(const char *text, const char *distribution, const char *vendor)
{
    struct version v = parsed(text);
    const char *d = v.distribution ? v.distribution : "", *w = v.vendor ? v.vendor : "";
    if (strcmp(d, distribution) != 0 || strcmp(w, vendor) != 0)
        fail_msg("%s: distribution '%s', vendor '%s'", text, d, w);
}

static void test_marks(void **state)
{
    (void)state;
    assert_marks("15.20 (Debian 15.20-0+deb12u1)", "Debian", "");
    assert_marks("13.7 (Debian 13.7-1.pgdg110+1)", "", "");
    assert_marks("10.5.12-MariaDB-1:10.5.12+maria~focal", "", "");
    assert_marks("1.5.6 Ubuntu", "Ubuntu", "");
    assert_marks("8.0.41-1.el9", "Red Hat", "");
    assert_marks("4.6.6deb5", "Debian", "");
    assert_marks("1.6.0-1.amzn2", "Amazon Linux", "");
    assert_marks("3.8.0-5deb1a05eddb59", "", "");
    assert_marks("8.0.mysql_aurora.3.04.0", "", "Amazon");
    assert_marks("2.6.0-cdh5.16.2", "", "Cloudera");
    struct version v;
    assert_true(version_of("mysql", SPAN("8.0.35"), SPAN("8.0.35-27"), &v));
    assert_string_equal(v.vendor, "Percona");
    assert_true(version_of("mysql", SPAN("8.0.35"), SPAN("8.0.35-0ubuntu0.22.04.1"), &v));
    assert_null(v.vendor);
    assert_true(version_of("percona", SPAN("8.0.35"), SPAN("Percona Server 8.0.35-27"), &v));
    assert_null(v.vendor);
    assert_true(version_of("nexus", SPAN("3.95.1-01"), SPAN_NONE, &v));
    assert_null(v.vendor);
}

static void test_begins(void **state)
{
    (void)state;
    struct version v = parsed("7.17.9"), major = parsed("7"), minor = parsed("7.17"), other = parsed("7.1"),
                   longer = parsed("7.17.9.1");
    assert_true(version_begins(&v, &major));
    assert_true(version_begins(&v, &minor));
    assert_false(version_begins(&v, &other));
    assert_false(version_begins(&v, &longer));
}

static void test_hostile(void **state)
{
    (void)state;
    struct version v;
    static const char *const NONE[] = { "", " ", "unknown", "v", "vv1", "x.y", "-", "\xff\xfe", "RELEASE.", "." };
    for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++)
        assert_false(version_parse(span_str(NONE[i]), &v));
    assert_false(version_parse(SPAN_NONE, &v));
    assert_true(version_parse(SPAN("99999999999999999999999.1"), &v));
    assert_int_equal(v.number[0], NUMBER_MAX);
    assert_true(version_parse(SPAN("1.2.3.4.5.6.7.8.9.10.11"), &v));
    assert_int_equal(v.count, VERSION_PARTS_MAX);
    assert_true(version_parse(SPAN("1.2\0\0.3-deb1u\0"), &v));
    assert_int_equal(v.count, 2);
    char text[4096];
    memset(text, '1', sizeof(text));
    assert_true(version_parse(span_of(text, sizeof(text)), &v));
    memset(text, '-', sizeof(text));
    assert_false(version_parse(span_of(text, sizeof(text)), &v));
    /* Every byte in every place of a version: nothing worse than another version. */
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at_byte = 0; at_byte < 18; at_byte++) {
            char changed[] = "5:6.0.16-1+deb11u2";
            struct version base = parsed(changed);
            changed[at_byte] = (char)byte;
            if (version_parse(span_of(changed, 18), &v)) {
                int one = version_compare(&v, &base), two = version_compare(&base, &v);
                assert_true((one > 0) == (two < 0) && (one == 0) == (two == 0));
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rising), cmocka_unit_test(test_equal),  cmocka_unit_test(test_packages),
        cmocka_unit_test(test_marks),  cmocka_unit_test(test_begins), cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
