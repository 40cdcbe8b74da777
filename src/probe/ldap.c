/* LDAP version 3 (RFC 4511): OpenLDAP, Active Directory, 389 Directory Server and others.
 *
 * The handle is the anonymous bind, which the protocol itself defines (RFC 4513 section 5.1.1). Its
 * result decides little: Active Directory accepts it and then shows only the root entry, and a
 * slapd that refuses it (`disallow bind_anon`) still answers searches. So the searches decide:
 * proof 1 is the root entry, which the standard makes public, proof 2 that an entry of a naming context
 * is returned which holds data (a person, an account, a group, a device): its top entry and its units may be
 * shown to visitors who may not see what they hold, and hidden where all the rest is shown.
 *
 * No search asks for a user attribute, and none for more than one entry. The entries below a context are
 * the records: that one is returned proves the right, and its name is thrown away unread. A refusal
 * that is about encryption (13, 8, 53) is asked again inside TLS; noSuchObject, which is how slapd hides
 * an entry, is asked again below it and at the usual places. */
#include "probe/ldap_message.h"
#include "probe/probe.h"

enum {
    LD_CONTEXTS_MAX = 8,
    LD_MESSAGES_MAX = 8, /* answers to one search: one entry, referrals, the result */
    LD_DN_MAX = 512,
    LD_PLACES = 5,
    LD_GREETING_MAX = 4096, /* a result to who has not asked in LDAP */

    LD_OK = 0,
    LD_OPERATIONS_ERROR = 1,
    LD_STRONGER_AUTH = 8,
    LD_NO_TLS_YET = 13, /* confidentialityRequired */
    LD_NO_SUCH_OBJECT = 32,
    LD_NO_ACCESS = 50,
    LD_UNWILLING = 53,
};

#define LD_START_TLS_OID "1.3.6.1.4.1.1466.20037"

static const struct ask LD_BIND =
    ASK_FIXED("ldap.bind", "the anonymous bind that the protocol defines",
              "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0");
static const struct ask LD_UNBIND =
    ASK_FIXED("ldap.unbind", "ends the session politely", "\x30\x05\x02\x01\x07\x42\0");
static const struct ask LD_START_TLS =
    ASK_FIXED("ldap.start_tls", "TLS inside the protocol, where it is offered or a refusal may be about it",
              "\x30\x1d\x02\x01\x03\x77\x18\x80\x16" LD_START_TLS_OID);

#define LD_ATTRIBUTE(length, name) "\x04" length name
/* Never dereference, size limit 1, and the filter (objectClass=*): for scope base with attributes' values. */
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

/* The next level, and no attribute at all. */
static const struct ask LD_CHILD = {
    .name = "ldap.child",
    .why = "whether anything is shown below the top entry of a naming context: one name, not kept",
    .parts = { ASK_BYTES("\x30"), ASK_BER(2, 8), ASK_BYTES("\x02\x01\x06\x63"), ASK_BER(4, 8),
               ASK_BYTES("\x04"), ASK_BER(6, 7), ASK_HOLE("naming context", LD_DN_MAX, HOLE_ANY),
               ASK_BYTES("\x0a\x01\x01" "\x0a\x01\0" "\x02\x01\x01" "\x02\x01\x03" "\x01\x01\xff"
                         "\x87\x0b" "objectClass" "\x30\x05" LD_ATTRIBUTE("\x03", "1.1")) },
};

/* People, accounts, groups, things: what a directory is for. A class that the server does not know makes
 * only its own part of the filter undefined (RFC 4511 section 4.5.1.7). */
#define LD_DATA_CLASSES                                                                            \
    "\xa3\x15" "\x04\x0b" "objectClass" "\x04\x06" "person"                                        \
    "\xa3\x1c" "\x04\x0b" "objectClass" "\x04\x0d" "inetOrgPerson"                                 \
    "\xa3\x13" "\x04\x0b" "objectClass" "\x04\x04" "user"                                          \
    "\xa3\x16" "\x04\x0b" "objectClass" "\x04\x07" "account"                                       \
    "\xa3\x1b" "\x04\x0b" "objectClass" "\x04\x0c" "posixAccount"                                  \
    "\xa3\x19" "\x04\x0b" "objectClass" "\x04\x0a" "posixGroup"                                    \
    "\xa3\x1b" "\x04\x0b" "objectClass" "\x04\x0c" "groupOfNames"                                  \
    "\xa3\x21" "\x04\x0b" "objectClass" "\x04\x12" "groupOfUniqueNames"                            \
    "\xa3\x14" "\x04\x0b" "objectClass" "\x04\x05" "group"                                         \
    "\xa3\x15" "\x04\x0b" "objectClass" "\x04\x06" "device"                                        \
    "\xa3\x21" "\x04\x0b" "objectClass" "\x04\x12" "organizationalRole"
