/* Which tiers weigh, and the order of findings. */
#include "record/tier.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_words(void **state)
{
    (void)state;
    static const char *const YES[] = { "government", "Finance", "HEALTH", "infrastructure" };
    static const char *const NO[] = { "", "production", "governments", "health ", "gov" };
    for (size_t i = 0; i < sizeof(YES) / sizeof(*YES); i++)
        assert_true(tier_raises(span_str(YES[i])));
    for (size_t i = 0; i < sizeof(NO) / sizeof(*NO); i++)
        assert_false(tier_raises(span_str(NO[i])));
    assert_false(tier_raises(SPAN_NONE));
}

static struct finding finding(enum severity s, const char *tier, const char *address, uint16_t port, const char *rule)
{
    struct finding f = { .severity = s, .tier = span_str(tier), .product = "redis", .rule = rule };
    f.endpoint.port = port;
    assert_true(address_parse(span_str(address), &f.endpoint.address));
    return f;
}

/* Each row is to be shown before all rows below it. */
static void test_order(void **state)
{
    (void)state;
    struct finding rows[] = {
        finding(SEVERITY_CRITICAL, NULL, "10.0.0.9", 1, "a"),
        finding(SEVERITY_HIGH, "health", "10.0.0.8", 1, "a"),
        finding(SEVERITY_HIGH, "production", "10.0.0.7", 1, "a"),
        finding(SEVERITY_HIGH, NULL, "10.0.0.5", 1, "a"),
        finding(SEVERITY_HIGH, NULL, "10.0.0.6", 1, "a"),
        finding(SEVERITY_HIGH, NULL, "10.0.0.6", 2, "a"),
        finding(SEVERITY_HIGH, NULL, "10.0.0.6", 2, "b"),
        finding(SEVERITY_HIGH, NULL, "fd00::1", 1, "a"),
        finding(SEVERITY_INFO, "government", "10.0.0.1", 1, "a"),
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
            int order = finding_order(&rows[i], &rows[k]);
            if ((i < k && order >= 0) || (i > k && order <= 0) || (i == k && order != 0))
                fail_msg("rows %zu and %zu: %d", i, k, order);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
