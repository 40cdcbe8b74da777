/* From answers to an observation, where answers are not whole: what is counted is said to be at least so. */
#include "unit/check.h"

#include "base/buf.h"
#include "http/engine.c"

struct store {
    struct asker asker; /* first member */
    struct span list;   /* the answer to the list of indices */
    bool list_cut;
    const char *totals; /* of _cluster/stats, or NULL */
};

static struct response *store_fetch(struct asker *a, const struct request *r, struct span name)
{
    struct store *s = (struct store *)a;
    struct error e;
    const char *text = "HTTP/1.1 404 Not Found\n\n";
    (void)name;
    if (span_is(r->path, "/"))
        text = "HTTP/1.1 200 OK\n\n{\"version\":{\"number\":\"6.8.23\"},\"tagline\":\"You Know, for Search\"}";
    else if (span_is(r->path, "/_cluster/stats") && s->totals)
        text = s->totals;
    else if (span_has(r->path, "/_cat/indices"))
        text = "HTTP/1.1 200 OK\n\n";
    struct response *answer = response_from_text(a->arena, span_str(text), &e);
    assert_non_null(answer);
    if (span_has(r->path, "/_cat/indices")) {
        answer->body = s->list;
        answer->cut = s->list_cut;
    }
    return answer;
}

struct stage {
    struct arena catalog_arena, arena;
    struct catalog *catalog;
    struct response_work work;
    struct visit visit;
};

static int setup(void **state)
{
    static struct stage s;
    static const char *const dirs[] = { "catalog" };
    struct error e;
    arena_init(&s.catalog_arena, 64 << 20);
    s.catalog = catalog_load(&s.catalog_arena, dirs, 1, &e);
    *state = &s;
    return s.catalog ? 0 : -1;
}

static int teardown(void **state)
{
    arena_release(&((struct stage *)*state)->catalog_arena);
    return 0;
}

static const struct observation *visit(struct stage *s, struct span list, bool cut, const char *totals)
{
    static const struct endpoint here = { .port = 9200 };
    arena_init(&s->arena, 48 << 20);
    response_work_init(&s->work);
    visit_init(&s->visit, &s->arena, &here);
    struct store store = { .asker = { .get = asker_get, .fetch = store_fetch, .arena = &s->arena, .work = &s->work,
                                      .index = s->catalog->index, .behind = OUTCOME_NOT_MINE, .host = SPAN("x") },
                           .list = list, .list_cut = cut, .totals = totals };
    (void)engine_visit(&store.asker, s->catalog, &s->visit, 9200);
    assert_int_equal(s->visit.observations.len, 1);
    return &s->visit.observations.at[0];
}

static void leave(struct stage *s)
{
    response_work_release(&s->work);
    arena_release(&s->arena);
}

static void put_indices(struct buf *b, int count)
{
    buf_str(b, "[");
    for (int i = 0; i < count; i++)
        buf_printf(b, "%s{\"index\":\"i%06d\",\"docs.count\":\"2\",\"pri.store.size\":\"10\"}", i ? "," : "", i);
}

static bool is_partial(const struct observation *o)
{
    const struct fact *f = fact_get(o, "counts.partial");
    return f && f->number;
}

/* 15,000 indices: more than is read of one answer. */
static void test_list_longer_than_is_read(void **state)
{
    struct stage *s = *state;
    struct buf b;
    buf_init(&b, 4 << 20);
    put_indices(&b, 15000);
    const struct observation *o = visit(s, span_first(buf_span(&b), RESPONSE_BODY_MAX - 300000), true, NULL);
    assert_int_equal(o->outcome, OUTCOME_OPEN);
    assert_true(o->collection_count > 11000 && o->collection_count < 15000);
    assert_in_range(o->records, (o->collection_count - 1) * 2, o->collection_count * 2); /* the last may be cut */
    assert_true(is_partial(o));
    assert_true(fact_get(o, "http.cut")->number);
    leave(s);
    /* A list of more values than are read of one document. */
    buf_str(&b, "]");
    o = visit(s, buf_span(&b), false, NULL);
    assert_int_equal(o->outcome, OUTCOME_OPEN);
    assert_int_equal(o->collection_count, 15000);
    assert_false(is_partial(o));
    leave(s);
    buf_reset(&b);
    put_indices(&b, 26000);
    buf_str(&b, "]");
    o = visit(s, buf_span(&b), false, NULL);
    assert_int_equal(o->outcome, OUTCOME_OPEN);
    assert_true(o->collection_count >= RESPONSE_VALUES_MAX / 4 - 10);
    assert_true(is_partial(o));
    leave(s);
    buf_release(&b);
}

/* Where the product states totals, a list that was cut does not stand in their way. */
static void test_totals_instead_of_a_cut_list(void **state)
{
    struct stage *s = *state;
    const struct observation *o =
        visit(s, SPAN("[{\"index\":\"a\",\"docs.count\":\"1\",\"pri.store.size\":\"1\"},{\"index\""), true,
              "HTTP/1.1 200 OK\n\n{\"indices\":{\"count\":12000,\"docs\":{\"count\":70},\"store\":{\"size_in_bytes\":90}},\"nodes\":{}}");
    assert_int_equal(o->outcome, OUTCOME_OPEN);
    assert_int_equal(o->collection_count, 12000);
    assert_int_equal(o->records, 70);
    assert_int_equal(o->bytes, 90);
    assert_false(is_partial(o));
    leave(s);
    /* A whole list is exact; totals count the product's own indices, too. */
    o = visit(s, SPAN("[{\"index\":\"a\",\"docs.count\":\"1\",\"pri.store.size\":\"1\"}]"), false,
              "HTTP/1.1 200 OK\n\n{\"indices\":{\"count\":12000,\"docs\":{\"count\":70},\"store\":{\"size_in_bytes\":90}},\"nodes\":{}}");
    assert_int_equal(o->collection_count, 1);
    assert_int_equal(o->records, 1);
    leave(s);
}

/* One bracket is no list. */
static void test_the_front_of_nothing(void **state)
{
    static const char *const fronts[] = { "[", "[{", "[{\"index\"", "[{\"index\":\"a" };
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
        const struct observation *o = visit(s, span_str(fronts[i]), true, NULL);
        assert_int_equal(o->outcome, OUTCOME_UNCLEAR);
        leave(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list_longer_than_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_totals_instead_of_a_cut_list, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_front_of_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
