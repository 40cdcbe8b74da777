/* DICOM over TCP (PS3.8 for associations, PS3.7 for messages): archives of medical pictures, and what sends
 * them.
 *
 * The client asks for an association and names itself, the server (any), and what it wants: Verification and
 * queries for studies. The server accepts and says who it is, or rejects: 3 and 7 are names that it does not
 * know. An association alone decides nothing: some accept anybody and refuse the query. So a query is sent for
 * one study that cannot exist: "no match" (0) is the answer to those who may ask; a refusal, or an abort, to
 * those who may not. No study of anybody's is named, none is fetched. A-RELEASE ends it. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    PDU_ACCEPT = 2,
    PDU_REJECT = 3,
    PDU_DATA = 4,
    PDU_ABORT = 7,
    ITEM_CONTEXT = 0x21,
    ITEM_USER = 0x50,
    ITEM_CLASS = 0x52,
    ITEM_NAME = 0x55,
    CONTEXT_FIND = 3,
    TAG_STATUS = 0x0900,
    STATUS_NONE = 0x0000,
    STATUS_NOT_AUTHORIZED = 0x0124,
    CALLING_NOT_KNOWN = 3,
    CALLED_NOT_KNOWN = 7,
    COMMAND_AND_LAST = 3,
};

static const struct ask DICOM_ASSOCIATE =
    ASK_FIXED("dicom.associate", "asks for an association: who it is, and whether it takes a stranger",
              "\x01\0\0\0\0\xfd\0\x01\0\0ANY-SCP         AJAR            \0\0\0\0\0\0\0"
              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\x15" "1.2.84"
              "0.10008.3.1.1.1 \0\0.\x01\0\0\0" "0\0\0\x11" "1.2.840.10008.1.1@\0\0\x11"
              "1.2.840.10008.1.2 \0\08\x03\0\0\0" "0\0\0\x1b" "1.2.840.10008.5.1.4.1.2"
              ".2.1@\0\0\x11" "1.2.840.10008.1.2P\0\0.Q\0\0\x04\0\0@\0R\0\0\x1a" "2.25"
              ".105311402563915730147U\0\0\x04" "AJAR");
static const struct ask DICOM_FIND =
    ASK_FIXED("dicom.find-none", "whether a stranger may ask for studies, by one that cannot exist",
              "\x04\0\0\0\0\xa4\0\0\0Z\x03\x03\0\0\0\0\x04\0\0\0L\0\0\0\0\0\x02\0\x1c\0"
              "\0\0" "1.2.840.10008.5.1.4.1.2.2.1\0\0\0\0\x01\x02\0\0\0 \0\0\0\x10\x01"
              "\x02\0\0\0\x01\0\0\0\0\x07\x02\0\0\0\0\0\0\0\0\x08\x02\0\0\0\x01\0\0\0\0"
              "B\x03\x02\x08\0R\0\x06\0\0\0STUDY  \0\x0d\0*\0\0\0" "2.25.2658174401902"
              "56318846372917746501928\0");
static const struct ask DICOM_RELEASE =
    ASK_FIXED("dicom.release", "ends the association", "\x05\0\0\0\0\x04\0\0\0\0");

/* Type, a byte, be32 of the body. */
static const struct frame_form DICOM_FORM = { .head = 6, .at = 2, .width = 4, .least = 4, .most = 64 * 1024 };

struct dicom_accepted {
    bool find; /* queries for studies are taken */
    struct span class_uid, name;
};

static void dicom_user(struct reader *r, struct dicom_accepted *ret)
{
    while (reader_more(r)) {
        uint8_t type = reader_u8(r);
        reader_skip(r, 1);
        struct span value = reader_take(r, reader_be16(r));
        if (type == ITEM_CLASS)
            ret->class_uid = value;
        if (type == ITEM_NAME)
            ret->name = span_trim(value);
    }
}

static bool dicom_accepted(struct span body, struct dicom_accepted *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    bool version = reader_be16(&r) & 1;
    reader_skip(&r, 66);
    while (reader_more(&r)) {
        uint8_t type = reader_u8(&r);
        reader_skip(&r, 1);
        struct reader item = reader_sub(&r, reader_be16(&r));
        if (type == ITEM_CONTEXT) {
            uint8_t id = reader_u8(&item);
            reader_skip(&item, 1);
            ret->find |= reader_u8(&item) == 0 && id == CONTEXT_FIND;
        }
        if (type == ITEM_USER)
            dicom_user(&item, ret);
    }
    return reader_ok(&r) && version && ret->class_uid.len;
}

