/* SNMP, version 3 alone (RFC 3412, 3414). What versions 1 and 2c ask for is a community, which is a password in clear:
 * none is ever sent, not even "public". Version 3 has a question that is for strangers: a message for an engine
 * without a name is answered by a report which says what the engine is called, how often it started and how long ago
 * (RFC 3414 section 4):
 *
 *     > version 3, engine "", user "", no authentication, reportable, get of nothing
 *     < report: engine 80001f88..., boots 7, time 86400, usmStatsUnknownEngineIDs
 *
 * It names the maker, and often the address of an interface. No more is asked: what it would show to whom is behind
 * users and communities. An agent of version 1 or 2c only says nothing to this, and so is nothing said of it. */
#include "base/hex.h"
#include "probe/ber.h"
#include "probe/datagram.h"

enum { SNMP_REPORT = 0xa8, SNMP_ENGINE_MIN = 5, SNMP_ENGINE_MAX = 32 /* RFC 3411: SnmpEngineID */ };

#define SNMP_ID "\x02\x04\x4a\x61\x6a\x72"
static const struct ask SNMP_DISCOVER = ASK_FIXED(
    "snmp.discover", "what the engine of version 3 is called and when it started: a question for strangers",
    "\x30\x3e\x02\x01\x03"
    "\x30\x11" SNMP_ID "\x02\x03\0\xff\xe3\x04\x01\x04\x02\x01\x03"
    "\x04\x10\x30\x0e\x04\0\x02\x01\0\x02\x01\0\x04\0\x04\0\x04\0"
    "\x30\x14\x04\0\x04\0\xa0\x0e" SNMP_ID "\x02\x01\0\x02\x01\0\x30\0");

/* usmStats, below which every reason to report lies: 1.3.6.1.6.3.15.1.1 */
static const uint8_t SNMP_USM_STATS[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1 };

struct snmp_engine {
    struct span id;
    uint32_t boots, time;
};

/* The report that a discovery is answered by; everything else is none. */
static bool snmp_parse(struct span datagram, struct snmp_engine *ret)
{
    struct verdict v;
    struct reader whole = reader_over(&v, datagram), message = ber_value(&whole, BER_SEQUENCE);
    uint32_t version = ber_number(&message, BER_INTEGER);
    struct reader head = ber_value(&message, BER_SEQUENCE);
    bool is_mine = ber_number(&head, BER_INTEGER) == 0x4a616a72;
    struct reader usm_octets = ber_value(&message, BER_OCTETS), usm = ber_value(&usm_octets, BER_SEQUENCE);
    struct snmp_engine e = { .id = ber_octets(&usm) };
    e.boots = ber_number(&usm, BER_INTEGER);
    e.time = ber_number(&usm, BER_INTEGER);
    struct reader scoped = ber_value(&message, BER_SEQUENCE);
    (void)ber_octets(&scoped);
    (void)ber_octets(&scoped);
    struct reader report = ber_value(&scoped, SNMP_REPORT);
    for (int i = 0; i < 3; i++)
        (void)ber_number(&report, BER_INTEGER);
    struct reader list = ber_value(&report, BER_SEQUENCE), bind = ber_value(&list, BER_SEQUENCE);
    struct reader name = ber_value(&bind, 0x06);
    bool is_usm = span_starts(reader_rest(&name), span_of(SNMP_USM_STATS, sizeof(SNMP_USM_STATS)));
    *ret = e;
    return reader_ok(&whole) && version == 3 && is_mine && is_usm && e.id.len >= SNMP_ENGINE_MIN &&
           e.id.len <= SNMP_ENGINE_MAX;
}

static bool snmp_is_report(struct span datagram)
{
    struct snmp_engine e;
    return snmp_parse(datagram, &e);
}

/* IANA's enterprise numbers of those that are met most. */
static const char *snmp_maker(uint32_t enterprise)
{
    static const struct {
        uint32_t number;
        const char *name;
    } MAKERS[] = {
        { 2, "IBM" },          { 9, "Cisco" },      { 11, "Hewlett-Packard" }, { 43, "3Com" },
        { 311, "Microsoft" },  { 674, "Dell" },     { 890, "Zyxel" },          { 1588, "Brocade" },
        { 1991, "Foundry" },   { 2011, "Huawei" },  { 2021, "UCD-SNMP" },      { 2636, "Juniper" },
        { 3375, "F5" },        { 4413, "Broadcom" }, { 4526, "Netgear" },      { 6876, "VMware" },
        { 8072, "Net-SNMP" },  { 12356, "Fortinet" }, { 14823, "Aruba" },      { 14988, "MikroTik" },
        { 25461, "Palo Alto Networks" }, { 25506, "H3C" }, { 41112, "Ubiquiti" },
    };
    for (size_t i = 0; i < sizeof(MAKERS) / sizeof(MAKERS[0]); i++)
        if (MAKERS[i].number == enterprise)
            return MAKERS[i].name;
    return NULL;
}

/* RFC 3411, SnmpEngineID: four bytes of enterprise, their highest bit set, then what the rest is. */
static void snmp_state_engine(struct wire *w, struct observation *o, const struct snmp_engine *e, struct span proof)
{
    char text[2 * SNMP_ENGINE_MAX + 1];
    struct verdict v;
    struct reader r = reader_over(&v, e->id);
    uint32_t enterprise = reader_be32(&r);
    for (size_t i = 0; i < e->id.len; i++) {
        text[2 * i] = HEX_DIGITS[e->id.at[i] >> 4];
        text[2 * i + 1] = HEX_DIGITS[e->id.at[i] & 15];
    }
    fact_text(o, "engine.id", span_of(text, 2 * e->id.len), SNMP_DISCOVER.name, proof);
    const char *maker = snmp_maker(enterprise & INT32_MAX);
    fact_number(o, "engine.enterprise", enterprise & INT32_MAX, SNMP_DISCOVER.name, proof);
    if (maker)
        fact_text(o, "software", span_str(maker), SNMP_DISCOVER.name, proof);
    fact_number(o, "engine.boots", e->boots, SNMP_DISCOVER.name, proof);
    fact_time(o, "started", wire_now(w) - (int64_t)e->time * 1000, SNMP_DISCOVER.name, proof);
}

static enum outcome snmp_run(struct wire *w, struct observation *o)
{
    struct snmp_engine e;
    wire_ask(w, &SNMP_DISCOVER);
    struct span d = datagram_of(w, snmp_is_report);
    if (!d.len || !snmp_parse(d, &e))
        return OUTCOME_NOT_MINE;
    o->product = "snmp";
    snmp_state_engine(w, o, &e, d);
    datagram_amplifies(w, o, d.len, &SNMP_DISCOVER);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_SNMP;
const struct probe PROBE_SNMP = {
    .name = "snmp",
    .title = "SNMP version 3",
    .products = { "snmp" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 161 },
    .rank = 90,
    .proof = "none is asked for: a community is a password",
    .counts = "nothing",
    .asks = { &SNMP_DISCOVER },
    .run = snmp_run,
};
