/* Ubiquiti's discovery (UDP 10001): radios and routers say what they are, in which version and by which name, to
 * whoever asks, from anywhere (Rapid7, "Ubiquiti discovery service exposures", 2019).
 *
 *     > 01 00 00 00    < 01 00, length, then type (1 byte), length (2), value:
 *                      03 firmware, 0b host, 14 model, 0c its short name */
#include "base/reader.h"
#include "probe/datagram.h"

static const struct ask UBNT_DISCOVER =
    ASK_FIXED("ubiquiti.discover", "what the device is and which firmware it runs", "\x01\0\0\0");

enum {
    UBNT_VERSION_1 = 1, UBNT_VERSION_2 = 2,
    UBNT_FIRMWARE = 3, UBNT_HOST = 0x0b, UBNT_SHORT = 0x0c, UBNT_MODEL = 0x14,
    UBNT_FIELDS_MAX = 64,
};

struct ubnt_answer {
    struct span firmware, host, model;
    unsigned fields;
};

static bool ubnt_parse(struct span datagram, struct ubnt_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    struct ubnt_answer a = { .fields = 0 };
    uint8_t version = reader_u8(&r);
    reader_skip(&r, 1);
    struct reader fields = reader_sub(&r, reader_be16(&r));
    reader_end(&r);
    for (; a.fields < UBNT_FIELDS_MAX && reader_more(&fields); a.fields++) {
        uint8_t type = reader_u8(&fields);
        struct span value = reader_take(&fields, reader_be16(&fields));
        if (type == UBNT_FIRMWARE)
            a.firmware = value;
        if (type == UBNT_HOST)
            a.host = value;
        if (type == UBNT_MODEL || (type == UBNT_SHORT && !a.model.len))
            a.model = value;
    }
    reader_end(&fields);
    *ret = a;
    return reader_ok(&r) && (version == UBNT_VERSION_1 || version == UBNT_VERSION_2) && (a.firmware.len || a.model.len);
}

static bool ubnt_is_answer(struct span datagram)
{
    struct ubnt_answer a;
    return ubnt_parse(datagram, &a);
}

static enum outcome ubiquiti_run(struct wire *w, struct observation *o)
{
    struct ubnt_answer a;
    wire_ask(w, &UBNT_DISCOVER);
    struct span d = datagram_of(w, ubnt_is_answer);
    if (!d.len || !ubnt_parse(d, &a))
        return OUTCOME_NOT_MINE;
    o->product = "ubiquiti";
    if (a.firmware.len)
        fact_text(o, "firmware", a.firmware, UBNT_DISCOVER.name, d);
    if (a.model.len)
        fact_text(o, "software", a.model, UBNT_DISCOVER.name, d);
    if (a.host.len)
        fact_text(o, "host", a.host, UBNT_DISCOVER.name, d);
    datagram_amplifies(w, o, d.len, &UBNT_DISCOVER);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_UBIQUITI;
const struct probe PROBE_UBIQUITI = {
    .name = "ubiquiti",
    .title = "Ubiquiti discovery",
    .products = { "ubiquiti" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 10001 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it says what the device is",
    .counts = "nothing",
    .asks = { &UBNT_DISCOVER },
    .run = ubiquiti_run,
};
