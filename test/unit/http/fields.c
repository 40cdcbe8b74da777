/* Names of fields out of a schema: which are kept, which never, and how many at most. */
#include "unit/check.h"

#include "http/fields.c"

struct stage {
    struct asker asker; /* first member */
    struct arena arena;
    struct visit visit;
    struct response *answer;
    struct request mapping;
    struct entry entry;
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
    s = (struct stage){ .asker = { .get = get, .arena = &s.arena, .now_ms = 5 },
                        .entry = { .fields = &s.mapping, .fields_under = SPAN("properties") } };
    arena_init(&s.arena, 64 << 20);
    struct count_rule *rule = list_add(&s.arena, &s.entry.counts);
    struct span *own = rule ? list_add(&s.arena, &rule->systems) : NULL;
    assert_non_null(own);
    *own = SPAN(".kibana*");
    visit_init(&s.visit, &s.arena, &(struct endpoint){ .port = 9200 });
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    arena_release(&((struct stage *)*state)->arena);
    return 0;
}

/* The observation after that answer. */
static const struct observation *told(struct stage *s, unsigned status, const char *body)
{
    struct error e;
    size_t at = s->visit.observations.len;
    const char *text = arena_printf(&s->arena, "HTTP/1.1 %u X\n\n%s", status, body);
    s->answer = response_from_text(&s->arena, span_str(text), &e);
    assert_non_null(s->answer);
    s->answer->ask = "test.mapping";
    assert_non_null(visit_observe(&s->visit, "elasticsearch", KIND_STORE));
    engine_fields(&s->asker, &s->entry, &s->visit.observations.at[at]);
    return &s->visit.observations.at[at];
}

static void expect(struct stage *s, const char *body, const char *names, int64_t count)
{
    const struct observation *o = told(s, 200, body);
    assert_string_equal(arena_str(&s->arena, fact_get_text(o, "fields")), names);
    assert_int_equal(fact_get(o, "fields.count")->number, count);
    assert_string_equal(fact_get(o, "fields")->ask, "test.mapping");
}

static void test_with_and_without_types(void **state)
{
    expect(*state, "{\"a\":{\"mappings\":{\"doc\":{\"properties\":{\"XM\":{\"type\":\"text\"},"
                   "\"SJHM\":{\"type\":\"keyword\"}}}}}}", "XM, SJHM", 2);
    expect(*state, "{\"a\":{\"mappings\":{\"properties\":{\"XM\":{\"type\":\"text\"}}}}}", "XM", 1);
}

static void test_each_once_and_inner_ones(void **state)
{
    expect(*state, "{\"a\":{\"mappings\":{\"properties\":{\"home\":{\"properties\":{\"street\":{\"type\":\"text\"}}},"
                   "\"street\":{\"type\":\"text\",\"fields\":{\"raw\":{\"type\":\"keyword\"}}}}}},"
                   "\"b\":{\"mappings\":{\"properties\":{\"home\":{\"type\":\"text\"}}}}}", "home, street", 2);
}

static void test_the_products_own_are_left_out(void **state)
{
    expect(*state, "{\".kibana_7\":{\"mappings\":{\"properties\":{\"password\":{\"type\":\"text\"}}}},"
                   "\"a\":{\"mappings\":{\"properties\":{\"XM\":{\"type\":\"text\"}}}}}", "XM", 1);
}

static void test_values_are_counted_and_not_kept(void **state)
{
    expect(*state, "{\"a\":{\"mappings\":{\"properties\":{\"13800138000\":{\"type\":\"text\"},"
                   "\"a@b.example\":{\"type\":\"text\"},\"x, y\":{\"type\":\"text\"},\"\\u0001\":{\"type\":\"text\"},"
                   "\"XM\":{\"type\":\"text\"}}}}}", "XM", 5);
}

static void test_nothing_to_tell(void **state)
{
    static const char *const bodies[] = { "{}", "[]", "[{\"properties\":{\"XM\":{}}}]", "5", "{\"a\":",
                                          "{\"a\":{\"properties\":[{\"XM\":{}}]}}", "{\"properties\":5}",
                                          "{\"a\":{\"mappings\":{\"properties\":{\"XM\":\"text\"}}}}" };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_null(fact_get(told(*state, 200, bodies[i]), "fields"));
    const struct observation *o =
        told(*state, 403, "{\"a\":{\"mappings\":{\"properties\":{\"XM\":{\"type\":\"text\"}}}}}");
    assert_null(fact_get(o, "fields"));
}

/* Thousands of names: whole ones as far as the fact reaches, all of them counted up to the limit. */
static void test_ceilings(void **state)
{
    struct stage *s = *state;
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_str(&b, "{\"a\":{\"mappings\":{\"properties\":{\"f\":{}");
    for (int i = 0; i < FIELDS_SEEN_MAX + 10; i++)
        buf_printf(&b, ",\"n%c%c%c_%04d\":{}", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26, i % 10000);
    buf_str(&b, "}}}}");
    buf_byte(&b, '\0');
    const struct observation *o = told(s, 200, (const char *)b.at);
    buf_release(&b);
    struct span names = fact_get_text(o, "fields"), last = SPAN_NONE;
    assert_int_equal(fact_get(o, "fields.count")->number, FIELDS_SEEN_MAX);
    assert_in_range(names.len, FACT_TEXT_MAX - 16, FACT_TEXT_MAX);
    while (names.len)
        last = span_cut(&names, ',');
    assert_int_equal(last.len, 1 + sizeof("naaa_0000") - 1);
}

/* A store that answers a row for each: names, and no schema. */
static void test_rows(void **state)
{
    struct stage *s = *state;
    s->entry.fields_under = SPAN_NONE;
    s->entry.fields_each = SPAN("data");
    s->entry.fields_name = SPAN("name");
    expect(s, "{\"meta\":[{\"name\":\"name\"}],\"data\":[{\"name\":\"XM\"},{\"name\":\"SJHM\"},{\"name\":5},{},7,{\"name\":\"XM\"}]}",
           "XM, SJHM", 2);
    assert_null(fact_get(told(s, 200, "{\"data\":{\"a\":{\"name\":\"XM\"}}}"), "fields"));
    assert_null(fact_get(told(s, 200, "{\"rows\":[]}"), "fields"));
    s->entry.fields_name = SPAN("0");
    expect(s, "{\"data\":[[\"XM\",3],[\"mail\",1],[],[4]]}", "XM, mail", 2);
}

static void test_depth(void **state)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        buf_str(&b, "{\"properties\":");
    buf_str(&b, "5");
    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        buf_byte(&b, '}');
    buf_byte(&b, '\0');
    (void)told(*state, 200, (const char *)b.at);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_with_and_without_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_once_and_inner_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_products_own_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_values_are_counted_and_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_to_tell, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ceilings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
