/* What is followed of what answers name: once each, inside what may be asked, so many and no more, in rounds. */
#include "unit/check.h"

#include "sweep/follow.c"

struct world {
    struct arena arena;
    uint64_t done; /* a place that was visited before */
};

/* Below 10.0.0.0/8 may be asked; 10.0.0.1 is asked anyway; "two.corp" is at two addresses. */
static enum follow_answer find(void *self, const struct peer_place *p, struct endpoint ret[static FOLLOW_AT_A_NAME],
                               size_t *ret_len)
{
    struct address a;
    (void)self;
    if (span_is(p->host, "two.corp")) {
        for (uint8_t i = 0; i < 2; i++)
            ret[i] = (struct endpoint){ .address = { 4, { 10, 9, 9, i } }, .port = p->port, .name = "two.corp" };
        *ret_len = 2;
        return FOLLOW_YES;
    }
    if (!address_parse(p->host, &a) || a.bytes[0] != 10)
        return FOLLOW_OUTSIDE;
    if (a.bytes[1] == 0 && a.bytes[3] == 1)
        return FOLLOW_ASKED;
    ret[0] = (struct endpoint){ .address = a, .port = p->port };
    *ret_len = 1;
    return FOLLOW_YES;
}

static bool is_done(void *self, uint64_t place)
{
    return ((struct world *)self)->done == place;
}

static struct follow *follow_of(struct world *w, const struct span *before, size_t count)
{
    struct error e;
    struct follow_config c = { .find = find, .is_done = is_done, .self = w, .before = before, .before_len = count,
                               .seed = 7 };
    struct follow *f = follow_new(&c, &e);
    assert_non_null(f);
    return f;
}

static void names(struct world *w, struct follow *f, const char *key, const char *list)
{
    struct visit v;
    struct endpoint e = { .address = { 4, { 10, 0, 0, 1 } }, .port = 1 };
    visit_init(&v, &w->arena, &e);
    fact_text(visit_observe(&v, "redis", KIND_STORE), key, span_str(list), NULL, SPAN_NONE);
    follow_visit(f, &v);
}

static size_t handed_out(struct follow *f)
{
    struct turn t;
    const char *skip = NULL;
    size_t n = 0;
    while (follow_next(f, &t, &skip)) {
        assert_true(t.place & PLACE_FOLLOWED);
        assert_null(skip);
        n++;
    }
    return n;
}

struct told {
    uint64_t followed, outside, cut;
};

static void take_remark(void *self, const struct remark *r)
{
    struct told *t = self;
    assert_false(r->incomplete);
    *(r->kind == REMARK_FOLLOWED ? &t->followed : r->kind == REMARK_SCOPE ? &t->outside : &t->cut) = r->count;
}

static void test_once_each_and_inside(void **state)
{
    struct world w = { .done = 0 };
    struct told t = { 0 };
    (void)state;
    arena_init(&w.arena, 1 << 20);
    struct follow *f = follow_of(&w, NULL, 0);
    follow_visit(NULL, NULL); /* where nothing is followed */
    assert_false(follow_begin(f));
    names(&w, f, "peers", "10.0.0.1:6379, 10.0.0.2:6379, 11.0.0.2:6379, nobody.corp:6379, garbage, :0");
    names(&w, f, "master", "10.0.0.2:6379");
    names(&w, f, "peers", "10.0.0.2:6380, two.corp:9092");
    names(&w, f, "other", "10.0.0.77:1");
    assert_true(follow_begin(f));
    assert_int_equal(handed_out(f), 4); /* two ports of one address, and a name at two addresses */
    names(&w, f, "peers", "10.0.0.2:6380, 10.0.0.3:6379"); /* in the round: one is new */
    assert_int_equal(handed_out(f), 0);
    assert_true(follow_begin(f));
    assert_int_equal(handed_out(f), 1);
    assert_false(follow_begin(f));
    follow_tell(f, take_remark, &t);
    assert_int_equal(t.followed, 5);
    assert_int_equal(t.outside, 2);
    assert_int_equal(t.cut, 0);
    follow_free(f);
    arena_release(&w.arena);
}

static void test_so_many_and_no_more(void **state)
{
    struct world w = { .done = 0 };
    struct told t = { 0 };
    char one[32];
    (void)state;
    arena_init(&w.arena, 8 << 20);
    struct follow *f = follow_of(&w, NULL, 0);
    for (int i = 0; i < FOLLOW_MAX + 44; i++) {
        snprintf(one, sizeof(one), "10.%d.%d.2:80", 1 + i / 200, i % 200);
        names(&w, f, "peers", one);
    }
    assert_true(follow_begin(f));
    assert_int_equal(handed_out(f), FOLLOW_MAX);
    follow_tell(f, take_remark, &t);
    assert_int_equal(t.followed, FOLLOW_MAX);
    assert_int_equal(t.cut, 44);
    follow_free(f);

    char list[FACT_TEXT_MAX] = "";
    for (size_t i = 0; i < FOLLOW_NAMED_MAX + 20; i++)
        snprintf(list + strlen(list), sizeof(list) - strlen(list), "10.3.3.2:%zu, ", i + 1);
    f = follow_of(&w, NULL, 0);
    names(&w, f, "peers", list);
    assert_true(follow_begin(f));
    assert_int_equal(handed_out(f), FOLLOW_NAMED_MAX);
    follow_free(f);
    arena_release(&w.arena);
}

/* The same endpoint has the same place in the scan that goes on; what was visited is left out. */
static void test_a_scan_that_goes_on(void **state)
{
    struct world w = { .done = 0 };
    const struct span before[] = { SPAN("10.0.0.2:6379, 10.0.0.3:6379"), SPAN("10.0.0.2:6379") };
    struct turn t = { .place = 0 };
    const char *skip = NULL;
    (void)state;
    arena_init(&w.arena, 1 << 20);
    struct follow *f = follow_of(&w, before, 2);
    assert_true(follow_begin(f));
    assert_true(follow_next(f, &t, &skip));
    w.done = t.place;
    follow_free(f);
    f = follow_of(&w, before, 2);
    assert_true(follow_begin(f));
    assert_true(follow_next(f, &t, &skip));
    assert_int_equal(t.endpoint.address.bytes[3], 3);
    assert_int_equal(handed_out(f), 0);
    follow_free(f);
    arena_release(&w.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_each_and_inside),
        cmocka_unit_test(test_so_many_and_no_more),
        cmocka_unit_test(test_a_scan_that_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
