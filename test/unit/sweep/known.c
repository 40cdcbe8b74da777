/* What is shared between the names of one address, and what never. */
#include "unit/check.h"

#include "sweep/known.c"

static struct visit visited(uint8_t last, uint16_t port, const char *name)
{
    struct endpoint e = { { 4, { 10, 0, 0, last } }, port, TRANSPORT_TCP, name, NULL };
    struct visit v;
    visit_init(&v, NULL, &e);
    return v;
}

static void test_shared(void **state)
{
    struct error e;
    struct known *k = known_new(3, &e);
    struct visit v = visited(1, 80, "one.corp"), told = visited(1, 80, "two.corp");
    const char *why = NULL;
    (void)state;
    assert_false(known_find(k, &told.endpoint, &why));
    v.refused = true;
    known_note(k, &v);
    assert_true(known_find(k, &told.endpoint, &why));
    assert_true(known_fill(why, &told));
    assert_true(told.refused && !told.answered && told.end == END_DONE && told.why == why);
    v = visited(1, 81, NULL);
    known_note(k, &v);
    told = visited(1, 81, "one.corp");
    assert_true(known_find(k, &told.endpoint, &why) && known_fill(why, &told));
    assert_false(told.refused);
    static const struct {
        uint8_t last;
        uint16_t port;
    } OTHERS[] = { { 2, 80 }, { 1, 82 }, { 1, 0 } };
    for (size_t i = 0; i < 3; i++) {
        v = visited(OTHERS[i].last, OTHERS[i].port, NULL);
        assert_false(known_find(k, &v.endpoint, &why));
    }
    struct endpoint six = { { 6, { 10, 0, 0, 1 } }, 80, TRANSPORT_TCP, NULL, NULL };
    assert_false(known_find(k, &six, &why));
    assert_false(known_fill("excluded", &told));
    assert_false(known_fill(NULL, &told));
    known_free(k);
}

/* Who answered says nothing about what another name gets; a failure of ours says nothing at all. */
static void test_not_shared(void **state)
{
    struct error e;
    struct known *k = known_new(3, &e);
    struct visit v = visited(1, 80, NULL);
    const char *why;
    (void)state;
    v.answered = true;
    known_note(k, &v);
    v.answered = false;
    v.end = END_FAILED;
    known_note(k, &v);
    v.end = END_SKIPPED;
    known_note(k, &v);
    assert_false(known_find(k, &v.endpoint, &why));
    known_free(k);
    known_note(NULL, &v);
    assert_false(known_find(NULL, &v.endpoint, &why));
}

/* Many more than there is room for: some are forgotten, none is mistaken for another. */
static void test_bounded(void **state)
{
    struct error e;
    struct known *k = known_new(3, &e);
    size_t kept = 0;
    (void)state;
    for (uint32_t i = 0; i < 4 * KNOWN_MAX; i++) {
        struct visit v = visited((uint8_t)(i >> 16), (uint16_t)(1 + i % 65535), NULL);
        v.refused = i % 3 == 0;
        known_note(k, &v);
    }
    for (uint32_t i = 0; i < 4 * KNOWN_MAX; i++) {
        struct visit v = visited((uint8_t)(i >> 16), (uint16_t)(1 + i % 65535), NULL);
        const char *why;
        if (!known_find(k, &v.endpoint, &why))
            continue;
        kept++;
        assert_ptr_equal(why, i % 3 == 0 ? REFUSED : SILENT);
    }
    assert_true(kept > KNOWN_MAX / 2 && kept <= KNOWN_MAX);
    known_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_not_shared),
        cmocka_unit_test(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
