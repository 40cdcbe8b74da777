/* LDAP: BER, entries, vendor versions, and which results are locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/ldap.c"

static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        struct span bytes;
        bool good;
        size_t length;
    } CASES[] = {
        { { (const uint8_t *)"\x05", 1 }, true, 5 },
        { { (const uint8_t *)"\x81\x80", 2 }, true, 128 },
        { { (const uint8_t *)"\x84\0\0\x01\0", 5 }, true, 256 },
        { { (const uint8_t *)"\x80", 1 }, false, 0 },
        { { (const uint8_t *)"\x85\0\0\0\0\x01", 6 }, false, 0 },
        { { (const uint8_t *)"\xff", 1 }, false, 0 },
        { { (const uint8_t *)"\x82\x01", 2 }, false, 0 },
        { { NULL, 0 }, false, 0 },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct verdict v;
        struct reader r = reader_over(&v, CASES[i].bytes);
        assert_int_equal(ber_length(&r), CASES[i].length);
        assert_int_equal(reader_ok(&r), CASES[i].good);
    }
}

static uint32_t number(struct span s, bool *good)
{
    struct verdict v;
    struct reader r = reader_over(&v, s);
    uint32_t n = ber_number(&r, BER_INTEGER);
    *good = reader_ok(&r);
    return n;
}

static void test_numbers(void **state)
{
    (void)state;
    bool good;
    assert_int_equal(number(SPAN("\x02\x01\x35"), &good), 0x35);
    assert_true(good);
    assert_int_equal(number(SPAN("\x02\x04\x7f\xff\xff\xff"), &good), INT32_MAX);
    assert_true(good);
    number(SPAN("\x02\x04\xff\xff\xff\xff"), &good);
    assert_false(good);
    number(SPAN("\x02\0"), &good);
    assert_false(good);
    number(SPAN("\x02\x05\0\0\0\0\x01"), &good);
    assert_false(good);
    number(SPAN("\x0a\x01\x01"), &good);
    assert_false(good);
}

#define ENTRY "\x04\0" "\x30\x13" "\x30\x11" "\x04\x05" "vendo" "\x31\x08" "\x04\x02" "ab" "\x04\x02" "cd"

static void test_entries(void **state)
{
    (void)state;
    struct ld_values values;
    assert_true(ld_attribute(SPAN(ENTRY), "VENDO", &values));
    assert_int_equal(values.len, 2);
    assert_true(span_is(values.at[1], "cd"));
    assert_true(ld_lists(SPAN(ENTRY), "vendo", "ab"));
    assert_true(ld_attribute(SPAN(ENTRY), "other", &values));
    assert_int_equal(values.len, 0);
    struct span whole = SPAN(ENTRY);
    for (size_t n = 0; n < whole.len; n++)
        assert_false(ld_attribute(span_first(whole, n), "vendo", &values));
    assert_false(ld_attribute(SPAN(ENTRY "\0"), "vendo", &values));
}

static void test_versions(void **state)
{
    (void)state;
    assert_true(span_is(ld_version(SPAN("389-Directory/2.3.1 B2023.110.0000")), "2.3.1"));
    assert_true(span_is(ld_version(SPAN("Oracle Unified Directory 12.2.1.4.0")), "12.2.1.4.0"));
    assert_int_equal(ld_version(SPAN("version 7")).len, 0);
    assert_int_equal(ld_version(SPAN("...")).len, 0);
    assert_int_equal(ld_version(SPAN_NONE).len, 0);
    assert_string_equal(ld_windows(SPAN("7")), "2016");
    assert_null(ld_windows(SPAN("99")));
    assert_null(ld_windows(SPAN("8")));
    assert_null(ld_windows(SPAN_NONE));
}

static void test_locks(void **state)
{
    (void)state;
    static const uint32_t LOCKS[] = { 8, 48, 49, 50, 53 }, OTHERS[] = { 0, 1, 10, 11, 13, 32, 51, 52, UINT32_MAX };
    for (size_t i = 0; i < sizeof(LOCKS) / sizeof(LOCKS[0]); i++)
        assert_true(ld_is_lock(&(struct ld_result){ .code = LOCKS[i] }));
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        assert_false(ld_is_lock(&(struct ld_result){ .code = OTHERS[i] }));
    assert_true(ld_is_lock(&(struct ld_result){ .code = 1, .text = SPAN("000004DC: LdapErr: DSID-0C090A5C") }));
    assert_true(ld_is_lock(&(struct ld_result){ .code = 1, .text = SPAN("00002020: Operation unavailable") }));
    assert_false(ld_is_lock(&(struct ld_result){ .code = 1, .text = SPAN("00000005: LdapErr") }));
}

/* Every search below a context is for one entry, without attributes, in whichever place. */
/* What a server says to who speaks no LDAP tells it; SNMP and certificates begin with a sequence, too. */
static void test_recognises(void **state)
{
    (void)state;
    assert_true(ldap_recognises(SPAN("0$\x02\x01\0x\x1f\n\x01T\x04\0\x04\0\x8a\x16" "1.3.6.1.4.1.1466.20036")));
    assert_true(ldap_recognises(SPAN("0\x84\0\0\0\x10\x02\x01\0x\x84\0\0\0\x07\n\x01\x02\x04\0\x04\0")));
    assert_true(ldap_recognises(SPAN("0\x0c\x02\x01\x01" "a\x07\n\x01\0\x04\0\x04\0")));
    assert_false(ldap_recognises(SPAN("0$\x02\x01\0\x04\x06public\xa2\x17")));
    assert_false(ldap_recognises(SPAN("0$\x02\x01\0x\x1f\x04\x01T\x04\0\x04\0")));
    assert_false(ldap_recognises(SPAN("0\x82\x40\0\x02\x01\0x\x1f\n\x01T")));
    assert_false(ldap_recognises(SPAN("0$\x02\x01\0x")));
    assert_false(ldap_recognises(SPAN("0")));
    assert_false(ldap_recognises(SPAN_NONE));
}

