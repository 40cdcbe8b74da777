/* DHIP, the discovery of Dahua's recorders and cameras and of those made by them (UDP 37810; Shadowserver's report
 * DHCPDiscover). It answers from anywhere with what the device is, its name, its ports, and often its serial number, by
 * which it can be reached through the maker's cloud.
 *
 *     > head (32 bytes: "DHIP", lengths), {"method":"DHDiscover.search",...}
 *     < head, {"mac":..., "params":{"deviceInfo":{...}}}
 *
 * Of what it says, the type, the version and the name are kept. */
#include "base/reader.h"
#include "probe/datagram.h"
#include "text/node.h"

#define DVR_JSON "{\"method\":\"DHDiscover.search\",\"params\":{\"mac\":\"\",\"uni\":1}}\n"
static const struct ask DVR_SEARCH =
    ASK_FIXED("dvr.search", "what the recorder or camera is and which firmware it runs",
              "\x20\0\0\0" "DHIP" "\0\0\0\0\0\0\0\0" "\x3b\0\0\0" "\0\0\0\0" "\x3b\0\0\0" "\0\0\0\0" DVR_JSON);
_Static_assert(sizeof(DVR_JSON) - 1 == 0x3b, "the two lengths in the head of DVR_SEARCH");

enum { DVR_HEAD = 32, DVR_JSON_MAX = 4096 };

static bool dvr_is_answer(struct span datagram)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    reader_literal(&r, SPAN("\x20\0\0\0" "DHIP"));
    reader_skip(&r, 8);
    uint32_t len = reader_le32(&r);
    reader_skip(&r, 4);
    bool same = reader_le32(&r) == len;
    reader_skip(&r, 4);
    struct span json = reader_rest(&r);
    return reader_ok(&r) && same && json.len == len && len <= DVR_JSON_MAX && span_starts(json, SPAN("{")) &&
           span_has(json, "\"deviceInfo\"");
}

static void dvr_fact(struct observation *o, const char *key, const struct node *info, const char *field,
                     struct span proof)
{
    struct span value = node_text(node_get(info, field));
    if (value.len)
        fact_text(o, key, value, DVR_SEARCH.name, proof);
}

static enum outcome dvr_run(struct wire *w, struct observation *o)
{
    struct error e;
    wire_ask(w, &DVR_SEARCH);
    struct span d = datagram_of(w, dvr_is_answer);
    const struct node *said = d.len ? json_parse(wire_arena(w), span_trim(span_from(d, DVR_HEAD)), &e) : NULL;
    const struct node *info = node_get(node_get(said, "params"), "deviceInfo");
    if (!info)
        return OUTCOME_NOT_MINE;
    o->product = "dvr";
    dvr_fact(o, "software", info, "DeviceType", d);
    dvr_fact(o, "firmware", info, "Version", d);
    dvr_fact(o, "host", info, "MachineName", d);
    datagram_amplifies(w, o, d.len, &DVR_SEARCH);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_DVR;
const struct probe PROBE_DVR = {
    .name = "dvr",
    .title = "Recorders and cameras (DHIP, Dahua)",
    .products = { "dvr" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 37810 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it says what the device is",
    .counts = "nothing",
    .asks = { &DVR_SEARCH },
    .run = dvr_run,
};
