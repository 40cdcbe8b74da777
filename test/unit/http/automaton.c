/* The automaton against a plain search. */
#include "unit/check.h"

#include "base/random.h"
#include "http/automaton.c"

#include <stdio.h>

enum { LITERAL_MAX = 24 };

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

static const struct automaton *build(const char *const *literals, size_t count, unsigned *numbers)
{
    struct literals l;
    literals_init(&l, &arena);
    for (size_t i = 0; i < count; i++)
        numbers[i] = literals_number(&l, span_str(literals[i]), LITERAL_MAX);
    const struct automaton *x = automaton_build(&l);
    assert_non_null(x);
    return x;
}

static const uint64_t *scan(const struct automaton *x, struct span text)
{
    struct automaton_scan s;
    assert_true(automaton_begin(&s, x, &arena));
    automaton_read(&s, text);
    return s.seen;
}

static void test_overlapping_literals(void **state)
{
    static const char *const literals[] = { "he", "she", "his", "hers", "e", "sh", "he" };
    unsigned n[7];
    (void)state;
    const struct automaton *x = build(literals, 7, n);
    assert_int_equal(n[0], n[6]);
    const uint64_t *seen = scan(x, SPAN("ushers"));
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(automaton_saw(seen, n[i]), i != 2);
    seen = scan(x, SPAN("hi, s h e r"));
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(automaton_saw(seen, n[i]), i == 4);
    assert_non_null(scan(x, SPAN_NONE));
}

static void test_no_literal_at_all(void **state)
{
    (void)state;
    const struct automaton *x = build(NULL, 0, NULL);
    assert_non_null(scan(x, SPAN("anything")));
}

static void test_agrees_with_a_plain_search(void **state)
{
    struct random r = { 3 };
    (void)state;
    for (int round = 0; round < 300; round++) {
        static char literals[30][LITERAL_MAX + 1];
        const char *all[30];
        unsigned numbers[30];
            for (size_t i = 0; i < 30; i++) {
            size_t len = 1 + random_below(&r, i % 2 ? 4 : LITERAL_MAX);
            for (size_t k = 0; k < len; k++)
                literals[i][k] = "abc"[random_below(&r, 3)];
            literals[i][len] = '\0';
            all[i] = literals[i];
        }
        const struct automaton *x = build(all, 30, numbers);
        char text[200];
        for (size_t k = 0; k < sizeof(text); k++)
            text[k] = "abcx"[random_below(&r, 4)];
        const uint64_t *seen = scan(x, span_of(text, sizeof(text)));
        for (size_t i = 0; i < 30; i++)
            assert_int_equal(automaton_saw(seen, numbers[i]), span_has(span_of(text, sizeof(text)), all[i]));
        arena_release(&arena);
    }
}

/* A text that comes in pieces is one text. */
static void test_pieces(void **state)
{
    static const char *const literals[] = { "server:x", "r:", "x\n" };
    unsigned n[3];
    struct automaton_scan s;
    (void)state;
    assert_true(automaton_begin(&s, build(literals, 3, n), &arena));
    automaton_read(&s, SPAN("\nserve"));
    automaton_read(&s, SPAN("r:"));
    automaton_read(&s, SPAN_NONE);
    automaton_read(&s, SPAN("x"));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(automaton_saw(s.seen, n[i]), i != 2);
}

/* Literals beyond the automaton's room have no number: their tests always look. */
static void test_room_ends(void **state)
{
    struct literals l;
    char text[32];
    size_t numbered = 0;
    (void)state;
    literals_init(&l, &arena);
    for (int i = 0; i < 4000; i++) {
        snprintf(text, sizeof(text), "literal number %08d", i);
        numbered += literals_number(&l, arena_copy(&arena, span_str(text)), LITERAL_MAX) != 0;
    }
    assert_true(numbered > 2000 && numbered < 4000);
    const struct automaton *x = automaton_build(&l);
    assert_non_null(x);
    assert_true(x->states <= STATES_MAX);
}

/* Literals with one front share its states. */
static void test_states_are_shared(void **state)
{
    static const char *const literals[] = { "server:a", "server:b", "server", "x" };
    unsigned n[4];
    (void)state;
    assert_int_equal(build(literals, 4, n)->states, 1 + 8 + 1 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_overlapping_literals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_literal_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_agrees_with_a_plain_search, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_states_are_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room_ends, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