/* The whole tree, three seconds, one entry, no attribute: (|(objectClass=person)...). */
#define LD_BELOW_AT(ask_name, reason, id, prefix)                                                  \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_BYTES("\x30"), ASK_BER(2, 12), ASK_BYTES("\x02\x01" id "\x63"), ASK_BER(4, 12), \
                   ASK_BYTES("\x04"), ASK_BER(6, 8), ASK_BYTES(prefix),                            \
                   ASK_HOLE("naming context", LD_DN_MAX, HOLE_ANY),                                \
                   ASK_BYTES("\x0a\x01\x02" "\x0a\x01\0" "\x02\x01\x01" "\x02\x01\x03" "\x01\x01\xff" \
                             "\xa1"), ASK_BER(10, 11), ASK_BYTES(LD_DATA_CLASSES),                 \
                   ASK_BYTES("\x30\x05" LD_ATTRIBUTE("\x03", "1.1")) },                            \
    }

static const struct ask LD_BELOW = LD_BELOW_AT(
    "ldap.below", "whether an entry that holds data is shown: one name, not kept", "\x05", "");
static const struct ask LD_PEOPLE = LD_BELOW_AT(
    "ldap.people", "the same at a usual place, where the top entry is hidden", "\x0b", "ou=people,");
static const struct ask LD_USERS = LD_BELOW_AT(
    "ldap.users", "the same at a usual place, where the top entry is hidden", "\x0c", "ou=users,");
static const struct ask LD_GROUPS = LD_BELOW_AT(
    "ldap.groups", "the same at a usual place, where the top entry is hidden", "\x0d", "ou=groups,");
static const struct ask LD_CN_USERS = LD_BELOW_AT(
    "ldap.cn_users", "the same at a usual place, where the top entry is hidden", "\x0e", "cn=users,");
static const struct ask LD_ACCOUNTS = LD_BELOW_AT(
    "ldap.accounts", "the same at a usual place, where the top entry is hidden", "\x0f", "cn=accounts,");

static const struct {
    const struct ask *ask;
    uint32_t id;
} PLACES[LD_PLACES] = {
    { &LD_PEOPLE, 11 }, { &LD_USERS, 12 }, { &LD_GROUPS, 13 }, { &LD_CN_USERS, 14 }, { &LD_ACCOUNTS, 15 },
};

/* ---- conversation ---------------------------------------------------------------------- */

struct ld {
    struct wire *w;
    bool spoken;    /* a whole answer of this protocol came */
    bool noticed;   /* it said that it would hang up */
    bool tls_tried; /* StartTLS was asked for */
    bool over;      /* the peer sends more than was asked for: nothing more is asked */
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

/* One search: at most one entry and the result. */
struct ld_found {
    struct span entry, whole; /* empty where none came */
    struct ld_result done;
    bool elsewhere; /* referrals came */
};

/* A server that does not heed the size limit is not listened to any longer: the first entry is
 * what was asked for, and `over` is set; of a base search more than one breaks the protocol. */
static bool ld_search(struct ld *l, uint32_t id, bool base, struct ld_found *ret)
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
        l->over = m.op == LD_ENTRY && !base && found.whole.len;
        if (l->over) {
            *ret = found;
            return true;
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
    if (!ld_search(l, 2, true, &found))
        return false;
    l->root = found.entry;
    l->root_whole = found.whole;
    l->root_done = found.done;
    return true;
}

/* TLS inside the protocol. Where it fails the conversation goes on without, on a new connection. False where
 * it neither runs nor was declined, so that what was refused outside it may be granted inside. */
static bool ld_start_tls(struct ld *l)
{
    struct ld_message m;
    struct ld_result result = { .code = UINT32_MAX };
    struct ld_result bind = l->bind;
    l->tls_tried = true;
    wire_ask(l->w, &LD_START_TLS);
    bool answered = ld_read(l->w, &m) && m.op == LD_EXTENDED_DONE && ld_result_parse(&m, &result);
    if (answered && result.code != LD_OK)
        return true;
    if (answered && !wire_heard(l->w).len && wire_start_tls(l->w))
        return true;
    if (wire_again(l->w, WIRE_PLAIN))
        ld_bind(l);
    l->bind = bind;
    return false;
}

/* ---- the root entry -------------------------------------------------------------------- */

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
    else if (vendor.len) /* Samba as a controller has all that Windows says of itself, and this beside it */
        fact_text(o, "software", vendor, LD_ROOT.name, l->root_whole);
    else if (level.len)
        fact_text(o, "software", SPAN("Active Directory"), LD_ROOT.name, l->root_whole);
    if (!vendor.len && ld_windows(level))
        fact_text(o, "windows.least", span_str(ld_windows(level)), LD_ROOT.name, level);
    if (version.len)
        fact_text(o, "version", version, LD_ROOT.name, full);
    if (full.len)
        fact_text(o, "version.full", full, LD_ROOT.name, full);
    if (host.len)
        fact_text(o, "host", host, LD_ROOT.name, l->root_whole);
}

