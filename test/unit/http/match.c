/* Conditions and sources over answers that a test hands out. */
#include "unit/check.h"

#include "http/match.c"

struct stage {
    struct asker asker; /* first member */
    struct arena arena;
    struct response *answer;
    struct request root;
};

static struct response *get(struct asker *self, const struct request *r, struct span name)
{
    (void)r;
    (void)name;
    return ((struct stage *)self)->answer;
}

static int setup(void **state)
{
    static struct stage s;
    struct error e;
    s = (struct stage){ .asker = { .get = get, .arena = &s.arena }, .root = { .name = "root" } };
    arena_init(&s.arena, 1 << 20);
    s.answer = response_from_text(
        &s.arena,
        SPAN("HTTP/1.1 200 OK\nServer: a\nServer: b/2.5\n\n"
             "{\"t\":\"x\",\"n\":5,\"b\":true,\"z\":null,\"l\":[1,2,\"3\"],"
             "\"m\":{\"p\":{\"c\":4},\"q\":{\"c\":6}},\"f\":1.5}"),
        &e);
    s.answer->ask = "test.root";
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    arena_release(&((struct stage *)*state)->arena);
    return 0;
}

static bool holds(struct stage *s, struct test t)
{
    struct condition c = { .kind = CONDITION_TESTS, .request = &s->root };
    c.tests.at = &t;
    c.tests.len = 1;
    return condition_met(&s->asker, &c);
}

static void test_tests(void **state)
{
    struct stage *s = *state;
    assert_true(holds(
        s, (struct test){ .kind = TEST_STATUS, .statuses = { 404, 200 }, .status_count = 2 }));
    assert_false(
        holds(s, (struct test){ .kind = TEST_STATUS, .statuses = { 404 }, .status_count = 1 }));
    assert_true(holds(
        s, (struct test){ .kind = TEST_HEADER, .at = SPAN("server"), .pattern = SPAN("b/*") }));
    assert_false(
        holds(s, (struct test){ .kind = TEST_HEADER, .at = SPAN("via"), .pattern = SPAN("*") }));
    assert_true(
        holds(s, (struct test){ .kind = TEST_JSON, .at = SPAN("t"), .pattern = SPAN("x") }));
    assert_true(
        holds(s, (struct test){ .kind = TEST_JSON, .at = SPAN("b"), .pattern = SPAN("true") }));
    assert_true(
        holds(s, (struct test){ .kind = TEST_JSON, .at = SPAN("l.1"), .pattern = SPAN("2") }));
    assert_false(
        holds(s, (struct test){ .kind = TEST_JSON, .at = SPAN("z"), .pattern = SPAN("*") }));
    assert_false(
        holds(s, (struct test){ .kind = TEST_JSON, .at = SPAN("m"), .pattern = SPAN("*") }));
    assert_true(holds(s, (struct test){ .kind = TEST_HAS, .at = SPAN("z") }));
    assert_true(holds(s, (struct test){ .kind = TEST_LACKS, .at = SPAN("y") }));
    assert_true(holds(s, (struct test){ .kind = TEST_LIST, .at = SPAN("l") }));
    assert_false(holds(s, (struct test){ .kind = TEST_LIST, .at = SPAN(".") }));
    assert_true(holds(s, (struct test){ .kind = TEST_MAP, .at = SPAN(".") }));
    assert_false(holds(s, (struct test){ .kind = TEST_METRIC, .at = SPAN("up") }));
}

static void test_no_answer_proves_nothing(void **state)
{
    struct stage *s = *state;
    struct test lacks = { .kind = TEST_LACKS, .at = SPAN("y") };
    s->answer = NULL;
    assert_false(holds(s, lacks));
    s->answer = response_from_text(&s->arena, SPAN("HTTP/1.1 200 OK\n\nno json"),
                                   &(struct error){ 0 });
    assert_false(holds(s, lacks));
}

static struct response *get_none(struct asker *self, const struct request *r, struct span name)
{
    (void)r;
    (void)name;
    self->unheard = true;
    return NULL;
}

