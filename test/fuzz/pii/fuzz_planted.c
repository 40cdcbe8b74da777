/* Plants values of people where names of fields stand, in every format and at every place, and searches all
 * that a scan says for them. The first byte chooses the format, the second the place, the third the kind of
 * value, the fourth what stands around it; the rest is what the value is made of. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "pii/pii.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* '#' a digit, 'A' a capital, 'a' a small letter, 'x' either or a digit, 'N' a name of syllables; what is
 * behind a backslash is itself. */
static const char *const KINDS[] = {
    "###-##-####",
    "### ## ####",
    "#########",
    "##############",
    "#### #### #### ####",
    "####-####-####-####",
    "###.###.###-##",
    "###.####.####.##",
    "##.##.##-###.##",
    "# ## ## ## ### ### ##",
    "##/##/####",
    "####-##-##",
    "##.##.####",
    "+## ### #######",
    "(###) ###-####",
    "###-###-####",
    "0#########",
    "0## ### ## ##",
    "##### ######",
    "aaaa.aaaaa@aaaaa.\\c\\o\\m",
    "aaaaa##@aaa.\\d\\e",
    "N N",
    "N N N",
    "N, N",
    "AA## #### #### #### ####",
    "AA################",
    "A########",
    "AA ## ## ## A",
    "AAAAAA##A##A###A",
    "-xxxxxxxxxxxxxxxxxx#",
    "xxxxxxxxxxxxxxx#xxxxxxxxxxxx",
    "##a#a#a#-#a##-4#a#-a##a-##a##a##a##a",
    "\\A\\K\\I\\AAAAAAAAAAAAAAAA#",
    "##.###.###.###",
    "N 1#",
    "N\\s\\t\\r\\a\\ß\\e ##",
    "## N \\S\\t\\r\\e\\e\\t",
    "Aaaaa####!",
    "1#################",
    "1##########",
};
enum { KINDS_COUNT = sizeof(KINDS) / sizeof(KINDS[0]), VALUE_MAX = 128, ROWS = 24 };

struct made {
    const uint8_t *bytes;
    size_t n, at;
};

static unsigned take(struct made *m, unsigned below)
{
    unsigned byte = m->at < m->n ? m->bytes[m->at] : (unsigned)(m->at * 37 + 11);
    m->at++;
    return byte % below;
}

static size_t put_name(struct made *m, char *out)
{
    static const char FRONT[] = "bdfghjklmnprstvz", VOWEL[] = "aeiou";
    size_t n = 0, syllables = 3 + take(m, 2); /* of two some are words of headings */
    for (size_t i = 0; i < syllables; i++) {
        out[n++] = FRONT[take(m, sizeof(FRONT) - 1)];
        out[n++] = VOWEL[take(m, sizeof(VOWEL) - 1)];
    }
    out[0] = (char)(out[0] - 'a' + 'A');
    return n;
}

