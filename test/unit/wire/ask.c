#include "unit/check.h"

#include "wire/ask.c"

#include "base/random.h"

static const struct ask OPEN_ENDED = { .name = "t.open", .why = "t",
                                       .parts = { ASK_BYTES("\x05"), ASK_HOLE("an address", 3, HOLE_ANY) } };
static const struct ask FIXED = ASK_FIXED("t.fixed", "test", "PING\r\n");

/* A length in front of a name, as MongoDB and PostgreSQL write it. */
static const struct ask SIZED = {
    .name = "t.sized", .why = "test",
    .parts = { ASK_BYTES("Q"), ASK_BE(4, 1, 4, 0), ASK_HOLE("name", 40, HOLE_ANY), ASK_BYTES("\0") },
};

/* BER inside BER, as LDAP writes it. */
static const struct ask BER = {
    .name = "t.ber", .why = "test",
    .parts = { ASK_BYTES("\x30"), ASK_BER(2, 5), ASK_BYTES("\x04"), ASK_BER(4, 5), ASK_HOLE("dn", 300, HOLE_ANY) },
};

static const struct ask HTTP = {
    .name = "t.http", .why = "test",
    .parts = { ASK_BYTES("POST /_dbs_info HTTP/1.1\r\nHost: "), ASK_HOLE("host", 262, HOLE_HOST),
               ASK_BYTES("\r\nContent-Length: "), { .kind = PART_DEC, .from = 5, .to = 8 }, ASK_BYTES("\r\n\r\n"),
               ASK_BYTES("{\"keys\":[\""), ASK_HOLE("name", 200, HOLE_JSON), ASK_BYTES("\"]}") },
};

static struct span render(const struct ask *a, const struct span *args, size_t n, uint8_t *bytes, size_t cap)
{
    struct writer w = writer_over(bytes, cap);
    return ask_render(a, args, n, &w) ? writer_span(&w) : SPAN_NONE;
}

static void renders_what_it_matches(void **state)
{
    uint8_t bytes[ASK_SENT_MAX];
    struct span args[] = { SPAN("127.0.0.1:5984"), SPAN("orders") };
    (void)state;
    assert_int_equal(ask_match(&FIXED, SPAN("PING\r\nrest")), 6);
    assert_int_equal(ask_match(&FIXED, SPAN("PONG\r\n")), 0);
    assert_int_equal(ask_match_beyond(&FIXED, SPAN("PING\r\nrest"), 6), 0);
    assert_int_equal(ask_match_beyond(&OPEN_ENDED, SPAN("\x05" "abcd"), 0), 1);
    assert_int_equal(ask_match_beyond(&OPEN_ENDED, SPAN("\x05" "abcd"), 1), 2);
    assert_int_equal(ask_match_beyond(&OPEN_ENDED, SPAN("\x05" "abcd"), 4), 0);
    struct span sized = render(&SIZED, (struct span[]){ SPAN("abc") }, 1, bytes, sizeof(bytes));
    assert_true(span_eq(sized, SPAN("Q\0\0\0\x08" "abc\0")));
    assert_int_equal(ask_match(&SIZED, sized), sized.len);
    struct span http = render(&HTTP, args, 2, bytes, sizeof(bytes));
    assert_true(span_has(http, "Content-Length: 19\r\n\r\n{\"keys\":[\"orders\"]}"));
    assert_int_equal(ask_match(&HTTP, http), http.len);
}

static void a_wrong_length_is_no_match(void **state)
{
    (void)state;
    assert_int_equal(ask_match(&SIZED, SPAN("Q\0\0\0\x09" "abc\0")), 0);
    assert_int_equal(ask_match(&BER, SPAN("\x30\x05\x04\x03" "abc")), 7);
    assert_int_equal(ask_match(&BER, SPAN("\x30\x06\x04\x03" "abc")), 0);
    /* The long form where the short one is due. */
    assert_int_equal(ask_match(&BER, SPAN("\x30\x81\x05\x04\x03" "abc")), 0);
}

static void long_ber_lengths(void **state)
{
    uint8_t bytes[ASK_SENT_MAX], dn[300];
    (void)state;
    memset(dn, 'x', sizeof(dn));
    struct span args[] = { span_of(dn, 200) };
    struct span sent = render(&BER, args, 1, bytes, sizeof(bytes));
    assert_true(span_starts(sent, SPAN("\x30\x81\xcb\x04\x81\xc8x")));
    assert_int_equal(ask_match(&BER, sent), sent.len);
    args[0] = span_of(dn, 300);
    sent = render(&BER, args, 1, bytes, sizeof(bytes));
    assert_true(span_starts(sent, SPAN("\x30\x82\x01\x30\x04\x82\x01\x2cx")));
    assert_int_equal(ask_match(&BER, sent), sent.len);
}

