/* Members get their commas, and text comes out visible also after a reader decoded it. */
#include "report/member.c"

#include "unit/check.h"

static bool gives(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("%.*s, not %s\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

static void test_members(void **state)
{
    struct buf b;
    const struct fact yes = { .type = FACT_BOOL, .number = 1 }, when = { .type = FACT_TIME, .number = 0 };
    (void)state;
    buf_init(&b, 65536);
    member_open(&b, NULL, '{');
    member_str(&b, "a", "{[");
    member_str(&b, "none", NULL);
    member_i64(&b, "n", -5);
    member_open(&b, "list", '[');
    member_open(&b, NULL, '{');
    member_close(&b, '}');
    member_bool(&b, NULL, false);
    member_fact(&b, NULL, &yes);
    member_fact(&b, NULL, &when);
    member_close(&b, ']');
    member_bytes(&b, "raw", SPAN("\x00\xff\""));
    member_close(&b, '}');
    assert_true(gives(&b, "{\"a\":\"{[\",\"n\":-5,\"list\":[{},false,true,\"1970-01-01T00:00:00Z\"],"
                          "\"raw\":\"\\\\x00\\\\xff\\\"\"}"));
    buf_release(&b);
}

static void test_text(void **state)
{
    struct buf b;
    uint8_t letters[MEMBER_TEXT_MAX + 1];
    (void)state;
    buf_init(&b, 1 << 20);
    member_text(&b, NULL, SPAN("a\n\x1b\xe2\x80\xae\"\\\xff"));
    assert_true(gives(&b, "\"a\\\\x0a\\\\x1b\\\\u{202e}\\\"\\\\\\\\xff\""));
    member_lines(&b, NULL, SPAN("a\n\nb\r\n"));
    assert_true(gives(&b, "\"a\\n\\nb\\\\x0d\\n\""));
    /* No sequence is parted where a piece ends. */
    for (size_t i = 0; i < 200; i++)
        memcpy(letters + 2 * i, "\xc3\xa9", 2);
    for (size_t shift = 0; shift < 4; shift++) {
        memset(letters, 'x', shift);
        for (size_t i = 0; i < 100; i++)
            memcpy(letters + shift + 4 * i, "\xf0\x9f\x9a\xaa", 4);
        member_text(&b, NULL, span_of(letters, 400 + shift));
        assert_int_equal(b.len, 402 + shift);
        buf_reset(&b);
    }
    memset(letters, 'x', sizeof(letters));
    member_text(&b, NULL, span_of(letters, sizeof(letters)));
    assert_int_equal(b.len, MEMBER_TEXT_MAX + 5);
    buf_release(&b);
}

static void test_finding(void **state)
{
    struct attribution who = { "provider", SPAN("a\n"), STRENGTH_LIKELY };
    struct since since = { "process", 0, STRENGTH_HINT, SPAN("b") };
    struct finding f = { .owner = SPAN_NONE };
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    member_open(&b, NULL, '{');
    member_life(&b, &f);
    member_whose(&b, &f);
    member_close(&b, '}');
    assert_true(gives(&b, "{}"));
    f = (struct finding){ .life = { .known = true, .is_new = true, .opened_ms = 1000, .reopened = 2 }, .accepted_until_ms = 2000,
                          .accepted_why = SPAN("w"), .owner = SPAN("o"), .tier = SPAN("t"), .contact = SPAN("c") };
    f.owners.at = &who;
    f.since.at = &since;
    f.owners.len = f.since.len = 1;
    member_open(&b, NULL, '{');
    member_life(&b, &f);
    member_whose(&b, &f);
    member_close(&b, '}');
    assert_true(gives(&b, "{\"new\":true,\"first_seen\":\"1970-01-01T00:00:00Z\",\"opened\":\"1970-01-01T00:00:01Z\","
                          "\"reopened\":2,\"accepted_until\":\"1970-01-01T00:00:02Z\",\"accepted_why\":\"w\",\"owner\":\"o\","
                          "\"tier\":\"t\",\"contact\":\"c\",\"owners\":[{\"who\":\"a\\\\x0a\",\"how\":\"provider\","
                          "\"strength\":\"likely\"}],\"since\":[{\"at\":\"1970-01-01T00:00:00Z\",\"source\":\"process\","
                          "\"strength\":\"hint\",\"text\":\"b\"}]}"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
