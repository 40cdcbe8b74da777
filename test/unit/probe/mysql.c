/* MySQL: greetings, length-encoded rows, version strings, and which refusals are locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/mysql.c"
#include "probe/mysql_count.c"
#include "wire/tape.h"

#define GREETING "\x0a" "8.0.36\0" "\x01\0\0\0" "saltsalt" "\0" "\xff\xf7" "\x21\x02\0" "\xff\x81" "\x15" \
                 "\0\0\0\0\0\0\0\0\0\0" "twelve bytes\0" "caching_sha2_password\0"

static void test_greeting(void **state)
{
    (void)state;
    struct my_greeting g;
    assert_true(my_greeting_parse(SPAN(GREETING), &g));
    assert_true(span_is(g.version, "8.0.36") && span_is(g.plugin, "caching_sha2_password"));
    assert_true(span_is(g.salt, "saltsalt"));
    assert_int_equal(g.abilities, 0x81fff7ff);
    assert_false(g.abilities & MY_CAN_TLS);
    assert_true(my_greeting_parse(SPAN("\x0a" "4.1.22\0" "\x01\0\0\0" "saltsalt" "\0" "\x2c\x20"), &g));
    assert_int_equal(g.plugin.len, 0);
    struct span whole = SPAN(GREETING);
    for (size_t n = 0; n < 25; n++)
        assert_int_equal(my_greeting_parse(span_first(whole, n), &g), n == 23);
    assert_false(my_greeting_parse(SPAN("\x09" "3.21.0\0" "\x01\0\0\0" "saltsalt" "\0" "\x2c\x20"), &g));
    assert_false(my_greeting_parse(SPAN("\x0a" "\0" "\x01\0\0\0" "saltsalt" "\0" "\x2c\x20"), &g));
}

static void test_recognises(void **state)
{
    (void)state;
    assert_true(mysql_recognises(SPAN("\x19\0\0\0" "\x0a" "4.1.22\0" "\x01\0\0\0" "saltsalt" "\0" "\x2c\x20" "\0")) == false);
    assert_true(mysql_recognises(SPAN("\x17\0\0\0" "\x0a" "4.1.22\0" "\x01\0\0\0" "saltsalt" "\0" "\x2c\x20")));
    assert_true(mysql_recognises(SPAN("\x08\0\0\0" "\xff\x6a\x04" "Host ")));
    assert_false(mysql_recognises(SPAN("\x08\0\0\x01" "\xff\x6a\x04" "Host ")));
    assert_false(mysql_recognises(SPAN("\x09\0\0\0" "\xff\x6a\x04" "Host ")));
    assert_false(mysql_recognises(SPAN("+PONG\r\n")));
    assert_false(mysql_recognises(SPAN("")));
}

static void test_rows(void **state)
{
    (void)state;
    struct my_row row;
    assert_true(my_row_parse(SPAN("\x01" "a" "\xfb" "\xfc\x02\0" "bc"), 3, &row));
    assert_true(span_is(row.cell[0], "a") && row.cell[1].len == 0 && span_is(row.cell[2], "bc"));
    assert_false(my_row_parse(SPAN("\x01" "a"), 2, &row));
    assert_false(my_row_parse(SPAN("\x02" "a"), 1, &row));
    assert_false(my_row_parse(SPAN("\xff"), 1, &row));
    assert_false(my_row_parse(SPAN("\xfe\xff\xff\xff\xff\xff\xff\xff\xff" "a"), 1, &row));
    assert_false(my_row_parse(SPAN("\x01" "ab"), 1, &row));
    assert_int_equal(my_number(SPAN("-1")), COUNT_UNKNOWN);
    assert_int_equal(my_number(SPAN("99999999999999999999")), COUNT_UNKNOWN);
}

static void is(const char *full, const char *product, const char *version)
{
    struct span v;
    assert_string_equal(my_product(span_str(full), &v), product);
    assert_true(span_is(v, version));
}

static void test_products(void **state)
{
    (void)state;
    is("8.0.36-0ubuntu0.22.04.1", "mysql", "8.0.36");
    is("5.5.5-10.11.19-MariaDB-0+deb12u1", "mariadb", "10.11.19");
    is("11.4.2-MariaDB-ubu2404", "mariadb", "11.4.2");
    is("5.5.68-MariaDB", "mariadb", "5.5.68");
    is("8.0.11-TiDB-v7.5.0", "tidb", "7.5.0");
    is("5.7.25-OceanBase-v4.2.1.0", "oceanbase", "4.2.1.0");
    is("8.0.30-Vitess-19.0.4", "vitess", "19.0.4");
    is("2.2.11-id64-release (95ae9a6)", "sphinx", "2.2.11");
    is("6.2.12 dc5144d35@230822", "manticore", "6.2.12");
    is("8.0.0@x", "mysql", "8.0.0");
}

static void test_locks(void **state)
{
    (void)state;
    assert_true(my_is_lock(1045) && my_is_lock(1130) && my_is_lock(1698) && my_is_lock(3159));
    /* Too many connections, an address that is blocked for handshakes that broke: others are let in. */
    assert_false(my_is_lock(1040) || my_is_lock(1129) || my_is_lock(1203) || my_is_lock(2006) || my_is_lock(1064));
}

