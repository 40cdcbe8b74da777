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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_line_value),
        cmocka_unit_test(test_requests_state_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
