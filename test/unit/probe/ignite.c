/* Ignite: the hash by which a cache is named, as Java counts it. */
#include "unit/check.h"

#include "probe/ignite.c"

static void hashes_of_names(void **state)
{
    (void)state;
    uint32_t hash = 0;
    assert_true(ignite_hash(SPAN("people"), &hash));
    assert_int_equal((int32_t)hash, -991808881);
    assert_true(ignite_hash(SPAN("hello"), &hash));
    assert_int_equal((int32_t)hash, 99162322);
    assert_true(ignite_hash(SPAN("\xc3\xa9"), &hash)); /* U+00E9 */
    assert_int_equal(hash, 0xe9);
    assert_true(ignite_hash(SPAN("\xe2\x82\xac"), &hash)); /* U+20AC */
    assert_int_equal(hash, 0x20ac);
}

/* What is no text, or lies beyond three bytes a letter, has none. */
static void names_without_a_hash(void **state)
{
    (void)state;
    uint32_t hash;
    assert_false(ignite_hash(SPAN("\xf0\x9f\x98\x80"), &hash));
    assert_false(ignite_hash(SPAN("\xc3"), &hash));
    assert_false(ignite_hash(SPAN("\xe2\x82" "a"), &hash));
    assert_false(ignite_hash(SPAN("\x80"), &hash));
}

static void requests_state_their_length(void **state)
{
    (void)state;
    uint32_t len;
    struct span hello = IGNITE_HELLO.parts[0].bytes, names = IGNITE_NAMES.parts[0].bytes, size = IGNITE_SIZE.parts[0].bytes;
    assert_true(frame_length(&IGNITE_FORM, span_first(hello, 4), &len));
    assert_int_equal(len, hello.len - 4);
    assert_true(frame_length(&IGNITE_FORM, span_first(names, 4), &len));
    assert_int_equal(len, names.len - 4);
    assert_true(frame_length(&IGNITE_FORM, span_first(size, 4), &len));
    assert_int_equal(len, size.len - 4 + 4 + IGNITE_SIZE.parts[2].bytes.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(hashes_of_names), cmocka_unit_test(names_without_a_hash),
                                        cmocka_unit_test(requests_state_their_length) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
