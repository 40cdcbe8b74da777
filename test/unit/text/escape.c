/* What peers send must not act on what reads it. */
#include "unit/check.h"

#include "base/random.h"
#include "text/escape.c"

typedef void escape_fn(struct buf *out, struct span s);

static void expect_span(escape_fn *fn, struct span in, const char *out)
{
    struct buf b;
    buf_init(&b, 4096);
    fn(&b, in);
    buf_byte(&b, 0);
    assert_true(buf_ok(&b));
    assert_string_equal((const char *)b.at, out);
    buf_release(&b);
}

static void expect(escape_fn *fn, const char *in, const char *out)
{
    expect_span(fn, span_str(in), out);
}

static void test_tty(void **state)
{
    (void)state;
    expect(escape_tty, "", "");
    expect(escape_tty, "plain & <b> 'q' \"d\" \\ ~", "plain & <b> 'q' \"d\" \\ ~");
    expect(escape_tty, "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80",
           "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80");
    expect(escape_tty, "\x1b[2Jx\r\n\t\x7f", "\\x1b[2Jx\\x0d\\x0a\\x09\\x7f");
    expect_span(escape_tty, SPAN("a\0b"), "a\\x00b");
    expect(escape_tty,
           "\xc2\x9b"
           "31m",
           "\\u{009b}31m"); /* C1 CSI */
    expect(escape_tty,
           "a\xe2\x80\xae"
           "b",
           "a\\u{202e}b");
    expect(escape_tty, "\xe2\x80\x8b\xef\xbb\xbf\xc2\xad", "\\u{200b}\\u{feff}\\u{00ad}");
    expect(escape_tty, "\xf3\xa0\x81\x81", "\\u{0e0041}"); /* tag character */
    expect(escape_tty, "\xff\xc0\xaf", "\\xff\\xc0\\xaf");
    expect(escape_tty, "\xed\xa0\x80", "\\xed\\xa0\\x80"); /* surrogate */
    expect(escape_tty, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
    expect(escape_tty, "\xe0\x80\x80\xf0\x80\x80\x80", "\\xe0\\x80\\x80\\xf0\\x80\\x80\\x80");
    expect(escape_tty, "\xe6\x97", "\\xe6\\x97"); /* cut short */
}

static void test_json(void **state)
{
    (void)state;
    expect(escape_json, "a\"b\\c/<>&'", "a\\\"b\\\\c/<>&'");
    expect(escape_json, "\r\n\t\x01\x7f", "\\r\\n\\t\\u0001\\u007f");
    expect(escape_json,
           "\xff"
           "x",
           "\xef\xbf\xbdx");
    expect(escape_json, "\xe2\x80\xa8\xe2\x80\xae", "\\u2028\\u202e");
    expect(escape_json, "\xf3\xa0\x81\x81", "\\udb40\\udc41");
    expect(escape_json, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
    expect_span(escape_json, SPAN("\0"), "\\u0000");
}

static void test_html(void **state)
{
    (void)state;
    expect(escape_html, "<a href=\"x\" b='y'>&", "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
    expect(escape_html, "\xe2\x80\xae\n\xff", "\\u{202e}\\x0a\\xff");
}

static void test_csv(void **state)
{
    (void)state;
    expect(escape_csv, "plain", "plain");
    expect(escape_csv, "a,b", "\"a,b\"");
    expect(escape_csv, "a;b", "\"a;b\"");
    expect(escape_csv, "say \"hi\"", "\"say \"\"hi\"\"\"");
    expect(escape_csv, "=1+1", "\"'=1+1\"");
    expect(escape_csv, "-1", "\"'-1\"");
    expect(escape_csv, "+1", "\"'+1\"");
    expect(escape_csv, "@x", "\"'@x\"");
    expect(escape_csv, "\t=x", "\"'\\x09=x\"");
    expect(escape_csv, "a\r\nb", "a\\x0d\\x0ab");
    expect(escape_csv, " a", "\" a\"");
    expect(escape_csv, "", "");
}

static void test_bytes(void **state)
{
    (void)state;
    expect_span(escape_bytes, SPAN("+OK\r\n\t\0\x1b\x7f\xc3\xa9~"),
                "+OK\\r\\n\\t\\x00\\x1b\\x7f\\xc3\\xa9~");
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(text_columns(SPAN("")), 0);
    assert_int_equal(text_columns(SPAN("abc")), 3);
    assert_int_equal(text_columns(SPAN("\xe6\x97\xa5\xe6\x9c\xac")), 4);
    assert_int_equal(text_columns(SPAN("e\xcc\x81")), 1);
    assert_int_equal(text_columns(SPAN("\xf0\x9f\x98\x80")), 2);
    assert_int_equal(text_columns(SPAN("\xff\xfe")), 2);
}

/* The invariant at the head of escape.c, for arbitrary bytes and each escaper. */
static void expect_safe(struct span out)
{
    while (out.len) {
        uint32_t c = 0;
        size_t n = utf8_next(out, &c);
        assert_true(n > 0);
        assert_false(WITHIN(INVISIBLE, c));
        out = span_from(out, n);
    }
}

static void test_random_bytes(void **state)
{
    (void)state;
    static escape_fn *const ALL[] = { escape_tty, escape_json, escape_html, escape_csv,
                                      escape_bytes };
    static const uint8_t ALPHABET[] = { 0,    10,   27,   '"',  '<',  '=',  'a',  0x7f, 0x80,
                                        0x8b, 0x9b, 0xae, 0xc0, 0xc2, 0xe0, 0xe2, 0xed, 0xef,
                                        0xf0, 0xf3, 0xf4, 0xf5, 0xff, 0xa0, 0xbf };
    struct random r = { 9 };
    struct buf b;
    buf_init(&b, 4096);
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[24];
        size_t len = random_below(&r, sizeof(bytes));
        for (size_t k = 0; k < len; k++)
            bytes[k] = ALPHABET[random_below(&r, sizeof(ALPHABET))];
        buf_reset(&b);
        ALL[i % 5](&b, span_of(bytes, len));
        assert_true(buf_ok(&b));
        expect_safe(buf_span(&b));
    }
    buf_release(&b);
}

static void test_tables_are_in_order(void **state)
{
    (void)state;
    uint32_t invisible = 0, wide = 0, combining = 0, total = 0;
    for (size_t i = 1; i < sizeof(INVISIBLE) / sizeof(INVISIBLE[0]); i++)
        invisible +=
            INVISIBLE[i].first > INVISIBLE[i - 1].last && INVISIBLE[i].last >= INVISIBLE[i].first;
    for (size_t i = 1; i < sizeof(WIDE) / sizeof(WIDE[0]); i++)
        wide += WIDE[i].first > WIDE[i - 1].last && WIDE[i].last >= WIDE[i].first;
    for (size_t i = 1; i < sizeof(COMBINING) / sizeof(COMBINING[0]); i++)
        combining +=
            COMBINING[i].first > COMBINING[i - 1].last && COMBINING[i].last >= COMBINING[i].first;
    total =
        (uint32_t)(sizeof(INVISIBLE) + sizeof(WIDE) + sizeof(COMBINING)) / sizeof(struct range) - 3;
    assert_int_equal(invisible + wide + combining, total);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tty),          cmocka_unit_test(test_json),
        cmocka_unit_test(test_html),         cmocka_unit_test(test_csv),
        cmocka_unit_test(test_bytes),        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_random_bytes), cmocka_unit_test(test_tables_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
