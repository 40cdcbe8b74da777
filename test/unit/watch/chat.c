/* What a room of a chat is sent: JSON of its own format that calls nobody, whatever a peer said. */
#include "unit/check.h"

#include "watch/chat.c"

static const char HOSTILE[] = "high new: <!channel> <at user_id=\"all\"></at> @all [x](http://evil) \\\" \n&amp; </script>\n";

static const struct node *made(struct arena *a, enum chat_kind kind, struct span text, const char *sign, struct buf *out)
{
    struct error e = { "" };
    buf_reset(out);
    struct json j = json_visible_over(out);
    CHATS[kind].put(&j, text, "1000", sign);
    const struct node *n = json_parse(a, buf_span(out), &e);
    if (!n)
        fail_msg("%d: %s", kind, e.text);
    return n;
}

static struct span at(const struct node *n, const char *path)
{
    return node_text(node_path(n, span_str(path)));
}

static void test_formats(void **state)
{
    struct arena a;
    struct buf b;
    struct span text = span_str(HOSTILE);
    (void)state;
    arena_init(&a, 16 << 20);
    buf_init(&b, 1 << 20);
    struct span slack = at(made(&a, CHAT_SLACK, text, NULL, &b), "text");
    assert_true(span_starts(slack, SPAN("high new: &lt;!channel&gt; ")));
    assert_false(span_has(slack, "<"));
    const struct node *teams = made(&a, CHAT_TEAMS, text, NULL, &b);
    assert_true(span_is(at(teams, "attachments.0.contentType"), "application/vnd.microsoft.card.adaptive"));
    assert_true(span_is(at(teams, "attachments.0.content.type"), "AdaptiveCard"));
    assert_true(span_is(at(teams, "attachments.0.content.body.1.inlines.0.type"), "TextRun"));
    assert_true(span_starts(at(teams, "attachments.0.content.body.1.inlines.0.text"), SPAN("&amp; ")));
    const struct node *feishu = made(&a, CHAT_FEISHU, text, "c2ln", &b);
    assert_true(span_is(at(feishu, "msg_type"), "text"));
    assert_true(span_is(at(feishu, "timestamp"), "1000"));
    assert_true(span_is(at(feishu, "sign"), "c2ln"));
    assert_false(span_has(at(feishu, "content.text"), "<"));
    assert_null(node_get(made(&a, CHAT_FEISHU, text, NULL, &b), "sign"));
    for (int kind = CHAT_DINGTALK; kind <= CHAT_WECOM; kind++) {
        const struct node *n = made(&a, (enum chat_kind)kind, text, NULL, &b);
        assert_true(span_is(at(n, "msgtype"), "text"));
        assert_true(span_starts(at(n, "text.content"), SPAN("high new: <!channel>")));
        assert_null(node_get(n, "at"));
    }
    buf_release(&b);
    arena_release(&a);
}

/* WeCom takes 2,048 bytes at most; a character is never cut in two. */
static void test_cut(void **state)
{
    char text[6001] = "";
    (void)state;
    for (size_t i = 0; i < 6000; i += 3)
        memcpy(text + i, "\xe4\xb8\xad", 3);
    struct span cut = cut_text(span_of(text, 6000), CHATS[CHAT_WECOM].text_max);
    assert_true(cut.len <= 2000 && cut.len > 1990 && cut.len % 3 == 0);
    assert_int_equal(cut_text(SPAN("abc"), 3).len, 3);
}

/* Reckoned in Python: base64(hmac(key, text, sha256)) as the two documents say. */
static void test_signs(void **state)
{
    char sign[SIGN_TEXT_MAX];
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    assert_true(make_sign(CHAT_FEISHU, "1599360473", SPAN("demo"), sign));
    assert_string_equal(sign, "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
    assert_true(make_sign(CHAT_DINGTALK, "1599360473000", SPAN("SECdemo"), sign));
    assert_string_equal(sign, "tGWkA5eQOQNCNPDgphtxIoNLO+/gD8Lcb705KQoRzeY=");
    assert_string_equal(signed_url(&a, "https://x/robot/send?access_token=t", "1", "a+b/c="),
                        "https://x/robot/send?access_token=t&timestamp=1&sign=a%2Bb%2Fc%3D");
    arena_release(&a);
}

static enum delivery judged(enum chat_kind kind, unsigned status, const char *answer)
{
    struct arena a;
    struct error e = { "" };
    arena_init(&a, 1 << 20);
    enum delivery d = verdict(&CHATS[kind], status, span_str(answer), &a, &e);
    assert_int_equal(d == DELIVERED, e.text[0] == '\0');
    arena_release(&a);
    return d;
}

/* A 200 that says that the message was not taken is not taken. */
static void test_verdicts(void **state)
{
    (void)state;
    assert_int_equal(judged(CHAT_SLACK, 200, "ok"), DELIVERED);
    assert_int_equal(judged(CHAT_TEAMS, 202, ""), DELIVERED);
    assert_int_equal(judged(CHAT_FEISHU, 200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}"), DELIVERED);
    assert_int_equal(judged(CHAT_FEISHU, 200, "{\"code\":19021,\"msg\":\"sign match fail\"}"), DELIVERY_REFUSED);
    assert_int_equal(judged(CHAT_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}"), DELIVERED);
    assert_int_equal(judged(CHAT_WECOM, 200, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}"), DELIVERY_REFUSED);
    assert_int_equal(judged(CHAT_DINGTALK, 200, "<html>"), DELIVERY_REFUSED);
    assert_int_equal(judged(CHAT_SLACK, 429, ""), DELIVERY_UNREACHABLE);
    assert_int_equal(judged(CHAT_SLACK, 404, "no_service"), DELIVERY_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
