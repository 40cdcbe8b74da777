/* The names of the shares: NetrShareEnum of the service srvsvc (MS-SRVS 3.1.4.8) by DCE/RPC over the pipe of that
 * name (C706; MS-RPCE). The pipe is opened as an existing one, talked to and closed; a pipe is no file. What does
 * not fit into a fragment is read from the pipe after it. */
#include "base/buf.h"
#include "probe/smb_talk.h"
#include "probe/utf16.h"

enum {
    RPC_HEAD_BYTES = 16,
    RPC_RESPONSE_BYTES = 24,
    RPC_BIND_ACK = 12,
    RPC_RESPONSE = 2,
    RPC_LAST = 2,
    FRAGMENTS_MAX = 64,
    STUB_MAX = 256 * 1024,
    NAME_LETTERS_MAX = 4096,
};

/* An open of what exists, to be talked through (MS-SMB2 2.2.13): disposition FILE_OPEN. */
const struct ask SMB_PIPE = {
    .name = "smb.pipe",
    .why = "opens the pipe of the service that names the shares",
    .parts = { ASK_BE(4, 1, 10, 0), ASK_BYTES(SMB_HEAD "\x05\0" SMB_FLAGS), ASK_HOLE("message number", 8, HOLE_ANY),
               ASK_BYTES("\0\0\0\0"), ASK_HOLE("tree", 4, HOLE_ANY), ASK_HOLE("session", 8, HOLE_ANY),
               ASK_BYTES(SMB_NONE16 "\x39\0\0\0\x02\0\0\0" SMB_NONE16),
               ASK_BYTES("\x9f\x01\x12\0\0\0\0\0\x07\0\0\0\x01\0\0\0\0\0\0\0"),
               ASK_BYTES("\x78\0\x0c\0\0\0\0\0\0\0\0\0"), ASK_BYTES("s\0r\0v\0s\0v\0c\0") },
};

#define TRANSCEIVE "\x39\0\0\0\x17\xc0\x11\0"
#define SRVSVC "\xc8\x4f\x32\x4b\x70\x16\xd3\x01\x12\x78\x5a\x47\xbf\x6e\xe1\x88\x03\0\0\0"
#define NDR "\x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\0\x2b\x10\x48\x60\x02\0\0\0"
#define SMB_CALL(ask_name, reason, length, message)                                                                    \
    {                                                                                                                  \
        .name = (ask_name), .why = (reason),                                                                           \
        .parts = { ASK_BE(4, 1, 10, 0), ASK_BYTES(SMB_HEAD "\x0b\0" SMB_FLAGS),                                        \
                   ASK_HOLE("message number", 8, HOLE_ANY), ASK_BYTES("\0\0\0\0"), ASK_HOLE("tree", 4, HOLE_ANY),      \
                   ASK_HOLE("session", 8, HOLE_ANY), ASK_BYTES(SMB_NONE16 TRANSCEIVE), ASK_HOLE("pipe", 16, HOLE_ANY), \
                   ASK_BYTES("\x78\0\0\0" length "\0\0\0\0\0\0\0"                                                      \
                             "\x78\0\0\0\0\0\0\0\0\0\x01\0\x01\0\0\0\0\0\0\0"),                                        \
                   ASK_BYTES(message) },                                                                               \
    }
const struct ask SMB_BIND =
    SMB_CALL("smb.bind", "speaks to that service", "\x48",
             "\x05\0\x0b\x03\x10\0\0\0\x48\0\0\0\x01\0\0\0\xb8\x10\xb8\x10\0\0\0\0\x01\0\0\0\0\0\x01\0" SRVSVC NDR);
const struct ask SMB_SHARES =
    SMB_CALL("smb.shares", "names the shares: NetrShareEnum", "\x38",
             "\x05\0\0\x03\x10\0\0\0\x38\0\0\0\x02\0\0\0\x20\0\0\0\0\0\x0f\0"
             "\0\0\0\0\x01\0\0\0\x01\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0");
