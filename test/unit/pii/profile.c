/* Keys that are ids: from some number of them on they are one field. */
#include "unit/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "pii/profile.c"

static struct detectors D;

static uint16_t key(struct profile *p, uint16_t parent, const char *prefix, unsigned number)
{
    char name[64];
    int n = snprintf(name, sizeof(name), "%s%u", prefix, number);
    return profile_key(p, parent, span_of(name, (size_t)n), FIELD_NONE);
}

static struct profile *profile_new(void)
{
    struct profile *p = calloc(1, sizeof(*p));
    assert_true(p && profile_init(p, &D, class_engine_best()));
    return p;
}

static void profile_free(struct profile *p)
{
    profile_release(p);
    free(p);
}

static void test_objects_gather(void **state)
{
    (void)state;
    struct profile *p = profile_new();
    uint16_t first = key(p, FIELD_ROOT, "user:", 0), gathering = 0;
    for (unsigned i = 0; i < 500; i++) {
        uint16_t user = key(p, FIELD_ROOT, "user:", i);
        (void)profile_key(p, user, SPAN("phone"), FIELD_NONE);
        gathering = i >= NUMBERED_MAX && !gathering ? user : gathering;
        assert_true(!gathering || user == gathering);
    }
    assert_int_equal(p->field_count, 1 + 2 * (NUMBERED_MAX + 1));
    assert_string_equal(p->fields[gathering]->name, "user:#");
    assert_int_equal(key(p, FIELD_ROOT, "user:", 0), first);
    /* Elsewhere, and of another form: kept apart. */
    assert_int_not_equal(key(p, first, "user:", 400), gathering);
    assert_int_not_equal(key(p, FIELD_ROOT, "host:", 400), gathering);
    profile_free(p);
}

static void test_scalars_gather_later(void **state)
{
    (void)state;
    struct profile *p = profile_new();
    for (unsigned i = 0; i < 3000; i++)
        (void)key(p, FIELD_ROOT, "q", i);
    assert_int_equal(p->field_count, 1 + NUMBERED_SCALARS_MAX + 1);
    profile_free(p);
}

/* Columns of a table are no keys. */
static void test_columns_stay_apart(void **state)
{
    (void)state;
    struct profile *p = profile_new();
    for (unsigned i = 0; i < 1000; i++) {
        char name[16];
        int n = snprintf(name, sizeof(name), "column %u", i);
        (void)profile_field(p, FIELD_ROOT, span_of(name, (size_t)n), FIELD_NONE);
    }
    assert_int_equal(p->field_count, 1001);
    profile_free(p);
}

/* A part may hold keys that one thread would have gathered: refused, but not where there are few. */
static void test_parts_with_numbered_keys(void **state)
{
    (void)state;
    for (unsigned count = 0; count <= NUMBERED_MAX; count += NUMBERED_MAX / 2) {
        struct profile *p = profile_new(), *part = profile_new();
        for (unsigned i = 0; i < NUMBERED_MAX / 2 - 1; i++)
            (void)key(p, FIELD_ROOT, "user:", i);
        assert_true(profile_split(p, part));
        for (unsigned i = 0; i < count; i++)
            (void)key(part, FIELD_ROOT, "user:", 50 + i);
        assert_int_equal(profile_merge(p, part), count < NUMBERED_MAX);
        profile_free(part);
        profile_free(p);
    }
}

/* Objects alike under keys that nobody knows are one field, before and behind the moment that tells. */
static void test_keys_that_are_data(void **state)
{
    (void)state;
    static const char LETTERS[] = "bdfgklmnprstv";
    struct profile *p = profile_new();
    for (unsigned i = 0; i < 150; i++) {
        char name[16];
        int n = snprintf(name, sizeof(name), "%ca%ce%co", LETTERS[i % 13], LETTERS[i / 13], LETTERS[i % 7]);
        uint16_t user = profile_key(p, FIELD_ROOT, span_of(name, (size_t)n), FIELD_NONE);
        p->fields[user]->opened++;
        profile_bytes(p, profile_key(p, user, SPAN("phone"), FIELD_NONE), SPAN("0170 1234567"));
    }
    assert_in_range(p->field_count, 2 * KEYED_MAX, 2 * KEYED_MAX + 5);
    profile_settle(p);
    size_t left = 0;
    for (size_t i = 1; i < p->field_count; i++)
        left += !p->fields[i]->folded;
    assert_int_equal(left, 3); /* "*", "(keys)" and "*.phone" */
    for (size_t i = 1; i < p->field_count; i++) {
        const struct field *f = p->fields[i];
        bool phone = span_is(span_of(f->name, f->name_len), "phone");
        if (!f->folded)
            assert_int_equal(f->values, phone || strcmp(f->name, "(keys)") == 0 ? 150 : 0);
    }
    profile_free(p);
}

static int set_up(void **state)
{
    struct error e;
    (void)state;
    return detectors_init(&D, 20261122, &e) ? 0 : -1;
}

static void test_wrappers(void **state)
{
    (void)state;
    struct profile *p = profile_new();
    uint16_t birthday = profile_key(p, FIELD_ROOT, SPAN("birthday"), FIELD_NONE);
    uint16_t date = profile_key(p, birthday, SPAN("$date"), FIELD_NONE);
    uint16_t other = profile_key(p, birthday, SPAN("date"), FIELD_NONE);
    uint16_t named = profile_key(p, birthday, SPAN("$imei"), FIELD_NONE);
    uint16_t bare = profile_key(p, FIELD_ROOT, SPAN("value"), FIELD_NONE);
    assert_true(pii_has(p->fields[date]->hint.strong, PII_BIRTH_DATE));
    assert_false(pii_has(p->fields[other]->hint.strong, PII_BIRTH_DATE));
    assert_true(p->fields[bare]->hint.strong == 0);
    assert_true(p->fields[named]->hint.strong == pii_bit(PII_IMEI));
    profile_free(p);
}

static int tear_down(void **state)
{
    (void)state;
    detectors_release(&D);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_gather),
        cmocka_unit_test(test_scalars_gather_later),
        cmocka_unit_test(test_columns_stay_apart),
        cmocka_unit_test(test_parts_with_numbered_keys),
        cmocka_unit_test(test_wrappers),
        cmocka_unit_test(test_keys_that_are_data),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
