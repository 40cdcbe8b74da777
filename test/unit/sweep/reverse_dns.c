/* DNS messages byte by byte: what a question looks like, which answers count, and every kind of lie. */
#include "sweep/reverse_dns.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct address address(const char *text)
{
    struct address a;
    assert_true(address_parse(span_str(text), &a));
    return a;
}

static const uint8_t QUESTION[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
                                  "\x01" "5\x01" "0\x01" "0\x02" "10\x07" "in-addr\x04" "arpa\x00\x00\x0c\x00\x01";
/* The answer: "db.Shop.cn", whose end points into itself by a label before. */
static const uint8_t ANSWER[] = "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
                                "\x01" "5\x01" "0\x01" "0\x02" "10\x07" "in-addr\x04" "ARPA\x00\x00\x0c\x00\x01"
                                "\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x3c\x00\x0c"
                                "\x02" "db\x04" "Shop\x02" "cn\x00";
#define BYTES(array) span_of((array), sizeof(array) - 1)

static struct dns_question ask_10_0_0_5(void)
{
    struct dns_question q;
    struct address a = address("10.0.0.5");
    dns_ask_name(&q, 0x1234, &a);
    return q;
}

static void test_question(void **state)
{
    (void)state;
    uint8_t buffer[DNS_MESSAGE_MAX];
    struct dns_question q = ask_10_0_0_5();
    assert_true(span_eq(dns_message(&q, buffer, sizeof(buffer)), BYTES(QUESTION)));
    assert_int_equal(dns_message(&q, buffer, sizeof(QUESTION) - 2).len, 0);
    struct address a = address("fd00::5");
    dns_ask_name(&q, 1, &a);
    struct span m = dns_message(&q, buffer, sizeof(buffer));
    assert_int_equal(m.len, 12 + 32 * 2 + 4 + 5 + 1 + 4);
    assert_true(span_starts(span_from(m, 12), SPAN("\x01" "5\x01" "0\x01" "0")));
    assert_true(ask_match(&ASK_PTR, m) == m.len);
}

static void test_address_question(void **state)
{
    (void)state;
    uint8_t buffer[DNS_MESSAGE_MAX];
    struct dns_question q;
    struct address v4 = address("10.0.0.5"), v6 = address("fd00::5");
    assert_true(dns_ask_address(&q, 1, SPAN("db.shop.cn"), &v4));
    assert_int_equal(q.type, TYPE_A);
    struct span m = dns_message(&q, buffer, sizeof(buffer));
    assert_true(span_ends(m, SPAN("\x02" "db\x04" "shop\x02" "cn\x00\x00\x01\x00\x01")));
    assert_true(dns_ask_address(&q, 1, SPAN("db.shop.cn."), &v6));
    assert_int_equal(q.type, TYPE_AAAA);
    assert_true(span_ends(dns_message(&q, buffer, sizeof(buffer)), SPAN("\x02" "cn\x00\x00\x1c\x00\x01")));
    assert_false(dns_ask_address(&q, 1, SPAN("a..b"), &v4));
    assert_false(dns_ask_address(&q, 1, SPAN(""), &v4));
    assert_false(dns_ask_address(&q, 1, SPAN("a\0b"), &v4));
}

static void test_answer(void **state)
{
    (void)state;
    struct dns_question q = ask_10_0_0_5();
    struct dns_answer a;
    assert_true(dns_read(&q, BYTES(ANSWER), NULL, &a));
    assert_string_equal(a.name, "db.shop.cn");
}

/* An answer to something else is not ours: the right one may still come. */
static void test_not_ours(void **state)
{
    (void)state;
    static const struct { size_t at; uint8_t byte; } CHANGES[] = {
        { 0, 0x13 },  { 1, 0x35 },  { 2, 0x01 }, /* another id; a question, not an answer */
        { 2, 0x91 },  { 5, 2 },     { 5, 0 },    /* another operation; two questions; none */
        { 13, '6' },  { 35, 0x01 }, { 37, 3 },   /* another name, type, class */
    };
    struct dns_question q = ask_10_0_0_5();
    for (size_t i = 0; i < sizeof(CHANGES) / sizeof(*CHANGES); i++) {
        uint8_t copy[sizeof(ANSWER)];
        struct dns_answer a = { .name = "left" };
        memcpy(copy, ANSWER, sizeof(ANSWER));
        copy[CHANGES[i].at] = CHANGES[i].byte;
        if (dns_read(&q, BYTES(copy), NULL, &a))
            fail_msg("change %zu was taken for an answer", i);
        assert_string_equal(a.name, "");
    }
}

static void test_no(void **state)
{
    (void)state;
    struct dns_question q = ask_10_0_0_5();
    struct dns_answer a;
    uint8_t copy[sizeof(ANSWER)];
    memcpy(copy, ANSWER, sizeof(ANSWER));
    copy[3] = 0x83; /* no such name */
    assert_true(dns_read(&q, BYTES(copy), NULL, &a));
    assert_string_equal(a.name, "");
    copy[3] = 0x80;
    copy[2] = 0x83; /* cut short */
    assert_true(dns_read(&q, BYTES(copy), NULL, &a));
    assert_string_equal(a.name, "");
}

/* The whole message or nothing: no cut, and no flipped bit, makes another name than a host's. */
static void test_cut_and_flipped(void **state)
{
    (void)state;
    struct dns_question q = ask_10_0_0_5();
    struct dns_answer a;
    for (size_t n = 0; n < sizeof(ANSWER) - 1; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, ANSWER, n);
        dns_read(&q, span_of(exact, n), NULL, &a);
        assert_string_equal(a.name, "");
        free(exact);
    }
    for (size_t n = 0; n < sizeof(ANSWER) - 1; n++)
        for (unsigned byte = 0; byte < 256; byte++) {
            uint8_t copy[sizeof(ANSWER)];
            memcpy(copy, ANSWER, sizeof(ANSWER));
            copy[n] = (uint8_t)byte;
            dns_read(&q, BYTES(copy), NULL, &a);
            assert_true(!a.name[0] || host_name_ok(span_str(a.name)));
        }
}