const struct ask SMB_REST = {
    .name = "smb.rest",
    .why = "the rest of that list, which did not fit into one message of the pipe",
    .parts = { ASK_BE(4, 1, 9, 0), ASK_BYTES(SMB_HEAD "\x08\0" SMB_FLAGS), ASK_HOLE("message number", 8, HOLE_ANY),
               ASK_BYTES("\0\0\0\0"), ASK_HOLE("tree", 4, HOLE_ANY), ASK_HOLE("session", 8, HOLE_ANY),
               ASK_BYTES(SMB_NONE16 "\x31\0\x50\0\0\0\x01\0" SMB_NONE8), ASK_HOLE("pipe", 16, HOLE_ANY),
               ASK_BYTES(SMB_NONE16 "\0") },
};

static bool smb_pipe(struct smb *s, struct span *ret_pipe, uint32_t *ret_status)
{
    struct smb_answer a;
    struct verdict v;
    struct span args[] = { smb_number(s), s->tree, s->session };
    wire_ask_with(s->w, &SMB_PIPE, args, 3);
    if (!smb_read(s->w, &a))
        return false;
    *ret_status = a.status;
    if (a.status != SMB_OK)
        return true;
    struct reader r = smb_body(&v, &a);
    reader_skip(&r, 64);
    *ret_pipe = reader_take(&r, 16);
    return reader_ok(&r) ? true : wire_fail(s->w);
}

/* What the pipe said: the output of a transceive, or of a read. */
static struct span smb_said(const struct smb_answer *a, bool read)
{
    struct verdict v;
    struct reader r = smb_body(&v, a);
    reader_skip(&r, read ? 2 : 32);
    size_t offset = read ? reader_u8(&r) : reader_le32(&r);
    reader_skip(&r, read ? 1 : 0);
    size_t len = reader_le32(&r);
    return reader_ok(&r) ? smb_at(a, offset, len) : SPAN_NONE;
}

/* One message of the pipe: its kind and flags, and what stands behind the head of a response. */
static bool smb_fragment(struct span said, uint8_t *ret_kind, uint8_t *ret_flags, struct span *ret_stub)
{
    struct verdict v;
    struct reader r = reader_over(&v, said);
    reader_literal(&r, SPAN("\x05\0"));
    *ret_kind = reader_u8(&r);
    *ret_flags = reader_u8(&r);
    reader_skip(&r, 4);
    size_t len = reader_le16(&r);
    if (len > said.len || len < RPC_HEAD_BYTES)
        reader_fail(&r, "the fragment is longer than the message");
    *ret_stub = span_from(span_first(said, len), RPC_RESPONSE_BYTES);
    return reader_ok(&r);
}

static bool smb_more(struct smb *s, struct span pipe, struct span *ret)
{
    struct smb_answer a;
    struct span args[] = { smb_number(s), s->tree, s->session, pipe };
    wire_ask_with(s->w, &SMB_REST, args, 4);
    if (!smb_read(s->w, &a) || (a.status != SMB_OK && a.status != SMB_BUFFER_OVERFLOW))
        return wire_fail(s->w);
    *ret = smb_said(&a, true);
    return ret->len > 0 ? true : wire_fail(s->w);
}

static bool smb_transceive(struct smb *s, const struct ask *ask, struct span pipe, struct smb_answer *ret)
{
    struct span args[] = { smb_number(s), s->tree, s->session, pipe };
    wire_ask_with(s->w, ask, args, 4);
    return smb_read(s->w, ret);
}

