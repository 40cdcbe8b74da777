/* Aerospike: values in an answer's lines, and numbers in their lists. */
#include "unit/check.h"

#include "probe/aerospike.c"

static void request_states_its_length(void **state)
{
    (void)state;
    uint32_t len;
    struct span bytes = AEROSPIKE_WHO.parts[0].bytes;
    assert_true(frame_length(&AEROSPIKE_FORM, span_first(bytes, 8), &len));
    assert_int_equal(len, bytes.len - 8);
}

static void values(void **state)
{
    (void)state;
    struct span text = SPAN("build\t6.4\nbuildings\t7\nnamespaces\t\n");
    assert_true(span_is(aerospike_value(text, SPAN("build")), "6.4"));
    assert_true(span_is(aerospike_value(text, SPAN("buildings")), "7"));
    assert_int_equal(aerospike_value(text, SPAN("namespaces")).len, 0);
    assert_int_equal(aerospike_value(text, SPAN("b")).len, 0);
}

static void numbers(void **state)
{
    (void)state;
    struct span list = SPAN("objects=12;master_objects=6;bad=x;none;big=99999999999999999999");
    assert_int_equal(aerospike_number(list, ';', "objects"), 12);
    assert_int_equal(aerospike_number(list, ';', "bad"), -1);
    assert_int_equal(aerospike_number(list, ';', "none"), -1);
    assert_int_equal(aerospike_number(list, ';', "big"), -1);
    assert_int_equal(aerospike_number(list, ';', "absent"), -1);
}

static void names(void **state)
{
    (void)state;
    assert_true(aerospike_is_name(SPAN("users-2_x")));
    assert_false(aerospike_is_name(SPAN("a\nset-config:")));
    assert_false(aerospike_is_name(SPAN_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(request_states_its_length), cmocka_unit_test(values),
                                        cmocka_unit_test(numbers), cmocka_unit_test(names) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
