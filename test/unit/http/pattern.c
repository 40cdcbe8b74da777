/* The pattern language: what matches, what is captured, and that hostile text costs little. */
#include "unit/check.h"
#include "unit/processor.h"

#include "base/random.h"
#include "http/pattern.c"

/* One attempt at each of a million bytes costs 12 ns on the machine where this was written; reading a run
 * again at each costs 250. */
enum { HOSTILE_NS_A_BYTE = SANITIZED ? 10000 : 60 };

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
    assert_false(pattern_check(SPAN("a*{t}b"), true, &e));
    assert_non_null(strstr(e.text, "may not follow a star"));
    assert_true(pattern_check(SPAN("a\\*{t}b"), true, &e));
    assert_false(pattern_check(SPAN("*********"), false, &e));
    memset(text, 'a', sizeof(text));
    assert_false(pattern_check(span_of(text, sizeof(text)), false, &e));
}

/* Texts that make an attempt begin at every byte. */
static void test_hostile_text_costs_little(void **state)
{
    static const struct {
        const char *pattern, *unit, *tail;
    } cases[] = { { "*a{t}b*", "a", "" },          { "*a{t}b*", "a", "\n" },   { "*a{v}(", "a", "" },
                  { "*a{n}b*", "a1", "" },         { "*1{n}b*", "1", "" },     { "*a{t}bc*", "ab", "" },
                  { "*aaaaaaab*", "a", "" },       { "*a*b*c*d*e", "a", "" },  { "*\"x\":\"{t}\"*", "\"x\":\"", "" },
                  { "*x{t}yzzzzzzz*", "x", "yz" }, { "*a{v}b*", "a.", "c" },   { "*=\"{t}\"", "=\"a\"", "" } };
    enum { SIZE = 1 << 20 };
    static char text[SIZE];
    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        size_t unit = strlen(cases[c].unit), tail = strlen(cases[c].tail);
        for (size_t i = 0; i < SIZE; i++)
            text[i] = cases[c].unit[i % unit];
        for (size_t i = 250; tail && i + tail < SIZE; i += 250)
            memcpy(text + i, cases[c].tail, tail);
        int64_t began = processor_ns();
        (void)pattern_match(span_str(cases[c].pattern), span_of(text, SIZE), NULL);
        int64_t took = processor_ns() - began;
        if (took > (int64_t)SIZE * HOSTILE_NS_A_BYTE)
            fail_msg("\"%s\" over \"%s\": %lld us", cases[c].pattern, cases[c].unit, (long long)took / 1000);
    }
}

/* Against a matcher that is slow and plainly right. */
static bool slow_match(struct span pattern, struct span text)
{
    if (pattern.len == 0)
        return text.len == 0;
    if (pattern.at[0] == '*') {
        for (size_t i = 0; i <= text.len; i++)
            if (slow_match(span_from(pattern, 1), span_from(text, i)))
                return true;
        return false;
    }
    char kind = capture_at(pattern);
    if (kind) {
        struct piece p = { .kind = kind, .after = span_sub(pattern, 3, pattern.len > 3 && pattern.at[3] != '*') };
        size_t n = run_end(&p, text, 0);
        n = n < capture_max(kind) ? n : capture_max(kind);
        return n && slow_match(span_from(pattern, 3), span_from(text, n));
    }
    return text.len && text.at[0] == pattern.at[0] && slow_match(span_from(pattern, 1), span_from(text, 1));
}

static void test_agrees_with_a_slow_matcher(void **state)
{
    static const char *const pieces[] = { "a", "b", "ab", "1", "*", "*", "{v}", "{n}", "{t}" };
    struct random r = { 11 };
    size_t matched = 0;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char pattern[64] = "", text[16];
        struct error e;
        for (uint64_t k = 1 + random_below(&r, 6); k > 0; k--)
            strcat(pattern, pieces[random_below(&r, sizeof(pieces) / sizeof(pieces[0]))]);
        if (!pattern_check(span_str(pattern), false, &e))
            continue;
        size_t len = random_below(&r, 12);
        for (size_t k = 0; k < len; k++)
            text[k] = "aab1("[random_below(&r, 5)];
        bool want = slow_match(span_str(pattern), span_of(text, len));
        if (pattern_match(span_str(pattern), span_of(text, len), NULL) != want)
            fail_msg("\"%s\" over \"%.*s\"", pattern, (int)len, text);
        matched += want;
    }
    assert_true(matched > 5000);
}

static void expect_literal(const char *pattern, const char *want, bool exact)
{
    uint8_t bytes[PATTERN_MAX];
    struct span got;
    assert_int_equal(pattern_literal(span_str(pattern), bytes, &got), exact);
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.at ? got.at : bytes, want, got.len);
}

static void test_literal_of(void **state)
{
    (void)state;
    expect_literal("*abc*", "abc", true);
    expect_literal("*a\\*c*", "a*c", true);
    expect_literal("abc*", "abc", false);
    expect_literal("*abc", "abc", false);
    expect_literal("abc", "abc", false);
    expect_literal("*ab*xyz*", "xyz", false);
    expect_literal("*version {v} (*", "version ", false);
    expect_literal("*a{v}bcd*", "bcd", false);
    expect_literal("*", "", false);
    expect_literal("**", "", false);
    expect_literal("{t}", "", false);
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
        cmocka_unit_test(test_hostile_text_costs_little),
        cmocka_unit_test(test_agrees_with_a_slow_matcher),
        cmocka_unit_test(test_literal_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
