/* SMB 2 and 3: Windows, Samba, and what speaks like them (MS-SMB2; MS-NLMP for the login).
 *
 *   negotiate      the newest dialect of both sides, whether messages must be signed
 *   session setup  NTLM in two steps. The second names no user and holds no answer to the challenge: the null
 *                  session, which the protocol offers to those who have no account. Where it is refused, or may not see
 *                  the list, the account Guest without a password is the other handle, on a connection of its own.
 *   IPC$, srvsvc   names the shares (smb_shares.c)
 *   tree connect   enters a share; then its top directory is opened with the right to list it, and nothing is listed
 *
 * A session decides nothing: Windows and Samba open one to anybody by their defaults. Nor does the list. Open takes a
 * share whose top directory may be listed. Its answer says what else the visitor may do there (MxAc). No file is
 * opened.
 *
 * Whether SMB 1 is still taken is asked by its own negotiation, which opens nothing. */
#include "base/buf.h"
#include "probe/smb_talk.h"
#include "probe/utf16.h"

#include <stdio.h>

enum {
    NEGOTIATED_SIZE = 65,
    SIGNING_REQUIRED = 2,
    SESSION_GUEST = 1,
    SESSION_NULL = 2,
    TYPE_SPECIAL_SHIFT = 31,
    SHARES_ENTERED = 16,
    RIGHT_ADD_FILE = 2,
    AV_DOMAIN = 2,
    AV_HOST = 3,
    AV_END = 0,
    NTLM_VERSION_AT = 48,
    NTLM_HAS_VERSION = 1 << 25,
    OLD_BYTES_MAX = 4096,
};
#define SMB_LOGON_FAILURE 0xc000006du
#define SMB_ACCOUNT_RESTRICTION 0xc000006eu
#define SMB_NO_SUCH_USER 0xc0000064u
#define SMB_ACCOUNT_DISABLED 0xc0000072u
#define SMB_LOGON_TYPE 0xc000015bu
#define SMB_NETWORK_ACCESS 0xc00000cau

static const struct ask SMB_NEGOTIATE =
    ASK_FIXED("smb.negotiate", "which dialect it speaks and whether it wants signatures",
              "\0\0\0\x9e" SMB_HEAD "\0\0" SMB_FLAGS SMB_NONE8 "\0\0\0\0\0\0\0\0" SMB_NONE8 SMB_NONE16
              "\x24\0\x05\0\x01\0\0\0\0\0\0\0" "ajar:no password" "\x70\0\0\0\x01\0\0\0"
              "\x02\x02\x10\x02\0\x03\x02\x03\x11\x03\0\0"
              "\x01\0\x26\0\0\0\0\0\x01\0\x20\0\x01\0" "ajar asks, and writes nothing.  ");

#define SETUP "\x19\0\0\x01\0\0\0\0\0\0\0\0\x58\0"
#define NTLM_FLAGS "\x05\x82\x08\x02"
#define NTLM_FLAGS_NOBODY "\x05\x8a\x08\x02"
#define NTLM_VERSION "\x06\x01\0\0\0\0\0\x0f"
#define SPNEGO_NTLM "\x06\x06+\x06\x01\x05\x05\x02\xa0>0<\xa0\x0e" "0\x0c\x06\x0a+\x06\x01\x04\x01\x82" "7\x02\x02\x0a"
static const struct ask SMB_LOGIN =
    ASK_FIXED("smb.login", "begins a login by NTLM; its answer names the host and its domain",
              "\0\0\0\xa2" SMB_HEAD "\x01\0" SMB_FLAGS SMB_NUMBER("\x01") "\0\0\0\0\0\0\0\0" SMB_NONE8 SMB_NONE16
              SETUP "\x4a\0" SMB_NONE8 "\x60H" SPNEGO_NTLM "\xa2*\x04(NTLMSSP\0\x01\0\0\0" NTLM_FLAGS SMB_NONE16
              NTLM_VERSION);

