/* Addresses of machines and mailboxes. An address passes where it can lead to a person: public
 * IPv4 and IPv6, burned-in hardware addresses, mailboxes outside the domains made for manuals. */
#include "pii/token.h"

#include "base/hex.h"

static bool ipv4_public(const uint8_t octet[4])
{
    switch (octet[0]) {
    case 0:
    case 10:
    case 127:
        return false;
    case 100:
        return octet[1] < 64 || octet[1] > 127;
    case 169:
        return octet[1] != 254;
    case 172:
        return octet[1] < 16 || octet[1] > 31;
    case 192:
        return octet[1] != 168 && !(octet[1] == 0 && (octet[2] == 0 || octet[2] == 2)) &&
               !(octet[1] == 88 && octet[2] == 99);
    case 198:
        return octet[1] != 18 && octet[1] != 19 && !(octet[1] == 51 && octet[2] == 100);
    case 203:
        return !(octet[1] == 0 && octet[2] == 113);
    default:
        return octet[0] < 224;
    }
}

/* Octets below 10 in the first two places are what version numbers look like: "1.2.3.4" passes as
 * an address only with a first octet that versions do not have. */
size_t token_ipv4(struct span s, struct pii_marks *m)
{
    uint8_t octet[4];
    size_t at = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned value = 0;
        size_t start = at;
        while (at < s.len && at - start < 3 && ascii_is_digit(s.at[at]))
            value = value * 10 + (unsigned)(s.at[at++] - '0');
        if (at == start || value > 255 || (at - start > 1 && s.at[start] == '0'))
            return 0;
        octet[i] = (uint8_t)value;
        if (i < 3 && (at >= s.len || s.at[at++] != '.'))
            return 0;
    }
    token_octets(octet, m);
    return at;
}

void token_octets(const uint8_t octet[4], struct pii_marks *m)
{
    pii_mark(m, PII_IPV4, ipv4_public(octet) && octet[0] > 9);
}

bool token_ipv6(struct span s, struct pii_marks *m)
{
    unsigned groups = 0, doubles = 0, digits = 0;
    if (s.len < 7 || s.len > 39)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (hex_is_digit(s.at[i])) {
            groups += digits == 0;
            if (++digits > 4)
                return false;
        } else if (s.at[i] == ':') {
            digits = 0;
            doubles += i > 0 && s.at[i - 1] == ':';
        } else {
            return false;
        }
    }
    bool whole = doubles == 0 ? groups == 8 : doubles == 1 && groups >= 3 && groups <= 7;
    if (!whole || s.at[s.len - 1] == ':')
        return false;
    bool global = s.at[0] == '2' || s.at[0] == '3';
    bool manual = s.len > 9 && span_eq_nocase(span_first(s, 9), SPAN("2001:db8:"));
    pii_mark(m, PII_IPV6, global && !manual);
    return true;
}

bool token_mac(struct span s, struct pii_marks *m)
{
    bool same = true;
    if (s.len != 17 || (s.at[2] != ':' && s.at[2] != '-'))
        return false;
    for (size_t i = 0; i < 17; i++) {
        if (i % 3 == 2 ? s.at[i] != s.at[2] : !hex_is_digit(s.at[i]))
            return false;
        same = same && (i % 3 == 2 || s.at[i] == s.at[0]);
    }
    /* Bit 1 of the first byte: given out by software; bit 0: a group address. */
    uint8_t c = s.at[1];
    unsigned low = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
    pii_mark(m, PII_MAC, (low & 3) == 0 && !same);
    return true;
}

/* Domains made for examples (RFC 2606, RFC 6761) and throw-away mailboxes. */
static bool manual_domain(struct span domain)
{
#define END(text) \
    { \
        (const uint8_t *)text, sizeof(text) - 1 \
    }
    static const struct span ENDS[] = {
        END("example.com"), END("example.org"),  END("example.net"),    END("example.edu"),
        END(".example"),    END(".test"),        END(".invalid"),       END("localhost"),
        END(".local"),      END(".localdomain"), END("mailinator.com"), END("test.com"),
        END("domain.com"),  END("foo.com"),      END("bar.com"),        END("email.com")
    };
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++) {
        struct span end = ENDS[i];
        if (domain.len >= end.len && ascii_lower(domain.at[domain.len - end.len]) == end.at[0] &&
            span_eq_nocase(span_from(domain, domain.len - end.len), end))
            return true;
    }
    return false;
}

