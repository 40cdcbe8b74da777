/* Kinds are counted once a service, by how they are known; persons are not added up twice; a fact that
 * names endless kinds is cut and said to be. */
#include "report/people.c"

#include <stdio.h>

#include "unit/report/hostile.h"

struct fixture {
    struct hostile h;
    struct buf scratch;
    struct people *people;
};

static void start(struct fixture *x)
{
    memset(x, 0, sizeof(*x));
    arena_init(&x->h.arena, HOSTILE_MAX);
    buf_init(&x->h.out, HOSTILE_MAX);
    buf_init(&x->scratch, HOSTILE_MAX);
    x->people = calloc(1, sizeof(*x->people));
    assert_non_null(x->people);
}

static void stop(struct fixture *x)
{
    free(x->people);
    buf_release(&x->scratch);
    buf_release(&x->h.out);
    arena_release(&x->h.arena);
}

static struct observation *store(struct fixture *x, int64_t records)
{
    struct endpoint e = { .port = 9200 };
    visit_init(&x->h.visit, &x->h.arena, &e);
    struct observation *o = visit_observe(&x->h.visit, "elasticsearch", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->records = records;
    return o;
}

static void told(struct observation *o, const char *key, const char *kinds)
{
    fact_text(o, key, span_str(kinds), NULL, SPAN_NONE);
}

static void sampled(struct observation *o, const char *kinds, int64_t low, int64_t high)
{
    told(o, "sample.personal", kinds);
    fact_number(o, "sample.records", 500, NULL, SPAN_NONE);
    fact_number(o, "sample.personal.persons.low", low, NULL, SPAN_NONE);
    if (high >= 0)
        fact_number(o, "sample.personal.persons.high", high, NULL, SPAN_NONE);
}

static void see(struct fixture *x, const struct observation *o)
{
    people_see(x->people, o, &x->h.arena, &x->scratch);
}

static void says(struct fixture *x, uint64_t open, const char *wanted)
{
    buf_reset(&x->h.out);
    people_sort(x->people);
    people_lead(x->people, open, buf_put, &x->h.out);
    if (!span_is(buf_span(&x->h.out), wanted))
        fail_msg("%.*s", SPAN_FMT(buf_span(&x->h.out)));
}

static void test_counts(void **state)
{
    struct fixture x;
    struct observation *o;
    (void)state;
    start(&x);
    says(&x, 3, "");
    o = store(&x, 100);
    told(o, "personal.identity", "name, resident ID number, name");
    told(o, "personal.contact", "mobile number");
    see(&x, o);
    says(&x, 1, "It holds fields of personal data: name, resident ID number, mobile number. ");
    says(&x, 2, "1 holds fields of personal data: name, resident ID number, mobile number. ");
    assert_string_equal(people_conduct(x.people), "no record was read");
    o = store(&x, COUNT_UNKNOWN);
    told(o, "personal.identity", "resident ID number,, ");
    told(o, "personal.health", "diagnosis, medicine, allergy");
    see(&x, o);
    o = store(&x, 7); /* locked: what its fields are called speaks of nothing that is open */
    told(o, "personal.identity", "passport number");
    o->outcome = OUTCOME_LOCKED;
    see(&x, o);
    people_sort(x.people);
    assert_int_equal(x.people->told, 2);
    assert_int_equal(x.people->count, 6);
    assert_true(span_is(x.people->kinds[0].name, "resident ID number"));
    assert_int_equal(x.people->kinds[0].services, 2);
    assert_int_equal(x.people->kinds[0].records, 100);
    assert_int_equal(x.people->kinds[1].records, COUNT_UNKNOWN); /* worse than a name, which is as common */
    assert_true(span_is(x.people->kinds[1].name, "diagnosis"));
    says(&x, 9, "2 hold fields of personal data: resident ID number, diagnosis, medicine, allergy, name and 1 more kind. ");
    stop(&x);
}

static void test_persons(void **state)
{
    struct fixture x;
    struct observation *o;
    (void)state;
    start(&x);
    o = store(&x, 1500);
    sampled(o, "e-mail address", 1455, 1500);
    see(&x, o);
    says(&x, 1, "A random sample of records confirmed personal data: e-mail address; of 1,455 to 1,500 persons. ");
    o = store(&x, 400);
    sampled(o, "e-mail address", 300, 400);
    see(&x, o);
    assert_int_equal(x.people->kinds[0].persons_low, 1455);
    assert_int_equal(x.people->kinds[0].persons_high, 1900);
    says(&x, 4, "A random sample of records confirmed personal data in 2 services: e-mail address; of 1,455 to 1,900 persons. ");
    o = store(&x, COUNT_UNKNOWN);
    sampled(o, "e-mail address", 20, COUNT_UNKNOWN);
    see(&x, o);
    says(&x, 4, "A random sample of records confirmed personal data in 3 services: e-mail address; of at least 1,455 persons. ");
    o = store(&x, 4); /* a fact of another type, and numbers that cannot be */
    told(o, "sample.personal.persons.low", "many");
    told(o, "sample.personal", "name");
    fact_number(o, "sample.personal.persons.high", -3, NULL, SPAN_NONE);
    see(&x, o);
    assert_int_equal(x.people->kinds[1].persons_low, COUNT_UNKNOWN);
    assert_int_equal(x.people->drawn, 3);
    assert_true(strstr(people_conduct(x.people), "random sample") != NULL);
    stop(&x);
}

static void test_endless(void **state)
{
    struct fixture x;
    char many[FACT_TEXT_MAX];
    (void)state;
    start(&x);
    for (unsigned v = 0; v < 4; v++) {
        size_t len = 0;
        for (unsigned i = 0; i < 200; i++)
            len += (size_t)snprintf(many + len, sizeof(many) - len, "k%u-%u,", v, i);
        struct observation *o = store(&x, INT64_MAX);
        told(o, "personal.identity", many);
        told(o, "personal.contact", "\x1b[31m\xff\xe2\x80\xae");
        see(&x, o);
    }
    people_sort(x.people);
    assert_true(x.people->left);
    assert_int_equal(x.people->count, PEOPLE_KINDS_MAX);
    assert_int_equal(x.people->kinds[0].services, 4);
    assert_int_equal(x.people->kinds[0].records, INT64_MAX);
    says(&x, 4, "4 hold fields of personal data: \\x1b[31m\\xff\\u{202e}, k0-0, k0-1, k0-2, k0-3 and more kinds. ");
    memset(many, 'x', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    memset(x.people, 0, sizeof(*x.people));
    struct observation *o = store(&x, 1);
    told(o, "sample.personal", many);
    see(&x, o);
    assert_int_equal(x.people->kinds[0].name.len, PEOPLE_TEXT_MAX + 3);
    stop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_persons),
        cmocka_unit_test(test_endless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