/* ---- naming contexts ------------------------------------------------------------------- */

/* Refusals that may be about encryption: confidentialityRequired, and what Active Directory
 * (integrity), 389 Directory Server (nsslapd-minssf) and slapd say for it and for other things as well. */
static bool ld_may_want_tls(uint32_t code)
{
    return code == LD_NO_TLS_YET || code == LD_STRONGER_AUTH || code == LD_UNWILLING;
}

/* Results that mean "not without a login": strongerAuthRequired, inappropriateAuthentication,
 * invalidCredentials, insufficientAccessRights, unwillingToPerform; and operationsError with the number that
 * Active Directory (ERROR_DS_NOT_AUTHENTICATED, 000004DC) or Samba (00002020) puts before its text. */
static bool ld_is_lock(const struct ld_result *r)
{
    if (r->code == LD_OPERATIONS_ERROR)
        return span_starts(r->text, SPAN("000004DC")) || span_starts(r->text, SPAN("00002020"));
    return r->code == LD_STRONGER_AUTH || r->code == 48 || r->code == 49 || r->code == LD_NO_ACCESS ||
           r->code == LD_UNWILLING;
}

/* Nothing is shown, and nothing said that it is for want of a login: what slapd does to hide. */
static bool ld_is_hidden(const struct ld_found *f)
{
    return !f->whole.len && (f->done.code == LD_OK || f->done.code == LD_NO_SUCH_OBJECT);
}

/* What was seen of all contexts. */
struct ld_sight {
    bool data;      /* an entry with data */
    bool alone;     /* a top entry below which there is nothing */
    bool names;     /* another top entry, or one that may hold others only */
    size_t refused; /* contexts that showed nothing, for want of rights or by hiding */
    struct ld_result refusal;
    bool broken;       /* off before every place was asked */
    struct span proof; /* the result of a search, never an entry */
};

static void ld_learn(bool *what, struct ld_sight *s, const struct ld_found *f)
{
    if (!s->data && !*what)
        s->proof = f->done.whole;
    *what = true;
}

/* The same at places that most directories have, one after the other.
 * False where none shows anything. */
static bool ld_try_places(struct ld *l, struct span dn, struct ld_sight *s)
{
    struct ld_found found;
    bool any = false;
    for (size_t i = 0; i < LD_PLACES; i++) {
        wire_ask_with(l->w, PLACES[i].ask, &dn, 1);
        if (!ld_search(l, PLACES[i].id, false, &found))
            return any;
        if (found.whole.len) {
            ld_learn(&s->data, s, &found);
            any = true;
        }
        if (any || l->over || (ld_is_lock(&found.done) && found.done.code != LD_NO_ACCESS))
            break;
    }
    return any;
}

