/* FTP (RFC 959), as far as it lets strangers in (RFC 1635, "How to Use Anonymous FTP").
 *
 * The server greets with 220. "USER anonymous" is the name that the protocol keeps for those who have none;
 * where the server then asks for a password (331), an empty one is sent: by the convention it is nobody's
 * secret but the visitor's address, and none is told. 230 lets in, 530 does not. Whether such a
 * visitor may enter the top directory is then asked by CWD; nothing is listed, no file is named, fetched or stored.
 *
 * FEAT and the greeting say who it is. SMTP greets alike: where the words do not tell, the answer to NOOP
 * does. */
#include "base/buf.h"
#include "probe/greeting.h"
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 1024, LINES_MAX = 100, VERSION_MAX = 40,
       REFUSAL_MS = 7000 }; /* a wrong login is answered late on purpose: by vsftpd and PAM after 3 s and more */

static const struct ask FTP_NOOP =
    ASK_FIXED("ftp.noop", "whether it is FTP: asked where the greeting does not tell", "NOOP\r\n");
static const struct ask FTP_FEAT = ASK_FIXED("ftp.feat", "whether it offers TLS", "FEAT\r\n");
static const struct ask FTP_USER =
    ASK_FIXED("ftp.anonymous", "whether it lets in who has no name here", "USER anonymous\r\n");
static const struct ask FTP_PASS = ASK_FIXED("ftp.empty-password", "the empty password of who has none", "PASS \r\n");
static const struct ask FTP_CWD =
    ASK_FIXED("ftp.cwd", "whether such a visitor may enter the top directory", "CWD /\r\n");
static const struct ask FTP_AUTH = ASK_FIXED("ftp.auth-tls", "TLS inside the protocol (RFC 4217)", "AUTH TLS\r\n");
static const struct ask FTP_QUIT = ASK_FIXED("ftp.quit", "ends the session", "QUIT\r\n");

static bool ftp_recognises(struct span first)
{
    return greeting_is_220(first) && !greeting_says_smtp(first);
}

/* One answer, which may have many lines; *ret_code is 0 where it is none. The text is that of all lines. */
static struct span ftp_answer(struct wire *w, unsigned *ret_code)
{
    struct buf all;
    uint64_t code = 0;
    *ret_code = 0;
    buf_init(&all, FACT_TEXT_MAX);
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct span line = wire_line(w, LINE_MAX_BYTES);
        uint64_t here;
        if (!wire_ok(w))
            break;
        bool numbered = line.len >= 3 && span_u64(span_first(line, 3), 999, &here);
        if (!numbered && (i == 0 || code == 0))
            break;
        if (i == 0)
            code = here;
        buf_put(&all, span_from(line, numbered ? 4 : 0));
        buf_byte(&all, '\n');
        if (numbered && here == code && (line.len == 3 || line.at[3] == ' ')) {
            *ret_code = (unsigned)code;
            break;
        }
        if (i == 0 && line.at[3] != '-')
            break;
    }
    struct span text = arena_copy(wire_arena(w), span_trim(buf_span(&all)));
    buf_release(&all);
    return text;
}

static unsigned ftp_ask(struct wire *w, const struct ask *a, struct span *ret_text)
{
    unsigned code = 0;
    wire_ask(w, a);
    *ret_text = ftp_answer(w, &code);
    return code;
}

/* "(vsFTPd 3.0.3)", "ProFTPD 1.3.8 Server", "FileZilla Server 1.8.2", "Pure-FTPd [privsep]". */
static const char *ftp_product(struct span greeting, struct span *ret_version)
{
    static const struct {
        const char *word, *product;
    } KNOWN[] = { { "vsFTPd ", "vsftpd" }, { "ProFTPD ", "proftpd" }, { "Pure-FTPd", "pure-ftpd" },
                  { "FileZilla Server ", "filezilla-server" }, { "Microsoft FTP Service", "microsoft-ftp" } };
    *ret_version = SPAN_NONE;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        size_t at = span_find(greeting, span_str(KNOWN[i].word));
        if (at == SIZE_MAX)
            continue;
        struct span rest = span_from(greeting, at + strlen(KNOWN[i].word));
        size_t n = 0;
        while (n < rest.len && n < VERSION_MAX && rest.at[n] != ')' && !ascii_is_space(rest.at[n]))
            n++;
        if (n && !ascii_is_digit(rest.at[0]))
            n = 0;
        *ret_version = span_first(rest, n);
        return KNOWN[i].product;
    }
    return "ftp";
}