#define FIELD(len, at) len "\0" len "\0" at "\0\0\0"
static const struct ask SMB_NOBODY = {
    .name = "smb.null-session",
    .why = "whether it opens a session to who has no account: no user, no answer to the challenge",
    .parts = { ASK_BYTES("\0\0\0\xa9" SMB_HEAD "\x01\0" SMB_FLAGS SMB_NUMBER("\x02") "\0\0\0\0\0\0\0\0"),
               ASK_HOLE("session", 8, HOLE_ANY),
               ASK_BYTES(SMB_NONE16 SETUP "\x51\0" SMB_NONE8 "\xa1O0M\xa2K\x04INTLMSSP\0\x03\0\0\0" FIELD("\x01", "H")
                         FIELD("\0", "I") FIELD("\0", "H") FIELD("\0", "H") FIELD("\0", "H") FIELD("\0", "I")
                         NTLM_FLAGS_NOBODY NTLM_VERSION "\0") },
};
static const struct ask SMB_GUEST = {
    .name = "smb.guest",
    .why = "the same for the account Guest, without a password: no answer to the challenge",
    .parts = { ASK_BYTES("\0\0\0\xb2" SMB_HEAD "\x01\0" SMB_FLAGS SMB_NUMBER("\x02") "\0\0\0\0\0\0\0\0"),
               ASK_HOLE("session", 8, HOLE_ANY),
               ASK_BYTES(SMB_NONE16 SETUP "\x5a\0" SMB_NONE8 "\xa1X0V\xa2T\x04RNTLMSSP\0\x03\0\0\0" FIELD("\0", "H")
                         FIELD("\0", "H") FIELD("\0", "H") FIELD("\x0a", "H") FIELD("\0", "H") FIELD("\0", "H")
                         NTLM_FLAGS NTLM_VERSION "G\0u\0e\0s\0t\0") },
};
static const struct ask SMB_CONNECT = {
    .name = "smb.connect",
    .why = "enters IPC$, or a share that was listed",
    .parts = { ASK_BE(4, 1, 9, 0), ASK_BYTES(SMB_HEAD "\x03\0" SMB_FLAGS), ASK_HOLE("message number", 8, HOLE_ANY),
               ASK_BYTES("\0\0\0\0\0\0\0\0"), ASK_HOLE("session", 8, HOLE_ANY),
               ASK_BYTES(SMB_NONE16 "\x09\0\0\0\x48\0"), ASK_LE(2, 7, 9, 0), ASK_BYTES("\\\0\\\0a\0j\0a\0r\0\\\0"),
               ASK_HOLE("share", SMB_NAME_MAX, HOLE_ANY) },
};
static const struct ask SMB_ROOT = {
    .name = "smb.root",
    .why = "whether its top directory may be listed: opens it with that right, and lists nothing",
    .parts = { ASK_BE(4, 1, 8, 0), ASK_BYTES(SMB_HEAD "\x05\0" SMB_FLAGS), ASK_HOLE("message number", 8, HOLE_ANY),
               ASK_BYTES("\0\0\0\0"), ASK_HOLE("tree", 4, HOLE_ANY), ASK_HOLE("session", 8, HOLE_ANY),
               ASK_BYTES(SMB_NONE16 "\x39\0\0\0\x02\0\0\0" SMB_NONE16 "\x81\0\x10\0\0\0\0\0"
                         "\x07\0\0\0\x01\0\0\0\x01\0\0\0"),
               ASK_BYTES("\x78\0\0\0\x78\0\0\0\x18\0\0\0" "\0\0\0\0\x10\0\x04\0\0\0\0\0\0\0\0\0MxAc\0\0\0\0") },
};
static const struct ask SMB_LOGOFF = {
    .name = "smb.logoff",
    .why = "ends the session",
    .parts = { ASK_BE(4, 1, 6, 0), ASK_BYTES(SMB_HEAD "\x02\0" SMB_FLAGS), ASK_HOLE("message number", 8, HOLE_ANY),
               ASK_BYTES("\0\0\0\0\0\0\0\0"), ASK_HOLE("session", 8, HOLE_ANY), ASK_BYTES(SMB_NONE16 "\x04\0\0\0") },
};
static const struct ask SMB_OLD =
    ASK_FIXED("smb.old", "whether it still takes SMB 1",
              "\0\0\0/\xffSMBr\0\0\0\0\x18\x01\xc8" SMB_NONE16 "\0\0\0\0\0\x0c\0\x02NT LM 0.12\0");

