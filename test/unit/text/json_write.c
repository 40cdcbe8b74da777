/* Commas, brackets and text: the same bytes as a careful hand would write. */
#include "text/json_write.c"

#include "unit/check.h"

static bool gives(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("%.*s, not %s\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

static void test_structure(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 65536);
    struct json j = json_over(&b);
    json_object(&j, NULL);
    json_str(&j, "a", "{[");
    json_str(&j, "none", NULL);
    json_i64(&j, "n", -5);
    json_array(&j, "list");
    json_object(&j, NULL);
    json_close(&j);
    json_array(&j, NULL);
    json_close(&j);
    json_bool(&j, NULL, false);
    json_time(&j, NULL, 0);
    json_close(&j);
    json_u64(&j, "u", UINT64_MAX);
    json_known(&j, "k", -1);
    json_known_time(&j, "t", -1);
    json_tenths(&j, "s", 1.25);
    json_share(&j, "l", 0.5);
    json_raw(&j, "r", SPAN("{\"x\":1}"));
    json_bytes(&j, "raw", SPAN("\x00\xff\""));
    json_text_or_null(&j, "e", SPAN_NONE);
    json_text_if(&j, "i", SPAN_NONE);
    json_text(&j, "f", SPAN_NONE);
    json_object(&j, "open");
    json_line(&j);
    assert_true(gives(&b, "{\"a\":\"{[\",\"n\":-5,\"list\":[{},[],false,\"1970-01-01T00:00:00Z\"],\"u\":18446744073709551615,"
                          "\"k\":null,\"t\":null,\"s\":1.3,\"l\":0.5000,\"r\":{\"x\":1},\"raw\":\"\\\\x00\\\\xff\\\"\","
                          "\"e\":null,\"f\":\"\",\"open\":{}}\n"));
    json_close(&j); /* nothing is open */
    json_i64(&j, NULL, 1);
    json_line(&j);
    json_i64(&j, NULL, 2);
    assert_true(gives(&b, "1\n2"));
    buf_release(&b);
}

/* As a document of many results is written: one a line, over a buffer that is emptied meanwhile. */
static void test_lines(void **state)
{
    struct buf b, other;
    (void)state;
    buf_init(&b, 65536);
    buf_init(&other, 65536);
    struct json j = json_over(&b);
    json_array(&j, NULL);
    for (int i = 0; i < 2; i++) {
        json_break(&j);
        json_object(&j, NULL);
        json_close(&j);
        json_break(&j);
    }
    assert_true(gives(&b, "[\n{},\n{}"));
    j.out = &other;
    json_break(&j);
    json_i64(&j, NULL, 3);
    json_break(&j);
    json_close(&j);
    assert_true(gives(&other, ",\n3\n]"));
    buf_release(&b);
    buf_release(&other);
}

static void test_too_deep(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 65536);
    struct json j = json_over(&b);
    for (int i = 0; i < JSON_LEVELS_MAX; i++)
        json_array(&j, NULL);
    json_i64(&j, NULL, 1);
    assert_true(buf_ok(&b));
    json_array(&j, NULL);
    assert_false(buf_ok(&b));
    buf_release(&b);
    buf_init(&b, 4);
    j = json_over(&b);
    json_text(&j, NULL, SPAN("longer"));
    assert_false(buf_ok(&b));
    buf_release(&b);
}

static void test_raw_text(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 65536);
    struct json j = json_over(&b);
    json_text(&j, NULL, SPAN("plain, longer than eight"));
    assert_true(gives(&b, "\"plain, longer than eight\""));
    json_text(&j, NULL, SPAN("a\n\x1b\"\\\xc3\xa9\xff"));
    assert_true(gives(&b, "\"a\\n\\u001b\\\"\\\\\xc3\xa9\xef\xbf\xbd\""));
    json_lines(&j, NULL, SPAN("a\n\nb\r\n"));
    assert_true(gives(&b, "\"a\\n\\nb\\r\\n\""));
    buf_release(&b);
}

static void test_visible_text(void **state)
{
    struct buf b;
    static uint8_t letters[JSON_TEXT_MAX + 1];
    (void)state;
    buf_init(&b, 1 << 20);
    struct json j = json_visible_over(&b);
    json_text(&j, NULL, SPAN("a\n\x1b\xe2\x80\xae\"\\\xff"));
    assert_true(gives(&b, "\"a\\\\x0a\\\\x1b\\\\u{202e}\\\"\\\\\\\\xff\""));
    json_lines(&j, NULL, SPAN("a\n\nb\r\n"));
    assert_true(gives(&b, "\"a\\n\\nb\\\\x0d\\n\""));
    /* No sequence is parted where a piece ends. */
    for (size_t shift = 0; shift < 4; shift++) {
        memset(letters, 'x', shift);
        for (size_t i = 0; i < 100; i++)
            memcpy(letters + shift + 4 * i, "\xf0\x9f\x9a\xaa", 4);
        json_text(&j, NULL, span_of(letters, 400 + shift));
        assert_int_equal(b.len, 402 + shift);
        buf_reset(&b);
    }
    /* As long as is allowed, and one more. */
    memset(letters, 'x', sizeof(letters));
    json_text(&j, NULL, span_of(letters, JSON_TEXT_MAX));
    assert_int_equal(b.len, JSON_TEXT_MAX + 2);
    buf_reset(&b);
    json_text(&j, NULL, span_of(letters, sizeof(letters)));
    assert_int_equal(b.len, JSON_TEXT_MAX + 5);
    buf_reset(&b);
    json_lines(&j, NULL, span_of(letters, sizeof(letters)));
    assert_int_equal(b.len, JSON_TEXT_MAX + 5);
    buf_release(&b);
}

/* The limit is of what is shown, and never ends within a character. */
static void test_cut(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    struct json j = { .out = &b, .shown_max = 5 };
    json_text(&j, NULL, SPAN("12345"));
    assert_true(gives(&b, "\"12345\""));
    json_text(&j, NULL, SPAN("1234\xc3\xa9"));
    assert_true(gives(&b, "\"1234...\""));
    json_text(&j, NULL, SPAN("\x1b\x1b"));
    assert_true(gives(&b, "\"\\\\x1b\\\\...\""));
    json_lines(&j, NULL, SPAN("123\n456\n7"));
    assert_true(gives(&b, "\"123\\n45...\""));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_structure), cmocka_unit_test(test_lines),        cmocka_unit_test(test_too_deep),
        cmocka_unit_test(test_raw_text),  cmocka_unit_test(test_visible_text), cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