static void make_value(struct made *m, const char *kind, char out[static VALUE_MAX])
{
    static const char ANY[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = 0;
    for (; *kind && n < VALUE_MAX - 16; kind++) {
        if (*kind == '\\')
            out[n++] = *++kind;
        else if (*kind == '#')
            out[n++] = (char)('0' + take(m, 10));
        else if (*kind == 'A')
            out[n++] = (char)('A' + take(m, 26));
        else if (*kind == 'a')
            out[n++] = (char)('a' + take(m, 26));
        else if (*kind == 'x')
            out[n++] = ANY[take(m, sizeof(ANY) - 1)];
        else if (*kind == 'N')
            n += put_name(m, out + n);
        else
            out[n++] = *kind;
    }
    out[n] = '\0';
}

/* What stands under the planted name, so that something is found there. */
static void put_mail(struct buf *b, unsigned i)
{
    buf_printf(b, "jo%u.bo%u@gmx.de", i, i * 7);
}

static void put_key(struct buf *b, const char *key, bool escaped)
{
    buf_byte(b, '"');
    for (; *key; key++) {
        if (escaped && (unsigned char)*key < 0x80)
            buf_printf(b, "\\u%04x", (unsigned)*key);
        else
            buf_byte(b, (uint8_t)*key);
    }
    buf_byte(b, '"');
}

static void make_csv(struct buf *b, const char *value, unsigned place, char delim)
{
    bool quoted = strchr(value, delim) != NULL || place & 4;
    const char *quote = quoted ? "\"" : "";
    for (unsigned i = 0; i < 1 + (place & 1); i++) {
        if (place & 2)
            buf_printf(b, "%s%s%s%c", quote, value, quote, delim);
        buf_printf(b, "mail%c%s%s%s%ccity\n", delim, quote, value, quote, delim);
    }
    for (unsigned i = 0; i < ROWS; i++) {
        if (place & 2)
            buf_printf(b, "x%c", delim);
        put_mail(b, i);
        buf_byte(b, (uint8_t)delim);
        put_mail(b, i + 100);
        buf_printf(b, "%cx\n", delim);
    }
}

static void make_lines(struct buf *b, const char *value, unsigned place)
{
    for (unsigned i = 0; i < ROWS; i++) {
        buf_printf(b, place & 1 ? "SSN: %s" : place & 2 ? "mail %s" : "%s", value);
        if (place & 4)
            put_mail(b, i);
        buf_byte(b, '\n');
    }
}

static void make_json(struct buf *b, const char *value, unsigned place, bool lines)
{
    bool escaped = place & 8;
    unsigned rows = lines ? ROWS : 1;
    for (unsigned row = 0; row < rows; row++) {
        buf_str(b, "{\"data\":");
        if (place & 1)
            buf_str(b, "{\"users\":");
        buf_byte(b, '{');
        put_key(b, value, escaped);
        if (place & 2) {
            buf_str(b, ":{\"mail\":[");
            for (unsigned i = 0; i < ROWS; i++) {
                buf_str(b, i ? ",\"" : "\"");
                put_mail(b, row * ROWS + i);
                buf_byte(b, '"');
            }
            buf_str(b, "]}");
        } else {
            buf_str(b, ":\"");
            put_mail(b, row);
            buf_byte(b, '"');
        }
        for (unsigned i = 0; i < (place & 4 ? ROWS : 0U); i++) {
            buf_printf(b, ",\"k%uz%c\":{\"mail\":\"", i, 'a' + (int)i);
            put_mail(b, i);
            buf_str(b, "\"}");
        }
        buf_str(b, place & 1 ? "}}}\n" : "}}\n");
    }
}

static void make_sql(struct buf *b, const char *value, unsigned place)
{
    const char *table = place & 1 ? value : "people", *column = place & 2 ? value : "mail";
    if (place & 4)
        buf_printf(b, "CREATE TABLE `%s` (`id` int, `%s` text);\n", table, column);
    for (unsigned i = 0; i < ROWS; i++) {
        buf_printf(b, "INSERT INTO `%s`%s%s%s VALUES (%u,'", table, place & 8 ? " (`id`,`" : "",
                   place & 8 ? column : "", place & 8 ? "`)" : "", i);
        put_mail(b, i);
        buf_str(b, "');\n");
    }
}

/* The planted value as a tag, an attribute, a key, a section, a heading: in formats that are written anew. */
static void make_recast(struct buf *b, const char *value, unsigned place)
{
    static const struct {
        const char *head, *row, *foot; /* %s is the value, %m a mailbox */
    } FORMS[] = {
        { "<all>\n", "<row><%s>%m</%s></row>\n", "</all>\n" },
        { "<all>\n", "<row %s=\"%m\"/>\n", "</all>\n" },
        { "<all>\n", "<row><field name=\"%s\">%m</field></row>\n", "</all>\n" },
        { "<all>\n", "<%s><mail>%m</mail></%s>\n", "</all>\n" },
        { "<table><tr><th>%s</th><th>mail</th></tr>\n", "<tr><td>%m</td><td>%m</td></tr>\n", "</table>" },
        { "<table>", "<tr><th>%s</th><td>%m</td></tr>\n", "</table>" },
        { "people:\n", "  - %s: %m\n    id: 1\n", "" },
        { "people:\n", "  %s:\n    mail: %m\n", "" },
        { "---\n", "%s: %m\n", "" },
        { "", "[%s]\nmail = %m\n", "" },
        { "[a]\n", "%s = %m\n", "" },
        { "", "dn: cn=x,dc=y\nobjectClass: z\n%s: %m\n\n", "" },
        { "", "BEGIN:VCARD\n%s:%m\nEND:VCARD\n", "" },
        { "From: a@b.de\nTo: c@d.de\nSubject: x\n", "%s: %m\n", "\nhi\n" },
        { "", "%s=%m&x=1\n", "" },
    };
    unsigned form = place % (sizeof(FORMS) / sizeof(FORMS[0]));
    const char *parts[3] = { FORMS[form].head, FORMS[form].row, FORMS[form].foot };
    for (unsigned part = 0; part < 3; part++)
        for (unsigned i = 0; i < (part == 1 ? ROWS : 1); i++)
            for (const char *at = parts[part]; *at; at++) {
                if (at[0] != '%')
                    buf_byte(b, (uint8_t)*at);
                else if (*++at == 's')
                    buf_str(b, value);
                else
                    put_mail(b, i);
            }
}

static bool has_digits(const char *said, const char *value)
{
    static char digits[1 << 16];
    char wanted[VALUE_MAX];
    size_t n = 0, w = 0;
    for (; *value; value++)
        if (*value >= '0' && *value <= '9')
            wanted[w++] = *value;
    wanted[w] = '\0';
    for (; *said && n < sizeof(digits) - 1; said++)
        if ((*said >= '0' && *said <= '9') || *said == '\n')
            digits[n++] = *said;
    digits[n] = '\0';
    return w >= 6 && strstr(digits, wanted);
}

static void check_said(struct ajar_pii_scan *scan, const char *value, const struct buf *document)
{
    static char said[1 << 16];
    struct ajar_pii_summary s;
    size_t count, at = 0;
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    ajar_pii_summarise(scan, &s);
    at += (size_t)snprintf(said + at, sizeof(said) - at, "%s\n", s.persons_known ? s.persons_field : "");
    for (size_t i = 0; i < count && at < sizeof(said) - 1024; i++)
        at += (size_t)snprintf(said + at, 1024, "%.900s\n", f[i].field);
    if (!strstr(said, value) && !has_digits(said, value))
        return;
    fprintf(stderr, "\"%s\" is said:\n%s\nof\n%.*s\n", value, said,
            document->len > 2000 ? 2000 : (int)document->len, (const char *)document->at);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct ajar_pii *pii;
    char error[AJAR_PII_ERROR_MAX], value[VALUE_MAX];
    struct buf b;
    if (n < 5 || (!pii && !(pii = ajar_pii_new(error))))
        return 0;
    struct made m = { bytes + 4, n - 4, 0 };
    make_value(&m, KINDS[bytes[2] % KINDS_COUNT], value);
    buf_init(&b, 1 << 20);
    struct ajar_pii_scan *scan = ajar_pii_scan_new(pii, NULL);
    switch (bytes[0] % 8) {
    case 0:
        make_csv(&b, value, bytes[1], ",;\t|"[bytes[3] % 4]);
        break;
    case 1:
        make_lines(&b, value, bytes[1]);
        break;
    case 2:
    case 3:
        make_json(&b, value, bytes[1], bytes[0] % 8 == 3);
        break;
    case 4:
        make_sql(&b, value, bytes[1]);
        break;
    case 5:
    case 6:
        make_recast(&b, value, bytes[1]);
        break;
    default:
        for (unsigned i = 0; i < ROWS; i++) {
            buf_reset(&b);
            put_mail(&b, i);
            ajar_pii_record_begin(scan);
            ajar_pii_record_value(scan, value, b.at, b.len);
            ajar_pii_record_end(scan);
        }
        buf_reset(&b);
        break;
    }
    ajar_pii_scan_write(scan, b.at, b.len);
    (void)ajar_pii_scan_end(scan, error);
    check_said(scan, value, &b);
    ajar_pii_scan_free(scan);
    buf_release(&b);
    return 0;
}
