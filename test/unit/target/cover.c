/* Covers against a model that holds every endpoint by itself. */
#include "unit/check.h"

#include "base/random.h"
#include "target/cover.c"

enum { ADDRESSES = 48, PORTS_IN_USE = 6, CLAIMS = 12, BASE = 0x0a000000 };

static struct arena arena;
static struct error error;

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

struct model_claim {
    unsigned first, last;
    uint8_t ports; /* bitmap: bit n is port n + 1 */
    const struct label *label;
    const char *skip;
};

static const struct label LABEL_LIST[] = { { "a", NULL, 1 }, { "b", NULL, 2 }, { "b", "/logs", 3 } };
enum { LABELS = 4 };

static const struct label *label_at(size_t i)
{
    return i ? &LABEL_LIST[i - 1] : NULL;
}

/* Whom an endpoint belongs to: the earliest claim of its label. Skipping claims lose the whole address
 * as soon as somebody wants to ask anything there under that label. */
static const struct model_claim *owner(const struct model_claim *claims, unsigned address,
                                       unsigned port, const struct label *label)
{
    bool asked = false;
    for (int i = 0; i < CLAIMS; i++)
        asked = asked || (claims[i].first <= address && address <= claims[i].last &&
                          claims[i].label == label && !claims[i].skip && claims[i].ports);
    for (int i = 0; i < CLAIMS; i++) {
        const struct model_claim *c = &claims[i];
        if (c->label == label && address >= c->first && address <= c->last &&
            (c->ports >> (port - 1) & 1) && !(asked && c->skip))
            return c;
    }
    return NULL;
}

static void check_against_model(struct cover *c, const struct model_claim *claims, uint8_t family)
{
    uint64_t expected = 0;
    for (unsigned address = 0; address < ADDRESSES; address++)
        for (unsigned port = 1; port <= PORTS_IN_USE; port++) {
            struct address a = address_from(family, BASE + address);
            bool any = false;
            for (size_t i = 0; i < LABELS; i++)
                if (owner(claims, address, port, label_at(i))) {
                    expected++;
                    any = true;
                }
            assert_int_equal(cover_find(c, &a, (uint16_t)port) != NULL, any);
        }
    assert_int_equal(c->total, expected);
    uint8_t seen[ADDRESSES][PORTS_IN_USE + 1][LABELS] = { 0 };
    for (uint64_t i = 0; i < c->total; i++) {
        struct endpoint e;
        const struct cover_group *g = cover_endpoint(c, i, &e);
        unsigned address = (unsigned)(address_value(&e.address) - BASE);
        assert_true(address < ADDRESSES && e.port <= PORTS_IN_USE);
        assert_int_equal(seen[address][e.port][label_number(g->label)]++, 0);
        const struct model_claim *o = owner(claims, address, e.port, g->label);
        assert_non_null(o);
        assert_ptr_equal(g->skip, o->skip);
        assert_ptr_equal(e.name, g->label ? g->label->name : NULL);
        assert_ptr_equal(e.path, g->label ? g->label->path : NULL);
    }
}

static void test_against_the_model(void **state)
{
    (void)state;
    static const char *const SKIPS[] = { NULL, NULL, "edge", NULL };
    struct random r = { 4 };
    for (int round = 0; round < 400; round++) {
        struct model_claim claims[CLAIMS];
        struct cover_builder b;
        struct port_sets sets;
        struct cover c;
        uint8_t family = round % 2 ? 6 : 4;
        port_sets_init(&sets, &arena);
        cover_begin(&b, &sets);
        /* `earlier wins` holds for claims with one identity each; equal ones are created once. */
        for (int i = 0; i < CLAIMS; i++) {
            unsigned first = (unsigned)random_below(&r, ADDRESSES);
            unsigned width = (unsigned)random_below(&r, round % 3 ? 4 : ADDRESSES);
            unsigned last = first + width < ADDRESSES ? first + width : ADDRESSES - 1;
            claims[i] =
                (struct model_claim){ first, last, (uint8_t)(1 + random_below(&r, 63)),
                                      label_at(random_below(&r, LABELS)), SKIPS[random_below(&r, 4)] };
            uint32_t list[PORTS_IN_USE];
            size_t n = 0;
            for (unsigned port = 1; port <= PORTS_IN_USE; port++)
                if (claims[i].ports >> (port - 1) & 1)
                    list[n++] = port;
            struct ports p = { list, n };
            struct range range = { BASE + first, BASE + last, family, RANGE_NO_PREFIX };
            assert_true(cover_add(&b, &range, &p, claims[i].label, claims[i].skip));
        }
        assert_true(cover_end(&b, &arena, &c, &error));
        assert_true(cover_number(&c, &error));
        check_against_model(&c, claims, family);
        arena_release(&arena);
    }
}

static struct cover built(const struct range *ranges, size_t count, const struct ports *ports)
{
    struct cover_builder b;
    struct port_sets *sets = ARENA_NEW(&arena, struct port_sets);
    struct cover c;
    port_sets_init(sets, &arena);
    cover_begin(&b, sets);
    for (size_t i = 0; i < count; i++)
        assert_true(cover_add(&b, &ranges[i], ports, NULL, NULL));
    assert_true(cover_end(&b, &arena, &c, &error));
    return c;
}

