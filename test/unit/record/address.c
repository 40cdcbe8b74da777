/* Addresses: text in and out, classes, and walking a range class by class. */
#include "unit/check.h"

#include "base/random.h"
#include "record/address.c"

static struct address parsed(const char *text)
{
    struct address a = { 0 };
    if (!address_parse(span_str(text), &a))
        fail_msg("%s does not parse", text);
    return a;
}

static void expect_text(const char *in, const char *out)
{
    struct address a = parsed(in);
    char text[ADDRESS_TEXT_MAX];
    assert_string_equal(address_text(&a, text), out);
}

static void test_text(void **state)
{
    (void)state;
    expect_text("0.0.0.0", "0.0.0.0");
    expect_text("255.255.255.255", "255.255.255.255");
    expect_text("10.200.3.4", "10.200.3.4");
    expect_text("::", "::");
    expect_text("::1", "::1");
    expect_text("1::", "1::");
    expect_text("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
    expect_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
    expect_text("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1");
    expect_text("1:0:0:2:0:0:0:3", "1:0:0:2::3");
    expect_text("fe80::1:0:0", "fe80::1:0:0");
    expect_text("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7");
    expect_text("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
    expect_text("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8");
    expect_text("64:ff9b::10.0.0.1", "64:ff9b::a00:1");
    expect_text("::ffff:10.1.2.3", "10.1.2.3");
    expect_text("::FFFF:0a01:0203", "10.1.2.3");
    expect_text("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304");
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1..2.3",
        "1.2.3.04",
        "1.2.3.4 ",
        " 1.2.3.4",
        "0x1.2.3.4",
        "1.2.3.+4",
        ":",
        ":::",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "::1::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8",
        "12345::",
        "g::",
        "fe80::1%eth0",
        "[::1]",
        "1.2.3.4::",
        "::1.2.3",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1::2:3:4:5:6:7:8",
        "::256.1.1.1",
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct address a = { .family = 99 };
        if (address_parse(span_str(BAD[i]), &a))
            fail_msg("\"%s\" parses", BAD[i]);
        assert_int_equal(a.family, 99);
    }
    struct address a;
    assert_false(address_parse(span_of("1.2.3.4\0", 8), &a));
}

static void test_round_trip(void **state)
{
    (void)state;
    struct random r = { 7 };
    for (int i = 0; i < 20000; i++) {
        struct address a = { .family = random_below(&r, 2) ? 4 : 6 }, b;
        for (int k = 0; k < (a.family == 4 ? 4 : 16); k += 2) {
            uint64_t group = random_below(&r, 3) ? 0 : random_next(&r);
            a.bytes[k] = (uint8_t)group;
            a.bytes[k + 1] = (uint8_t)(group >> 8);
        }
        if (a.family == 6)
            a.bytes[0] |= 0x20;
        char text[ADDRESS_TEXT_MAX];
        assert_true(address_parse(span_str(address_text(&a, text)), &b));
        assert_int_equal(address_compare(&a, &b), 0);
    }
}

static void test_random_bytes(void **state)
{
    (void)state;
    static const char ALPHABET[] = "0123456789abcf:.:.%[]/ ";
    struct random r = { 3 };
    for (int i = 0; i < 20000; i++) {
        char text[48];
        size_t len = random_below(&r, sizeof(text));
        for (size_t k = 0; k < len; k++)
            text[k] = ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)];
        struct address a, again;
        char out[ADDRESS_TEXT_MAX];
        if (!address_parse(span_of(text, len), &a))
            continue;
        assert_true(address_parse(span_str(address_text(&a, out)), &again));
        assert_int_equal(address_compare(&a, &again), 0);
    }
}

static void expect_class(const char *text, enum address_class class)
{
    struct address a = parsed(text);
    if (address_class(&a) != class)
        fail_msg("%s is %s", text, address_class_name(address_class(&a)));
    assert_int_equal(address_forbidden_why(&a) != NULL, class == ADDRESS_FORBIDDEN);
}

