/* Candidates at every place against blocks and stretches, as many as there can be, and only inside
 * what is looked at. */
#include "unit/check.h"

#include "pii/find.c"

enum { TEXT_BYTES = 3 * STRETCH_BLOCKS * CLASS_BLOCK, FOUND_MAX = 4096 };

struct fixture {
    struct detectors detectors;
    struct masks masks;
    uint8_t memory[TEXT_BYTES + 3 * CLASS_SLACK];
    size_t count;
    size_t at[FOUND_MAX], len[FOUND_MAX];
};

static struct fixture Fixture;

static void note(void *self, struct span token, uint64_t hash, const struct pii_marks *m)
{
    struct fixture *f = self;
    (void)hash;
    assert_true(m->shape != 0);
    assert_true(f->count < FOUND_MAX);
    f->at[f->count] = (size_t)(token.at - (f->memory + CLASS_SLACK));
    f->len[f->count++] = token.len;
}

/* Everything in bytes [from, to) of `text`, which is put at `offset` among letters. */
static void search(struct fixture *f, const char *text, size_t offset, size_t from, size_t to)
{
    uint8_t *base = f->memory + CLASS_SLACK;
    const struct sample all = { 0 };
    const struct text t = { base, TEXT_BYTES, &f->masks };
    memset(base, ' ', TEXT_BYTES);
    memcpy(base + offset, text, strlen(text));
    class_engine_best()->fill(&f->detectors.plan, base, TEXT_BYTES / CLASS_BLOCK, &f->masks);
    f->count = 0;
    find_tokens(&f->detectors, &t, from, to, &all, note, f);
}

static void test_an_address_wherever_it_lies(void **state)
{
    (void)state;
    static const char ADDRESS[] = "203.0.113.77";
    for (size_t at = 1; at < TEXT_BYTES - 64; at += 13) {
        search(&Fixture, ADDRESS, at, 0, TEXT_BYTES);
        assert_int_equal(Fixture.count, 1);
        assert_int_equal(Fixture.at[0], at);
        assert_int_equal(Fixture.len[0], sizeof(ADDRESS) - 1);
    }
}

static void test_a_number_wherever_it_lies(void **state)
{
    (void)state;
    static const char CARD[] = "4111111111111111";
    for (size_t at = 1; at < TEXT_BYTES - 64; at += 13) {
        search(&Fixture, CARD, at, 0, TEXT_BYTES);
        assert_int_equal(Fixture.count, 1);
        assert_int_equal(Fixture.at[0], at);
    }
}

/* Where a candidate begins decides: its first dot. */
static void test_only_what_is_asked_for(void **state)
{
    (void)state;
    enum { AT = 2 * CLASS_BLOCK - 5 };
    search(&Fixture, "8.8.4.4", AT, 0, AT + 1);
    assert_int_equal(Fixture.count, 0);
    search(&Fixture, "8.8.4.4", AT, AT + 2, TEXT_BYTES);
    assert_int_equal(Fixture.count, 0);
    search(&Fixture, "8.8.4.4", AT, AT + 1, AT + 2);
    assert_int_equal(Fixture.count, 1);
    search(&Fixture, "8.8.4.4", AT, AT, AT);
    assert_int_equal(Fixture.count, 0);
}

/* A dot at every second byte: as many as a stretch must be able to note. */
static void test_nothing_but_dots(void **state)
{
    (void)state;
    static char dots[TEXT_BYTES - 1];
    for (size_t i = 0; i + 1 < sizeof(dots); i++)
        dots[i] = i % 2 ? '.' : '1';
    search(&Fixture, dots, 1, 0, TEXT_BYTES);
    assert_int_equal(Fixture.count, 0);
    for (size_t i = 8; i + 2 < sizeof(dots); i += 8)
        dots[i - 1] = ' ';
    search(&Fixture, dots, 1, 0, TEXT_BYTES);
    assert_int_equal(Fixture.count, TEXT_BYTES / 8 - 1);
}

static int set_up(void **state)
{
    struct error e;
    (void)state;
    return detectors_init(&Fixture.detectors, 20000, &e) &&
                   masks_init(&Fixture.masks, TEXT_BYTES / CLASS_BLOCK)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    masks_release(&Fixture.masks);
    detectors_release(&Fixture.detectors);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_wherever_it_lies),
        cmocka_unit_test(test_a_number_wherever_it_lies),
        cmocka_unit_test(test_only_what_is_asked_for),
        cmocka_unit_test(test_nothing_but_dots),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