static bool may(struct stage *s, struct test t, bool hold)
{
    struct condition c = { .kind = CONDITION_TESTS, .request = &s->root };
    struct condition not = { .kind = CONDITION_NOT };
    const struct condition *child = &c;
    c.tests.at = &t;
    c.tests.len = 1;
    not.children.at = &child;
    not.children.len = 1;
    bool ret = condition_may(&s->asker, &c, hold);
    assert_int_equal(condition_may(&s->asker, &not, !hold), ret);
    return ret;
}

/* What was not heard speaks neither for nor against; what was, does. */
static void test_what_may_hold(void **state)
{
    struct stage *s = *state;
    struct test ok = { .kind = TEST_STATUS, .statuses = { 200 }, .status_count = 1 };
    struct test refused = { .kind = TEST_STATUS, .statuses = { 401 }, .status_count = 1 };
    struct test t_is_x = { .kind = TEST_JSON, .at = SPAN("t"), .pattern = SPAN("x") };
    struct test t_is_y = { .kind = TEST_JSON, .at = SPAN("t"), .pattern = SPAN("y") };
    struct test has_behind = { .kind = TEST_HAS, .at = SPAN("behind") };
    struct test lacks_t = { .kind = TEST_LACKS, .at = SPAN("t") };
    struct test lacks_behind = { .kind = TEST_LACKS, .at = SPAN("behind") };
    assert_true(may(s, ok, true) && !may(s, ok, false));
    assert_true(!may(s, refused, true) && may(s, refused, false));
    assert_false(may(s, has_behind, true));
    s->answer = response_from_text(&s->arena, SPAN("HTTP/1.1 200 OK\n\n{\"t\":\"x\",\"l\":[1,"), &(struct error){ 0 });
    s->answer->cut = true;
    assert_true(may(s, t_is_x, true) && !may(s, t_is_x, false));
    assert_true(!may(s, t_is_y, true) && may(s, t_is_y, false));
    assert_true(may(s, has_behind, true) && may(s, has_behind, false));
    assert_true(may(s, lacks_behind, true) && may(s, lacks_behind, false));
    assert_false(may(s, lacks_t, true));
    assert_false(may(s, refused, true));
    s->answer = NULL;
    assert_false(may(s, ok, true)); /* there is no way to ask it */
    s->asker.get = get_none;
    assert_true(may(s, ok, true) && may(s, ok, false));
    assert_true(may(s, lacks_t, true) && may(s, lacks_t, false));
}

static struct value value_of(struct stage *s, struct source src)
{
    struct value v = { 0 };
    struct sources list = { 0 };
    src.request = &s->root;
    list.list.at = &src;
    list.list.len = 1;
    if (!sources_value(&s->asker, &list, &v))
        v.text = SPAN_NONE;
    return v;
}

static void test_sources(void **state)
{
    struct stage *s = *state;
    assert_true(
        span_is(value_of(s, (struct source){ .kind = SOURCE_JSON, .at = SPAN("t") }).text, "x"));
    struct value n = value_of(s, (struct source){ .kind = SOURCE_JSON, .at = SPAN("n") });
    assert_true(n.is_number && n.number == 5 && span_is(n.text, "5"));
    assert_string_equal(n.ask, "test.root");
    assert_true(span_has(n.proof, "\"n\":5"));
    assert_int_equal(value_of(s, (struct source){ .kind = SOURCE_LENGTH, .at = SPAN("l") }).number,
                     3);
    assert_int_equal(value_of(s, (struct source){ .kind = SOURCE_SUM, .at = SPAN("m.*.c") }).number,
                     10);
    assert_int_equal(value_of(s, (struct source){ .kind = SOURCE_STATUS }).number, 200);
    assert_true(span_is(
        value_of(s, (struct source){ .kind = SOURCE_HEADER, .at = SPAN("server") }).text, "a"));
    assert_int_equal(value_of(s, (struct source){ .kind = SOURCE_JSON, .at = SPAN("m") }).text.len,
                     0);
    assert_int_equal(
        value_of(s, (struct source){ .kind = SOURCE_JSON, .at = SPAN("none") }).text.len, 0);
    assert_int_equal(
        value_of(s, (struct source){ .kind = SOURCE_LENGTH, .at = SPAN("t") }).text.len, 0);
    assert_int_equal(
        value_of(s, (struct source){ .kind = SOURCE_SUM, .at = SPAN("m.*.d") }).text.len, 0);
    struct value zero = value_of(
        s, (struct source){ .kind = SOURCE_JSON, .at = SPAN("none"), .has_otherwise = true });
    assert_true(zero.is_number && zero.number == 0);
    struct source cut = { .kind = SOURCE_BODY, .pattern = SPAN("*\"f\":{v}}") };
    assert_true(span_is(value_of(s, cut).text, "1.5"));
}

