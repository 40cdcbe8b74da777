/* Galera, by which the nodes of a cluster of MariaDB, MySQL or Percona speak to each other (gcomm, GMCast). Who
 * accepts speaks first; without TLS nobody is asked who he is, so whoever answers this greeting joins and is sent all
 * data. It is not answered: the greeting is the proof, and the connection ends.
 *
 *     < 24 00 00 02  length (24 bits, little-endian), flags: which checksum
 *       ........     checksum
 *       00 01 10 00  version, type (1 is a handshake), flags, segment
 *       16 bytes     of this handshake
 *       16 bytes     of the node
 *
 * With socket.ssl it waits for a ClientHello instead. Format: gcomm/src/gcomm/datagram.hpp, gmcast_message.hpp. */
#include "probe/probe.h"

#include "base/reader.h"

enum { FRAME_HEAD = 8, HANDSHAKE = 36, VERSION_MAX = 1, TYPE_HANDSHAKE = 1 };

static bool galera_recognises(struct span first)
{
    struct verdict v;
    struct reader r = reader_over(&v, span_first(first, FRAME_HEAD + 4));
    uint64_t length = reader_le(&r, 3), flags = reader_u8(&r);
    reader_skip(&r, 4);
    uint64_t version = reader_u8(&r), type = reader_u8(&r);
    return reader_ok(&r) && length == HANDSHAKE && flags <= 0x0f && version <= VERSION_MAX && type == TYPE_HANDSHAKE;
}

static enum outcome galera_run(struct wire *w, struct observation *o)
{
    struct span hello = wire_need(w, FRAME_HEAD + HANDSHAKE);
    if (!wire_ok(w) || !galera_recognises(hello) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    fact_text(o, "protocol", SPAN("Galera"), NULL, hello);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_GALERA;
const struct probe PROBE_GALERA = {
    .name = "galera",
    .title = "Galera, between nodes of MariaDB and MySQL (named only)",
    .products = { "galera" },
    .kind = KIND_COORDINATION,
    .ports = { 4567 },
    .peer_first = true,
    .rank = 20,
    .proof = "none: it greets as nodes greet each other, and is not answered",
    .counts = "nothing",
    .recognises = galera_recognises,
    .run = galera_run,
};
