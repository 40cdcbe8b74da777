/* The pass over the bytes: every engine of this processor gives the portable one's masks, bit by bit. */
#include "unit/check.h"

#include "base/random.h"
#include "pii/classes.c"

enum { BLOCKS = 64, BYTES = BLOCKS * CLASS_BLOCK };

static struct masks Expected, Got;

static void compare_blocks(const struct class_plan *plan, const uint8_t *in, size_t blocks)
{
    fill_portable(plan, in, blocks, &Expected);
    for (const struct class_engine *e = CLASS_ENGINES; e->name; e++) {
        if (!e->usable())
            continue;
#define MASK_SPOIL(mask) memset(Got.mask, 0xa5, (BLOCKS + MASK_TAIL) * sizeof(*Got.mask));
        CLASS_MASKS(MASK_SPOIL)
        START_MASKS(MASK_SPOIL)
        e->fill(plan, in, blocks, &Got);
#define MASK_COMPARE(mask) \
    if (memcmp(Expected.mask, Got.mask, blocks * sizeof(*Got.mask)) != 0) \
        fail_msg("%s differs from portable in " #mask, e->name);
        CLASS_MASKS(MASK_COMPARE)
        START_MASKS(MASK_COMPARE)
#define TAIL_CHECK(mask) assert_int_equal(e->count(Got.mask + blocks, MASK_TAIL), 0);
        CLASS_MASKS(TAIL_CHECK)
        assert_int_equal(e->count(Got.digit, blocks), count_portable(Expected.digit, blocks));
    }
}

static void compare_all(const struct class_plan *plan, const uint8_t *in)
{
    compare_blocks(plan, in, BLOCKS);
}

static const char ALPHABET[] = "0123456789AKIeyJ$2b:.-@ \"\\,\nazAZ/9";

static void random_head(struct random *r, uint8_t head[static LITERAL_HEAD])
{
    for (size_t i = 0; i < LITERAL_HEAD; i++)
        head[i] = random_below(r, 8) ? (uint8_t)ALPHABET[random_below(r, sizeof(ALPHABET) - 1)] : (uint8_t)random_next(r);
}

static struct class_plan plan_with(struct random *r)
{
    struct class_plan plan = { .stop = { (uint8_t) "\"',|"[random_below(r, 4)],
                                         (uint8_t) "\\\n"[random_below(r, 2)] } };
    class_plan_add(&plan, (const uint8_t *)"AKIA");
    class_plan_add(&plan, (const uint8_t *)"eyJ");
    class_plan_add(&plan, (const uint8_t *)"$2b$");
    for (uint64_t more = random_below(r, 120); more > 0; more--) {
        uint8_t head[LITERAL_HEAD];
        random_head(r, head);
        class_plan_add(&plan, head);
    }
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
                          : (uint8_t)ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)];
        compare_all(&plan, bytes);
    }
}

/* No byte behind the slack is read: the memory ends there. */
static void test_any_number_of_blocks(void **state)
{
    (void)state;
    struct random r = { 11 };
    const struct class_plan plan = plan_with(&r);
    for (size_t blocks = 0; blocks <= 20; blocks++) {
        size_t bytes = blocks * CLASS_BLOCK + CLASS_SLACK;
        uint8_t *in = malloc(bytes);
        assert_non_null(in);
        for (size_t i = 0; i < bytes; i++)
            in[i] = (uint8_t)ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)];
        compare_blocks(&plan, in, blocks);
        free(in);
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
    fill_portable(&plan, bytes, BLOCKS, &Expected);
    assert_int_equal(Expected.digit[0], 0x3ffULL << 48); /* '0' is 0x30 */
    assert_int_equal(Expected.upper[1], 0x7fffffeULL);
    assert_int_equal(Expected.lower[1], 0x7fffffeULL << 32);
    assert_int_equal(Expected.high[2], ~0ULL);
    assert_int_equal(Expected.high[1], 0);
}

static void test_a_literal_is_never_missed(void **state)
{
    (void)state;
    static uint8_t bytes[BYTES + CLASS_SLACK];
    struct class_plan plan = { 0 };
    class_plan_add(&plan, (const uint8_t *)"ghp_");
    for (size_t at = 0; at + 4 < BYTES; at += 61) {
        memset(bytes, 'x', sizeof(bytes));
        memcpy(bytes + at, "ghp_", 4);
        for (const struct class_engine *e = CLASS_ENGINES; e->name; e++) {
            if (!e->usable())
                continue;
            e->fill(&plan, bytes, BLOCKS, &Got);
            for (size_t b = 0; b < BLOCKS; b++)
                assert_int_equal(Got.literal[b], b == at / 64 ? 1ULL << at % 64 : 0);
        }
    }
}

/* However many there are, and in whatever buckets they end up. */
static void test_none_of_many_literals_is_missed(void **state)
{
    (void)state;
    enum { MANY = 160 };
    static uint8_t bytes[BYTES + CLASS_SLACK];
    uint8_t head[MANY][LITERAL_HEAD];
    struct class_plan plan = { 0 };
    struct random r = { 3 };
    for (size_t i = 0; i < MANY; i++) {
        random_head(&r, head[i]);
        class_plan_add(&plan, head[i]);
    }
    for (size_t i = 0; i < MANY; i++)
        memcpy(bytes + i * LITERAL_HEAD, head[i], LITERAL_HEAD);
    compare_all(&plan, bytes);
    for (size_t i = 0; i < MANY * LITERAL_HEAD; i += LITERAL_HEAD)
        assert_true(Expected.literal[i / CLASS_BLOCK] >> i % CLASS_BLOCK & 1);
}

/* Where what begins, wherever it lies against the blocks. */
static void test_starts(void **state)
{
    (void)state;
    static uint8_t bytes[BYTES + CLASS_SLACK];
    const struct class_plan plan = { 0 };
    static const struct {
        const char *text;
        size_t offset; /* of the bit that is set */
        size_t mask;   /* in struct masks */
    } CASES[] = {
        { " 123456789 ", 1, offsetof(struct masks, number) },
        { " 123-456-789 ", 1, offsetof(struct masks, number) },
        { " E12345678 ", 1, offsetof(struct masks, mixed) },
        { " DE89 3704 ", 1, offsetof(struct masks, paper) },
        { " 10.20.30.40 ", 3, offsetof(struct masks, dotted) },
        { " 00:1a:2b:3c:4d:5e ", 3, offsetof(struct masks, colons) },
        { " fe80::1 ", 5, offsetof(struct masks, colons) },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        for (size_t at = 1; at + 32 < BYTES; at += 7) {
            memset(bytes, 'x', sizeof(bytes));
            memcpy(bytes + at, CASES[i].text, strlen(CASES[i].text));
            compare_all(&plan, bytes);
            uint64_t *mask;
            memcpy(&mask, (const char *)&Expected + CASES[i].mask, sizeof(mask));
            size_t bit = at + CASES[i].offset;
            for (size_t b = 0; b < BLOCKS; b++)
                assert_int_equal(mask[b], b == bit / 64 ? 1ULL << bit % 64 : 0);
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

static int set_up(void **state)
{
    (void)state;
    return masks_init(&Expected, BLOCKS) && masks_init(&Got, BLOCKS) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    masks_release(&Expected);
    masks_release(&Got);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engines_agree_on_random_bytes),
        cmocka_unit_test(test_any_number_of_blocks),
        cmocka_unit_test(test_every_byte_value),
        cmocka_unit_test(test_a_literal_is_never_missed),
        cmocka_unit_test(test_none_of_many_literals_is_missed),
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