static enum outcome ftp_refused(struct observation *o, const struct ask *a, unsigned code, struct span said)
{
    if (code != 530 && code != 430 && code != 331 && code != 332 && code != 532) {
        if (code)
            fact_number(o, "error.code", code, a->name, said);
        return OUTCOME_UNCLEAR;
    }
    fact_text(o, "auth", SPAN("password"), a->name, said);
    return OUTCOME_LOCKED;
}

static enum outcome ftp_anonymous(struct wire *w, struct observation *o)
{
    struct span said;
    const struct ask *a = &FTP_USER;
    unsigned code = ftp_ask(w, &FTP_USER, &said);
    if (code == 331) {
        a = &FTP_PASS;
        wire_ask(w, &FTP_PASS);
        wire_hears(w, REFUSAL_MS);
        said = ftp_answer(w, &code);
    }
    if (code != 230 && code != 232)
        return ftp_refused(o, a, code, said);
    unsigned entered = ftp_ask(w, &FTP_CWD, &said);
    fact_text(o, "auth", SPAN("none"), FTP_CWD.name, said);
    fact_text(o, "user", SPAN("anonymous"), a->name, said);
    if (entered == 250 || entered == 200)
        return OUTCOME_OPEN;
    return entered == 550 || entered == 530 ? OUTCOME_PARTIAL : OUTCOME_UNCLEAR;
}

static enum outcome ftp_run(struct wire *w, struct observation *o)
{
    unsigned code = 0;
    struct span greeting = ftp_answer(w, &code), version, said;
    if (code != 220 || greeting_says_smtp(greeting))
        return OUTCOME_NOT_MINE;
    if (!greeting_says_ftp(greeting)) {
        unsigned noop = ftp_ask(w, &FTP_NOOP, &said);
        if (noop != 200 && noop != 530)
            return OUTCOME_NOT_MINE;
    }
    o->product = ftp_product(greeting, &version);
    if (version.len)
        fact_text(o, "version", version, NULL, greeting);
    wire_known(w);
    if (ftp_ask(w, &FTP_FEAT, &said) == 211)
        fact_bool(o, "tls.offered", span_has(said, "AUTH TLS") || span_has(said, "AUTH SSL"), FTP_FEAT.name, said);
    enum outcome outcome = wire_ok(w) ? ftp_anonymous(w, o) : OUTCOME_UNCLEAR;
    wire_bye(w, &FTP_QUIT);
    return outcome;
}

static bool ftp_upgrade(struct wire *w)
{
    unsigned code = 0;
    struct span said;
    ftp_answer(w, &code);
    return code == 220 && ftp_ask(w, &FTP_AUTH, &said) == 234 && !wire_heard(w).len;
}

extern const struct probe PROBE_FTP;
const struct probe PROBE_FTP = {
    .name = "ftp",
    .title = "FTP servers",
    .products = { "ftp", "vsftpd", "proftpd", "pure-ftpd", "filezilla-server", "microsoft-ftp" },
    .kind = KIND_FILES,
    .ports = { 21, 2121 },
    .tls_ports = { 990 },
    .peer_first = true,
    .rank = 85,
    .proof = "the visitor without a name is let in and may enter the top directory",
    .counts = "nothing: a list of files is not asked for",
    .asks = { &FTP_NOOP, &FTP_FEAT, &FTP_USER, &FTP_PASS, &FTP_CWD, &FTP_AUTH, &FTP_QUIT },
    .recognises = ftp_recognises,
    .run = ftp_run,
    .upgrade = ftp_upgrade,
};
