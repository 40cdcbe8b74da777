/* The pattern language: what matches, what is captured, and that hostile text costs little. */
#include "unit/check.h"

#include "http/pattern.c"

static bool matches(const char *pattern, const char *text)
{
    return pattern_match(span_str(pattern), span_str(text), NULL);
}

static void assert_captures(const char *pattern, const char *text, const char *want)
{
    struct span got = SPAN("unset");
    assert_true(pattern_match(span_str(pattern), span_str(text), &got));
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.at, want, got.len);
}

static void test_literal(void **state)
{
    (void)state;
    assert_true(matches("abc", "abc"));
    assert_false(matches("abc", "abcd"));
    assert_false(matches("abc", "ab"));
    assert_false(matches("abc", ""));
    assert_true(matches("{\"a\":1}", "{\"a\":1}"));
    assert_true(matches("a\\*b", "a*b"));
    assert_false(matches("a\\*b", "axb"));
}

static void test_star(void **state)
{
    (void)state;
    assert_true(matches("*", ""));
    assert_true(matches("*", "anything"));
    assert_true(matches("*bc*", "abcd"));
    assert_true(matches("a*", "a"));
    assert_true(matches("*d", "abcd"));
    assert_false(matches("*d", "abcde"));
    assert_true(matches("*ab", "aab"));
    assert_true(matches("*ab", "abab"));
    assert_true(matches("a*b*c", "a__b__bc"));
    assert_false(matches("a*b*c", "a__c__b"));
    assert_false(matches("ab*ab", "ab"));
}

static void test_capture(void **state)
{
    (void)state;
    assert_captures("v{v}", "v1.2.3~rc0", "1.2.3~rc0");
    assert_captures("*(version {v} *", "Code: 516. (version 23.8.2.7 (official", "23.8.2.7");
    assert_captures("*&quot;version&quot;:&quot;{v}&quot;*",
                    "x &quot;version&quot;:&quot;7.17.9&quot;,y", "7.17.9");
    assert_captures("Port {n} is*", "Port 9000 is for", "9000");
    assert_captures("<b>{t}</b>", "<b>Index of /</b>", "Index of /");
    assert_captures("{v}\n", "18.16.1\n", "18.16.1");
    assert_captures("*x{n}", "x1 x2", "2");
    assert_false(matches("v{v}", "v"));
    assert_false(matches("{n}", "12a"));
    assert_false(matches("{t}", "a\x01"));
}

static void test_capture_is_bounded(void **state)
{
    char text[600];
    (void)state;
    memset(text, '1', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_false(matches("{v}", text));
    assert_false(matches("{n}", text));
    assert_false(matches("{t}", text));
    struct span got;
    assert_true(pattern_match(SPAN("{v}*"), span_str(text), &got));
    assert_int_equal(got.len, CAPTURE_VERSION_MAX);
}

static void test_failed_match_leaves_capture(void **state)
{
    struct span got = SPAN("kept");
    (void)state;
    assert_false(pattern_match(SPAN("{v}x"), SPAN("1.2y"), &got));
    assert_true(span_is(got, "kept"));
}

static void test_check(void **state)
{
    struct error e;
    char text[PATTERN_MAX + 2];
    (void)state;
    assert_true(pattern_check(SPAN("*a{v}*"), true, &e));
    assert_true(pattern_check(SPAN("{x}"), false, &e));
    assert_false(pattern_check(SPAN("*a*"), true, &e));
    assert_false(pattern_check(SPAN("{v}{n}"), false, &e));
    assert_false(pattern_check(SPAN("a\\"), false, &e));
    assert_false(pattern_check(SPAN_NONE, false, &e));
    assert_false(pattern_check(SPAN("*********"), false, &e));
    memset(text, 'a', sizeof(text));
    assert_false(pattern_check(span_of(text, sizeof(text)), false, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literal),
        cmocka_unit_test(test_star),
        cmocka_unit_test(test_capture),
        cmocka_unit_test(test_capture_is_bounded),
        cmocka_unit_test(test_failed_match_leaves_capture),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
