/* The grammar of targets, and what it says to those who miss it. */
#include "unit/check.h"

#include "base/random.h"
#include "target/target.c"

static struct arena arena;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* "first-last|ports" or "name|ports". */
static void expect(const char *text, const char *host, const char *ports)
{
    struct target t;
    char one[ADDRESS_TEXT_MAX], two[ADDRESS_TEXT_MAX];
    if (!target_parse(&arena, span_str(text), (struct origin){ 0 }, &t, &error))
        fail_msg("%s", error.text);
    const char *got = t.name;
    if (!got) {
        struct address first = address_from(t.range.family, t.range.first);
        struct address last = address_from(t.range.family, t.range.last);
        address_text(&first, one);
        address_text(&last, two);
        got = t.range.first == t.range.last ? one : arena_printf(&arena, "%s-%s", one, two);
    } else {
        assert_int_equal(t.range.family, 0);
    }
    assert_string_equal(got, host);
    assert_string_equal(t.ports.len ? ports_text(&arena, &t.ports) : "", ports);
    assert_string_equal(t.text, text);
}

static void test_addresses(void **state)
{
    (void)state;
    expect("10.0.0.1", "10.0.0.1", "");
    expect("10.0.0.1:9200", "10.0.0.1", "9200");
    expect("10.1.0.0/24", "10.1.0.0-10.1.0.255", "");
    expect("10.1.0.0/24:9200,9300-9305", "10.1.0.0-10.1.0.255", "9200,9300-9305");
    expect("10.0.0.1/32", "10.0.0.1", "");
    expect("0.0.0.0/0", "0.0.0.0-255.255.255.255", "");
    expect("10.0.0.1-10.0.0.99", "10.0.0.1-10.0.0.99", "");
    expect("10.0.0.1-99", "10.0.0.1-10.0.0.99", "");
    expect("10.0.0.1-99:80", "10.0.0.1-10.0.0.99", "80");
    expect("fd00::1", "fd00::1", "");
    expect("[fd00::1]", "fd00::1", "");
    expect("[fd00::1]:9200", "fd00::1", "9200");
    expect("fd00::/120", "fd00::-fd00::ff", "");
    expect("[fd00::/120]:1,2", "fd00::-fd00::ff", "1,2");
    expect("fd00::1-fd00::9", "fd00::1-fd00::9", "");
    expect("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "");
    expect("::ffff:10.0.0.1", "10.0.0.1", "");
}

static void test_names_and_urls(void **state)
{
    (void)state;
    expect("db.internal", "db.internal", "");
    expect("DB-1.Internal.:9200", "db-1.internal", "9200");
    expect("localhost", "localhost", "");
    expect("my_host", "my_host", "");
    expect("10.example", "10.example", "");
    expect("1-2.example", "1-2.example", "");
    expect("http://kibana.internal/", "kibana.internal", "80");
    expect("HTTPS://kibana.internal", "kibana.internal", "443");
    expect("https://kibana.internal:5601/app#/x:y@z", "kibana.internal", "5601");
    expect("http://[fd00::1]:9200/?a", "fd00::1", "9200");
    expect("http://10.0.0.1", "10.0.0.1", "80");
    expect("snmp://10.0.0.1", "10.0.0.1", "161/udp");
    expect("tftp://boot.internal", "boot.internal", "69/udp");
    expect("coap://[fd00::1]", "fd00::1", "5683/udp");
    expect("snmp://10.0.0.1:1161", "10.0.0.1", "1161/udp");
    expect("10.0.0.1:161/udp", "10.0.0.1", "161/udp");
    expect("10.1.0.0/24:udp/161,80", "10.1.0.0-10.1.0.255", "80,161/udp");
    expect("[fd00::1]:161/udp", "fd00::1", "161/udp");
}

static void expect_path(const char *text, const char *host, const char *path, bool cut)
{
    struct target t;
    if (!target_parse(&arena, span_str(text), (struct origin){ 0 }, &t, &error))
        fail_msg("%s", error.text);
    if (t.name)
        assert_string_equal(t.name, host);
    if (path)
        assert_string_equal(t.path, path);
    else
        assert_null(t.path);
    assert_int_equal(t.cut, cut);
}

static void test_paths(void **state)
{
    (void)state;
    expect_path("coap://plug.internal/sensors", "plug.internal", NULL, true);
    expect_path("coap://plug.internal/", "plug.internal", NULL, false);
    expect_path("https://es.corp/logs/", "es.corp", "/logs", false);
    expect_path("https://es.corp/logs", "es.corp", "/logs", false);
    expect_path("http://10.0.0.5/logs/", NULL, "/logs", false);
    expect_path("http://[fd00::5]:9200/a/b/c/d/", NULL, "/a/b/c/d", false);
    expect_path("https://es.corp", "es.corp", NULL, false);
    expect_path("https://es.corp/", "es.corp", NULL, false);
    expect_path("https://es.corp/24", "es.corp", "/24", false);
    expect_path("https://Es.Corp/Logs-1_2.3~x%20y", "es.corp", "/Logs-1_2.3~x%20y", false);
    expect_path("https://es.corp/...", "es.corp", "/...", false);
    expect_path("https://kibana.corp:5601/app#/x:y@z", "kibana.corp", "/app", true);
    expect_path("https://es.corp/logs/?a=/../b", "es.corp", "/logs", true);
    expect_path("https://es.corp#x", "es.corp", NULL, true);
    expect_path("db.internal:80", "db.internal", NULL, false);
}

static void expect_error(const char *text, const char *expect)
{
    struct target t;
    if (target_parse(&arena, span_str(text), (struct origin){ 0 }, &t, &error))
        fail_msg("\"%s\" is taken for a target", text);
    assert_string_equal(error.text, expect);
}

/* Only that it is refused, and that the text says `part`. */
static void expect_part(const char *text, const char *part)
{
    struct target t;
    if (target_parse(&arena, span_str(text), (struct origin){ 0 }, &t, &error))
        fail_msg("\"%s\" is taken for a target", text);
    if (!strstr(error.text, part) || strchr(error.text, '\n'))
        fail_msg("\"%s\": %s", text, error.text);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("10.0.0.0/33",
                 "target \"10.0.0.0/33\": the prefix length must be 0 to 32, as in 10.0.0.0/24");
    expect_error("fd00::/129",
                 "target \"fd00::/129\": the prefix length must be 0 to 128, as in fd00::/120");
    expect_error("10.0.0.1:70000",
                 "target \"10.0.0.1:70000\": port \"70000\": ports are 1 to 65535");
    expect_error("10.0.0.5/24",
                 "target \"10.0.0.5/24\": 10.0.0.5 is not the first address of a /24; write "
                 "10.0.0.0/24 for all of it, or 10.0.0.5 alone");
    expect_error("10.0.0.9-3",
                 "target \"10.0.0.9-3\": the smaller address comes first; write 10.0.0.3-10.0.0.9");
    expect_part("10.0.0.256", "not an IPv4 address");
    expect_part("10.0.0", "not an IPv4 address");
    expect_part("10.0.0.1.5", "not an IPv4 address");
    expect_part("010.0.0.1", "not an IPv4 address");
    expect_part("0x08080808", "not an IPv4 address");
    expect_part("0X7F000001:80", "not an IPv4 address");
    expect_part("0xa.0x62.0x0.0x1", "not an IPv4 address");
    expect_part("0xa.0x62.0x0.0x1.", "not an IPv4 address");
    expect_part("10.0.0.0x1", "not an IPv4 address");
    expect_part("db.0x", "not an IPv4 address");
    expect_part("http://0x8.8.8.0x8/", "not an IPv4 address");
    expect_part("1.2.3", "not an IPv4 address");
    expect_part("134744072", "not an IPv4 address");
    expect_part("0300.0250.1", "not an IPv4 address");
    expect("0x1.example", "0x1.example", "");
    expect("0xyz", "0xyz", "");
    expect_part("https://es.corp/a//b", "two slashes");
    expect_part("https://es.corp//", "two slashes");
    expect_part("https://es.corp/../etc", "\"..\"");
    expect_part("https://es.corp/a/.", "\".\"");
    expect_part("https://es.corp/%2e%2E/x", "\"%2e%2E\"");
    expect_part("https://es.corp/a%2fb", "a%2fb");
    expect_part("https://es.corp/a%00", "a%00");
    expect_part("https://es.corp/a%", "a%");
    expect_part("https://es.corp/a%4", "a%4");
    expect_part("https://es.corp/a b", "a b");
    expect_part("https://es.corp/a;b=1", "a;b=1");
    expect_part("https://es.corp/a\r\nX: y", "letters, digits");
    expect_part("https://es.corp/a/b/c/d/e", "at most 4 parts");
    expect_part("10.0.0.0/", "prefix length");
    expect_part("10.0.0.0/-1", "prefix length");
    expect_part("10.0.0.0/8/8", "prefix length");
    expect_part("db.internal/24", "is no address");
    expect_part("10.0.0.1-256", "cannot end a range");
    expect_part("10.0.0.1-fd00::1", "IPv4");
    expect_part("fd00::1-5", "cannot end a range");
    expect_part("10.0.0.1:", "port is missing after the colon");
    expect_part(":80", "a host is missing");
    expect_part("", "a host is missing");
    expect_part("10.0.0.1,10.0.0.2", "several targets");
    expect_part("10.0.0.1 10.0.0.2", "several targets");
    expect_part("10.0.0.*", "wildcards");
    expect_part("10.0.0.0\\24", "slash");
    expect_part("fe80::1%eth0", "not an IPv6 address");
    expect_part("fd00:::1", "not an IPv6 address");
    expect_part("[10.0.0.1]:80", "brackets");
    expect_part("[fd00::1", "brackets");
    expect_part("[fd00::1]80", "only a colon");
    expect_part("ftp://x/", "scheme \"ftp\"");
    expect_part("http://", "a host is missing");
    expect_part("http://u:p@host/", "no place here");
    expect_part("http://10.0.0.0/8", "");
    expect_part("-x.internal", "neither an address nor a name");
    expect_part("a..b", "neither");
    expect_part("a..", "neither");
    expect_part(".", "a host is missing");
    expect_part("\x1b[2J", "target \"?[2J\"");
}

static void test_lengths(void **state)
{
    (void)state;
    char label[65], name[300];
    memset(label, 'a', sizeof(label));
    label[64] = '\0';
    expect_part(label, "neither");
    expect(label + 1, label + 1, "");
    memset(name, 'a', sizeof(name));
    for (size_t i = 49; i < sizeof(name); i += 50)
        name[i] = '.';
    name[254] = '\0';
    expect_part(name, "253");
    struct target t;
    name[253] = '\0';
    assert_true(target_parse(&arena, span_str(name), (struct origin){ 0 }, &t, &error));
    assert_string_equal(t.text, name); /* whole: a continued scan reads it again */
    assert_false(target_parse(&arena, span_of(name, 254), (struct origin){ 0 }, &t, &error));
    assert_true(strlen(error.text) < 200);
}

static void test_random_bytes(void **state)
{
    (void)state;
    static const char ALPHABET[] = "0123456789.:/-,[]@#hatp %*\\";
    struct random r = { 2 };
    size_t taken = 0;
    for (int i = 0; i < 8000; i++) {
        char text[40] = "10.0.0.0/24:9200";
        size_t len = i % 2 ? 16 : random_below(&r, sizeof(text));
        for (size_t k = i % 2 ? random_below(&r, 16) : 0; k < len; k += i % 2 ? 5 : 1)
            text[k] = ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)];
        struct target t;
        error.text[0] = '\0';
        if (target_parse(&arena, span_of(text, len), (struct origin){ 0 }, &t, &error)) {
            taken++;
            assert_true((t.name != NULL) == (t.range.family == 0));
            assert_true(t.range.first <= t.range.last);
        } else {
            assert_true(strncmp(error.text, "target \"", 8) == 0);
        }
        arena_release(&arena);
    }
    assert_true(taken > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_and_urls, setup, teardown),
        cmocka_unit_test_setup_teardown(test_paths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
