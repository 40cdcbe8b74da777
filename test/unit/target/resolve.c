/* The resolver, as far as it can be tested without a network: numbers resolve to themselves. */
#include "unit/check.h"

#include "target/resolve.c"

static void expect(const char *name, const char *address)
{
    struct resolved found;
    struct error e;
    char text[ADDRESS_TEXT_MAX];
    if (!RESOLVER_SYSTEM.resolve(NULL, name, &found, &e))
        fail_msg("%s: %s", name, e.text);
    assert_int_equal(found.len, 1);
    assert_int_equal(found.all, 1);
    assert_string_equal(address_text(&found.at[0], text), address);
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
    struct resolved found = { .len = 9 };
    struct error e = { "" };
    assert_false(RESOLVER_SYSTEM.resolve(NULL, "", &found, &e));
    assert_true(e.text[0] != '\0');
    assert_int_equal(found.len, 9);
}

static void test_other_families_are_left_out(void **state)
{
    (void)state;
    struct sockaddr_storage other = { .ss_family = AF_UNIX };
    struct address a;
    assert_false(read_sockaddr((const struct sockaddr *)&other, &a));
}

/* Each once and in order, whatever order they came in; what is too many is counted. */
static void test_settled(void **state)
{
    (void)state;
    enum { MANY = 3 * RESOLVED_MAX };
    static struct address at[2 * MANY];
    struct resolved r;
    for (unsigned i = 0; i < 2 * MANY; i++) {
        unsigned n = (i * 7919u) % MANY;
        at[i] = (struct address){ 4, { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } };
    }
    settle(at, 2 * MANY, &r);
    assert_int_equal(r.all, MANY);
    assert_int_equal(r.len, RESOLVED_MAX);
    for (unsigned i = 0; i < RESOLVED_MAX; i++)
        assert_true(r.at[i].bytes[2] == i >> 8 && r.at[i].bytes[3] == (uint8_t)i);
    settle(at, 1, &r);
    assert_int_equal(r.all, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_other_families_are_left_out),
        cmocka_unit_test(test_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