/* The status in the command of an answer, implicit little endian; false where there is none. */
static bool dicom_status(struct span body, uint16_t *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    struct reader value = reader_sub(&r, reader_be32(&r));
    bool mine = reader_u8(&value) == CONTEXT_FIND && reader_u8(&value) == COMMAND_AND_LAST;
    bool found = false;
    while (reader_more(&value)) {
        uint16_t group = reader_le16(&value), element = reader_le16(&value);
        struct reader one = reader_sub(&value, reader_le32(&value));
        if (group != 0 || element != TAG_STATUS)
            continue;
        *ret = reader_le16(&one);
        found = true;
    }
    return reader_ok(&r) && mine && found;
}

static enum outcome dicom_query(struct wire *w, struct observation *o)
{
    struct frame f;
    uint16_t status = 0;
    wire_ask(w, &DICOM_FIND);
    if (!frame_read(w, &DICOM_FORM, &f))
        return OUTCOME_UNCLEAR;
    bool aborted = f.head.at[0] == PDU_ABORT;
    if (!aborted && (f.head.at[0] != PDU_DATA || !dicom_status(f.body, &status)))
        return OUTCOME_UNCLEAR;
    if (aborted || status == STATUS_NOT_AUTHORIZED) {
        fact_text(o, "auth", SPAN("title"), DICOM_FIND.name, f.body);
        return OUTCOME_LOCKED;
    }
    wire_bye(w, &DICOM_RELEASE);
    if (status != STATUS_NONE) {
        fact_number(o, "error.code", status, DICOM_FIND.name, f.body);
        return OUTCOME_UNCLEAR;
    }
    fact_text(o, "auth", SPAN("none"), DICOM_FIND.name, f.body);
    return OUTCOME_OPEN;
}

static enum outcome dicom_rejected(struct observation *o, struct span body)
{
    o->product = "dicom";
    uint8_t source = body.at[2], reason = body.at[3];
    fact_number(o, "error.code", reason, DICOM_ASSOCIATE.name, body);
    if (source != 1 || (reason != CALLING_NOT_KNOWN && reason != CALLED_NOT_KNOWN))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("title"), DICOM_ASSOCIATE.name, body);
    return OUTCOME_LOCKED;
}

static enum outcome dicom_run(struct wire *w, struct observation *o)
{
    struct frame f;
    struct dicom_accepted accepted = { .find = false };
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &DICOM_ASSOCIATE);
    if (!frame_read(w, &DICOM_FORM, &f) || f.head.at[1] != 0)
        return OUTCOME_NOT_MINE;
    if (f.head.at[0] == PDU_REJECT && f.body.len == 4 && f.body.at[1] - 1u < 2 && f.body.at[2] - 1u < 3)
        return dicom_rejected(o, f.body);
    if (f.head.at[0] != PDU_ACCEPT || !dicom_accepted(f.body, &accepted))
        return OUTCOME_NOT_MINE;
    o->product = "dicom";
    fact_text(o, "implementation", accepted.class_uid, DICOM_ASSOCIATE.name, accepted.class_uid);
    if (accepted.name.len)
        fact_text(o, "implementation.name", accepted.name, DICOM_ASSOCIATE.name, accepted.name);
    if (accepted.find)
        return dicom_query(w, o);
    wire_bye(w, &DICOM_RELEASE);
    return OUTCOME_UNCLEAR; /* it takes pictures, perhaps, and no queries */
}

extern const struct probe PROBE_DICOM;
const struct probe PROBE_DICOM = {
    .name = "dicom",
    .title = "DICOM archives",
    .products = { "dicom" },
    .kind = KIND_STORE,
    .ports = { 104, 11112, 4242, 2762 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_RESET, .http = REACT_RESET },
    .rank = 30,
    .proof = "a query for a study that cannot exist is answered",
    .counts = "nothing: only a query for studies would tell",
    .asks = { &DICOM_ASSOCIATE, &DICOM_FIND, &DICOM_RELEASE },
    .run = dicom_run,
};