/* What lies below the top entry, which is `top` shown. True where an entry with data is. */
static bool ld_try_below(struct ld *l, struct span dn, bool top, struct ld_sight *s)
{
    struct ld_found found;
    wire_ask_with(l->w, &LD_BELOW, &dn, 1);
    if (!ld_search(l, 5, false, &found))
        return false;
    if (found.whole.len) {
        ld_learn(&s->data, s, &found);
        return true;
    }
    if (ld_is_lock(&found.done) && found.done.code != LD_NO_ACCESS)
        return false;
    if (top)
        return false;
    if (found.done.code != LD_NO_SUCH_OBJECT && found.done.code != LD_NO_ACCESS) {
        wire_ask_with(l->w, &LD_CHILD, &dn, 1);
        if (!ld_search(l, 6, false, &found))
            return false;
        if (found.whole.len)
            ld_learn(&s->names, s, &found);
        if (found.whole.len || l->over)
            return false;
    }
    return ld_try_places(l, dn, s);
}

/* One naming context: its top entry, then below it, unless that was refused for want of a login. */
static void ld_try_context(struct ld *l, struct observation *o, struct span dn, struct ld_sight *s)
{
    struct ld_found found = { .done = { .code = UINT32_MAX } };
    uint64_t below;
    if (dn.len == 0 || dn.len > LD_DN_MAX)
        return;
    wire_ask_with(l->w, &LD_CONTEXT, &dn, 1);
    if (!ld_search(l, 4, true, &found))
        return;
    bool top = found.done.code == LD_OK && found.whole.len;
    bool told = span_u64(ld_first(found.entry, "numSubordinates"), INT64_MAX / 2048, &below);
    bool alone = span_eq_nocase(ld_first(found.entry, "hasSubordinates"), SPAN("FALSE")) || (told && below == 0);
    bool data = false;
    if (top)
        ld_learn(alone ? &s->alone : &s->names, s, &found);
    if (!(top && alone) && !found.elsewhere && (top || ld_is_hidden(&found) || found.done.code == LD_NO_ACCESS))
        data = ld_try_below(l, dn, top, s);
    if (top || data) {
        observation_collect(o, dn, told ? (int64_t)below : COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    } else if (!found.elsewhere && (ld_is_lock(&found.done) || ld_is_hidden(&found) ||
                                    found.done.code == LD_NO_TLS_YET)) {
        s->refusal = found.done;
        s->refused++;
    }
}

/* ---- conclusions ----------------------------------------------------------------------- */

static enum outcome ld_refused(struct observation *o, const struct ld_result *why, const char *ask, bool locked)
{
    if (locked)
        fact_text(o, "auth", SPAN("required"), ask, why->whole);
    fact_number(o, "error.code", why->code, ask, why->whole);
    if (why->text.len)
        fact_text(o, "error", why->text, ask, why->whole);
    return locked ? OUTCOME_LOCKED : OUTCOME_UNCLEAR;
}

/* Every context, as far as the ceiling and the peer allow. */
static struct ld_sight ld_look(struct ld *l, struct observation *o)
{
    struct ld_values contexts;
    struct ld_sight s = { .data = false };
    if (!ld_attribute(l->root, "namingContexts", &contexts))
        return s;
    fact_number(o, "contexts", (int64_t)contexts.len, LD_ROOT.name, l->root_whole);
    for (size_t i = 0; i < contexts.len && i < LD_CONTEXTS_MAX && wire_ok(l->w) && !l->over; i++)
        ld_try_context(l, o, contexts.at[i], &s);
    s.broken = !wire_ok(l->w);
    return s;
}

static bool ld_shows(const struct ld_sight *s)
{
    return s->data || s->alone || s->names;
}

static enum outcome ld_conclude(struct observation *o, const struct ld_sight *s)
{
    bool all_there_is = s->alone && !s->names && s->refused == 0 && !s->broken;
    if (s->data || all_there_is) {
        fact_text(o, "auth", SPAN("none"), s->data ? LD_BELOW.name : LD_CONTEXT.name, s->proof);
        return OUTCOME_OPEN;
    }
    if (s->broken)
        return OUTCOME_UNCLEAR; /* off before every place was asked */
    if (ld_shows(s)) {
        fact_text(o, "auth", SPAN("acl"), LD_CONTEXT.name, s->proof);
        fact_text(o, "rights", SPAN("names of containers"), LD_CONTEXT.name, s->proof);
        return OUTCOME_PARTIAL;
    }
    if (s->refused == 0)
        return OUTCOME_UNCLEAR;
    return ld_refused(o, &s->refusal, LD_CONTEXT.name, s->refusal.code != LD_NO_TLS_YET);
}

/* Neither bind nor root entry: the refusal is all there is. */
static enum outcome ld_shut(const struct ld *l, struct observation *o)
{
    const struct ld_result *why = l->root_done.whole.len ? &l->root_done : &l->bind;
    if (!ld_is_lock(&l->root_done) && !ld_is_lock(&l->bind) && why->code != LD_NO_SUCH_OBJECT)
        return OUTCOME_UNCLEAR;
    return ld_refused(o, why, LD_ROOT.name, true);
}

/* Bind and root entry, inside TLS where the server shows nothing outside it. */
static bool ld_greet(struct ld *l, struct observation *o)
{
    bool seen = ld_root(l) && l->root_whole.len;
    const struct ld_result *why = seen ? &l->bind : &l->root_done;
    if (!wire_ok(l->w) || wire_in_tls(l->w) || !ld_may_want_tls(why->code))
        return seen;
    if (why->code == LD_NO_TLS_YET)
        fact_text(o, "encryption", SPAN("required"), seen ? LD_BIND.name : LD_ROOT.name, why->whole);
    if (seen)
        return true;
    ld_start_tls(l);
    return wire_in_tls(l->w) && ld_bind(l) && ld_root(l) && l->root_whole.len;
}

/* The contexts, and once more inside TLS where a refusal may have been about that. */
static enum outcome ld_judge(struct ld *l, struct observation *o)
{
    struct ld_sight s = ld_look(l, o);
    if (ld_shows(&s) || s.broken || wire_in_tls(l->w) || l->tls_tried || !ld_may_want_tls(s.refusal.code))
        return ld_conclude(o, &s);
    bool tried = ld_start_tls(l);
    if (wire_in_tls(l->w)) {
        tried = ld_bind(l);
        s = ld_look(l, o);
    }
    s.broken = s.broken || !tried;
    return ld_conclude(o, &s);
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
    return ld_judge(l, o);
}

static enum outcome ldap_run(struct wire *w, struct observation *o)
{
    struct ld l = { .w = w };
    if (wire_heard(w).len) /* a greeting that looks like an answer: no LDAP server speaks unasked */
        return OUTCOME_NOT_MINE;
    o->outcome = ld_converse(&l, o);
    if (!l.spoken)
        return OUTCOME_NOT_MINE;
    o->product = "ldap";
    o->tls = wire_in_tls(w);
    wire_bye(w, &LD_UNBIND);
    return o->outcome;
}

/* The front of the result of a bind or an extended operation, up to the tag of its code, where who
 * reads lines stops. What is no LDAP is met with one that nobody asked for, the notice of disconnection
 * (RFC 4511 section 4.4.1). SNMP's messages begin alike, and differ in the third value. */
static bool ldap_recognises(struct span first)
{
    struct verdict v;
    struct reader r = reader_over(&v, first);
    if (reader_u8(&r) != BER_SEQUENCE)
        return false;
    size_t len = ber_length(&r);
    (void)ber_number(&r, BER_INTEGER);
    uint8_t op = reader_u8(&r);
    size_t inner = ber_length(&r);
    uint8_t tag = reader_u8(&r);
    return reader_ok(&r) && len <= LD_GREETING_MAX && inner < len && tag == BER_ENUM &&
           (op == LD_BIND_DONE || op == LD_EXTENDED_DONE);
}

static bool ldap_upgrade(struct wire *w)
{
    struct ld_message m;
    struct ld_result result;
    wire_ask(w, &LD_START_TLS);
    return ld_read(w, &m) && m.op == LD_EXTENDED_DONE && ld_result_parse(&m, &result) && result.code == LD_OK &&
           !wire_heard(w).len;
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
    .proof = "after the public root entry, an entry of people, accounts, groups or devices is shown to anyone",
    .counts = "naming contexts, and the entries directly below each where the server tells",
    .asks = { &LD_BIND, &LD_ROOT, &LD_START_TLS, &LD_CONTEXT, &LD_BELOW, &LD_CHILD, &LD_PEOPLE, &LD_USERS,
              &LD_GROUPS, &LD_CN_USERS, &LD_ACCOUNTS, &LD_UNBIND },
    .recognises = ldap_recognises,
    .run = ldap_run,
    .upgrade = ldap_upgrade,
};
