/* LDAP version 3 (RFC 4511): OpenLDAP, Active Directory, 389 Directory Server and others.
 *
 * The handle is the anonymous bind, which the protocol itself defines (RFC 4513 section 5.1.1). Its
 * result decides little: Active Directory accepts it and then shows only the root entry, and a
 * slapd that refuses it (`disallow bind_anon`) still answers searches. So the searches decide:
 * proof 1 is the root entry, which the standard makes public, proof 2 that the top entry of a
 * naming context is returned. Root entry without any context is a lock.
 *
 * All searches have base scope and ask for no user attribute: the entries below a context are the
 * records, and neither their names nor their content is ever asked for. */
#include "probe/ber.h"
#include "probe/probe.h"

enum {
    LD_MESSAGE_MAX = 256 * 1024, /* Active Directory's root entry takes about 4 KiB */
    LD_CONTEXTS_MAX = 8,
    LD_MESSAGES_MAX = 8, /* answers to one search: one entry, referrals, the result */
    LD_DN_MAX = 512,
    LD_LISTED_MAX = 64, /* values of one attribute that are looked at */

    LD_BIND_DONE = 0x61,
    LD_ENTRY = 0x64,
    LD_SEARCH_DONE = 0x65,
    LD_REFERRAL = 0x73,
    LD_EXTENDED_DONE = 0x78,

    LD_OK = 0,
    LD_NO_TLS_YET = 13, /* confidentialityRequired */
};

#define LD_START_TLS_OID "1.3.6.1.4.1.1466.20037"

static const struct ask LD_BIND =
    ASK_FIXED("ldap.bind", "the anonymous bind that the protocol defines",
              "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0");
static const struct ask LD_UNBIND =
    ASK_FIXED("ldap.unbind", "ends the session politely", "\x30\x05\x02\x01\x07\x42\0");
static const struct ask LD_START_TLS =
    ASK_FIXED("ldap.start_tls", "TLS inside the protocol, where the root entry offers it",
              "\x30\x1d\x02\x01\x03\x77\x18\x80\x16" LD_START_TLS_OID);

#define LD_ATTRIBUTE(length, name) "\x04" length name
/* Scope base, never dereference, size limit 1, time limit 10 s, attributes with values, and the
 * filter (objectClass=*). */
#define LD_BASE_SCOPE                                                                              \
    "\x0a\x01\0" "\x0a\x01\0" "\x02\x01\x01" "\x02\x01\x0a" "\x01\x01\0" "\x87\x0b" "objectClass"

static const struct ask LD_ROOT = {
    .name = "ldap.root",
    .why = "the public root entry: what the server is and which naming contexts it holds",
    .parts = { ASK_BYTES("\x30"), ASK_BER(2, 8), ASK_BYTES("\x02\x01\x02\x63"), ASK_BER(4, 8),
               ASK_BYTES("\x04\0" LD_BASE_SCOPE), ASK_BYTES("\x30"), ASK_BER(7, 8),
               ASK_BYTES(LD_ATTRIBUTE("\x0b", "objectClass") LD_ATTRIBUTE("\x0e", "namingContexts")
                         LD_ATTRIBUTE("\x14", "defaultNamingContext")
                         LD_ATTRIBUTE("\x0a", "vendorName") LD_ATTRIBUTE("\x0d", "vendorVersion")
                         LD_ATTRIBUTE("\x14", "supportedLDAPVersion")
                         LD_ATTRIBUTE("\x12", "supportedExtension")
                         LD_ATTRIBUTE("\x0b", "dnsHostName")
                         LD_ATTRIBUTE("\x17", "supportedSASLMechanisms")
                         LD_ATTRIBUTE("\x13", "forestFunctionality")
                         LD_ATTRIBUTE("\x1d", "domainControllerFunctionality")) },
};

