/* PostgreSQL: its messages, and which version strings name which product. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/postgresql.c"

static void test_authentication(void **state)
{
    (void)state;
    assert_string_equal(pg_auth_parse(SPAN("\0\0\0\0")), "none");
    assert_string_equal(pg_auth_parse(SPAN("\0\0\0\x03")), "cleartext");
    assert_string_equal(pg_auth_parse(SPAN("\0\0\0\x05" "salt")), "md5");
    assert_string_equal(pg_auth_parse(SPAN("\0\0\0\x0a" "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0")), "scram-sha-256");
    assert_string_equal(pg_auth_parse(SPAN("\0\0\0\x0a" "OAUTHBEARER\0\0")), "sasl");
    /* openGauss: a method of its own under SASL's number. */
    uint8_t own[4 + 80] = { 0, 0, 0, 10, 0, 0, 0, 2 };
    assert_string_equal(pg_auth_parse(span_of(own, 4 + 76)), "sha256");
    assert_string_equal(pg_auth_parse(span_of(own, 4 + 80)), "sha256");
    assert_null(pg_auth_parse(span_of(own, 4 + 79)));
    assert_null(pg_auth_parse(SPAN("\0\0\0\x0a" "\0")));
    assert_null(pg_auth_parse(SPAN_NONE));
    assert_null(pg_auth_parse(SPAN("\0\0\0")));
    assert_null(pg_auth_parse(SPAN("\0\0\0\0\0")));
    assert_null(pg_auth_parse(SPAN("\0\0\0\x05")));
    assert_null(pg_auth_parse(SPAN("\0\0\0\x63")));
    assert_null(pg_auth_parse(SPAN("\0\0\0\x0a" "SCRAM-SHA-256")));
}

static void test_errors(void **state)
{
    (void)state;
    struct pg_error e;
    assert_true(pg_error_parse(SPAN("SFATAL\0C28000\0Mno entry\0\0"), &e));
    assert_true(span_is(e.code, "28000") && span_is(e.message, "no entry"));
    assert_false(pg_error_parse(SPAN("SFATAL\0C28000\0Mno entry\0"), &e));
    assert_false(pg_error_parse(SPAN("SFATAL\0C2800\0Mno entry\0\0"), &e));
    assert_false(pg_error_parse(SPAN("SFATAL\0C28000\0\0"), &e));
    assert_false(pg_error_parse(SPAN("C28000\0Mx\0\0more"), &e));
    assert_false(pg_error_parse(SPAN_NONE, &e));
}

static void test_recognises(void **state)
{
    (void)state;
    assert_true(postgresql_recognises(SPAN("E\0\0\0\x18" "SFATAL\0C08P01\0Mx\0\0")) == false);
    assert_true(postgresql_recognises(SPAN("E\0\0\0\x16" "SFATAL\0C08P01\0Mx\0\0")));
    assert_false(postgresql_recognises(SPAN("E\0\0\0\x16" "SFATAL\0C08P01\0Mx\0\0more")));
    assert_false(postgresql_recognises(SPAN("ERROR\r\n")));
    assert_false(postgresql_recognises(SPAN_NONE));
}

static void test_rows(void **state)
{
    (void)state;
    struct pg_row row;
    assert_true(pg_row_parse(SPAN("\0\x02" "\0\0\0\x01" "a" "\xff\xff\xff\xff"), 2, &row));
    assert_true(span_is(row.cell[0], "a") && row.cell[1].len == 0);
    assert_true(pg_row_parse(SPAN("\0\x08" "\0\0\0\x01" "a" "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                                  "\xff\xff\xff\xff\xff\xff\xff\xff" "\0\0\0\x01" "h"), PG_ANY_COLUMNS, &row));
    assert_false(pg_row_parse(SPAN("\0\0"), PG_ANY_COLUMNS, &row));
    assert_false(pg_row_parse(SPAN("\0\x02" "\0\0\0\x01" "a" "\xff\xff\xff\xff"), 1, &row));
    assert_false(pg_row_parse(SPAN("\0\x01" "\0\0\0\x01" "a"), 2, &row));
    assert_false(pg_row_parse(SPAN("\0\x02" "\0\0\0\x01" "a" "\x7f\xff\xff\xff" "b"), 2, &row));
    assert_false(pg_row_parse(SPAN("\0\x01" "\0\0\0\x01" "ab"), 1, &row));
}

static void says(const char *server, const char *crdb, const char *product, const char *version)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    struct observation o = { .arena = &a, .product = "postgresql" };
    struct pg_entry p = { .server_version = span_str(server), .crdb_version = span_str(crdb) };
    pg_version_facts(&p, &o);
    assert_string_equal(o.product, product);
    assert_true(span_is(fact_get_text(&o, "version"), version));
    arena_release(&a);
}

static void test_versions(void **state)
{
    (void)state;
    says("15.20 (Debian 15.20-0+deb12u1)", "", "postgresql", "15.20");
    says("9.6.24", "", "postgresql", "9.6.24");
    says("16beta1", "", "postgresql", "16beta1");
    says("1.18.0/bouncer", "", "pgbouncer", "1.18.0");
    says("11.2-YB-2.18.0.1-b0", "", "yugabytedb", "2.18.0.1");
    says("13.0.0", "CockroachDB CCL v22.1.0 (x86_64-pc-linux-gnu)", "cockroachdb", "22.1.0");
    says("", "", "postgresql", "");
}

/* A database name comes from the peer: it may not end the field and start another. */
static void test_names_cannot_leave_their_field(void **state)
{
    (void)state;
    uint8_t out[256];
    struct span evil[] = { SPAN("x\0options\0-c evil"), SPAN("a\"b"), SPAN("") };
    struct writer w = writer_over(out, sizeof(out));
    assert_false(ask_render(&PG_STARTUP, &evil[0], 1, &w));
    assert_false(ask_render(&PG_STARTUP, &evil[1], 1, &w));
    assert_true(ask_render(&PG_STARTUP, &evil[2], 1, &w));
    struct span good = SPAN("postgres");
    w = writer_over(out, sizeof(out));
    assert_true(ask_render(&PG_STARTUP, &good, 1, &w));
    assert_true(span_eq(writer_span(&w), SPAN("\0\0\0\x29\0\x03\0\0user\0postgres\0database\0postgres\0\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authentication), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_recognises),     cmocka_unit_test(test_rows),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_names_cannot_leave_their_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
