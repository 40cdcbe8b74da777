/* A mail of hostile text: no header, line or conversation ends where it should not. */
#include "unit/check.h"
#include "unit/folder.h"

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

static bool mentions_fix(const char *closed)
{
    struct arena a;
    struct error e;
    struct buf b;
    char json[300];
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    snprintf(json, sizeof(json), "{\"text\":\"x\",\"finding\":{\"endpoint\":\"e\",\"closed\":%s,\"fix\":\"do this\"}}", closed);
    struct message m = { .arena = &a, .root = json_parse(&a, span_str(json), &e) };
    prose_changes(&b, &m, 10);
    bool said = span_has(buf_span(&b), "How to close it") || span_has(buf_span(&b), "do this");
    buf_release(&b);
    arena_release(&a);
    return said;
}

/* What is closed comes without commands to paste. */
static void test_no_fix_for_what_is_fixed(void **state)
{
    (void)state;
    assert_true(mentions_fix("null"));
    assert_false(mentions_fix("\"2026-11-30T00:00:00Z\""));
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

static struct handing *handing_of(struct arena *a, const struct receiver *r, const struct message *m)
{
    struct handing *h = ARENA_NEW(a, struct handing);
    assert_non_null(h);
    *h = (struct handing){ .receiver = r, .message = m };
    find_taken(h);
    return h;
}

/* Of three, one is refused for good and one put off: the third has the mail, and the next attempt
 * serves the second alone. */
static void test_each_recipient_has_a_fate(void **state)
{
    static const char *to[] = { "a@x", "b@x", "c@x" };
    static const struct receiver r = { .email = { .from = "ajar@x", .to = { to, 3, 3 } } };
    char dir[TEST_FOLDER_MAX];
    struct arena a;
    struct error e = { "" };
    (void)state;
    assert_true(test_folder_make(dir));
    arena_init(&a, 16 << 20);
    struct message m = { .dir = dir, .name = "m", .arena = &a, .text = SPAN("{\"text\":\"x\"}") };
    m.root = json_parse(&a, m.text, &e);
    struct handing *h = handing_of(&a, &r, &m);
    h->to[0] = (struct courier_recipient){ "a@x", FATE_TAKEN, 250 };
    h->to[1] = (struct courier_recipient){ "b@x", FATE_OPEN, 451 };
    h->to[2] = (struct courier_recipient){ "c@x", FATE_REFUSED, 550 };
    assert_int_equal(settle(h, 0, &e), DELIVERY_REFUSED);
    assert_string_equal(e.text, "not yet taken for b@x (the relay answered 451)");
    for (int again = 0; again < 2; again++) {
        char path[FILE_PATH_MAX];
        snprintf(path, sizeof(path), "%s/m", dir);
        assert_true(file_read(&a, path, 4096, &m.text, &e));
        assert_non_null(m.root = json_parse(&a, m.text, &e));
        assert_true(span_is(node_text(node_get(m.root, "text")), "x"));
        h = handing_of(&a, &r, &m);
        assert_int_equal(h->to[0].fate, FATE_TAKEN);
        assert_int_equal(h->to[1].fate, FATE_OPEN);
        assert_true(note_taken(h, &e));
    }
    h->to[1].fate = FATE_TAKEN;
    h->to[2] = (struct courier_recipient){ "c@x", FATE_REFUSED, 550 };
    assert_int_equal(settle(h, 1, &e), DELIVERED);
    assert_string_equal(e.text, "refused for c@x (the relay answered 550)");
    for (size_t i = 0; i < 3; i++)
        h->to[i].fate = FATE_REFUSED;
    assert_int_equal(settle(h, 0, &e), DELIVERY_REFUSED);
    arena_release(&a);
    assert_int_equal(test_folder_remove(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_cannot_be_added),
        cmocka_unit_test(test_plain_subject_stays_readable),
        cmocka_unit_test(test_each_recipient_has_a_fate),
        cmocka_unit_test(test_no_fix_for_what_is_fixed),
        cmocka_unit_test(test_encoded_words_are_short_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