static void test_sum_is_bounded(void **state)
{
    struct stage *s = *state;
    struct error e;
    s->answer = response_from_text(
        &s->arena, SPAN("HTTP/1.1 200 OK\n\n{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}"), &e);
    assert_int_equal(
        value_of(s, (struct source){ .kind = SOURCE_SUM, .at = SPAN("*.*.*.d.e") }).number, 1);
    assert_int_equal(
        value_of(s, (struct source){ .kind = SOURCE_SUM, .at = SPAN("*.*.*.*.e") }).text.len, 0);
    s->answer = response_from_text(&s->arena, SPAN("HTTP/1.1 200 OK\n\n[9223372036854775807,1]"),
                                   &e);
    assert_int_equal(value_of(s, (struct source){ .kind = SOURCE_SUM, .at = SPAN("*") }).text.len,
                     0);
    s->answer = response_from_text(&s->arena, SPAN("HTTP/1.1 200 OK\n\n[7,\"8\",\"x\",null]"), &e);
    assert_int_equal(value_of(s, (struct source){ .kind = SOURCE_SUM, .at = SPAN("*") }).number,
                     15);
}

/* ---- collections ---------------------------------------------------------------------- */

struct shelf {
    struct asker asker; /* first member */
    struct request list, info;
    struct response *listed, *given, *refused;
    const char *open; /* the collection that is given; others are refused */
    unsigned asked;
};

static struct response *get_from_shelf(struct asker *self, const struct request *r, struct span name)
{
    struct shelf *s = (struct shelf *)self;
    if (r == &s->list)
        return s->listed;
    s->asked++;
    return span_is(name, s->open) ? s->given : s->refused;
}

static bool shelf_opens(struct stage *stage, const char *names, const char *open, unsigned *ret_asked)
{
    struct error e;
    struct arena *a = &stage->arena;
    struct test status = { .kind = TEST_STATUS, .statuses = { 200 }, .status_count = 1 };
    struct span system = SPAN("_*");
    struct count_rule rule = { .is_each = true, .each = SPAN("."), .name = SPAN(".") };
    struct shelf s = { .asker = { .get = get_from_shelf, .arena = a },
                       .list = { .name = "list" },
                       .info = { .name = "info", .named = true, .rights = true, .over = &rule },
                       .given = response_from_text(a, SPAN("HTTP/1.1 200 OK\n\n{}"), &e),
                       .refused = response_from_text(a, SPAN("HTTP/1.1 403 No\n\n{}"), &e),
                       .open = open };
    struct condition c = { .kind = CONDITION_TESTS, .request = &s.info };
    s.listed = response_from_text(
        a, span_str(arena_printf(a, "HTTP/1.1 200 OK\n\n%s", names)), &e);
    rule.request = &s.list;
    rule.systems.at = &system;
    rule.systems.len = 1;
    c.tests.at = &status;
    c.tests.len = 1;
    bool met = condition_met(&s.asker, &c);
    assert_true(condition_answer(&s.asker, &c) == (met ? s.given : NULL));
    *ret_asked = s.asked / 2; /* twice: this asker keeps no answers */
    return met;
}

/* What one collection refuses another may give; the product's own prove nothing. */
static void test_one_of_the_listed(void **state)
{
    unsigned asked;
    assert_true(shelf_opens(*state, "[\"_users\",\"a\",\"b/c\"]", "b%2Fc", &asked));
    assert_int_equal(asked, 2);
    assert_false(shelf_opens(*state, "[\"_users\",\"a\"]", "_users", &asked));
    assert_int_equal(asked, 1);
    assert_false(shelf_opens(*state, "[]", "a", &asked));
    assert_false(shelf_opens(*state, "{\"error\":1}", "a", &asked));
    assert_false(shelf_opens(*state, "[\"a\",\"b\",\"c\",\"d\"]", "d", &asked));
    assert_int_equal(asked, OVER_COLLECTION_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_answer_proves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_may_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sources, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sum_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_of_the_listed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
