#include "unit/check.h"

#include "sweep/mute.c"

static struct address address(unsigned net, unsigned host)
{
    return (struct address){ 4, { 10, 0, (uint8_t)net, (uint8_t)host } };
}

static struct mutes *new_mutes(void)
{
    struct error e;
    struct mutes *m = mutes_new(5, &e);
    assert_non_null(m);
    return m;
}

static void mute(struct mutes *m, unsigned net, unsigned host, int ports)
{
    struct address a = address(net, host);
    for (int i = 0; i < ports; i++)
        mutes_note(m, &a, MUTE_SAID_NOTHING);
}

struct heard {
    unsigned count;
    uint64_t ports, most;
    char about[80];
};

static void hear(void *self, const struct remark *r)
{
    struct heard *h = self;
    assert_int_equal(r->kind, REMARK_MIDDLEBOX);
    assert_false(r->incomplete);
    assert_true(r->text.len && r->text.len < REMARK_TEXT_MAX && r->text.at[r->text.len - 1] != '.');
    h->count++;
    h->ports += r->count;
    snprintf(h->about, sizeof(h->about), "%.*s", (int)r->about.len, (const char *)r->about.at);
}

static struct heard told(struct mutes *m)
{
    struct heard h = { 0 };
    mutes_tell(m, hear, &h);
    return h;
}

static void a_host_whose_every_port_is_mute(void **state)
{
    struct mutes *m = new_mutes();
    struct address a = address(1, 7), other = address(1, 8);
    (void)state;
    mute(m, 1, 7, MUTE_PORTS - 1);
    assert_false(mutes_brief(m, &a));
    mutes_note(m, &a, MUTE_SPOKE); /* the one that is real proves nothing of the others */
    mute(m, 1, 7, 1);
    assert_true(mutes_brief(m, &a));
    assert_false(mutes_brief(m, &other));
    mute(m, 1, 7, 10);
    struct heard h = told(m);
    assert_int_equal(h.count, 1);
    assert_string_equal(h.about, "10.0.1.7");
    assert_int_equal(h.ports, 11);
    mutes_note(m, &a, MUTE_SILENT); /* may be loss */
    assert_true(mutes_brief(m, &a));
    mutes_note(m, &a, MUTE_REFUSED); /* so not every port is answered for */
    assert_false(mutes_brief(m, &a));
    assert_int_equal(told(m).count, 0);
    mutes_free(m);
}

static void a_host_with_a_few_mute_ports(void **state)
{
    struct mutes *m = new_mutes();
    struct address a = address(1, 7);
    (void)state;
    for (int i = 0; i < 20; i++) {
        mute(m, 1, 7, MUTE_PORTS - 1);
        mutes_note(m, &a, MUTE_REFUSED);
        assert_false(mutes_brief(m, &a));
    }
    for (int i = 0; i < 50; i++) { /* half of its ports are dropped on the way */
        mute(m, 2, 7, 1);
        a = address(2, 7);
        mutes_note(m, &a, MUTE_SILENT);
        assert_false(mutes_brief(m, &a));
    }
    mutes_free(m);
}

static void a_network_whose_every_address_is_mute(void **state)
{
    struct mutes *m = new_mutes();
    struct address new_one = address(3, 250), elsewhere = address(4, 1);
    (void)state;
    for (unsigned host = 1; host < MUTE_HOSTS; host++)
        mute(m, 3, host, 3);
    assert_false(mutes_brief(m, &new_one));
    mute(m, 3, 100, 3);
    assert_true(mutes_brief(m, &new_one));
    assert_false(mutes_brief(m, &elsewhere));
    mute(m, 3, 100, 20); /* noticed on its own, too, and told as part of the network */
    struct heard h = told(m);
    assert_int_equal(h.count, 1);
    assert_string_equal(h.about, "10.0.3.0/24");
    mutes_note(m, &new_one, MUTE_REFUSED);
    assert_false(mutes_brief(m, &new_one));
    mutes_free(m);
}

/* One remark a box up to a number, then one for the rest; and no more memory than there was at first. */
static void very_many(void **state)
{
    struct mutes *m = new_mutes();
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        struct address a = { 4, { (uint8_t)(10 + (i >> 16)), (uint8_t)(i >> 8), (uint8_t)i, 9 } };
        for (int k = 0; k < MUTE_PORTS; k++)
            mutes_note(m, &a, MUTE_SAID_NOTHING);
    }
    struct heard h = told(m);
    assert_int_equal(h.count, MUTE_REMARKS + 1);
    assert_string_equal(h.about, "more addresses");
    mutes_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_whose_every_port_is_mute),
        cmocka_unit_test(a_host_with_a_few_mute_ports),
        cmocka_unit_test(a_network_whose_every_address_is_mute),
        cmocka_unit_test(very_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
