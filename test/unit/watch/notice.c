/* What is written can be read again, whatever a peer put into it. */
#include "unit/check.h"

#include "text/node.h"
#include "watch/notice.c"

static struct stored_finding hostile(void)
{
    struct stored_finding f = { .records = 5, .bytes = COUNT_UNKNOWN, .first_ms = 1, .accepted_until_ms = COUNT_UNKNOWN };
    f.exposure = (struct exposure){ .opened_ms = 1, .seen_ms = 2, .closed_ms = COUNT_UNKNOWN, .opened_scan = 1,
                                    .seen_scan = 1, .closed_scan = COUNT_UNKNOWN };
    f.finding = (struct finding){ .rule = "r", .title = "T\x1b]0;x\x07", .product = "redis", .severity = SEVERITY_HIGH,
                                  .version = SPAN("7\r\nX: y\"\\\xff\xe2\x80\xae\0z"), .why = SPAN("\x85\xc2\x85<b>"),
                                  .fix = SPAN("one\ntwo\x1b[0m\r\n") };
    f.finding.endpoint.address.family = 4;
    memcpy(f.finding.fingerprint, "00112233445566778899aabbccddeeff", FINGERPRINT_MAX);
    return f;
}

static void test_hostile_text_becomes_visible(void **state)
{
    struct arena a;
    struct error e;
    struct buf b;
    struct stored_finding f = hostile();
    struct notice n = { .kind = NOTICE_NEW, .severity = SEVERITY_HIGH, .at_ms = 1000, .scan = 3, .about = &f };
    (void)state;
    arena_init(&a, 1 << 22);
    buf_init(&b, NOTICE_BYTES_MAX);
    assert_true(notice_write(&n, "h", "id", &b));
    for (size_t i = 0; i < b.len; i++)
        assert_true(b.at[i] >= ' ' && b.at[i] != 0x7f);
    const struct node *root = json_parse(&a, buf_span(&b), &e), *g = node_get(root, "finding");
    assert_non_null(g);
    for (const struct node *c = g->first; c; c = c->next)
        for (size_t i = 0; i < c->text.len; i++)
            assert_true((c->text.at[i] >= ' ' && c->text.at[i] < 0x7f) || (c->text.at[i] == '\n' && span_is(c->key, "fix")));
    assert_true(span_starts(node_text(node_get(g, "fix")), SPAN("one\ntwo")));
    assert_true(span_starts(node_text(node_get(root, "text")), SPAN("high new: T\\x1b")));
    assert_int_equal(node_get(g, "bytes")->kind, NODE_NULL);
    buf_release(&b);
    arena_release(&a);
}

static void test_long_text_is_cut_between_characters(void **state)
{
    struct buf b, in;
    (void)state;
    buf_init(&b, 1 << 20);
    buf_init(&in, 1 << 22);
    for (int i = 0; i < 100000; i++)
        buf_str(&in, "\xe4\xb8\xad");
    put_visible(&b, buf_span(&in), NOTICE_TEXT_MAX);
    assert_true(b.len <= NOTICE_TEXT_MAX && b.len > NOTICE_TEXT_MAX - 10);
    assert_int_equal((b.len - 3) % 3, 0);
    buf_release(&b);
    buf_release(&in);
}

/* Who reads only the subject knows how many, and the worst with its place. */
static void test_digest_names_the_worst(void **state)
{
    struct arena a;
    struct error e;
    struct buf b;
    struct span parts[] = { SPAN("{\"severity\":\"low\",\"text\":\"low new: A\"}"),
                            SPAN("{\"severity\":\"critical\",\"text\":\"critical new: B at 10.0.0.5:6379\"}"),
                            SPAN("{\"severity\":\"critical\",\"text\":\"critical fixed: C\"}"), SPAN("{\"severity\":7}"),
                            SPAN("no JSON") };
    (void)state;
    arena_init(&a, 1 << 22);
    buf_init(&b, DIGEST_BYTES_MAX);
    assert_true(digest_write(parts, 4, "h", "id", 1000, &b));
    const struct node *root = json_parse(&a, buf_span(&b), &e);
    assert_true(span_is(node_text(node_get(root, "text")), "4 changes, the worst: critical new: B at 10.0.0.5:6379"));
    buf_reset(&b);
    digest_write(&parts[3], 2, "h", "id", 1000, &b);
    assert_true(span_has(buf_span(&b), "\"text\":\"2 changes\""));
    buf_release(&b);
    arena_release(&a);
}

static void test_ids(void **state)
{
    char a[NOTICE_ID_MAX], b[NOTICE_ID_MAX];
    struct stored_finding f = hostile();
    struct notice n = { .kind = NOTICE_NEW, .at_ms = 1000, .scan = 3, .about = &f };
    (void)state;
    notice_id(&n, SPAN("x"), a);
    n.at_ms = 2000;
    notice_id(&n, SPAN("x"), b);
    assert_string_equal(a, b); /* the same change, found again after a crash */
    notice_id(&n, SPAN("y"), b);
    assert_string_not_equal(a, b);
    n.kind = NOTICE_FIXED;
    notice_id(&n, SPAN("x"), b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_text_becomes_visible),
        cmocka_unit_test(test_long_text_is_cut_between_characters),
        cmocka_unit_test(test_digest_names_the_worst),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