static const struct ask LD_CONTEXT = {
    .name = "ldap.context",
    .why = "whether the top entry of a naming context is shown, and how many entries lie below it",
    .parts = { ASK_BYTES("\x30"), ASK_BER(2, 8), ASK_BYTES("\x02\x01\x04\x63"), ASK_BER(4, 8),
               ASK_BYTES("\x04"), ASK_BER(6, 7), ASK_HOLE("naming context", LD_DN_MAX, HOLE_ANY),
               ASK_BYTES(LD_BASE_SCOPE "\x30\x22" LD_ATTRIBUTE("\x0f", "hasSubordinates")
                         LD_ATTRIBUTE("\x0f", "numSubordinates")) },
};

/* ---- messages -------------------------------------------------------------------------- */

struct ld_message {
    uint32_t id;
    uint8_t op;
    struct span body;  /* of the operation */
    struct span whole; /* of the message, for evidence */
};

/* One whole LDAPMessage. */
static bool ld_read(struct wire *w, struct ld_message *ret)
{
    struct span head = wire_peek(w, 2);
    if (!wire_ok(w))
        return false;
    size_t extra = head.at[1] > 0x80 ? head.at[1] & 0x7fu : 0;
    if (head.at[0] != BER_SEQUENCE || head.at[1] == 0x80 || extra > 4)
        return wire_fail(w);
    struct verdict v;
    head = wire_peek(w, 2 + extra);
    struct reader r = reader_over(&v, span_from(head, 1));
    size_t len = ber_length(&r);
    if (!wire_ok(w))
        return false;
    if (len < 5 || len > LD_MESSAGE_MAX)
        return wire_fail(w);
    struct ld_message m = { .whole = wire_need(w, 2 + extra + len) };
    r = reader_over(&v, span_from(m.whole, 2 + extra));
    m.id = ber_number(&r, BER_INTEGER);
    struct reader body = ber_any(&r, &m.op);
    m.body = reader_rest(&body);
    if (!wire_ok(w))
        return false;
    if (!reader_ok(&r) || m.op < 0x60 || m.op > 0x7f)
        return wire_fail(w);
    *ret = m;
    return true;
}

struct ld_result {
    uint32_t code;
    struct span text;
    struct span whole;
};

static bool ld_result_parse(const struct ld_message *m, struct ld_result *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    struct ld_result result = { .code = ber_number(&r, BER_ENUM), .whole = m->whole };
    (void)ber_octets(&r);
    result.text = ber_octets(&r);
    if (!reader_ok(&r))
        return false;
    *ret = result;
    return true;
}

/* The values of one attribute of an entry: a set of octet strings. */
struct ld_values {
    struct span at[LD_LISTED_MAX];
    size_t len;
};

/* SearchResultEntry: name, then attributes. False where it is malformed; an absent attribute
 * gives an empty list. Attribute names are compared without case (RFC 4512 section 2.5). */
static bool ld_attribute(struct span entry, const char *name, struct ld_values *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, entry);
    struct ld_values values = { .len = 0 };
    (void)ber_octets(&r);
    struct reader list = ber_value(&r, BER_SEQUENCE);
    while (reader_more(&list)) {
        struct reader attribute = ber_value(&list, BER_SEQUENCE);
        struct span key = ber_octets(&attribute);
        struct reader set = ber_value(&attribute, BER_SET);
        bool wanted = span_eq_nocase(key, span_str(name));
        while (reader_more(&set)) {
            struct span value = ber_octets(&set);
            if (wanted && values.len < LD_LISTED_MAX)
                values.at[values.len++] = value;
        }
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return false;
    *ret = values;
    return true;
}

/* The first value, or an empty span. */
static struct span ld_first(struct span entry, const char *name)
{
    struct ld_values values;
    return ld_attribute(entry, name, &values) && values.len ? values.at[0] : SPAN_NONE;
}

