/* Personal data told from the names of fields: police columns, plain English, and what says nothing. */
#include "unit/check.h"

#include "keep/personal.c"

struct stage {
    struct arena arena;
    struct visit visit;
    struct personal *personal;
};

static int setup(void **state)
{
    static struct stage s;
    s = (struct stage){ 0 };
    arena_init(&s.arena, 8 << 20);
    visit_init(&s.visit, &s.arena, &(struct endpoint){ .port = 9200 });
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct stage *s = *state;
    personal_free(s->personal);
    arena_release(&s->arena);
    return 0;
}

static const struct observation *told(struct stage *s, const char *fields)
{
    struct error e;
    size_t at = s->visit.observations.len;
    struct observation *o = visit_observe(&s->visit, "elasticsearch", KIND_STORE);
    assert_non_null(o);
    if (fields)
        fact_text(o, "fields", span_str(fields), "test.mapping", SPAN("{}"));
    assert_true(personal_tell(&s->personal, &s->visit, &e));
    return &s->visit.observations.at[at];
}

static void expect(struct stage *s, const struct observation *o, const char *key, const char *text)
{
    assert_string_equal(arena_str(&s->arena, fact_get_text(o, key)), text);
}

static void test_police_columns(void **state)
{
    const struct observation *o =
        told(*state, "RYBH, XM, GMSFHM, XB, MZ, CSRQ, HJDZ, SJHM, HZHM, GXSJ, AJBH, BJRLXDH, JYAQ");
    expect(*state, o, "personal.identity", "resident ID number, passport number, person name");
    expect(*state, o, "personal.contact", "mobile number");
    expect(*state, o, "personal.location", "postal address");
    expect(*state, o, "personal.attribute", "ethnic group, sex, birth date");
    expect(*state, o, "personal.justice", "police case text, case number");
    expect(*state, o, "personal.fields", "XM, GMSFHM, XB, MZ, CSRQ, HJDZ, SJHM, HZHM, AJBH, BJRLXDH, JYAQ");
    assert_int_equal(fact_get(o, "personal.count")->number, 11);
    assert_string_equal(fact_get(o, "personal.fields")->ask, "test.mapping");
    assert_null(fact_get(o, "personal.count")->ask);
}

static void test_plain_english(void **state)
{
    const struct observation *o = told(*state, "customer.first_name, customer.email, customer.phone, order_total");
    expect(*state, o, "personal.identity", "person name");
    expect(*state, o, "personal.contact", "e-mail address, telephone number");
    assert_null(fact_get(o, "personal.location"));
    assert_int_equal(fact_get(o, "personal.count")->number, 3);
}

/* One kind alone, weak names alone, devices and counters say nothing. */
static void test_too_little(void **state)
{
    static const char *const fields[] = { "name", "name, title, price", "host.ip, host.mac, level, message",
                                          "xm, mz", "email_count, phone_model, name", "", ",, ,", "@, ." };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct observation *o = told(*state, fields[i]);
        if (fact_get(o, "personal.count"))
            fail_msg("told something from \"%s\"", fields[i]);
    }
}

/* Without names of fields the dictionary is not even loaded. */
static void test_nothing_is_loaded_for_nothing(void **state)
{
    struct stage *s = *state;
    assert_null(fact_get(told(s, NULL), "personal.count"));
    assert_null(s->personal);
    (void)told(s, "name");
    assert_non_null(s->personal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_police_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plain_english, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_little, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_is_loaded_for_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
