/* Why a finished scan is incomplete: the lowest endpoint that could not be asked speaks for all, whatever came first. */
#include "keep/unasked.h"

#include "unit/check.h"

static struct visit failed_at(uint8_t last, uint16_t port, const char *why)
{
    return (struct visit){ .endpoint = { .address = { 4, { 10, 0, 0, last } }, .port = port, .name = "a.example" },
                           .end = END_FAILED, .why = why };
}

static void line_is(const struct unasked *u, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    unasked_put(u, &out);
    buf_byte(&out, 0);
    assert_true(buf_ok(&out));
    assert_string_equal((const char *)out.at, wanted);
    buf_release(&out);
}

static void test_nothing(void **state)
{
    struct unasked u = { 0 };
    struct visit v = failed_at(1, 80, "x");
    (void)state;
    v.end = END_DONE;
    unasked_visit(&u, &v);
    unasked_remark(&u, &(struct remark){ .about = SPAN("10.0.0.0/8"), .text = SPAN("some were lost") });
    line_is(&u, "");
}

static void test_one(void **state)
{
    struct unasked u = { 0 };
    struct visit v = failed_at(1, 80, NULL);
    (void)state;
    unasked_visit(&u, &v);
    line_is(&u, "not all was looked at: 1 endpoint could not be asked (10.0.0.1:80: no reason was given)");
}

static void test_any_order(void **state)
{
    struct visit visits[] = { failed_at(9, 80, "no memory"), failed_at(2, 443, "out of \x1b[31mfiles"),
                              failed_at(2, 8080, "no memory"), failed_at(10, 1, "no memory") };
    (void)state;
    for (size_t first = 0; first < 4; first++) {
        struct unasked u = { 0 };
        for (size_t i = 0; i < 4; i++)
            unasked_visit(&u, &visits[(first + i) % 4]);
        line_is(&u, "not all was looked at: 4 endpoints could not be asked (10.0.0.2:443 and others: out of \\x1b[31mfiles)");
    }
}

static void test_remark(void **state)
{
    struct unasked u = { 0 };
    struct visit v = failed_at(1, 80, "no memory");
    (void)state;
    unasked_remark(&u, &(struct remark){ .about = SPAN("b\nexample"), .text = SPAN("leads to no address"), .incomplete = true });
    unasked_remark(&u, &(struct remark){ .about = SPAN("c.example"), .text = SPAN("leads to no address"), .incomplete = true });
    line_is(&u, "not all was looked at: b\\x0aexample: leads to no address");
    unasked_visit(&u, &v);
    line_is(&u, "not all was looked at: 1 endpoint could not be asked (10.0.0.1:80: no memory); b\\x0aexample: leads to no address");
}

static void test_long(void **state)
{
    char text[REMARK_TEXT_MAX];
    struct unasked u = { 0 };
    struct buf out;
    (void)state;
    memset(text, 'x', sizeof(text));
    unasked_remark(&u, &(struct remark){ .about = span_of(text, REMARK_ABOUT_MAX), .text = span_of(text, sizeof(text)),
                                         .incomplete = true });
    buf_init(&out, 4096);
    unasked_put(&u, &out);
    assert_true(out.len < 2 * UNASKED_WHY_BYTES);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_nothing), cmocka_unit_test(test_one),
                                        cmocka_unit_test(test_any_order), cmocka_unit_test(test_remark),
                                        cmocka_unit_test(test_long) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
