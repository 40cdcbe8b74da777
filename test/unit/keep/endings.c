/* The one sentence about findings of earlier scans. */
#include "unit/check.h"

#include "keep/endings.c"

static void test_sentence(void **state)
{
    struct scan_endings e = { { 0 }, { 0 } };
    char text[ENDINGS_TEXT_MAX];
    struct remark r;
    (void)state;
    assert_false(endings_remark(&e, text, &r));
    e.unseen[UNSEEN_GATEWAY] = 1;
    assert_true(endings_remark(&e, text, &r));
    assert_true(span_is(r.text, "1 open one was not seen (gateway 1)"));
    e.closed[PROOF_REFUSED] = 2;
    e.closed[PROOF_SHUT] = 1;
    e.unseen[UNSEEN_SILENT] = 4;
    assert_true(endings_remark(&e, text, &r));
    assert_true(span_is(r.text, "3 findings of earlier scans are closed (refused 2, port-shut 1); 5 open ones were not seen"
                                " (no-answer 4, gateway 1)"));
    assert_int_equal(r.count, 8);
    assert_false(r.incomplete);
}

/* The longest that there can be still fits. */
static void test_longest(void **state)
{
    struct scan_endings e;
    char text[ENDINGS_TEXT_MAX];
    struct remark r;
    (void)state;
    for (size_t i = 0; i < PROOF_COUNT; i++)
        e.closed[i] = UINT32_MAX;
    for (size_t i = 0; i < UNSEEN_COUNT; i++)
        e.unseen[i] = UINT32_MAX;
    assert_true(endings_remark(&e, text, &r));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sentence), cmocka_unit_test(test_longest) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
