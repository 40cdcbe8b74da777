/* What goes through a dashboard is what would go to the store itself, encoded once more for the console. */
#include "unit/check.h"

#include "sample/elasticsearch.c"

#include "base/writer.h"

enum { REQUEST_MAX = 2048 };

/* The first line of a request, between its method and its version. */
static struct span target_of(const struct ask *a, const struct span *args, size_t count, char *room)
{
    struct writer w = writer_over(room, REQUEST_MAX);
    assert_true(ask_render(a, args, count, &w));
    struct span rest = writer_span(&w);
    (void)span_cut(&rest, ' ');
    return span_cut(&rest, ' ');
}

static uint8_t digit(uint8_t c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static struct span decoded(struct span s, char *room)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '%' && i + 2 < s.len) {
            room[n++] = (char)(digit(s.at[i + 1]) << 4 | digit(s.at[i + 2]));
            i += 2;
        } else {
            room[n++] = (char)s.at[i];
        }
    return span_of(room, n);
}

static void the_console_carries_the_same_question(void **state)
{
    char direct[REQUEST_MAX], through[REQUEST_MAX], plain[REQUEST_MAX];
    struct span host = SPAN("10.0.0.5:9200"), index = SPAN("caf%C3%A9"), twice = SPAN("caf%25C3%25A9");
    struct span args[] = { index, SPAN("20"), host }, further[] = { SPAN("/kibana"), twice, SPAN("20"), host };
    (void)state;
    struct span want = target_of(&SEARCH, args, 3, direct), got = target_of(&SEARCH_CONSOLE, further, 4, through);
    assert_true(span_starts(got, SPAN("/kibana/api/console/proxy?path=")));
    got = span_from(got, sizeof("/kibana/api/console/proxy?path=") - 1);
    size_t end = span_index(got, '&');
    assert_true(span_eq(span_from(got, end), SPAN("&method=GET")));
    assert_true(span_eq(decoded(span_first(got, end), plain), want));
}

static void the_proxy_of_old_carries_it_as_it_is(void **state)
{
    char direct[REQUEST_MAX], through[REQUEST_MAX];
    struct span host = SPAN("10.0.0.5:9200");
    struct span args[] = { SPAN("users"), SPAN("20"), host }, further[] = { SPAN(""), SPAN("users"), SPAN("20"), host };
    (void)state;
    struct span want = target_of(&SEARCH, args, 3, direct), got = target_of(&SEARCH_LEGACY, further, 4, through);
    assert_true(span_starts(got, SPAN("/elasticsearch")));
    assert_true(span_eq(span_from(got, sizeof("/elasticsearch") - 1), want));
}

static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 5601 };

static void the_way_is_the_one_that_showed_the_store(void **state)
{
    struct arena a;
    struct visit v;
    (void)state;
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &HERE);
    struct observation *front = visit_observe(&v, "kibana", KIND_DASHBOARD);
    fact_text(front, "http.base", SPAN("/tools"), NULL, SPAN_NONE);
    struct observation *o = visit_observe(&v, "elasticsearch", KIND_STORE);
    struct draw d = { .seen = o };
    assert_ptr_equal(way_of(&d).search, &SEARCH);
    o->via = "kibana";
    d.front = &v.observations.at[0];
    assert_ptr_equal(way_of(&d).search, &SEARCH_CONSOLE);
    assert_true(span_is(way_of(&d).base, "/tools"));
    fact_text(o, "version", SPAN("5.5.3"), "kibana.legacy.elasticsearch.root", SPAN_NONE);
    assert_ptr_equal(way_of(&d).search, &SEARCH_LEGACY);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_console_carries_the_same_question),
        cmocka_unit_test(the_proxy_of_old_carries_it_as_it_is),
        cmocka_unit_test(the_way_is_the_one_that_showed_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