struct smb_hello {
    const char *dialect;
    bool signing;
    bool samba; /* its name stands where others have a random number */
};

static const char *smb_dialect(uint16_t number)
{
    static const struct {
        uint16_t number;
        const char *name;
    } KNOWN[] = { { 0x0202, "2.0.2" }, { 0x0210, "2.1" }, { 0x0300, "3.0" }, { 0x0302, "3.0.2" }, { 0x0311, "3.1.1" } };
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (KNOWN[i].number == number)
            return KNOWN[i].name;
    return NULL;
}

/* Whether the GUID of a server is a name in letters, filled up with NUL. */
static bool smb_guid_is_name(struct span guid)
{
    size_t n = span_index(guid, 0);
    for (size_t i = 0; i < guid.len; i++) {
        uint8_t c = guid.at[i];
        bool letter = ascii_is_digit(c) || c == '-' || c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
        if (i < n ? !letter : c != 0)
            return false;
    }
    return n > 0;
}

static bool smb_hello_parse(const struct smb_answer *a, struct smb_hello *ret)
{
    struct verdict v;
    struct reader r = smb_body(&v, a);
    uint16_t size = reader_le16(&r), mode = reader_le16(&r);
    ret->dialect = smb_dialect(reader_le16(&r));
    reader_skip(&r, 2);
    ret->samba = smb_guid_is_name(reader_take(&r, 16));
    reader_skip(&r, 32);
    size_t at = reader_le16(&r), len = reader_le16(&r);
    ret->signing = mode & SIGNING_REQUIRED;
    return reader_ok(&r) && size == NEGOTIATED_SIZE && ret->dialect && (len == 0 || smb_at(a, at, len).len);
}

static struct span smb_token(const struct smb_answer *a)
{
    struct verdict v;
    struct reader r = smb_body(&v, a);
    reader_skip(&r, 4);
    size_t at = reader_le16(&r), len = reader_le16(&r);
    return reader_ok(&r) ? smb_at(a, at, len) : SPAN_NONE;
}

/* A CHALLENGE of NTLM (MS-NLMP 2.2.1.2): who it says that it is. */
static void smb_challenge(struct wire *w, struct observation *o, struct span token)
{
    struct verdict v;
    size_t begins = span_find(token, SPAN("NTLMSSP\0\x02\0\0\0"));
    struct span message = span_from(token, begins == SIZE_MAX ? token.len : begins);
    struct reader r = reader_over(&v, message);
    reader_skip(&r, 20);
    uint32_t flags = reader_le32(&r);
    reader_skip(&r, 16);
    size_t len = reader_le16(&r);
    reader_skip(&r, 2);
    struct span info = span_sub(message, reader_le32(&r), len), host = SPAN_NONE, domain = SPAN_NONE;
    unsigned major = reader_u8(&r), minor = reader_u8(&r), build = reader_le16(&r);
    if (!reader_ok(&r) || info.len != len)
        return;
    r = reader_over(&v, info);
    for (uint16_t id = 1; id != AV_END && reader_more(&r);) {
        id = reader_le16(&r);
        struct span value = reader_take(&r, reader_le16(&r));
        host = id == AV_HOST ? value : host;
        domain = id == AV_DOMAIN ? value : domain;
    }
    if (!reader_ok(&r))
        return;
    if (host.len)
        fact_text(o, "host", utf16_text(wire_arena(w), host, FACT_TEXT_MAX), SMB_LOGIN.name, host);
    if (domain.len)
        fact_text(o, "domain", utf16_text(wire_arena(w), domain, FACT_TEXT_MAX), SMB_LOGIN.name, domain);
    if (flags & NTLM_HAS_VERSION && build) {
        char text[40];
        snprintf(text, sizeof(text), "%u.%u.%u", major, minor, build);
        fact_text(o, "os.version", span_str(text), SMB_LOGIN.name, span_sub(message, NTLM_VERSION_AT, 8));
    }
}