/* The answer to the call, of all its fragments, each of which may come in pieces. */
static bool smb_stub(struct smb *s, struct span pipe, struct span first, struct buf *stub)
{
    struct buf piece;
    uint8_t kind = 0, flags = 0;
    bool done = false;
    buf_init(&piece, SMB_MESSAGE_MAX);
    buf_put(&piece, first);
    for (size_t i = 0; i < FRAGMENTS_MAX && !done; i++) {
        struct span body, more = SPAN_NONE;
        if (smb_fragment(buf_span(&piece), &kind, &flags, &body)) {
            if (kind != RPC_RESPONSE)
                break;
            buf_put(stub, body);
            done = flags & RPC_LAST;
            buf_reset(&piece);
        }
        if (!done && !smb_more(s, pipe, &more))
            break;
        buf_put(&piece, more);
    }
    buf_release(&piece);
    return done;
}

/* A string as NDR sends it: how long it may be, where it begins, how long it is, in letters; NUL-ended, filled up to
 * 4 bytes. */
static struct span ndr_string(struct reader *r)
{
    uint32_t most = reader_le32(r), from = reader_le32(r), letters = reader_le32(r);
    if (from != 0 || letters > most || letters > NAME_LETTERS_MAX)
        reader_fail(r, "a string breaks its form");
    struct span wide = reader_take(r, reader_ok(r) ? letters * 2u : 0);
    if (letters & 1)
        reader_skip(r, 2);
    return span_first(wide, wide.len >= 2 ? wide.len - 2 : 0);
}

bool smb_shares_parse(struct arena *a, struct span stub, struct smb_shares *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, stub);
    if (reader_le32(&r) != 1 || reader_le32(&r) != 1 || reader_le32(&r) == 0)
        reader_fail(&r, "another level was answered");
    uint32_t count = reader_le32(&r);
    bool listed = reader_le32(&r) != 0;
    if (count > SMB_SHARES_MAX || (listed && reader_le32(&r) != count) || (!listed && count))
        reader_fail(&r, "a number of shares breaks its form");
    for (uint32_t i = 0; i < count && reader_more(&r); i++) {
        struct smb_share *share = list_add(a, &ret->list);
        if (!share)
            return false;
        share->named = reader_le32(&r) != 0;
        share->type = reader_le32(&r);
        share->described = reader_le32(&r) != 0;
    }
    for (size_t i = 0; i < ret->list.len && reader_more(&r); i++) {
        struct smb_share *share = &ret->list.at[i];
        share->wide = share->named ? ndr_string(&r) : SPAN_NONE;
        share->name = utf16_text(a, share->wide, SMB_NAME_MAX);
        share->comment = share->described ? utf16_text(a, ndr_string(&r), SMB_NAME_MAX) : SPAN_NONE;
    }
    reader_skip(&r, 4);
    if (reader_le32(&r))
        reader_skip(&r, 4);
    ret->error = reader_le32(&r);
    reader_end(&r);
    ret->whole = reader_ok(&r) && ret->error == 0;
    return reader_ok(&r);
}

bool smb_list(struct smb *s, struct smb_shares *ret)
{
    struct smb_answer a;
    struct span pipe = SPAN_NONE, body;
    struct buf stub;
    uint8_t kind = 0, flags = 0;
    if (!smb_pipe(s, &pipe, &ret->status))
        return false;
    if (ret->status != SMB_OK)
        return true;
    if (!smb_transceive(s, &SMB_BIND, pipe, &a) || a.status != SMB_OK ||
        !smb_fragment(smb_said(&a, false), &kind, &flags, &body) || kind != RPC_BIND_ACK)
        return wire_fail(s->w);
    if (!smb_transceive(s, &SMB_SHARES, pipe, &a))
        return false;
    if (a.status != SMB_OK && a.status != SMB_BUFFER_OVERFLOW) {
        ret->status = a.status;
        return true;
    }
    buf_init(&stub, STUB_MAX);
    bool whole = smb_stub(s, pipe, smb_said(&a, false), &stub) && buf_ok(&stub);
    struct span kept = arena_copy(wire_arena(s->w), buf_span(&stub));
    buf_release(&stub);
    return whole && smb_shares_parse(wire_arena(s->w), kept, ret);
}
