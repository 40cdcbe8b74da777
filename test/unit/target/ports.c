/* Port lists: the sets, the errors, the sharing. */
#include "unit/check.h"

#include "base/random.h"
#include "target/ports.c"

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

static struct ports parsed(const char *text)
{
    struct ports p = { 0 };
    if (!ports_parse(&arena, span_str(text), &p, &error))
        fail_msg("%s: %s", text, error.text);
    return p;
}

static void expect_text(const char *in, const char *out)
{
    struct ports p = parsed(in);
    assert_string_equal(ports_text(&arena, &p), out);
}

static void test_parse(void **state)
{
    (void)state;
    expect_text("80", "80");
    expect_text("443,80,443", "80,443");
    expect_text("9200-9210,6379", "6379,9200-9210");
    expect_text(" 1 , 2 - 3 ", "1-3");
    expect_text("5-7,6-9,10", "5-10");
    expect_text("1,2,4,5", "1,2,4,5");
    expect_text("65535", "65535");
    expect_text("1-65535", "1-65535");
    expect_text("1-40000,30000-65535", "1-65535");
    struct ports all = parsed("1-65535");
    assert_null(all.at);
    assert_int_equal(all.len, PORTS_ALL);
    assert_int_equal(ports_at(&all, 65534), 65535);
    assert_true(ports_has(&all, 1));
    assert_false(ports_has(&all, 0));
    struct ports none = { 0 };
    assert_string_equal(ports_text(&arena, &none), "none");
    assert_false(ports_has(&none, 80));
}

static void expect_error(const char *text, const char *expect)
{
    struct ports p = { NULL, 77 };
    assert_false(ports_parse(&arena, span_str(text), &p, &error));
    assert_string_equal(error.text, expect);
    assert_int_equal(p.len, 77);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("70000", "port \"70000\": ports are 1 to 65535");
    expect_error("0", "port \"0\": ports are 1 to 65535");
    expect_error("99999999999999999999999",
                 "port \"99999999999999999999999\": ports are 1 to 65535");
    expect_error("redis", "port \"redis\": write the number, 6379");
    expect_error("abc", "port \"abc\": write a number or a range, as in 9200 or 9200-9210");
    expect_error("-5", "a port is missing; write a number from 1 to 65535, as in 9200");
    expect_error("5-", "a port is missing; write a number from 1 to 65535, as in 9200");
    expect_error("", "a port is missing; write a number from 1 to 65535, as in 9200");
    expect_error("80,,443",
                 "ports \"80,,443\": a port is missing beside a comma, as in 6379,9200-9210");
    expect_error("80,", "ports \"80,\": a port is missing beside a comma, as in 6379,9200-9210");
    expect_error("9210-9200",
                 "port range \"9210-9200\": the smaller port comes first, as in 9200-9210");
    expect_error("8\x1b[0", "port \"8?[0\": write a number or a range, as in 9200 or 9200-9210");
    char many[ITEMS_MAX * 2 + 2];
    for (int i = 0; i <= ITEMS_MAX; i++)
        memcpy(many + 2 * i, "1,", 2);
    many[ITEMS_MAX * 2 + 1] = '\0';
    expect_error(many, "a port list of more than 1024 items");
}

static void test_of_and_meet(void **state)
{
    (void)state;
    struct ports p, q = parsed("3-9"), every = PORTS_EVERY, none = { 0 }, both;
    assert_true(ports_of(&arena, (const uint32_t[]){ 9, 0, 3, 9, 11 }, 5, &p));
    assert_string_equal(ports_text(&arena, &p), "3,9,11");
    assert_true(ports_meet(&arena, &p, &q, &both));
    assert_string_equal(ports_text(&arena, &both), "3,9");
    assert_true(ports_meet(&arena, &every, &q, &both));
    assert_string_equal(ports_text(&arena, &both), "3-9");
    assert_true(ports_meet(&arena, &p, &none, &both));
    assert_int_equal(both.len, 0);
    assert_int_equal(ports_common(&every, &every), PORTS_ALL);
    assert_int_equal(ports_common(&every, &none), 0);
    assert_int_equal(ports_common(&p, &q), 2);
    assert_true(ports_join(&arena, &p, &q, &both));
    assert_string_equal(ports_text(&arena, &both), "3-9,11");
    assert_true(ports_join(&arena, &none, &q, &both));
    assert_string_equal(ports_text(&arena, &both), "3-9");
    assert_true(ports_join(&arena, &q, &none, &both));
    assert_string_equal(ports_text(&arena, &both), "3-9");
    assert_true(ports_join(&arena, &q, &every, &both));
    assert_null(both.at);
    assert_true(ports_join(&arena, &every, &none, &both));
    assert_int_equal(both.len, PORTS_ALL);
}