static void holes_refuse(void **state)
{
    uint8_t bytes[ASK_SENT_MAX];
    struct span good = SPAN("db"), evil_host = SPAN("a\r\nX: y"), evil_name = SPAN("a\"],\"x\":[\"");
    struct span args[] = { evil_host, good };
    (void)state;
    assert_int_equal(render(&HTTP, args, 2, bytes, sizeof(bytes)).len, 0);
    args[0] = good;
    args[1] = evil_name;
    assert_int_equal(render(&HTTP, args, 2, bytes, sizeof(bytes)).len, 0);
    args[1] = SPAN("escaped \\\" quote");
    assert_true(render(&HTTP, args, 2, bytes, sizeof(bytes)).len > 0);
    assert_int_equal(render(&HTTP, args, 1, bytes, sizeof(bytes)).len, 0);
    assert_int_equal(render(&FIXED, args, 1, bytes, sizeof(bytes)).len, 0);
    assert_false(url_text_ok(SPAN("a/b")));
    assert_false(url_text_ok(SPAN("%2")));
    assert_true(url_text_ok(SPAN("a%2Fb~")));
    assert_false(json_text_ok(SPAN("trailing \\")));
}

static void too_long_is_refused(void **state)
{
    uint8_t bytes[ASK_SENT_MAX], name[41];
    (void)state;
    memset(name, 'n', sizeof(name));
    struct span args[] = { span_of(name, 41) };
    assert_int_equal(render(&SIZED, args, 1, bytes, sizeof(bytes)).len, 0);
    args[0].len = 40;
    assert_int_equal(render(&SIZED, args, 1, bytes, 20).len, 0);
}

/* Whatever arrives, a match never reaches past what was sent, and what matches renders again. */
static void random_bytes_do_not_match(void **state)
{
    struct random r = { 7 };
    uint8_t bytes[64];
    (void)state;
    for (int i = 0; i < 20000; i++) {
        size_t n = random_below(&r, sizeof(bytes));
        for (size_t k = 0; k < n; k++)
            bytes[k] = (uint8_t)random_next(&r);
        assert_true(ask_match(&BER, span_of(bytes, n)) <= n);
        assert_int_equal(ask_match(&HTTP, span_of(bytes, n)), 0);
    }
}

/* A base path is filled in as the server or the user named it, whole or not at all. */
static void base_paths(void **state)
{
    static const struct ask BASED = {
        .name = "t.based", .why = "test",
        .parts = { ASK_BYTES("GET "), ASK_HOLE("base path", 300, HOLE_BASE), ASK_BYTES("/api HTTP/1.1\r\n") },
    };
    static const char *const good[] = { "", "/a", "/kibana", "/a/b/c/d", "/1/2/3/4/5/6/7/8", "/_plugin/kibana",
                                        "/_dashboards", "/a_b.c-d~e", "/..." };
    static const char *const bad[] = { "/", "a", "a/", "/a/", "//", "/a//b", "/.", "/a/..", "/a/../b", "/a%2fb", "/_search",
                                       "/c/_search", "/_plugins", "/a b", "/a\r\n", "/a?b", "/1/2/3/4/5/6/7/8/9" };
    uint8_t bytes[ASK_SENT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct span arg = span_str(good[i]), sent = render(&BASED, &arg, 1, bytes, sizeof(bytes));
        if (sent.len != 19 + arg.len || ask_match(&BASED, sent) != sent.len)
            fail_msg("\"%s\" is refused", good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct span arg = span_str(bad[i]);
        struct writer w = writer_over(bytes, sizeof(bytes));
        writer_put(&w, SPAN("GET "));
        writer_put(&w, arg);
        writer_put(&w, SPAN("/api HTTP/1.1\r\n"));
        if (ask_match(&BASED, writer_span(&w)) || render(&BASED, &arg, 1, bytes, sizeof(bytes)).len)
            fail_msg("\"%s\" is let through", bad[i]);
    }
    uint8_t segment[ASK_SEGMENT_MAX + 2];
    memset(segment, 'a', sizeof(segment));
    segment[0] = '/';
    assert_true(ask_base_ok(span_of(segment, sizeof(segment) - 1)));
    assert_false(ask_base_ok(span_of(segment, sizeof(segment))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_paths),
        cmocka_unit_test(renders_what_it_matches), cmocka_unit_test(a_wrong_length_is_no_match),
        cmocka_unit_test(long_ber_lengths),        cmocka_unit_test(holes_refuse),
        cmocka_unit_test(too_long_is_refused),     cmocka_unit_test(random_bytes_do_not_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
