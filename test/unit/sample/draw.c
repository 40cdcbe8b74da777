/* Gathering and judging without a wire: which names may leave, what is cut, what is counted. */
#include "unit/check.h"

#include <stdio.h>

#include "sample/draw.c"

#include "wire/back.h"

static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };

static int64_t no_time(struct wire_back *b)
{
    (void)b;
    return 0;
}

/* A wire that leads nowhere. */
static struct wire *no_wire(struct arena *a)
{
    static struct wire_back back = { .now_ms = no_time };
    static const struct wire_limits limits = { .budget_bytes = 1 };
    return wire_new(a, &back, &HERE, &limits, &CLOCK_SYSTEM, NULL);
}

struct stage {
    struct arena kept;
    struct ajar_pii *pii;
    struct observation seen;
    struct draw d;
};

static int setup(void **state)
{
    static struct stage s;
    char why[AJAR_PII_ERROR_MAX];
    arena_init(&s.kept, 8 << 20);
    s.pii = ajar_pii_new(why);
    s.seen = (struct observation){ .arena = &s.kept };
    s.d = (struct draw){ .kept = &s.kept, .pii = s.pii, .seen = &s.seen, .wanted = 1000, .left = 1000 };
    s.d.wire = no_wire(&s.kept);
    draw_collection(&s.d, SPAN_NONE, COUNT_UNKNOWN, false);
    *state = &s;
    return s.pii ? 0 : -1;
}

static int teardown(void **state)
{
    struct stage *s = *state;
    arena_release(&s->d.batch);
    ajar_pii_free(s->pii);
    arena_release(&s->kept);
    return 0;
}