static void test_class(void **state)
{
    (void)state;
    static const char *const FORBIDDEN[] = {
        "0.0.0.0",
        "0.255.255.255",
        "169.254.169.254",
        "169.254.0.0",
        "192.0.0.1",
        "192.0.2.9",
        "192.88.99.1",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.255",
        "224.0.0.1",
        "239.9.9.9",
        "240.0.0.0",
        "255.255.255.255",
        "100.100.100.200",
        "168.63.129.16",
        "::",
        "::2",
        "fe80::1",
        "febf::",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "2001:1ff::",
        "2002::1",
        "3fff::1",
        "3fff:fff::",
        "100::1",
        "64:ff9b::1",
        "64:ff9b:1::1",
        "fd00:ec2::254",
        "5f00::1",
    };
    static const char *const PUBLIC[] = {
        "1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0",       "169.253.255.255", "172.15.255.255", "172.32.0.0",
        "192.0.1.0",       "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2001:200::1",     "2606:4700::1",    "2001:db7::",     "3ffe::1",
        "100:0:0:1::",     "64:ff9c::"
    };
    static const char *const PRIVATE[] = {
        "10.0.0.0",   "10.255.255.255",  "172.16.0.0",      "172.31.255.255", "192.168.0.0",
        "100.64.0.0", "100.127.255.255", "100.100.100.199", "fc00::",         "fdff::1"
    };
    for (size_t i = 0; i < sizeof(FORBIDDEN) / sizeof(FORBIDDEN[0]); i++)
        expect_class(FORBIDDEN[i], ADDRESS_FORBIDDEN);
    for (size_t i = 0; i < sizeof(PUBLIC) / sizeof(PUBLIC[0]); i++)
        expect_class(PUBLIC[i], ADDRESS_PUBLIC);
    for (size_t i = 0; i < sizeof(PRIVATE) / sizeof(PRIVATE[0]); i++)
        expect_class(PRIVATE[i], ADDRESS_PRIVATE);
    expect_class("127.0.0.0", ADDRESS_LOOPBACK);
    expect_class("127.255.255.255", ADDRESS_LOOPBACK);
    expect_class("::1", ADDRESS_LOOPBACK);
    struct address none = { 0 };
    assert_int_equal(address_class(&none), ADDRESS_FORBIDDEN);
}

static void expect_run(const char *from, enum address_class class, const char *last)
{
    struct address a = parsed(from), end;
    char text[ADDRESS_TEXT_MAX];
    assert_int_equal(address_class_run(&a, &end), class);
    assert_string_equal(address_text(&end, text), last);
}

static void test_class_run(void **state)
{
    (void)state;
    expect_run("10.0.0.0", ADDRESS_PRIVATE, "10.255.255.255");
    expect_run("10.9.0.0", ADDRESS_PRIVATE, "10.255.255.255");
    expect_run("11.0.0.0", ADDRESS_PUBLIC, "100.63.255.255");
    expect_run("100.64.0.0", ADDRESS_PRIVATE, "100.100.100.199");
    expect_run("100.100.100.200", ADDRESS_FORBIDDEN, "100.100.100.200");
    expect_run("100.100.100.201", ADDRESS_PRIVATE, "100.127.255.255");
    expect_run("240.0.0.0", ADDRESS_FORBIDDEN, "255.255.255.255");
    expect_run("::", ADDRESS_FORBIDDEN, "::");
    expect_run("::1", ADDRESS_LOOPBACK, "::1");
    expect_run("fd00::", ADDRESS_PRIVATE, "fd00:ec2::253");
    expect_run("2001:200::", ADDRESS_PUBLIC, "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff");
    expect_run("ff00::", ADDRESS_FORBIDDEN, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void test_compare(void **state)
{
    (void)state;
    struct address a = parsed("10.0.0.1"), b = parsed("10.0.0.2"), c = parsed("::1");
    assert_true(address_compare(&a, &b) < 0);
    assert_true(address_compare(&b, &a) > 0);
    assert_true(address_compare(&b, &c) < 0);
    assert_int_equal(address_compare(&c, &c), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),       cmocka_unit_test(test_refused),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_class),      cmocka_unit_test(test_class_run),
        cmocka_unit_test(test_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