static bool ld_lists(struct span entry, const char *name, const char *value)
{
    struct ld_values values;
    if (!ld_attribute(entry, name, &values))
        return false;
    for (size_t i = 0; i < values.len; i++)
        if (span_is(values.at[i], value))
            return true;
    return false;
}

/* ---- conversation ---------------------------------------------------------------------- */

struct ld {
    struct wire *w;
    bool spoken; /* a whole answer of this protocol came */
    bool noticed; /* it said that it would hang up */
    struct ld_result bind;
    struct span root;       /* the root entry, or empty */
    struct span root_whole; /* its message */
    struct ld_result root_done;
};

static bool ld_bind(struct ld *l)
{
    struct ld_message m;
    wire_ask(l->w, &LD_BIND);
    if (!ld_read(l->w, &m))
        return false;
    /* A notice of disconnection is an unasked extended response with id 0. */
    bool notice = m.op == LD_EXTENDED_DONE && m.id == 0;
    if ((!notice && (m.op != LD_BIND_DONE || m.id != 1)) || !ld_result_parse(&m, &l->bind))
        return wire_fail(l->w);
    l->spoken = true;
    l->noticed = notice;
    return true;
}

/* A search of base scope: at most one entry and the result. */
struct ld_found {
    struct span entry, whole; /* empty where none came */
    struct ld_result done;
    bool elsewhere; /* referrals came */
};

static bool ld_search(struct ld *l, uint32_t id, struct ld_found *ret)
{
    struct ld_message m;
    struct ld_found found = { .elsewhere = false };
    struct ld_values probe;
    for (unsigned i = 0; i < LD_MESSAGES_MAX && ld_read(l->w, &m); i++) {
        bool notice = m.op == LD_EXTENDED_DONE && m.id == 0;
        if (m.op == LD_SEARCH_DONE || notice) {
            if ((m.id != id && !notice) || !ld_result_parse(&m, &found.done))
                break;
            *ret = found;
            return true;
        }
        if (m.id != id)
            break;
        if (m.op == LD_REFERRAL) {
            found.elsewhere = true;
            continue;
        }
        if (m.op != LD_ENTRY || found.whole.len || !ld_attribute(m.body, "", &probe))
            break;
        found.entry = m.body;
        found.whole = m.whole;
    }
    return wire_fail(l->w);
}

static bool ld_root(struct ld *l)
{
    struct ld_found found;
    wire_ask(l->w, &LD_ROOT);
    if (!ld_search(l, 2, &found))
        return false;
    l->root = found.entry;
    l->root_whole = found.whole;
    l->root_done = found.done;
    return true;
}

/* TLS inside the protocol. Where it fails the conversation goes on without, on a new connection. */
static void ld_start_tls(struct ld *l)
{
    struct ld_message m;
    struct ld_result result = { .code = UINT32_MAX };
    struct ld_result bind = l->bind;
    wire_ask(l->w, &LD_START_TLS);
    bool answered = ld_read(l->w, &m) && m.op == LD_EXTENDED_DONE && ld_result_parse(&m, &result);
    if (answered && result.code != LD_OK)
        return;
    if (answered && !wire_heard(l->w).len && wire_start_tls(l->w))
        return;
    if (wire_again(l->w, WIRE_PLAIN))
        ld_bind(l);
    l->bind = bind;
}

/* ---- conclusions ----------------------------------------------------------------------- */

/* The first run of digits and points that holds a point: "2.3.1" in "389-Directory/2.3.1 B2023". */
static struct span ld_version(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t n = 0;
        bool point = false;
        while (i + n < text.len && (ascii_is_digit(text.at[i + n]) || text.at[i + n] == '.'))
            point = text.at[i + n++] == '.' || point;
        if (point && ascii_is_digit(text.at[i]) && ascii_is_digit(text.at[i + n - 1]))
            return span_sub(text, i, n);
        i += n;
    }
    return SPAN_NONE;
}

