/* LDAP over UDP, as domain controllers speak it ([MS-ADTS] 6.3.3, from RFC 1798): the root entry, which the standard
 * makes public, to whoever asks. It decides nothing about the directory (ldap.c asks that over TCP); but the answer is
 * dozens of times as long as the question, which is why it is in use for floods.
 *
 *     > search of "", base, (objectClass=*), a few attributes    < the entry, done: in one datagram */
#include "probe/datagram.h"
#include "probe/ldap_message.h"

enum { CL_ID = 7, CL_MESSAGES_MAX = 4 };

#define CL_ATTRIBUTE(length, name) "\x04" length name
static const struct ask CL_ROOT = {
    .name = "cldap.root",
    .why = "the public root entry: what the server is",
    .parts = { ASK_BYTES("\x30"), ASK_BER(2, 8), ASK_BYTES("\x02\x01\x07\x63"), ASK_BER(4, 8),
               ASK_BYTES("\x04\0" "\x0a\x01\0" "\x0a\x01\0" "\x02\x01\x01" "\x02\x01\x0a" "\x01\x01\0"
                         "\x87\x0b" "objectClass"),
               ASK_BYTES("\x30"), ASK_BER(7, 8),
               ASK_BYTES(CL_ATTRIBUTE("\x0b", "objectClass") CL_ATTRIBUTE("\x0e", "namingContexts")
                         CL_ATTRIBUTE("\x0b", "dnsHostName") CL_ATTRIBUTE("\x0a", "vendorName")
                         CL_ATTRIBUTE("\x17", "supportedSASLMechanisms")
                         CL_ATTRIBUTE("\x12", "supportedExtension")
                         CL_ATTRIBUTE("\x1d", "domainControllerFunctionality")) },
};

/* The entry of the answer; empty, and true, where the search ended without one. */
static bool cl_parse(struct span datagram, struct span *ret_entry)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    *ret_entry = SPAN_NONE;
    for (size_t i = 0; i < CL_MESSAGES_MAX && reader_more(&r); i++) {
        uint8_t op;
        struct reader message = ber_value(&r, BER_SEQUENCE);
        uint32_t id = ber_number(&message, BER_INTEGER);
        struct reader body = ber_any(&message, &op);
        if (id != CL_ID || (op != LD_ENTRY && op != LD_SEARCH_DONE))
            reader_fail(&r, "another message");
        if (op == LD_ENTRY)
            *ret_entry = reader_rest(&body);
        if (op == LD_SEARCH_DONE)
            return reader_ok(&r);
    }
    return false;
}

static bool cl_is_answer(struct span datagram)
{
    struct span entry;
    return cl_parse(datagram, &entry);
}

static void cl_facts(struct observation *o, struct span entry, struct span proof)
{
    struct span host = ld_first(entry, "dnsHostName"), vendor = ld_first(entry, "vendorName");
    struct ld_values contexts;
    if (ld_lists(entry, "objectClass", "OpenLDAProotDSE"))
        fact_text(o, "software", SPAN("OpenLDAP"), CL_ROOT.name, proof);
    else if (vendor.len) /* Samba as a controller has all that Windows says of itself, and this beside it */
        fact_text(o, "software", vendor, CL_ROOT.name, proof);
    else if (ld_first(entry, "domainControllerFunctionality").len)
        fact_text(o, "software", SPAN("Active Directory"), CL_ROOT.name, proof);
    if (host.len)
        fact_text(o, "host", host, CL_ROOT.name, proof);
    if (ld_attribute(entry, "namingContexts", &contexts) && contexts.len)
        fact_number(o, "contexts", (int64_t)contexts.len, CL_ROOT.name, proof);
}

static enum outcome cl_run(struct wire *w, struct observation *o)
{
    struct span entry;
    wire_ask(w, &CL_ROOT);
    struct span d = datagram_of(w, cl_is_answer);
    if (!d.len || !cl_parse(d, &entry))
        return OUTCOME_NOT_MINE;
    o->product = "ldap";
    if (entry.len)
        cl_facts(o, entry, d);
    datagram_amplifies(w, o, d.len, &CL_ROOT);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_CLDAP;
const struct probe PROBE_CLDAP = {
    .name = "cldap",
    .title = "LDAP over UDP",
    .products = { "ldap" },
    .kind = KIND_DIRECTORY,
    .transport = TRANSPORT_UDP,
    .ports = { 389 },
    .at_home = true,
    .rank = 50,
    .proof = "none: the root entry is public",
    .counts = "nothing",
    .asks = { &CL_ROOT },
    .run = cl_run,
};
