/* SMB: lists that lie, names in UTF-16, and what tells Samba from others. */
#include "unit/check.h"

#include "probe/smb.c"

#define LE(n) n "\0\0\0"
#define HEAD LE("\x01") LE("\x01") LE("\x01")
#define WIDE_PUB LE("\x04") LE("\0") LE("\x04") "p\0u\0b\0\0\0"

static bool parsed(struct span stub, struct smb_shares *ret)
{
    static struct arena a;
    arena_release(&a);
    arena_init(&a, 1 << 20);
    *ret = (struct smb_shares){ .whole = false };
    return smb_shares_parse(&a, stub, ret);
}

static void shares(void **state)
{
    (void)state;
    struct smb_shares s;
    assert_true(parsed(SPAN(HEAD LE("\x01") LE("\x02") LE("\x01") LE("\x03") LE("\0") LE("\x04") WIDE_PUB WIDE_PUB LE("\x01") LE("\0") LE("\0")), &s));
    assert_int_equal(s.list.len, 1);
    assert_true(s.whole && span_is(s.list.at[0].name, "pub") && span_is(s.list.at[0].comment, "pub"));
    assert_true(parsed(SPAN(HEAD LE("\0") LE("\0") LE("\0") LE("\0") LE("\x05")), &s));
    assert_true(!s.whole && s.error == 5);
}

static void lists_that_lie(void **state)
{
    (void)state;
    struct smb_shares s;
    /* More than follow, another number beside the list, more than may be, a string longer than its room, an end that is none. */
    assert_false(parsed(SPAN(HEAD LE("\x02") LE("\x02") LE("\x02") LE("\x03") LE("\0") LE("\0") WIDE_PUB), &s));
    assert_false(parsed(SPAN(HEAD LE("\x01") LE("\x02") LE("\x02") LE("\x03") LE("\0") LE("\0") WIDE_PUB LE("\x01") LE("\0") LE("\0")), &s));
    assert_false(parsed(SPAN(HEAD "\xff\xff\xff\xff" LE("\x02") "\xff\xff\xff\xff"), &s));
    assert_false(parsed(SPAN(HEAD LE("\x01") LE("\x02") LE("\x01") LE("\x03") LE("\0") LE("\0") LE("\x02") LE("\0") LE("\x04") "p\0u\0b\0\0\0"
                             LE("\x01") LE("\0") LE("\0")), &s));
    assert_false(parsed(SPAN(HEAD LE("\0") LE("\0") LE("\0") LE("\0") LE("\0") "x"), &s));
}

static void names(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 16);
    assert_true(span_is(utf16_text(&a, SPAN("\xfc\0\x2c\x67\x3d\xd8\0\xde"), 64), "\xc3\xbc\xe6\x9c\xac\xf0\x9f\x98\x80"));
    assert_true(span_is(utf16_text(&a, SPAN("\x3d\xd8" "a\0" "\0\xdc"), 64), "\xef\xbf\xbd" "a\xef\xbf\xbd"));
    assert_true(span_is(utf16_text(&a, SPAN("a\0\0\0b\0c"), 64), "a"));
    assert_int_equal(utf16_text(&a, SPAN_NONE, 64).len, 0);
    arena_release(&a);
}

static void guids(void **state)
{
    (void)state;
    assert_true(smb_guid_is_name(SPAN("vm\0\0\0\0\0\0\0\0\0\0\0\0\0\0")));
    assert_true(smb_guid_is_name(SPAN("a-long-name-here")));
    assert_false(smb_guid_is_name(SPAN("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")));
    assert_false(smb_guid_is_name(SPAN("ab\0c\0\0\0\0\0\0\0\0\0\0\0\0")));
    assert_false(smb_guid_is_name(SPAN("\x12\x9e\x33" "abc\0\0\0\0\0\0\0\0\0\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(shares), cmocka_unit_test(lists_that_lie), cmocka_unit_test(names),
                                        cmocka_unit_test(guids) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