/* Functional level of a domain controller -> the oldest Windows Server that has it. */
static const char *ld_windows(struct span level)
{
    static const char *const NAMES[] = {
        "2000", "2003", "2003", "2008", "2008 R2", "2012", "2012 R2", "2016", NULL, NULL, "2025",
    };
    uint64_t n;
    return span_u64(level, sizeof(NAMES) / sizeof(NAMES[0]) - 1, &n) ? NAMES[n] : NULL;
}

static void ld_root_facts(const struct ld *l, struct observation *o)
{
    struct span vendor = ld_first(l->root, "vendorName"), full = ld_first(l->root, "vendorVersion");
    struct span level = ld_first(l->root, "domainControllerFunctionality");
    struct span host = ld_first(l->root, "dnsHostName"), version = ld_version(full);
    if (ld_lists(l->root, "objectClass", "OpenLDAProotDSE"))
        fact_text(o, "software", SPAN("OpenLDAP"), LD_ROOT.name, l->root_whole);
    else if (level.len)
        fact_text(o, "software", SPAN("Active Directory"), LD_ROOT.name, l->root_whole);
    else if (vendor.len)
        fact_text(o, "software", vendor, LD_ROOT.name, l->root_whole);
    if (ld_windows(level))
        fact_text(o, "windows.least", span_str(ld_windows(level)), LD_ROOT.name, level);
    if (version.len)
        fact_text(o, "version", version, LD_ROOT.name, full);
    if (full.len)
        fact_text(o, "version.full", full, LD_ROOT.name, full);
    if (host.len)
        fact_text(o, "host", host, LD_ROOT.name, l->root_whole);
}

/* Results that mean "not without a login": operationsError (Active Directory asks for a bind),
 * strongerAuthRequired, confidentialityRequired, noSuchObject (how slapd hides an entry),
 * inappropriateAuthentication, invalidCredentials, insufficientAccessRights, unwillingToPerform. */
static bool ld_is_lock(uint32_t code)
{
    return code == 1 || code == 8 || code == LD_NO_TLS_YET || code == 32 || code == 48 ||
           code == 49 || code == 50 || code == 53;
}

/* One naming context. True where its top entry is shown. */
static bool ld_try_context(struct ld *l, struct observation *o, struct span dn,
                           struct ld_found *found)
{
    if (dn.len == 0 || dn.len > LD_DN_MAX)
        return false;
    *found = (struct ld_found){ .done = { .code = UINT32_MAX } };
    wire_ask_with(l->w, &LD_CONTEXT, &dn, 1);
    if (!ld_search(l, 4, found) || found->done.code != LD_OK || found->whole.len == 0)
        return false;
    uint64_t below;
    bool told = span_u64(ld_first(found->entry, "numSubordinates"), INT64_MAX / 2048, &below);
    observation_collect(o, dn, told ? (int64_t)below : COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    return true;
}

static enum outcome ld_try_contexts(struct ld *l, struct observation *o)
{
    struct ld_values contexts;
    struct ld_found found, shown = { .elsewhere = false };
    size_t open = 0, refused = 0;
    if (!ld_attribute(l->root, "namingContexts", &contexts))
        return OUTCOME_UNCLEAR;
    fact_number(o, "contexts", (int64_t)contexts.len, LD_ROOT.name, l->root_whole);
    struct ld_result refusal = { .code = 0 };
    for (size_t i = 0; i < contexts.len && i < LD_CONTEXTS_MAX && wire_ok(l->w); i++) {
        bool is_open = ld_try_context(l, o, contexts.at[i], &found);
        if (is_open)
            shown = found;
        open += is_open;
        uint32_t code = found.done.code;
        bool denied = !is_open && wire_ok(l->w) && (ld_is_lock(code) || code == LD_OK);
        if (denied && !found.elsewhere) {
            refusal = found.done;
            refused++;
        }
    }
    if (open) {
        fact_text(o, "auth", SPAN("none"), LD_CONTEXT.name, shown.whole);
        return OUTCOME_OPEN;
    }
    if (refused == 0)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("required"), LD_CONTEXT.name, refusal.whole);
    fact_number(o, "error.code", refusal.code, LD_CONTEXT.name, refusal.whole);
    if (refusal.text.len)
        fact_text(o, "error", refusal.text, LD_CONTEXT.name, refusal.whole);
    return OUTCOME_LOCKED;
}

