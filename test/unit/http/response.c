/* Responses as text: the head, its ceilings, titles, and bodies that are JSON or are not. What goes
 * wrong on the wire is played by test/tape/http. */
#include "unit/check.h"

#include "http/response.c"

#include "base/buf.h"

#include <stdio.h>

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
    assert_int_equal(parse(state, "HTTP/1.1 200\r\n\r\n")->status, 200);
    assert_int_equal(parse(state, "http/1.1 200 ok\r\n\r\n")->status, 200);
    assert_true(parse(state, "HTTP/1.2 200 OK\r\n\r\n")->http11);
    assert_int_equal(parse(state, "HTTP/1.1 999 No\r\n\r\n")->status, 999);
    assert_true(parse(state, "HTTP/1.1 204 \r\n\r\n")->http11);
    assert_false(parse(state, "HTTP/1.0 204 \r\n\r\n")->http11);
    static const char *const broken[] = { "",
                                          "HTTP/1.1 200 OK",
                                          "HTTP/2 200\r\n\r\n",
                                          "HTTP/1.x 200 OK\r\n\r\n",
                                          "HTTP/1.1 99 X\r\n\r\n",
                                          "HTTP/1.1 2000 X\r\n\r\n",
                                          "HTTP/1.1200 OK\r\n\r\n",
                                          "HTTP/1.1 2 0 OK\r\n\r\n",
                                          "HTTP/1.1 099 OK\r\n\r\n",
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

/* Off a wire, odd lines are passed over and noted; in an example of ours they are a mistake. */
static void test_odd_lines(void **state)
{
    static const struct {
        const char *line;
        unsigned odd;
    } lines[] = { { " folded first", ODD_FIRST_FOLDED }, { "no colon", ODD_LINE }, { ": v", ODD_LINE },
                  { "a b: v", ODD_LINE },                { "a\x01: v", ODD_LINE }, { "HTTP/1.1 200 OK", ODD_STATUS_TWICE },
                  { "http/1.0 404 no: colon", ODD_STATUS_TWICE } };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct response r = { .arena = *state };
        char text[64];
        assert_true(response_field_line(&r, span_str(lines[i].line), 0));
        assert_true(response_field_line(&r, SPAN("Server: x"), 0));
        assert_int_equal(r.odd, lines[i].odd);
        assert_int_equal(r.headers.len, 1);
        assert_true(response_odd_text(r.odd)[0]);
        snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\n%s\r\n\r\n", lines[i].line);
        assert_null(parse(state, text));
    }
}

/* Elasticsearch sends one Warning a deprecated index, and what frames the body behind them. */
static void test_more_fields_than_are_kept(void **state)
{
    struct response r = { .arena = *state };
    char text[40];
    for (int i = 0; i < 300; i++)
        assert_true(response_field_line(&r, SPAN("Warning: 299 Elasticsearch-7.17.9 \"deprecated\""), (size_t)i * 50));
    assert_true(response_field_line(&r, SPAN("X-elastic-product: Elasticsearch"), 15000));
    assert_int_equal(r.headers.len, RESPONSE_SAME_NAME_MAX + 1);
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof(text), "x-%d: y", i);
        assert_true(response_field_line(&r, arena_copy(*state, span_str(text)), 15000));
    }
    assert_int_equal(r.headers.len, RESPONSE_HEADERS_MAX);
    assert_true(response_field_line(&r, SPAN("Content-Length: 5"), 1 << 18));
    assert_true(response_field_line(&r, SPAN("Transfer-Encoding: chunked"), 1 << 18));
    assert_true(response_has_header(&r, SPAN("x-elastic-product")));
    assert_true(span_is(response_header(&r, "content-length"), "5"));
    assert_true(response_has_header(&r, SPAN("transfer-encoding")));
    assert_int_equal(r.odd, ODD_FIELDS);
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
    assert_null(response_json(parse(state, "HTTP/1.1 200 OK\n\n{} {}")));
    struct response *cut = parse(state, "HTTP/1.1 200 OK\n\n[] tail");
    cut->cut = true;
    assert_non_null(response_json(cut)); /* a whole value in it counts */
    struct response *early = parse(state, "HTTP/1.1 200 OK\n\n[1,2,3");
    assert_int_equal(response_json(early)->count, 2);
    assert_true(early->cut);
}

/* Every answer of a visit is paid from the same purse. */
static void test_json_costs_are_bounded(void **state)
{
    struct response_work work;
    struct buf b;
    (void)state;
    response_work_init(&work);
    buf_init(&b, 1 << 20);
    buf_str(&b, "HTTP/1.1 200 OK\n\n[1");
    while (b.len < (1 << 20) - 10)
        buf_str(&b, ",1");
    buf_str(&b, "]");
    size_t values = 0;
    for (int i = 0; i < 10; i++) {
        struct arena a;
        struct error e;
        arena_init(&a, 4 << 20);
        struct response *r = response_from_text(&a, buf_span(&b), &e);
        r->work = &work;
        const struct node *n = response_json(r);
        assert_true(r->cut || !n);
        assert_true(i > 0 || n->count == RESPONSE_VALUES_MAX - 1);
        values += n ? n->count + 1 : 0;
        arena_release(&a);
    }
    assert_true(values <= WORK_VALUES_MAX);
    assert_true(values > WORK_VALUES_MAX - 10);
    assert_false(arena_failed(&work.trees));
    buf_release(&b);
    response_work_release(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_status_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_odd_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_fields_than_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_title, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_costs_are_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