static void test_searches_below_ask_for_one_name(void **state)
{
    (void)state;
    const struct ask *all[] = { &LD_BELOW, &LD_CHILD, &LD_PEOPLE, &LD_USERS, &LD_GROUPS, &LD_CN_USERS, &LD_ACCOUNTS };
    struct span dn = SPAN("dc=example,dc=com");
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        uint8_t room[512], op = 0;
        struct verdict v;
        struct writer w = writer_over(room, sizeof(room));
        assert_true(ask_render(all[i], &dn, 1, &w));
        struct reader r = reader_over(&v, writer_span(&w));
        struct reader message = ber_value(&r, BER_SEQUENCE);
        uint32_t id = ber_number(&message, BER_INTEGER);
        struct reader search = ber_any(&message, &op);
        assert_int_equal(op, 0x63);
        assert_true(span_ends(ber_octets(&search), dn));
        assert_int_equal(ber_number(&search, BER_ENUM), all[i] == &LD_CHILD ? 1 : 2);
        assert_int_equal(ber_number(&search, BER_ENUM), 0);
        assert_int_equal(ber_number(&search, BER_INTEGER), 1);
        assert_int_equal(ber_number(&search, BER_INTEGER), 3);
        (void)ber_any(&search, &op);
        (void)ber_any(&search, &op);
        struct reader attributes = ber_value(&search, BER_SEQUENCE);
        assert_true(span_is(ber_octets(&attributes), "1.1"));
        reader_end(&attributes);
        reader_end(&search);
        reader_end(&message);
        reader_end(&r);
        assert_true(reader_ok(&r));
        if (i > 1)
            assert_int_equal(id, PLACES[i - 2].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),  cmocka_unit_test(test_numbers), cmocka_unit_test(test_entries),
        cmocka_unit_test(test_versions), cmocka_unit_test(test_locks),
        cmocka_unit_test(test_recognises),
        cmocka_unit_test(test_searches_below_ask_for_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
