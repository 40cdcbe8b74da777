/* The whole climb: sniffing, TLS, HTTP, every probe, and a certificate where the input gives one. */
#include "peer.h"
#include "sweep/ladder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ladder ladder;
    static const uint16_t PORTS[] = { 6379, 11211, 5432, 3306, 27017, 1883, 389, 2181, 9200, 443, 6380, 12345, 80, 8883, 636, 9 };
    struct arena arena;
    struct visit v;
    struct peer peer;
    struct listener listener;
    struct endpoint e = FUZZ_ENDPOINT;
    if (!ladder.catalog)
        ladder_init(&ladder, fuzz_catalog(), PROBES);
    e.port = size ? PORTS[data[0] % 16] : 80;
    arena_init(&arena, 12 << 20);
    visit_init(&v, &arena, &e);
    peer_init(&peer, span_from(span_of(data, size), 1));
    listener_init(&listener, ladder.catalog);
    struct wire *w = wire_new(&arena, &peer.back, &e, &FUZZ_LIMITS, &CLOCK_SYSTEM, &listener.ear);
    ladder_climb(&ladder, w, &v);
    wire_end(w);
    check_end(&peer, &v);
    arena_release(&arena);
    return 0;
}
