/* Responses as text: the head, its ceilings, titles, and bodies that are JSON or are not. What goes
 * wrong on the wire is played by test/tape/http. */
#include "unit/check.h"

#include "http/response.c"

static int setup(void **state)
{
    static struct arena a;
    arena_init(&a, 8 << 20);
    *state = &a;
    return 0;
}

static int teardown(void **state)
{
    arena_release(*state);
    return 0;
}

static struct response *parse(void **state, const char *text)
{
    struct error e;
    return response_from_text(*state, span_str(text), &e);
}

static void test_status_line(void **state)
{
    assert_int_equal(parse(state, "HTTP/1.1 200 OK\n\n")->status, 200);
    assert_int_equal(parse(state, "HTTP/1.0 599\r\n\r\n")->status, 599);
    assert_true(parse(state, "HTTP/1.1 204 \r\n\r\n")->http11);
    assert_false(parse(state, "HTTP/1.0 204 \r\n\r\n")->http11);
    static const char *const broken[] = { "",
                                          "HTTP/1.1 200 OK",
                                          "HTTP/2 200\r\n\r\n",
                                          "HTTP/1.2 200 OK\r\n\r\n",
                                          "HTTP/1.1 99 X\r\n\r\n",
                                          "HTTP/1.1 600 X\r\n\r\n",
                                          "HTTP/1.1 2000 X\r\n\r\n",
                                          "HTTP/1.1200 OK\r\n\r\n",
                                          "HTTP/1.1 2 0 OK\r\n\r\n",
                                          "http/1.1 200 OK\r\n\r\n",
                                          "ICY 200 OK\r\n\r\n" };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        assert_null(parse(state, broken[i]));
}

static void test_headers(void **state)
{
    struct response *r = parse(
        state, "HTTP/1.1 200 OK\r\nServer:  a b \r\nX-Two: 1\r\nx-two: 2\r\nEmpty:\r\n"
               "Folded: a\r\n  b\r\nSpaced : v\r\n\r\nbody");
    assert_non_null(r);
    assert_true(span_is(response_header(r, "server"), "a b"));
    assert_true(span_is(response_header(r, "X-TWO"), "1"));
    assert_true(response_has_header(r, SPAN("empty")));
    assert_int_equal(response_header(r, "empty").len, 0);
    assert_true(span_is(response_header(r, "folded"), "a"));
    assert_true(span_is(response_header(r, "spaced"), "v"));
    assert_false(response_has_header(r, SPAN("absent")));
    assert_true(span_is(r->body, "body"));
}

static void test_broken_headers(void **state)
{
    assert_null(parse(state, "HTTP/1.1 200 OK\r\n folded first\r\n\r\n"));
    assert_null(parse(state, "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"));
    assert_null(parse(state, "HTTP/1.1 200 OK\r\n: v\r\n\r\n"));
    assert_null(parse(state, "HTTP/1.1 200 OK\r\na b: v\r\n\r\n"));
    assert_null(parse(state, "HTTP/1.1 200 OK\r\na\x01: v\r\n\r\n"));
}

static void test_too_many_headers(void **state)
{
    char text[4096] = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < RESPONSE_HEADERS_MAX; i++)
        strcat(text, "a: b\r\n");
    size_t end = strlen(text);
    strcat(text, "\r\n");
    assert_non_null(parse(state, text));
    text[end] = '\0';
    strcat(text, "a: b\r\n\r\n");
    assert_null(parse(state, text));
}

static void test_framing_fields(void **state)
{
    bool there;
    uint64_t n;
    assert_true(content_length(parse(state, "HTTP/1.1 200 OK\r\n\r\n"), &there, &n) && !there);
    assert_true(content_length(parse(state, "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n"),
                               &there, &n));
    assert_true(there && n == 5);
    assert_false(content_length(parse(state, "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n"),
                                &there, &n));
    assert_false(
        content_length(parse(state, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), &there, &n));
    assert_false(
        content_length(parse(state, "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"), &there, &n));
    assert_false(content_length(
        parse(state, "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n"), &there,
        &n));
    assert_true(
        ends_chunked(parse(state, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n")));
    assert_false(
        ends_chunked(parse(state, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n")));
}

static void test_chunk_size(void **state)
{
    uint64_t n;
    (void)state;
    assert_true(chunk_size(SPAN("1a;x=y"), &n) && n == 26);
    assert_true(chunk_size(SPAN("0"), &n) && n == 0);
    assert_true(chunk_size(SPAN(" Ff "), &n) && n == 255);
    assert_false(chunk_size(SPAN(""), &n) || chunk_size(SPAN("-1"), &n) ||
                 chunk_size(SPAN("0x10"), &n));
    assert_false(chunk_size(SPAN("fffffffffff"), &n));
}

static void test_title(void **state)
{
    assert_true(span_is(
        response_title(parse(state, "HTTP/1.1 200 OK\n\n<TITLE id=x> a b </title>")), "a b"));
    assert_int_equal(response_title(parse(state, "HTTP/1.1 200 OK\n\n<title>")).len, 0);
    assert_int_equal(response_title(parse(state, "HTTP/1.1 200 OK\n\n<title")).len, 0);
    assert_int_equal(response_title(parse(state, "HTTP/1.1 200 OK\n\n")).len, 0);
}

static void test_json(void **state)
{
    assert_non_null(response_json(parse(state, "HTTP/1.1 200 OK\n\n {\"a\":1}\n")));
    assert_null(response_json(parse(state, "HTTP/1.1 200 OK\n\n<html>")));
    assert_null(response_json(parse(state, "HTTP/1.1 200 OK\n\n")));
    assert_null(response_json(parse(state, "HTTP/1.1 200 OK\n\n{\"a\":")));
    struct response *cut = parse(state, "HTTP/1.1 200 OK\n\n[]");
    cut->cut = true;
    assert_null(response_json(cut));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_status_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_framing_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_chunk_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_title, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
