/* The agent of Zabbix, asked passively ("Zabbix protocols", header of 4.0 and later): "ZBXD", 1, the length in
 * eight bytes, little-endian, then the name of an item; the answer has the same form. It answers the addresses
 * that its file allows and hangs up on all others: it knows no other lock (but TLS with a key that both sides
 * have). An address that it answers may ask for files of the machine and for much more; here only its version
 * is asked for. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

static const struct ask ZABBIX_VERSION =
    ASK_FIXED("zabbix.version", "states the agent's version: answered to addresses that it allows",
              "ZBXD\x01\x0d\0\0\0\0\0\0\0" "agent.version");

static const struct frame_form ZABBIX_FORM =
    { .head = 13, .at = 5, .width = 4, .little = true, .least = 1, .most = 4096 };

static bool zabbix_is_version(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_digit(text.at[i]) && text.at[i] != '.' && ascii_lower(text.at[i]) < 'a')
            return false;
    return text.len && text.len < 32 && ascii_is_digit(text.at[0]);
}

static enum outcome zabbix_run(struct wire *w, struct observation *o)
{
    struct frame f;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &ZABBIX_VERSION);
    if (!span_is(wire_peek(w, 5), "ZBXD\x01") || !frame_read(w, &ZABBIX_FORM, &f))
        return OUTCOME_NOT_MINE;
    if (!zabbix_is_version(f.body))
        return OUTCOME_NOT_MINE;
    o->product = "zabbix-agent";
    fact_text(o, "version", f.body, ZABBIX_VERSION.name, f.body);
    fact_text(o, "auth", SPAN("none"), ZABBIX_VERSION.name, f.body);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_ZABBIX;
const struct probe PROBE_ZABBIX = {
    .name = "zabbix",
    .title = "Zabbix agent",
    .products = { "zabbix-agent" },
    .kind = KIND_MONITOR,
    .ports = { 10050 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 35,
    .proof = "it answers this address, and hangs up on those that it does not allow",
    .counts = "nothing",
    .asks = { &ZABBIX_VERSION },
    .run = zabbix_run,
};
