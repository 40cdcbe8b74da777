/* The pass over the bytes: every engine of this processor gives the portable one's masks, bit by bit. */
#include "unit/check.h"

#include "base/random.h"
#include "pii/classes.c"

enum { BLOCKS = 64, BYTES = BLOCKS * CLASS_BLOCK };

static void compare_all(const struct class_plan *plan, const uint8_t *in)
{
    static struct classes expected[BLOCKS], got[BLOCKS];
    fill_portable(plan, in, BLOCKS, expected);
    for (const struct class_engine *e = CLASS_ENGINES; e->name; e++) {
        if (!e->usable())
            continue;
        memset(got, 0xa5, sizeof(got));
        e->fill(plan, in, BLOCKS, got);
        if (memcmp(expected, got, sizeof(got)) != 0)
            fail_msg("%s differs from portable", e->name);
    }
}

static struct class_plan plan_with(struct random *r)
{
    struct class_plan plan = { .delim = (uint8_t) "\t,;|"[random_below(r, 4)],
                               .quote = (uint8_t) "\"'"[random_below(r, 2)] };
    class_plan_add(&plan, (const uint8_t *)"AKIA", 1);
    class_plan_add(&plan, (const uint8_t *)"eyJ", 5);
    class_plan_add(&plan, (const uint8_t *)"$2b$", 4);
    return plan;
}

static void test_engines_agree_on_random_bytes(void **state)
{
    (void)state;
    static uint8_t bytes[BYTES + CLASS_SLACK];
    struct random r = { 42 };
    for (unsigned round = 0; round < 400; round++) {
        const struct class_plan plan = plan_with(&r);
        for (size_t i = 0; i < BYTES; i++)
            bytes[i] =
                round % 2 ? (uint8_t)random_next(&r)
                          : (uint8_t) "0123456789AKIeyJ$2b:.-@ \"\\,\nazAZ/9"[random_below(&r, 35)];
        compare_all(&plan, bytes);
    }
}

static void test_every_byte_value(void **state)
{
    (void)state;
    static uint8_t bytes[BYTES + CLASS_SLACK];
    struct random r = { 7 };
    const struct class_plan plan = plan_with(&r);
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)i;
    compare_all(&plan, bytes);
    static struct classes c[BLOCKS];
    fill_portable(&plan, bytes, BLOCKS, c);
    assert_int_equal(c[0].digit, 0x3ffULL << 48); /* '0' is 0x30 */
    assert_int_equal(c[1].upper, 0x7fffffeULL);
    assert_int_equal(c[1].lower, 0x7fffffeULL << 32);
    assert_int_equal(c[2].high, ~0ULL);
    assert_int_equal(c[1].high, 0);
}

static void test_a_literal_is_never_missed(void **state)
{
    (void)state;
    static uint8_t bytes[BYTES + CLASS_SLACK];
    static struct classes c[BLOCKS];
    struct class_plan plan = { 0 };
    class_plan_add(&plan, (const uint8_t *)"ghp_", 2);
    for (size_t at = 0; at + 4 < BYTES; at += 61) {
        memset(bytes, 'x', sizeof(bytes));
        memcpy(bytes + at, "ghp_", 4);
        for (const struct class_engine *e = CLASS_ENGINES; e->name; e++) {
            if (!e->usable())
                continue;
            e->fill(&plan, bytes, BLOCKS, c);
            assert_true(c[at / 64].literal >> (at % 64) & 1);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_non_null(class_engine_best());
    assert_string_equal(class_engine_by_name("portable")->name, "portable");
    assert_null(class_engine_by_name("mmx"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engines_agree_on_random_bytes),
        cmocka_unit_test(test_every_byte_value),
        cmocka_unit_test(test_a_literal_is_never_missed),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