static bool smb_is_refusal(uint32_t status)
{
    return status == SMB_ACCESS_DENIED || status == SMB_LOGON_FAILURE || status == SMB_ACCOUNT_RESTRICTION ||
           status == SMB_NO_SUCH_USER || status == SMB_ACCOUNT_DISABLED || status == SMB_LOGON_TYPE ||
           status == SMB_NETWORK_ACCESS;
}

/* Both steps of a login by that ask. False where the wire faulted. */
static bool smb_login(struct smb *s, struct observation *o, const struct ask *who, uint32_t *ret_status,
                      uint16_t *ret_flags)
{
    struct smb_answer a;
    struct verdict v;
    wire_ask(s->w, &SMB_LOGIN);
    if (!smb_read(s->w, &a))
        return false;
    *ret_status = a.status;
    *ret_flags = 0;
    if (a.status != SMB_MORE_PROCESSING)
        return true;
    smb_challenge(s->w, o, smb_token(&a));
    s->session = a.session;
    wire_ask_with(s->w, who, &s->session, 1);
    if (!smb_read(s->w, &a))
        return false;
    s->next = 3;
    *ret_status = a.status;
    struct reader r = smb_body(&v, &a);
    reader_skip(&r, 2);
    *ret_flags = a.status == SMB_OK ? reader_le16(&r) : 0;
    return reader_ok(&r) ? true : wire_fail(s->w);
}

static bool smb_connect(struct smb *s, struct span wide, uint32_t *ret_status)
{
    struct smb_answer a;
    struct span args[] = { smb_number(s), s->session, wide };
    wire_ask_with(s->w, &SMB_CONNECT, args, 3);
    if (!smb_read(s->w, &a))
        return false;
    *ret_status = a.status;
    s->tree = span_sub(a.whole, 36, 4);
    return true;
}

/* What a visitor may do in a directory that was opened: the context MxAc of the answer (MS-SMB2 2.2.14.2.5). 0 where
 * none is said. */
static uint32_t smb_rights(const struct smb_answer *a)
{
    struct verdict v;
    struct reader r = smb_body(&v, a);
    reader_skip(&r, 80);
    size_t at = reader_le32(&r), len = reader_le32(&r);
    struct reader context = reader_over(&v, smb_at(a, at, len));
    reader_skip(&context, 4);
    size_t name = reader_le16(&context), name_len = reader_le16(&context);
    reader_skip(&context, 2);
    size_t data = reader_le16(&context), data_len = reader_le32(&context);
    struct span whole = smb_at(a, at, len);
    r = reader_over(&v, span_sub(whole, data, data_len));
    uint32_t status = reader_le32(&r), rights = reader_le32(&r);
    bool said = reader_ok(&r) && status == SMB_OK && span_is(span_sub(whole, name, name_len), "MxAc");
    return said ? rights : 0;
}

struct smb_entered {
    size_t tried, open, shut;
    bool writable;
    struct span proof;
};

/* Enters one share and opens its top. False where the wire faulted. */
static bool smb_enter(struct smb *s, struct span wide, struct smb_entered *e)
{
    struct smb_answer a;
    uint32_t status = 0;
    e->tried++;
    if (!smb_connect(s, wide, &status))
        return false;
    if (status == SMB_OK) {
        struct span args[] = { smb_number(s), s->tree, s->session };
        wire_ask_with(s->w, &SMB_ROOT, args, 3);
        if (!smb_read(s->w, &a))
            return false;
        status = a.status;
        e->open += status == SMB_OK;
        e->writable |= status == SMB_OK && smb_rights(&a) & RIGHT_ADD_FILE;
        e->proof = status == SMB_OK ? a.whole : e->proof;
    }
    e->shut += smb_is_refusal(status);
    return true;
}