static void read_with_data(const uint8_t *name, size_t len, struct dns_answer *ret)
{
    struct dns_question q = ask_10_0_0_5();
    uint8_t copy[2048];
    size_t head = sizeof(ANSWER) - 1 - 14;
    memcpy(copy, ANSWER, head);
    copy[head] = (uint8_t)(len >> 8);
    copy[head + 1] = (uint8_t)len;
    memcpy(copy + head + 2, name, len);
    dns_read(&q, span_of(copy, head + 2 + len), NULL, ret);
}

static void test_names_that_no_host_has(void **state)
{
    (void)state;
    static const struct span NAMES[] = {
        SPAN("\x07" "a\x1b[31mb\x02" "cn\x00"), SPAN("\x03" "a.b\x02" "cn\x00"), SPAN("\x02" "a b\x02" "cn\x00"),
        SPAN("\x04" "\xe4\xb8\xad-\x02" "cn\x00"), SPAN("\x00"), SPAN("\x04" "<x>\"\x02" "cn\x00"),
        SPAN("\xc0\xff"), SPAN("\x01" "a\xc0\x34"), SPAN("\x41" "a\x00"), SPAN("\x81" "a\x00"),
        SPAN("\x02" "db\x00" "more"), SPAN("\x02" "db"), SPAN("\xc0"),
    };
    struct dns_answer a;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
        read_with_data(NAMES[i].at, NAMES[i].len, &a);
        if (a.name[0])
            fail_msg("row %zu: %s", i, a.name);
    }
    uint8_t long_name[300];
    size_t len = 0;
    while (len + 64 < sizeof(long_name)) {
        long_name[len] = 63;
        memset(long_name + len + 1, 'a', 63);
        len += 64;
    }
    long_name[len++] = 0;
    read_with_data(long_name, len, &a);
    assert_string_equal(a.name, "");
    /* A pointer to the question is fine, and a good one. */
    read_with_data((const uint8_t *)"\x02" "db\xc0\x0c", 5, &a);
    assert_string_equal(a.name, "db.5.0.0.10.in-addr.arpa");
}

/* Pointers that lead to pointers, to themselves, to behind. */
static void test_pointer_loops(void **state)
{
    (void)state;
    struct dns_answer a;
    size_t data = sizeof(ANSWER) - 1 - 12;
    uint8_t self[2] = { (uint8_t)(0xc0 | data >> 8), (uint8_t)data };
    read_with_data(self, 2, &a);
    assert_string_equal(a.name, "");
    uint8_t chain[200];
    for (size_t i = 0; i < 100; i++) {
        size_t to = i ? data + 2 * (i - 1) : 12;
        chain[2 * i] = (uint8_t)(0xc0 | to >> 8);
        chain[2 * i + 1] = (uint8_t)to;
    }
    read_with_data(chain, sizeof(chain), &a);
    assert_string_equal(a.name, "");
}

static void test_addresses(void **state)
{
    (void)state;
    static const uint8_t TWO[] = "\x00\x07\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00\x02" "db\x02" "cn\x00\x00\x01\x00\x01"
                                 "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x04"
                                 "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x05";
    struct address five = address("10.0.0.5"), six = address("10.0.0.6");
    struct dns_question q;
    struct dns_answer a;
    assert_true(dns_ask_address(&q, 7, SPAN("DB.cn"), &five));
    assert_true(dns_read(&q, BYTES(TWO), &five, &a));
    assert_true(a.has_address);
    assert_true(dns_read(&q, BYTES(TWO), &six, &a));
    assert_false(a.has_address);
    uint8_t copy[sizeof(TWO)];
    memcpy(copy, TWO, sizeof(TWO));
    copy[sizeof(TWO) - 6] = 3; /* an address of three bytes, and one byte behind it */
    assert_true(dns_read(&q, BYTES(copy), &five, &a));
    assert_false(a.has_address);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question),
        cmocka_unit_test(test_address_question),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_not_ours),
        cmocka_unit_test(test_no),
        cmocka_unit_test(test_cut_and_flipped),
        cmocka_unit_test(test_names_that_no_host_has),
        cmocka_unit_test(test_pointer_loops),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