static enum outcome decided(struct my_rights r, int64_t tables)
{
    struct arena a;
    struct tape_back back;
    static const struct tape silence;
    static const struct endpoint here = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };
    static const struct wire_limits limits = { .connect_ms = 1000, .patience_ms = 1000, .session_ms = 1000, .budget_bytes = 1000 };
    arena_init(&a, 1 << 16);
    tape_back_init(&back, &silence, &TAPE_AS_WRITTEN);
    struct wire *w = wire_new(&a, &back.back, &here, &limits, &CLOCK_SYSTEM, NULL);
    assert_true(wire_again(w, WIRE_PLAIN));
    enum outcome outcome = my_rights_decide(w, &r, tables);
    wire_end(w);
    tape_back_release(&back);
    arena_release(&a);
    return outcome;
}

static void test_rights_decide(void **state)
{
    (void)state;
    assert_int_equal(decided((struct my_rights){ .listed = true, .select = 1 }, 0), OUTCOME_OPEN);
    assert_int_equal(decided((struct my_rights){ .everything = true }, 0), OUTCOME_OPEN);
    assert_int_equal(decided((struct my_rights){ .listed = true, .select_here = 1 }, 3), OUTCOME_OPEN);
    assert_int_equal(decided((struct my_rights){ .listed = true, .select_here = 1 }, 0), OUTCOME_PARTIAL);
    assert_int_equal(decided((struct my_rights){ .listed = true }, 0), OUTCOME_PARTIAL);
    assert_int_equal(decided((struct my_rights){ .listed = true }, 3), OUTCOME_OPEN); /* by a role */
    assert_int_equal(decided((struct my_rights){ .listed = true, .change = 1 }, 3), OUTCOME_PARTIAL);
    assert_int_equal(decided((struct my_rights){ 0 }, 3), OUTCOME_OPEN);
}

/* The index name comes from the peer. */
static void test_names_cannot_leave_their_field(void **state)
{
    (void)state;
    uint8_t out[256];
    struct writer w = writer_over(out, sizeof(out));
    struct span evil = SPAN("a; DROP TABLE b"), good = SPAN("rt_1");
    assert_false(ask_render(&MY_INDEX_STATUS, &evil, 1, &w));
    assert_true(ask_render(&MY_INDEX_STATUS, &good, 1, &w));
    assert_true(span_eq(writer_span(&w), SPAN("\x17\0\0\0\x03SHOW INDEX rt_1 STATUS")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greeting), cmocka_unit_test(test_recognises), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_products), cmocka_unit_test(test_locks), cmocka_unit_test(test_rights_decide),
        cmocka_unit_test(test_names_cannot_leave_their_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
