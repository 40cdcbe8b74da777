/* What was probably meant: one slip of a short word, two of a longer one, neighbours that swapped places. */
#include "unit/check.h"

#include "text/nearest.c"

static const char *const WORDS[] = { "owner", "allow", "deny", "on", "ignore-unresolved", NULL };

static void meant(const char *typed, const char *word)
{
    const char *got = nearest_word(WORDS, typed);
    if (!got != !word || (word && strcmp(got, word) != 0))
        fail_msg("%s: %s, not %s", typed, got ? got : "none", word ? word : "none");
}

static void test_nearest(void **state)
{
    (void)state;
    meant("allow", "allow");
    meant("alow", "allow");
    meant("allwo", "allow");
    meant("lalow", "allow");
    meant("dney", "deny");
    meant("denny", "deny");
    meant("dneyy", "deny");
    meant("no", "on"); /* a swap is one slip */
    meant("foo", NULL); /* two of "on" */
    meant("", NULL);
    meant("exclude", NULL);
    meant("ignore_unresolvd", "ignore-unresolved");
    meant("ignore-unresolved-and-more-than-any-word", NULL);
}

static void test_swaps_are_one_slip(void **state)
{
    (void)state;
    assert_int_equal(slips("abcd", "abdc"), 1);
    assert_int_equal(slips("abcd", "badc"), 2);
    assert_int_equal(slips("", "abc"), 3);
    assert_int_equal(slips("abc", ""), 3);
    assert_int_equal(slips("kitten", "sitting"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_swaps_are_one_slip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
