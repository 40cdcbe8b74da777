/* ZooKeeper: the words, versions, and the bytes of the requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/zookeeper.c"

static void expect_version(const char *text, const char *version)
{
    struct span got = version_short(span_str(text));
    assert_int_equal(got.len, strlen(version));
    assert_memory_equal(got.at, version, got.len);
}

static void test_version(void **state)
{
    (void)state;
    expect_version("3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25", "3.8.0");
    expect_version("3.5.4-beta-7f51e5b68cf2f80176ff944a9ebd2abbc65e7327, built on x", "3.5.4-beta");
    expect_version("3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC", "3.8.0");
    expect_version("3.3.6", "3.3.6");
    expect_version("", "");
}

static void test_line_value(void **state)
{
    (void)state;
    struct span line = SPAN_NONE;
    struct span text = SPAN("Mode: leader\nNode count: 12\n");
    assert_true(span_is(line_value(text, SPAN("Node count:"), &line), "12"));
    assert_true(span_is(line, "Node count: 12"));
    assert_true(span_is(line_value(text, SPAN("Mode:"), &line), "leader"));
    assert_int_equal(line_value(text, SPAN("count:"), &line).len, 0);
    assert_int_equal(line_value(SPAN_NONE, SPAN("Mode:"), &line).len, 0);
}

/* Each request states its own length in front: a wrong one would hang the session. */
static void test_requests_state_their_length(void **state)
{
    (void)state;
    const struct ask *framed[] = { &ZOOKEEPER_CONNECT, &ZOOKEEPER_CHILDREN, &ZOOKEEPER_ACL,
                                   &ZOOKEEPER_CLOSE };
    for (size_t i = 0; i < sizeof(framed) / sizeof(framed[0]); i++) {
        struct span bytes = framed[i]->parts[0].bytes;
        struct verdict v;
        struct reader r = reader_over(&v, bytes);
        assert_int_equal(reader_be32(&r), bytes.len - 4);
    }
}

/* Ten frames, one behind the other, each for the rules of a top node. */
static void test_usual_nodes(void **state)
{
    (void)state;
    struct verdict v;
    struct reader r = reader_over(&v, ZOOKEEPER_USUAL.parts[0].bytes);
    for (uint32_t i = 0; i < USUAL_NODES; i++) {
        struct reader frame = reader_sub(&r, reader_be32(&r));
        assert_int_equal(reader_be32(&frame), XID_USUAL + i);
        assert_int_equal(reader_be32(&frame), 6);
        struct span path = reader_take(&frame, reader_be32(&frame));
        assert_true(span_starts(path, SPAN("/")) && path.len > 1);
        reader_end(&frame);
    }
    reader_end(&r);
    assert_true(reader_ok(&r));
}

static void test_the_rules_of_a_listed_node(void **state)
{
    (void)state;
    uint8_t room[64];
    struct writer w = writer_over(room, sizeof(room));
    struct span name = SPAN("shop");
    assert_true(ask_render(&ZOOKEEPER_NODE_ACL, &name, 1, &w));
    assert_true(span_eq(writer_span(&w), SPAN("\0\0\0\x11" "\0\0\0\x05" "\0\0\0\x06" "\0\0\0\x05" "/shop")));
}

static void test_rights(void **state)
{
    (void)state;
    struct rights t = { 0 };
    rights_learn(&t, "x", 0, ERR_NO_AUTH, SPAN_NONE);
    rights_learn(&t, "x", 0, -101, SPAN_NONE); /* no such node: says nothing */
    rights_learn(&t, "x", PERM_CREATE, 0, SPAN_NONE);
    assert_int_equal(t.readable, 0);
    assert_int_equal(t.refused, 2);
    assert_true(t.writable);
    rights_learn(&t, "y", PERM_READ, 0, SPAN("rules"));
    assert_int_equal(t.readable, 1);
    assert_string_equal(t.ask, "y");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_line_value),
        cmocka_unit_test(test_requests_state_their_length),
        cmocka_unit_test(test_usual_nodes),
        cmocka_unit_test(test_the_rules_of_a_listed_node),
        cmocka_unit_test(test_rights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
