/* Certificates -> facts; the own ClientHello's reader of ServerHello and Certificate; and a whole audit. The first byte
 * chooses. */
#include "peer.h"
#include "tls/audit.h"
#include "tls/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Kept for as long as the fuzzer runs. */
static const struct tls_trust *fuzz_trust(void)
{
    static struct tls_trust *trust;
    struct error e;
    return trust ? trust : (trust = tls_trust_load(NULL, &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = span_from(span_of(data, size), 1);
    struct arena arena;
    struct visit v;
    struct peer peer;
    struct listener listener;
    if (size == 0)
        return 0;
    arena_init(&arena, 12 << 20);
    visit_init(&v, &arena, &FUZZ_ENDPOINT);
    listener_init(&listener, NULL);
    if (data[0] & 2) {
        peer_init(&peer, input);
        struct wire *w = wire_new(&arena, &peer.back, &FUZZ_ENDPOINT, &FUZZ_LIMITS, &CLOCK_SYSTEM, &listener.ear);
        tls_audit(w, NULL, fuzz_trust(), &v);
        wire_end(w);
        check_end(&peer, &v);
    } else if (data[0] & 1) {
        peer_init(&peer, input);
        struct wire *w = wire_new(&arena, &peer.back, &FUZZ_ENDPOINT, &FUZZ_LIMITS, &CLOCK_SYSTEM, &listener.ear);
        struct wire_tls shown;
        tls_observe_obsolete(w, NULL, &v, &shown);
        tls_wants_psk(w);
        wire_end(w);
        check_end(&peer, &v);
    } else {
        struct wire_tls seen = { .version = "TLSv1.3", .cipher = "x", .chain = { input, input }, .chain_len = 2 };
        tls_state(&v, &seen, fuzz_trust(), 1700000000000);
        check_visit(&v);
    }
    arena_release(&arena);
    return 0;
}
