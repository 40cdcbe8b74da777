/* NFS: lists of exports that lie, and what each request says of its own length. */
#include "unit/check.h"

#include "probe/nfs.c"

#define N(n) "\0\0\0" n

static void requests_state_their_length(void **state)
{
    (void)state;
    for (size_t i = 0; PROBE_NFS.asks[i]; i++) {
        const struct ask *a = PROBE_NFS.asks[i];
        struct verdict v;
        struct reader r = reader_over(&v, a->parts[0].bytes);
        if (a->parts[1].kind == PART_END)
            assert_int_equal(reader_be32(&r) & INT32_MAX, a->parts[0].bytes.len - 4);
    }
}

static bool everybody(struct span text, bool *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, text);
    nfs_export(&r, ret);
    reader_end(&r);
    return reader_ok(&r);
}

static void who_may_mount(void **state)
{
    (void)state;
    bool all = false;
    assert_true(everybody(SPAN(N("\x04") "/pub" N("\0")), &all) && all);
    assert_true(everybody(SPAN(N("\x04") "/pub" N("\x01") N("\x01") "*\0\0\0" N("\0")), &all) && all);
    assert_true(everybody(SPAN(N("\x04") "/pub" N("\x01") N("\x04") "10/8" N("\0")), &all) && !all);
    assert_false(everybody(SPAN(N("\x04") "/pub" N("\x01") N("\x40") "10/8" N("\0")), &all));
    assert_false(everybody(SPAN("\xff\xff\xff\xff" "/pub" N("\0")), &all));
}

static bool attributes(struct span text, struct nfs_entry *e)
{
    struct verdict v;
    struct reader r = reader_over(&v, text);
    nfs_attributes(&r, e);
    reader_end(&r);
    return reader_ok(&r);
}

static void attributes_that_lie(void **state)
{
    (void)state;
    struct nfs_entry e = { .type = 0 };
    assert_true(attributes(SPAN(N("\x01") N("\x02") N("\x04") N("\x02")), &e));
    assert_int_equal(e.type, DIRECTORY);
    /* Fewer bytes than the bits ask for, more, bits of nobody's, more words than there are. */
    assert_false(attributes(SPAN(N("\x01") "\0\0\x01\x02" N("\x04") N("\x02")), &e));
    assert_false(attributes(SPAN(N("\x01") N("\x02") N("\x08") N("\x02") N("\x02")), &e));
    assert_false(attributes(SPAN(N("\x01") N("\x04") N("\x04") N("\x02")), &e));
    assert_false(attributes(SPAN("\x40\0\0\0" N("\x02") N("\x04") N("\x02")), &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(requests_state_their_length), cmocka_unit_test(who_may_mount),
                                        cmocka_unit_test(attributes_that_lie) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