/* A made-up number with a right check digit (GB 11643). */
static struct span made_up_id(struct draw *d, unsigned n)
{
    static const int WEIGHT[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    char *text = arena_printf(&d->batch, "31010%u19%02u%02u%02u%03u0", n % 9 + 1, 40 + n % 55, 1 + n * 5 % 12, 1 + n * 7 % 28,
                              (n * 37 + 11) % 1000);
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (text[i] - '0') * WEIGHT[i];
    text[17] = "10X98765432"[sum % 11];
    return span_str(text);
}

static bool has_row(const struct draw *d, const char *type, const char *field)
{
    for (size_t i = 0; i < d->rows.len; i++)
        if (strcmp(d->rows.at[i].type, type) == 0 && span_is(d->rows.at[i].field, field))
            return true;
    return false;
}

static void a_field_is_found(void **state)
{
    struct draw *d = &((struct stage *)*state)->d;
    draw_collection(d, SPAN("people"), 1000, false);
    for (unsigned n = 0; n < 200; n++) {
        draw_record(d);
        draw_value(d, SPAN("id_no"), made_up_id(d, n));
    }
    draw_judge(d);
    assert_true(has_row(d, "cn-id", "id_no"));
    assert_true(d->sums.personal && d->sums.sizes_known && d->sums.persons_known);
    assert_true(d->sums.records_low >= 980 && d->sums.records_high == 1000);
    assert_int_equal(d->sums.drawn, 200);
    assert_int_equal(d->left, 800);
    assert_int_equal(d->items.len, 0);
}

/* A hash from names of people to their numbers: each name stands in one record only. */
static void a_value_used_as_a_name_stays(void **state)
{
    struct draw *d = &((struct stage *)*state)->d;
    draw_collection(d, SPAN("book"), 200, false);
    for (unsigned n = 0; n < 200; n++) {
        draw_record(d);
        char *name = arena_printf(&d->batch, "Person %c%c", 'a' + n / 26 % 26, 'a' + n % 26);
        draw_value(d, span_str(name), made_up_id(d, n));
    }
    draw_judge(d);
    assert_true(d->rows.len > 0);
    assert_true(has_row(d, "cn-id", "*"));
    for (size_t i = 0; i < d->rows.len; i++)
        assert_false(span_has(d->rows.at[i].field, "Person"));
}

static void columns_keep_their_names(void **state)
{
    struct draw *d = &((struct stage *)*state)->d;
    struct table names;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (int columns = 0; columns < 2; columns++) {
        draw_collection(d, SPAN("t"), 2, columns);
        draw_record(d);
        draw_value(d, SPAN("once"), SPAN("x"));
        assert_true(count_names(d, &a, &names));
        assert_int_equal(may_be_shown(d, &names, SPAN("once")), columns);
    }
    arena_release(&a);
}

static void documents_are_taken_apart(void **state)
{
    struct draw *d = &((struct stage *)*state)->d;
    draw_collection(d, SPAN("t"), 2, false);
    draw_record(d);
    draw_value(d, SPAN("(value)"), SPAN("{\"a\":{\"b\":{\"c\":\"deep\"}},\"n\":13800138000,\"list\":[\"x\",\"y\"],\"no\":null}"));
    draw_value(d, SPAN("text"), SPAN("{not json"));
    assert_int_equal(d->items.len, 5);
    assert_true(span_is(d->items.at[0].name, "b.c"));
    assert_true(span_is(d->items.at[0].value, "deep"));
    assert_true(span_is(d->items.at[1].name, "n"));
    assert_true(span_is(d->items.at[1].value, "13800138000"));
    assert_true(span_is(d->items.at[3].name, "list"));
    assert_true(span_is(d->items.at[4].value, "{not json"));
}

static void records_are_cut(void **state)
{
    struct draw *d = &((struct stage *)*state)->d;
    static char big[DRAW_VALUE_MAX + 10], deep[4 * DRAW_DEPTH_MAX];
    memset(big, 'a', sizeof(big));
    draw_collection(d, SPAN("t"), 2, false);
    draw_record(d);
    for (int i = 0; i < 8; i++)
        draw_value(d, SPAN("big"), span_of(big, sizeof(big)));
    assert_true(d->record_bytes <= DRAW_RECORD_MAX);
    assert_int_equal(d->items.at[0].value.len, DRAW_VALUE_MAX);
    assert_int_equal(d->sums.cut, 8);
    draw_record(d);
    for (int i = 0; i < 2 * DRAW_ITEMS_A_RECORD; i++)
        draw_value(d, SPAN("many"), SPAN("x"));
    assert_int_equal(d->record_items, DRAW_ITEMS_A_RECORD);
    size_t cut = d->sums.cut, half = sizeof(deep) / 2;
    memset(deep, '[', half);
    memset(deep + half, ']', half);
    draw_record(d);
    draw_value(d, SPAN("deep"), span_of(deep, sizeof(deep)));
    assert_true(d->sums.cut > cut);
}

static void there_is_an_end(void **state)
{
    struct draw *d = &((struct stage *)*state)->d;
    d->left = 2;
    assert_true(draw_wants(d));
    draw_record(d);
    draw_record(d);
    assert_false(draw_wants(d));
    draw_record(d);
    assert_int_equal(d->left, 0);
}

static void plans_leave_out_what_cannot_be_used(void **state)
{
    struct stage *s = *state;
    size_t count;
    s->seen.records = s->seen.collection_count = s->seen.bytes = COUNT_UNKNOWN;
    for (int i = 0; i < DRAW_COLLECTIONS_MAX + 5; i++)
        observation_collect(&s->seen, SPAN("t"), i ? 10 : COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    uint32_t *plan = draw_plan(&s->d, NULL, &count), sum = 0;
    assert_non_null(plan);
    assert_int_equal(count, DRAW_COLLECTIONS_MAX);
    assert_int_equal(s->d.sums.skipped, 5);
    for (size_t i = 0; i < count; i++)
        sum += plan[i];
    assert_int_equal(sum, s->d.wanted);
    assert_true(plan[0] > plan[1]);
}

/* Each of ten is kept about as often as any other, and none twice. */
static void some_are_any(void **state)
{
    struct draw d = { .random = { 1 } };
    unsigned kept[10] = { 0 };
    (void)state;
    for (int round = 0; round < 3000; round++) {
        uint32_t all[10], seen = 0;
        for (uint32_t i = 0; i < 10; i++)
            all[i] = i;
        assert_int_equal(draw_some(&d, all, sizeof(all[0]), 10, 3), 3);
        for (size_t i = 0; i < 3; i++) {
            assert_true(all[i] < 10 && !(seen & 1u << all[i]));
            seen |= 1u << all[i];
            kept[all[i]]++;
        }
    }
    for (size_t i = 0; i < 10; i++)
        assert_in_range(kept[i], 780, 1020); /* 900, and five times the deviation of 25 */
    assert_int_equal(draw_some(&d, kept, sizeof(kept[0]), 2, 3), 2);
    assert_int_equal(draw_some(&d, NULL, sizeof(kept[0]), 0, 3), 0);
    assert_int_equal(draw_some(&d, kept, DRAW_ELEMENT_MAX + 1, 1, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_are_any),
        cmocka_unit_test_setup_teardown(a_field_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_value_used_as_a_name_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_keep_their_names, setup, teardown),
        cmocka_unit_test_setup_teardown(documents_are_taken_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(records_are_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(there_is_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(plans_leave_out_what_cannot_be_used, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