static void test_neighbours_merge(void **state)
{
    (void)state;
    struct range ranges[] = { { 5, 5, 4, RANGE_NO_PREFIX }, { 1, 2, 4, RANGE_NO_PREFIX },
                              { 3, 4, 4, RANGE_NO_PREFIX }, { 2, 3, 4, RANGE_NO_PREFIX },
                              { 7, 7, 4, RANGE_NO_PREFIX }, { 6, 6, 6, RANGE_NO_PREFIX } };
    struct ports one = { (const uint32_t[]){ 80 }, 1 };
    struct cover c = built(ranges, 6, &one);
    assert_int_equal(c.len, 3);
    assert_true(c.at[0].first == 1 && c.at[0].last == 5);
    assert_true(c.at[1].first == 7 && c.at[1].family == 4);
    assert_int_equal(c.at[2].family, 6);
    assert_true(cover_number(&c, &error));
    assert_int_equal(c.total, 7);
}

/* Ten thousand names in a range of sixteen million addresses: a few groups a name, and each found at
 * once. On one address: as many endpoints, each once. */
static void test_many_labels(void **state)
{
    (void)state;
    enum { NAMES = 10000 };
    struct label *labels = arena_array(&arena, NAMES, sizeof(*labels));
    struct ports two = { (const uint32_t[]){ 80, 443 }, 2 };
    struct port_sets sets;
    struct cover_builder b;
    struct cover c;
    port_sets_init(&sets, &arena);
    for (int on_one = 0; on_one < 2; on_one++) {
        struct range all = { 0x0a000000, 0x0affffff, 4, 8 };
        cover_begin(&b, &sets);
        assert_true(cover_add(&b, &all, &two, NULL, NULL));
        for (u128 i = 0; i < NAMES; i++) {
            u128 at = 0x0a000000 + (on_one ? 5 : i * 1000);
            struct range r = { at, at, 4, RANGE_NO_PREFIX };
            labels[i] = (struct label){ "name", NULL, (size_t)i + 1 };
            assert_true(cover_add(&b, &r, &two, &labels[i], NULL));
        }
        assert_true(cover_end(&b, &arena, &c, &error));
        assert_true(cover_number(&c, &error));
        assert_int_equal(c.total, 2 * (16777216 + NAMES));
        assert_true(c.len <= 3 * NAMES + 2);
        uint64_t named = 0;
        for (size_t i = 0; i < c.len; i++)
            if (c.at[i].label)
                named += (uint64_t)(c.at[i].last - c.at[i].first + 1) * c.at[i].ports->len;
        assert_int_equal(named, 2 * NAMES);
    }
}

static void test_ends_of_the_space(void **state)
{
    (void)state;
    struct range ranges[] = { { 0, ~(u128)0, 6, 0 },
                              { 0, UINT32_MAX, 4, 0 },
                              { ~(u128)0, ~(u128)0, 6, 128 } };
    struct ports every = PORTS_EVERY;
    struct cover c = built(ranges, 3, &every);
    assert_int_equal(c.len, 2);
    assert_false(cover_number(&c, &error));
    assert_string_equal(error.text, "more endpoints than can be counted; name smaller ranges");
    struct cover v4 = built(&ranges[1], 1, &every);
    assert_true(cover_number(&v4, &error));
    assert_true(v4.total == 4294967296ull * 65535);
    struct endpoint e;
    cover_endpoint(&v4, v4.total - 1, &e);
    assert_int_equal(e.port, 65535);
    assert_true(address_value(&e.address) == UINT32_MAX);
    struct cover none = built(NULL, 0, &every);
    assert_int_equal(none.len, 0);
    assert_true(cover_number(&none, &error));
    assert_int_equal(none.total, 0);
    struct address a = { .family = 4 };
    assert_null(cover_find(&none, &a, 80));
    struct ports no_port = { 0 };
    struct cover empty = built(ranges, 3, &no_port);
    assert_int_equal(empty.len, 0);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    struct range r = { 1, 9, 4, RANGE_NO_PREFIX };
    struct ports one = { (const uint32_t[]){ 80 }, 1 };
    struct cover_builder b;
    struct port_sets sets;
    struct cover c;
    port_sets_init(&sets, &arena);
    cover_begin(&b, &sets);
    assert_true(cover_add(&b, &r, &one, NULL, NULL));
    arena.fail_at = 1;
    assert_false(cover_end(&b, &arena, &c, &error));
    assert_string_equal(error.text, "not enough memory for the targets");
    cover_begin(&b, &sets);
    b.scratch.fail_at = 1;
    assert_false(cover_add(&b, &r, &one, NULL, NULL));
    assert_true(cover_end(&b, &arena, &c, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_against_the_model, setup, teardown),
        cmocka_unit_test_setup_teardown(test_neighbours_merge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_labels, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ends_of_the_space, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_runs_out, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
