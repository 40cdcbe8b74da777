/* Hazelcast: the frames of the request, and the list of objects. */
#include "unit/check.h"

#include "probe/hazelcast.c"

static void requests_are_whole_frames(void **state)
{
    (void)state;
    struct frame f = { SPAN_NONE, SPAN_NONE };
    struct span left = span_from(HAZELCAST_HELLO.parts[0].bytes, 3);
    while (left.len) {
        assert_true(frame_first(&HAZELCAST_FORM, left, &f));
        left = span_from(left, f.head.len + f.body.len);
        assert_int_equal(left.len == 0, (hazelcast_flags(f.head) & FLAG_FINAL) != 0);
    }
    assert_true(frame_first(&HAZELCAST_FORM, HAZELCAST_OBJECTS.parts[0].bytes, &f));
    assert_int_equal(f.head.len + f.body.len, HAZELCAST_OBJECTS.parts[0].bytes.len);
}

static void add(struct arena *a, struct message *m, uint16_t flags, const char *text)
{
    struct part *p = list_add(a, &m->parts);
    *p = (struct part){ flags, span_str(text) };
}

static void objects_are_listed(void **state)
{
    (void)state;
    struct arena a;
    struct message m = { .type = OBJECTS };
    struct objects found = { 0 };
    arena_init(&a, 1 << 20);
    add(&a, &m, FLAG_BEGIN, "");
    add(&a, &m, FLAG_BEGIN, "");
    add(&a, &m, 0, "hz:impl:mapService");
    add(&a, &m, 0, "people");
    add(&a, &m, FLAG_END, "");
    assert_false(hazelcast_objects(&a, &m, &found));
    add(&a, &m, FLAG_END | FLAG_FINAL, "");
    found = (struct objects){ 0 };
    assert_true(hazelcast_objects(&a, &m, &found));
    assert_int_equal(found.list.len, 1);
    assert_true(span_is(found.list.at[0].name, "people"));
    arena_release(&a);
}

/* An address may look like a version: only what stands behind it is one. */
static void version_stands_behind_the_address(void **state)
{
    (void)state;
    struct arena a;
    struct message m = { .type = AUTHENTICATION };
    arena_init(&a, 1 << 20);
    add(&a, &m, FLAG_BEGIN, "");
    add(&a, &m, 0, "\x45\x16");
    add(&a, &m, 0, "5.9.1.2");
    add(&a, &m, FLAG_END, "");
    assert_int_equal(hazelcast_version(&m).len, 0);
    add(&a, &m, 0, "5.5.0");
    assert_true(span_is(hazelcast_version(&m), "5.5.0"));
    m.parts.at[0] = (struct part){ FLAG_NULL, SPAN_NONE };
    m.parts.at[1] = (struct part){ 0, SPAN("4.2.8") };
    assert_true(span_is(hazelcast_version(&m), "4.2.8"));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(requests_are_whole_frames), cmocka_unit_test(objects_are_listed),
                                        cmocka_unit_test(version_stands_behind_the_address) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
