/* IPMI over LAN (IPMI 2.0, 13.1 and 22.13): the controller that switches a machine, shows its console and can replace
 * what it boots, whatever runs on it. Which ways in a channel has is asked before any session:
 *
 *     > RMCP, no session, Get Channel Authentication Capabilities: channel 14 (this one), administrator
 *     < completion 0, channel, types of authentication, status of authentication, versions
 *
 * "None" among the types, or an anonymous login, are ways in without a secret. That they are offered is the
 * controller's own word; no session is opened to try it, for a session changes what the controller keeps. Where IPMI
 * 2.0 is spoken, its key exchange hands a hash of any user's password to whoever names the user (CVE-2013-4786): that
 * is its design. */
#include "base/reader.h"
#include "probe/datagram.h"

enum {
    IPMI_HEAD = 13, /* RMCP and the session's part, which is empty */
    IPMI_LEAST = 16,
    IPMI_MOST = 64,
    IPMI_NONE = 0x01, IPMI_MD2 = 0x02, IPMI_MD5 = 0x04, IPMI_PLAIN = 0x10, IPMI_OEM = 0x20,
    IPMI_ANONYMOUS = 0x01, IPMI_NULL_USERS = 0x02,
    IPMI_IS_2 = 0x02,
};

static const struct ask IPMI_CAPABILITIES =
    ASK_FIXED("ipmi.capabilities", "which ways in the controller offers, asked before any session",
              "\x06\0\xff\x07" "\0\0\0\0\0\0\0\0\0\x09" "\x20\x18\xc8" "\x81\0\x38\x8e\x04\xb5");

struct ipmi_ways {
    uint8_t completion, types, status, versions;
};

static uint8_t ipmi_sum(struct span s)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < s.len; i++)
        sum = (uint8_t)(sum + s.at[i]);
    return sum;
}

static bool ipmi_parse(struct span datagram, struct ipmi_ways *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    bool is_rmcp = reader_u8(&r) == 6;
    reader_skip(&r, 2);
    is_rmcp = reader_u8(&r) == 7 && is_rmcp && reader_u8(&r) == 0;
    reader_skip(&r, 8);
    size_t len = reader_u8(&r);
    struct span message = reader_take(&r, len);
    if (!reader_ok(&r) || !is_rmcp || len < 8 || len > IPMI_MOST || ipmi_sum(span_first(message, 3)) ||
        ipmi_sum(span_from(message, 3)))
        return false;
    r = reader_over(&v, message);
    bool is_mine = reader_u8(&r) == 0x81 && reader_u8(&r) == 0x1c;
    reader_skip(&r, 3);
    is_mine = reader_u8(&r) == 0x38 && is_mine;
    struct ipmi_ways ways = { .completion = reader_u8(&r) };
    if (!ways.completion) {
        reader_skip(&r, 1);
        ways.types = reader_u8(&r);
        ways.status = reader_u8(&r);
        ways.versions = reader_u8(&r);
        reader_skip(&r, 4);
    }
    *ret = ways;
    return reader_ok(&r) && is_mine;
}

static bool ipmi_is_answer(struct span datagram)
{
    struct ipmi_ways ways;
    return ipmi_parse(datagram, &ways);
}

static void ipmi_state_types(struct observation *o, uint8_t types, struct span proof)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } TYPES[] = { { IPMI_NONE, "none" }, { IPMI_MD2, "md2" }, { IPMI_MD5, "md5" }, { IPMI_PLAIN, "plain" },
                  { IPMI_OEM, "oem" } };
    uint8_t text[64];
    struct writer out = writer_over(text, sizeof(text));
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (types & TYPES[i].bit) {
            writer_str(&out, writer_span(&out).len ? "," : "");
            writer_str(&out, TYPES[i].name);
        }
    if (writer_span(&out).len)
        fact_text(o, "auth", writer_span(&out), IPMI_CAPABILITIES.name, proof);
}

static enum outcome ipmi_run(struct wire *w, struct observation *o)
{
    struct ipmi_ways ways;
    wire_ask(w, &IPMI_CAPABILITIES);
    struct span d = datagram_of(w, ipmi_is_answer);
    if (!d.len || !ipmi_parse(d, &ways))
        return OUTCOME_NOT_MINE;
    o->product = "ipmi";
    if (ways.completion)
        return OUTCOME_UNCLEAR;
    fact_text(o, "version", ways.versions & IPMI_IS_2 ? SPAN("2.0") : SPAN("1.5"), IPMI_CAPABILITIES.name, d);
    ipmi_state_types(o, ways.types, d);
    fact_bool(o, "login.none", ways.types & IPMI_NONE, IPMI_CAPABILITIES.name, d);
    fact_bool(o, "login.anonymous", ways.status & IPMI_ANONYMOUS, IPMI_CAPABILITIES.name, d);
    fact_bool(o, "login.null-user", ways.status & IPMI_NULL_USERS, IPMI_CAPABILITIES.name, d);
    datagram_amplifies(w, o, d.len, &IPMI_CAPABILITIES);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_IPMI;
const struct probe PROBE_IPMI = {
    .name = "ipmi",
    .title = "IPMI",
    .products = { "ipmi" },
    .kind = KIND_REMOTE,
    .transport = TRANSPORT_UDP,
    .ports = { 623 },
    .rank = 70,
    .proof = "none is asked for: which ways in it offers is its own word",
    .counts = "nothing",
    .asks = { &IPMI_CAPABILITIES },
    .run = ipmi_run,
};