/* Endings of file names that stand behind an '@' ("logo@2x.png"). */
static bool file_ending(struct span top)
{
    static const struct span NAMES[] = { END("png"), END("jpg"),     END("jpeg"), END("gif"),
                                         END("svg"), END("webp"),    END("css"),  END("js"),
                                         END("so"),  END("html"),    END("md"),   END("json"),
                                         END("py"),  END("service"), END("git") };
#undef END
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (top.len == NAMES[i].len && ascii_lower(top.at[0]) == NAMES[i].at[0] &&
            span_eq_nocase(top, NAMES[i]))
            return true;
    return false;
}

/* Mailboxes that belong to an office and not to one person. With `more`, also in front of further words:
 * "noreply-orders", "info.berlin". */
bool token_is_role(struct span mailbox)
{
    struct span local = span_first(mailbox, span_index(mailbox, '@'));
#define R(text) { (const uint8_t *)text, sizeof(text) - 1 }
    static const struct span ROLES[] = {
        /* MORE of them also in front of further words: */
        R("info"), R("noreply"), R("office"), R("support"), R("donotreply"), R("postmaster"),
        R("webmaster"), R("mailer"), R("nepasrepondre"),
        /* the others alone: */
        R("admin"), R("sales"), R("contact"), R("kontakt"), R("contacto"), R("contato"),
        R("contatti"), R("administrator"), R("hostmaster"), R("abuse"), R("root"), R("help"),
        R("helpdesk"), R("service"), R("services"), R("team"), R("hello"), R("mail"), R("email"),
        R("post"), R("billing"), R("accounts"), R("accounting"), R("finance"), R("hr"), R("jobs"),
        R("careers"), R("press"), R("presse"), R("marketing"), R("newsletter"), R("news"),
        R("security"), R("privacy"), R("datenschutz"), R("dpo"), R("legal"), R("enquiries"),
        R("inquiries"), R("reception"), R("buchhaltung"), R("bewerbung"), R("rechnung"),
        R("verwaltung"), R("sekretariat"), R("anfrage"), R("bestellung"), R("vertrieb"),
        R("verkauf"), R("ventas"), R("vendas"), R("comercial"), R("commercial"), R("accueil"),
        R("segreteria"), R("biuro"), R("iroda"), R("orders"), R("customerservice"),
        R("customercare"), R("feedback"), R("general"), R("secretary"), R("amministrazione"),
        R("administracion"), R("atendimento"), R("noc"), R("ops"), R("devops"), R("alerts"),
    };
#undef R
    enum { MORE = 9 };
    uint8_t plain[32];
    size_t n = 0, first = 0;
    for (size_t i = 0; i < local.len && local.at[i] != '+'; i++) {
        uint8_t c = ascii_lower(local.at[i]);
        if (c < 'a' || c > 'z') { /* a mark, or a number behind it */
            first = first ? first : n;
            continue;
        }
        if (n == sizeof(plain))
            return false;
        plain[n++] = c;
    }
    first = first ? first : n;
    for (size_t i = 0; n && i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        struct span role = ROLES[i];
        if (role.at[0] != plain[0] || role.len > n || memcmp(role.at, plain, role.len) != 0)
            continue;
        if (role.len == n || (i < MORE && (role.len == first || first <= 2)))
            return true;
    }
    return false;
}

bool token_email(struct span s, size_t at, struct pii_marks *m)
{
    struct span local = span_first(s, at), domain = span_from(s, at + 1);
    if (local.len == 0 || local.len > 64 || domain.len < 4 || domain.len > 253 ||
        local.at[0] == '.')
        return false;
    size_t last_dot = domain.len, label = 0;
    for (size_t i = 0; i < domain.len; i++) {
        if (domain.at[i] == '.') {
            if (label == 0)
                return false;
            last_dot = i;
            label = 0;
        } else if (is_alnum(domain.at[i]) || domain.at[i] == '-') {
            if (++label > 63)
                return false;
        } else {
            return false;
        }
    }
    struct span top = span_from(domain, last_dot + 1);
    if (last_dot == domain.len || top.len < 2 || top.len > 24 || file_ending(top))
        return false;
    for (size_t i = 0; i < top.len; i++)
        if (ascii_lower(top.at[i]) < 'a' || ascii_lower(top.at[i]) > 'z')
            return false;
    bool manual = manual_domain(domain);
    pii_mark(m, PII_EMAIL, true);
    m->test = m->test || manual;
    return true;
}