/* Neither bind nor root entry: the refusal is all there is. */
static enum outcome ld_shut(const struct ld *l, struct observation *o)
{
    if (!ld_is_lock(l->root_done.code) && !ld_is_lock(l->bind.code))
        return OUTCOME_UNCLEAR;
    const struct ld_result *why = l->root_done.whole.len ? &l->root_done : &l->bind;
    fact_text(o, "auth", SPAN("required"), LD_ROOT.name, why->whole);
    fact_number(o, "error.code", why->code, LD_ROOT.name, why->whole);
    if (why->text.len)
        fact_text(o, "error", why->text, LD_ROOT.name, why->whole);
    return OUTCOME_LOCKED;
}

/* Bind and root entry, inside TLS where the server shows nothing outside it. */
static bool ld_greet(struct ld *l, struct observation *o)
{
    bool seen = ld_root(l) && l->root_whole.len;
    const struct ld_result *why = seen ? &l->bind : &l->root_done;
    if (!wire_ok(l->w) || wire_in_tls(l->w) || why->code != LD_NO_TLS_YET)
        return seen;
    fact_text(o, "encryption", SPAN("required"), seen ? LD_BIND.name : LD_ROOT.name, why->whole);
    if (seen)
        return true;
    ld_start_tls(l);
    return wire_in_tls(l->w) && ld_bind(l) && ld_root(l) && l->root_whole.len;
}

static enum outcome ld_converse(struct ld *l, struct observation *o)
{
    if (!ld_bind(l))
        return OUTCOME_NOT_MINE;
    bool seen = ld_greet(l, o);
    /* Broken off before it refused or showed the entry: many refuse the bind and show it. */
    if (!seen && !wire_ok(l->w) && !l->noticed)
        return OUTCOME_UNCLEAR;
    fact_bool(o, "anonymous_bind", l->bind.code == LD_OK, LD_BIND.name, l->bind.whole);
    if (!seen)
        return ld_shut(l, o);
    ld_root_facts(l, o);
    if (!wire_in_tls(l->w)) {
        bool offered = ld_lists(l->root, "supportedExtension", LD_START_TLS_OID);
        if (fact_get_text(o, "encryption").len == 0)
            fact_text(o, "encryption", offered ? SPAN("offered") : SPAN("none"), LD_ROOT.name,
                      l->root_whole);
        if (offered)
            ld_start_tls(l);
    }
    return ld_try_contexts(l, o);
}

static enum outcome ldap_run(struct wire *w, struct observation *o)
{
    struct ld l = { .w = w };
    o->outcome = ld_converse(&l, o);
    if (!l.spoken)
        return OUTCOME_NOT_MINE;
    o->product = "ldap";
    o->tls = wire_in_tls(w);
    wire_bye(w, &LD_UNBIND);
    return o->outcome;
}

extern const struct probe PROBE_LDAP;
const struct probe PROBE_LDAP = {
    .name = "ldap",
    .title = "LDAP: OpenLDAP, Active Directory, 389 Directory Server",
    .products = { "ldap" },
    .kind = KIND_DIRECTORY,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 60,
    .ports = { 389, 3268, 1389 },
    .tls_ports = { 636, 3269 },
    .proof = "after the public root entry, the top entry of a naming context is shown to anyone",
    .counts = "naming contexts, and the entries directly below each where the server tells",
    .asks = { &LD_BIND, &LD_ROOT, &LD_START_TLS, &LD_CONTEXT, &LD_UNBIND },
    .run = ldap_run,
};
