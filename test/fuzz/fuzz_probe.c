/* One probe, named by FUZZ_PROBE when this is compiled, against a peer that says anything. */
#include "peer.h"
#include "sweep/ladder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct probe *probe = probe_by_name(SPAN(FUZZ_PROBE));
    struct arena arena;
    struct visit v;
    struct peer peer;
    struct listener listener;
    MUST(probe);
    struct endpoint at = FUZZ_ENDPOINT;
    at.transport = (uint8_t)probe->transport;
    arena_init(&arena, 12 << 20);
    visit_init(&v, &arena, &at);
    peer_init(&peer, span_of(data, size));
    listener_init(&listener, NULL);
    struct wire *w = wire_new(&arena, &peer.back, &at, &FUZZ_LIMITS, &CLOCK_SYSTEM, &listener.ear);
    wire_again(w, WIRE_PLAIN);
    wire_identify(w, LADDER_WHO_MS, LADDER_WHO_CONNECTIONS - 1);
    struct observation *o = visit_observe(&v, probe->name, probe->kind);
    o->outcome = probe->run(w, o);
    wire_end(w);
    check_end(&peer, &v);
    if (probe->recognises)
        probe->recognises(span_of(data, size));
    arena_release(&arena);
    return 0;
}
