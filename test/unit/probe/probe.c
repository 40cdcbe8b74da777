/* The table of probes: what each must declare so that it is found where no port hints at it. */
#include "unit/check.h"

#include "probe/probe.c"

static void each_says_how_it_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; PROBES[i]; i++) {
        const struct probe *p = PROBES[i];
        bool reacts = p->reacts.line && p->reacts.tls && p->reacts.http;
        bool udp = p->transport == TRANSPORT_UDP;
        /* Over UDP there are no such questions: there it has ports, and no others' say so. */
        if (udp && (!p->ports[0] || p->tls_ports[0] || p->peer_first || p->recognises || reacts))
            fail_msg("%s declares what UDP has not, or no port", p->name);
        /* Who speaks first is known by what it says; who is asked first, by how it took three questions. */
        if (!udp && (p->peer_first ? !p->recognises : !reacts))
            fail_msg("%s declares %s", p->name, p->peer_first ? "no .recognises" : "not how it .reacts");
        if (p->rank < 1 || p->rank > 100)
            fail_msg("%s has the .rank %u", p->name, p->rank);
    }
}

static void each_has_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; PROBES[i]; i++) {
        assert_true(probe_by_name(span_str(PROBES[i]->name)) == PROBES[i]);
        assert_true(fact_key_ok(span_str(PROBES[i]->name)));
    }
    assert_null(probe_by_name(SPAN("nobody")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_says_how_it_is_found),
        cmocka_unit_test(each_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
