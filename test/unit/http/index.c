/* The automaton against a plain search, and that a test which is passed over by it would not have held. */
#include "unit/check.h"

#include "base/random.h"
#include "http/index.c"

#include <stdio.h>

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct index *build(struct building *b, const char *const *literals, size_t count, unsigned *numbers)
{
    *b = (struct building){ .arena = &arena, .index = ARENA_NEW(&arena, struct index) };
    table_init(&b->numbers, &arena, 1);
    for (size_t i = 0; i < count; i++)
        numbers[i] = number_of(b, span_str(literals[i]));
    class_bytes(b);
    assert_true(plant(b) && weave(b));
    return b->index;
}

static void test_overlapping_literals(void **state)
{
    static const char *const literals[] = { "he", "she", "his", "hers", "e", "sh", "he" };
    unsigned n[7];
    struct building b;
    (void)state;
    const struct index *x = build(&b, literals, 7, n);
    assert_int_equal(n[0], n[6]);
    const uint64_t *seen = index_scan(x, &arena, SPAN("ushers"));
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(index_saw(seen, n[i]), i != 2);
    seen = index_scan(x, &arena, SPAN("hi, s h e r"));
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(index_saw(seen, n[i]), i == 4);
    assert_non_null(index_scan(x, &arena, SPAN_NONE));
}

static void test_no_literal_at_all(void **state)
{
    struct building b;
    (void)state;
    const struct index *x = build(&b, NULL, 0, NULL);
    assert_non_null(index_scan(x, &arena, SPAN("anything")));
}

static void test_agrees_with_a_plain_search(void **state)
{
    struct random r = { 3 };
    (void)state;
    for (int round = 0; round < 300; round++) {
        static char literals[30][LITERAL_MAX + 1];
        const char *all[30];
        unsigned numbers[30];
        struct building b;
        for (size_t i = 0; i < 30; i++) {
            size_t len = 1 + random_below(&r, i % 2 ? 4 : LITERAL_MAX);
            for (size_t k = 0; k < len; k++)
                literals[i][k] = "abc"[random_below(&r, 3)];
            literals[i][len] = '\0';
            all[i] = literals[i];
        }
        const struct index *x = build(&b, all, 30, numbers);
        char text[200];
        for (size_t k = 0; k < sizeof(text); k++)
            text[k] = "abcx"[random_below(&r, 4)];
        const uint64_t *seen = index_scan(x, &arena, span_of(text, sizeof(text)));
        for (size_t i = 0; i < 30; i++)
            assert_int_equal(index_saw(seen, numbers[i]), span_has(span_of(text, sizeof(text)), all[i]));
        arena_release(&arena);
    }
}

static void expect_key(const char *path, const char *want)
{
    uint8_t bytes[PATTERN_MAX];
    size_t n = key_literal(span_str(path), bytes);
    assert_int_equal(n, strlen(want));
    assert_memory_equal(bytes, want, n);
}

static void test_key_of_a_path(void **state)
{
    (void)state;
    expect_key("tagline", "tagline");
    expect_key("lucene.solr-spec-version", "solr-spec-version");
    expect_key("userCtx.roles.0", "");
    expect_key(".", "");
    expect_key("a/b", "b");
    expect_key("k\xc3\xa9", "");
    expect_key("a_key_that_is_longer_than_a_literal", "");
}

/* Literals beyond the automaton's room have no number: their tests always look. */
static void test_room_ends(void **state)
{
    struct building b = { .arena = &arena, .index = ARENA_NEW(&arena, struct index) };
    char text[32];
    size_t numbered = 0;
    (void)state;
    table_init(&b.numbers, &arena, 1);
    for (int i = 0; i < 4000; i++) {
        snprintf(text, sizeof(text), "literal number %08d", i);
        numbered += number_of(&b, arena_copy(&arena, span_str(text))) != 0;
    }
    assert_true(numbered > 2000 && numbered < 4000);
    class_bytes(&b);
    assert_true(plant(&b) && weave(&b));
    assert_true(b.index->states <= STATES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_overlapping_literals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_literal_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_agrees_with_a_plain_search, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_of_a_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room_ends, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
