/* A mail of hostile text: no header, line or conversation ends where it should not. */
#include "unit/check.h"

#include "watch/mail.c"

static void write_mail(const char *json, const char *eol, struct buf *out)
{
    static const char *to[] = { "ops@example.org" };
    static struct receiver r = { .email = { .from = "ajar@example.org", .to = { to, 1, 1 } } };
    struct arena a;
    struct error e;
    arena_init(&a, 16 << 20);
    buf_init(out, 1 << 20);
    struct message m = { .id = "0123456789abcdef0123456789abcdef", .arena = &a, .host = "h", .instance = "abcdef0123456789",
                         .root = json_parse(&a, span_str(json), &e) };
    assert_non_null(m.root);
    assert_true(mail_write(&r, &m, eol, out));
    buf_byte(out, 0);
    arena_release(&a);
}

static void test_headers_cannot_be_added(void **state)
{
    struct buf b;
    (void)state;
    write_mail("{\"text\":\"a\\r\\nBcc: x@y\\r\\n.\\r\\nQUIT \\u202e =?utf-8?q?x?= \xc3\xbc\",\"severity\":\"high\\r\\nX: y\","
               "\"at\":\"nonsense\\n\",\"finding\":{\"fingerprint\":\"ab>\\r\\nX: y\",\"why\":\".\\n.\",\"fix\":\"one\\n.\\ntwo\"}}",
               "\r\n", &b);
    const char *text = (const char *)b.at, *body = strstr(text, "\r\n\r\n");
    assert_non_null(body);
    assert_null(strstr(text, "Bcc:"));
    assert_null(strstr(text, "\r\nX: y"));
    assert_null(strstr(text, "\n."));
    assert_null(strstr(text, "References"));
    assert_non_null(strstr(text, "Subject: =?UTF-8?B?"));
    for (const char *c = text; *c; c++)
        assert_true((*c >= ' ' && *c < 0x7f) || *c == '\r' || *c == '\n');
    for (const char *line = text; (line = strchr(line, '\n')); line++)
        assert_true(line[-1] == '\r');
    buf_release(&b);
}

static void test_plain_subject_stays_readable(void **state)
{
    struct buf b;
    (void)state;
    write_mail("{\"text\":\"high new: open Redis\",\"severity\":\"high\"}", "\n", &b);
    assert_non_null(strstr((const char *)b.at, "\nSubject: [ajar] high new: open Redis\n"));
    assert_non_null(strstr((const char *)b.at, "\nX-Ajar-Severity: high\n"));
    assert_null(strchr((const char *)b.at, '\r'));
    buf_release(&b);
}

static void test_encoded_words_are_short_and_whole(void **state)
{
    struct buf b, text;
    (void)state;
    buf_init(&b, 1 << 16);
    buf_init(&text, 1 << 16);
    for (int i = 0; i < 60; i++)
        buf_str(&text, "\xe4\xb8\xad");
    put_words(&b, buf_span(&text), "\r\n");
    struct span rest = buf_span(&b);
    while (rest.len) {
        struct span line = span_trim(span_cut(&rest, '\n'));
        assert_true(line.len <= 75 && span_starts(line, SPAN("=?UTF-8?B?")) && span_ends(line, SPAN("?=")));
        assert_false(span_has(line, "=?=")); /* whole characters of three bytes: no padding */
    }
    buf_release(&b);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_cannot_be_added),
        cmocka_unit_test(test_plain_subject_stays_readable),
        cmocka_unit_test(test_encoded_words_are_short_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
