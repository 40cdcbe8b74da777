/* One sentence, cut visibly where it is too long. */
#include "unit/check.h"

#include "base/error.c"

static void test_set_and_context(void **state)
{
    (void)state;
    struct error e;
    assert_false(error_set(&e, "line %d: %s", 3, "no"));
    assert_false(error_in(&e, "%s", "a.yaml"));
    assert_string_equal(e.text, "a.yaml: line 3: no");
}

static void test_cut(void **state)
{
    (void)state;
    struct error e;
    char big[2 * sizeof(e.text)];
    memset(big, 'x', sizeof(big));
    big[sizeof(big) - 1] = '\0';
    error_set(&e, "%s", big);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    assert_string_equal(e.text + sizeof(e.text) - 4, "...");
    error_set(&e, "inner");
    error_in(&e, "%s", big);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    assert_string_equal(e.text + sizeof(e.text) - 4, "...");
    big[sizeof(e.text) - 3] = '\0';
    error_set(&e, "yyyyyyyyyy");
    error_in(&e, "%s", big);
    assert_string_equal(e.text + sizeof(e.text) - 4, "...");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_set_and_context),
                                        cmocka_unit_test(test_cut) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
