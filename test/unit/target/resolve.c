/* The resolver, as far as it can be tested without a network: numbers resolve to themselves. */
#include "unit/check.h"

#include "target/resolve.c"

static void expect(const char *name, const char *address)
{
    struct address found[RESOLVED_MAX];
    struct error e;
    size_t count = 0;
    char text[ADDRESS_TEXT_MAX];
    if (!RESOLVER_SYSTEM.resolve(NULL, name, found, &count, &e))
        fail_msg("%s: %s", name, e.text);
    assert_int_equal(count, 1);
    assert_string_equal(address_text(&found[0], text), address);
}

static void test_numbers(void **state)
{
    (void)state;
    expect("127.0.0.1", "127.0.0.1");
    expect("::1", "::1");
    expect("::ffff:10.0.0.1", "10.0.0.1");
}

static void test_no_address(void **state)
{
    (void)state;
    struct address found[RESOLVED_MAX];
    struct error e = { "" };
    size_t count = 9;
    assert_false(RESOLVER_SYSTEM.resolve(NULL, "", found, &count, &e));
    assert_true(e.text[0] != '\0');
    assert_int_equal(count, 9);
}

static void test_other_families_are_left_out(void **state)
{
    (void)state;
    struct sockaddr other = { .sa_family = AF_UNIX };
    struct address a, list[2] = { { 4, { 1 } }, { 4, { 2 } } };
    assert_false(read_sockaddr(&other, &a));
    assert_true(seen(list, 2, &list[1]));
    assert_false(seen(list, 1, &list[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_other_families_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