/* "IPC Service (Samba 4.17.12-Debian)": what Samba says beside IPC$, unless its owner chose other words. */
static void smb_version(struct observation *o, const struct smb_shares *shares)
{
    for (size_t i = 0; i < shares->list.len; i++) {
        struct span text = shares->list.at[i].comment;
        size_t at = span_find(text, SPAN("(Samba "));
        struct span version = span_from(text, at == SIZE_MAX ? text.len : at + 7);
        size_t n = 0;
        while (n < version.len && (ascii_is_digit(version.at[n]) || version.at[n] == '.'))
            n++;
        if (n && span_is(shares->list.at[i].name, "IPC$"))
            fact_text(o, "version", span_first(version, n), SMB_SHARES.name, text);
    }
}

static enum outcome smb_shares_outcome(struct smb *s, struct observation *o, const struct smb_shares *shares)
{
    struct smb_entered e = { .tried = 0 };
    size_t disks = 0;
    bool alive = true;
    for (size_t i = 0; i < shares->list.len; i++) {
        const struct smb_share *share = &shares->list.at[i];
        if (share->type & 3 || share->type >> TYPE_SPECIAL_SHIFT || !share->name.len)
            continue;
        disks++;
        observation_collect(o, share->name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        alive = alive && e.tried < SHARES_ENTERED && share->wide.len <= SMB_NAME_MAX && smb_enter(s, share->wide, &e);
    }
    if (e.open) {
        fact_text(o, "auth", SPAN("none"), SMB_ROOT.name, e.proof);
        if (alive)
            fact_number(o, "collections.readable", (int64_t)e.open, SMB_ROOT.name, e.proof);
        if (alive || e.writable)
            fact_bool(o, "writable", e.writable, SMB_ROOT.name, e.proof);
        return OUTCOME_OPEN;
    }
    if (disks == 0 || e.shut < disks)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), SMB_CONNECT.name, SPAN_NONE);
    fact_text(o, "rights", SPAN("names of the shares"), SMB_SHARES.name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

/* From a session that is open: the list, and each share. *ret_refused where the session may not see the list. */
static enum outcome smb_session(struct smb *s, struct observation *o, bool *ret_refused)
{
    struct smb_shares shares = { .whole = false };
    uint32_t status = 0;
    *ret_refused = false;
    if (!smb_connect(s, SPAN("I\0P\0C\0$\0"), &status))
        return OUTCOME_UNCLEAR;
    if (status == SMB_OK && !smb_list(s, &shares))
        return OUTCOME_UNCLEAR;
    if (status != SMB_OK || !shares.whole) {
        *ret_refused = smb_is_refusal(status) || smb_is_refusal(shares.status) || shares.error == 5;
        return OUTCOME_UNCLEAR;
    }
    smb_version(o, &shares);
    return smb_shares_outcome(s, o, &shares);
}

static enum outcome smb_visit(struct smb *s, struct observation *o, const struct ask *who, bool *ret_refused)
{
    uint32_t status = 0;
    uint16_t flags = 0;
    if (!smb_login(s, o, who, &status, &flags)) {
        *ret_refused = false;
        return OUTCOME_UNCLEAR;
    }
    *ret_refused = smb_is_refusal(status);
    if (status != SMB_OK) {
        fact_number(o, "error.code", status, who->name, SPAN_NONE);
        return OUTCOME_UNCLEAR;
    }
    if (who == &SMB_GUEST && !(flags & (SESSION_GUEST | SESSION_NULL)))
        return OUTCOME_UNCLEAR;
    enum outcome outcome = smb_session(s, o, ret_refused);
    if (outcome == OUTCOME_OPEN)
        fact_text(o, "user", who == &SMB_GUEST ? SPAN("guest") : SPAN("null session"), who->name, SPAN_NONE);
    struct span args[] = { smb_number(s), s->session };
    if (wire_ok(s->w))
        wire_ask_with(s->w, &SMB_LOGOFF, args, 2);
    return outcome;
}

static bool smb_negotiate(struct wire *w, struct smb_answer *a, struct smb_hello *hello)
{
    wire_ask(w, &SMB_NEGOTIATE);
    return smb_read(w, a) && (a->status != SMB_OK || smb_hello_parse(a, hello));
}

/* Whether SMB 1 is taken; on a connection of its own. Nothing is said where it is hung up on: lines break, too. */
static bool smb_old(struct wire *w, struct observation *o)
{
    static const struct frame_form FORM = { .head = 4, .at = 1, .width = 3, .least = 35, .most = OLD_BYTES_MAX };
    struct frame f;
    if (!wire_again(w, WIRE_PLAIN) || !wire_ask(w, &SMB_OLD) || !frame_read(w, &FORM, &f))
        return false;
    struct verdict v;
    struct reader r = reader_over(&v, f.body);
    reader_literal(&r, SPAN("\xffSMBr"));
    uint32_t status = reader_le32(&r);
    reader_skip(&r, 23);
    bool chosen = reader_u8(&r) > 0 && reader_le16(&r) == 0 && status == SMB_OK;
    if (reader_ok(&r))
        fact_bool(o, "smb1", chosen, SMB_OLD.name, f.body);
    return reader_ok(&r) && chosen;
}

static enum outcome smb_talk(struct smb *s, struct observation *o)
{
    struct smb_answer a;
    struct smb_hello hello;
    bool refused = false, again = false;
    enum outcome outcome = smb_visit(s, o, &SMB_NOBODY, &refused);
    if (!refused)
        return outcome;
    if (wire_again(s->w, WIRE_PLAIN) && smb_negotiate(s->w, &a, &hello) && a.status == SMB_OK)
        outcome = smb_visit(s, o, &SMB_GUEST, &again);
    if (!again)
        return outcome;
    fact_text(o, "auth", SPAN("password"), SMB_NOBODY.name, SPAN_NONE);
    return OUTCOME_LOCKED;
}

static enum outcome smb_run(struct wire *w, struct observation *o)
{
    struct smb_answer a;
    struct smb_hello hello = { .dialect = NULL };
    struct smb s = { .w = w, .next = 1 };
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    if (!smb_negotiate(w, &a, &hello)) {
        bool hung_up = wire_fault(w) == WIRE_CLOSED || wire_fault(w) == WIRE_RESET;
        o->product = "smb";
        return hung_up && smb_old(w, o) ? OUTCOME_UNCLEAR : OUTCOME_NOT_MINE;
    }
    o->product = hello.samba ? "samba" : "smb";
    if (a.status != SMB_OK) {
        fact_number(o, "error.code", a.status, SMB_NEGOTIATE.name, a.whole);
        return OUTCOME_UNCLEAR;
    }
    fact_text(o, "protocol.version", span_str(hello.dialect), SMB_NEGOTIATE.name, a.whole);
    fact_bool(o, "signing", hello.signing, SMB_NEGOTIATE.name, a.whole);
    wire_known(w);
    enum outcome outcome = smb_talk(&s, o);
    smb_old(w, o);
    return outcome;
}

extern const struct probe PROBE_SMB;
const struct probe PROBE_SMB = {
    .name = "smb",
    .title = "SMB shares: Windows, Samba",
    .products = { "smb", "samba" },
    .kind = KIND_FILES,
    .ports = { 445, 139 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_SILENCE, .http = REACT_SILENCE }, /* Samba 4.17 */
    .reacts_too = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 60,
    .proof = "the top directory of a listed share may be listed by who has no account",
    .counts = "shares that hold files, but the hidden ones of administrators",
    .asks = { &SMB_NEGOTIATE, &SMB_LOGIN, &SMB_NOBODY, &SMB_GUEST, &SMB_CONNECT, &SMB_PIPE, &SMB_BIND, &SMB_SHARES,
              &SMB_REST, &SMB_ROOT, &SMB_LOGOFF, &SMB_OLD },
    .run = smb_run,
};