static void test_transports(void **state)
{
    (void)state;
    expect_text("161/udp", "161/udp");
    expect_text("udp/161", "161/udp");
    expect_text("UDP:161", "161/udp");
    expect_text("U:53,161-163,T:22,80", "22,80,53/udp,161-163/udp");
    expect_text("u:161,80/tcp,69", "80,69/udp,161/udp");
    expect_text("11211,11211/udp", "11211,11211/udp");
    expect_text("tcp/80,80", "80");
    expect_text("65535,U:1", "65535,1/udp"); /* neighbours as numbers go, and no run */
    expect_text("U:161,162", "161/udp,162/udp");
    expect_text("1-65535,U:1-65535", "1-65535,1-65535/udp");
    expect_text("1-65535/udp", "1-65535/udp");
    expect_error("udp", "port \"udp\": write the number, 161/udp");
    expect_error("snmp", "port \"snmp\": write the number, 161/udp");
    expect_error("161/upd", "port \"161/upd\": write a number or a range, as in 9200 or 9200-9210");
    expect_error("U:", "port \"U:\": write a number or a range, as in 9200 or 9200-9210");
    expect_error("0/udp", "port \"0\": ports are 1 to 65535");
    struct ports both = PORTS_EVERY_BOTH, tcp = PORTS_EVERY, udp = parsed("1-65535/udp"), some = parsed("80,161/udp"), p;
    assert_int_equal(parsed("T:1-65535,U:1-65535").len, PORTS_BOTH);
    assert_null(parsed("T:1-65535,U:1-65535").at);
    assert_int_equal(udp.len, PORTS_ALL);
    assert_true(ports_has(&both, PORT_UDP | 161) && ports_has(&udp, PORT_UDP | 161) && ports_has(&some, PORT_UDP | 161));
    assert_false(ports_has(&tcp, PORT_UDP | 161) || ports_has(&udp, 161) || ports_has(&some, 161) ||
                 ports_has(&both, PORT_UDP));
    assert_int_equal(ports_at(&both, PORTS_ALL), PORT_UDP | 1);
    assert_int_equal(ports_at(&both, PORTS_BOTH - 1), PORT_UDP | 65535);
    assert_int_equal(ports_common(&tcp, &some), 1);
    assert_int_equal(ports_common(&both, &some), 2);
    assert_int_equal(ports_common(&tcp, &udp), 0);
    assert_true(ports_join(&arena, &tcp, &udp, &p));
    assert_int_equal(p.len, PORTS_BOTH);
    assert_null(p.at);
    assert_true(ports_join(&arena, &some, &tcp, &p));
    assert_string_equal(ports_text(&arena, &p), "1-65535,161/udp");
    assert_true(ports_meet(&arena, &some, &tcp, &p));
    assert_string_equal(ports_text(&arena, &p), "80");
    assert_true(ports_of_both(&arena, &some, &p));
    assert_string_equal(ports_text(&arena, &p), "80,80/udp,161/udp");
    struct port_sets sets;
    port_sets_init(&sets, &arena);
    assert_ptr_not_equal(port_sets_intern(&sets, &tcp), port_sets_intern(&sets, &both));
    assert_int_equal(port_sets_intern(&sets, &both)->len, PORTS_BOTH);
}

static void test_long_text_is_cut(void **state)
{
    (void)state;
    uint32_t list[200];
    for (uint16_t i = 0; i < 200; i++)
        list[i] = (uint16_t)(2 * i + 1);
    struct ports p;
    assert_true(ports_of(&arena, list, 200, &p));
    const char *text = ports_text(&arena, &p);
    assert_true(strlen(text) < 120);
    assert_string_equal(text + strlen(text) - 4, ",...");
}

static void test_equal_sets_are_shared(void **state)
{
    (void)state;
    struct port_sets sets;
    port_sets_init(&sets, &arena);
    struct ports a = parsed("80,443"), b = parsed("443,80"), c = parsed("80"), every = PORTS_EVERY;
    const struct ports *shared = port_sets_intern(&sets, &a);
    assert_non_null(shared);
    assert_ptr_equal(shared, port_sets_intern(&sets, &b));
    assert_ptr_not_equal(shared, port_sets_intern(&sets, &c));
    assert_ptr_equal(port_sets_intern(&sets, &every), port_sets_intern(&sets, &every));
    assert_int_equal(port_sets_intern(&sets, &every)->len, PORTS_ALL);
}

static void test_random_bytes(void **state)
{
    (void)state;
    static const char ALPHABET[] = "0123456789,,--  xU:/udpT";
    struct random r = { 1 };
    for (int i = 0; i < 5000; i++) {
        char text[24];
        size_t len = random_below(&r, sizeof(text));
        for (size_t k = 0; k < len; k++)
            text[k] = ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)];
        struct ports p;
        if (!ports_parse(&arena, span_of(text, len), &p, &error)) {
            assert_true(error.text[0] != '\0');
            continue;
        }
        for (size_t k = 1; k < p.len && p.at; k++)
            assert_true(p.at[k - 1] < p.at[k]);
        assert_true(p.len >= 1 && ports_at(&p, 0) >= 1);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parse, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_of_and_meet, setup, teardown),
        cmocka_unit_test_setup_teardown(test_transports, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_text_is_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_equal_sets_are_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
