/* How one gets in, as mysql_door.h promises.
 *
 * The handle: an account of the product's own with an empty answer to the server's challenge, which is
 * what the protocol itself sends for an account without a password. Tried in turn, until one opens:
 *
 *     1. root
 *     2. the account without a name, which MySQL made on every installation until 5.7 and MariaDB until
 *        10.4: where it is left, any name but those of other accounts is let in
 *     3. admin, where the greeting or the port is that of Doris or StarRocks, which ship it beside root
 *
 * Only a refusal of the account leads to the next; one of the address or for want of connections does
 * not. Where the greeting offers TLS, the login runs inside it, and without it where the handshake fails.
 *
 * Every login is finished: the server counts handshakes that break and blocks an address after 100 of
 * them (error 1129). A refused login is counted elsewhere, and blocks nobody. */
#include "probe/mysql_door.h"

enum {
    MY_LOGIN_PACKETS_MAX = 5,
    MY_PEEK_MIN = 5, /* length, sequence number, first byte */
};

/* What the client says it can do: LONG_PASSWORD, LONG_FLAG, PROTOCOL_41, TRANSACTIONS,
 * SECURE_CONNECTION and PLUGIN_AUTH; in TLS also SSL. Then the largest packet (16 MiB), the
 * collation (utf8_general_ci) and 23 zeros. */
#define MY_ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define MY_ABILITIES "\x05\xa2\x08\0" "\0\0\0\x01" "\x21" MY_ZEROS
#define MY_ABILITIES_TLS "\x05\xaa\x08\0" "\0\0\0\x01" "\x21" MY_ZEROS
/* The name, an answer of no bytes, the method. */
#define MY_AS(user) user "\0" "\0" "mysql_native_password\0"

const struct ask MY_TLS_REQUEST =
    MY_PACKET("mysql.tls_request", "asks for TLS, which the greeting offered", "\x01", MY_ABILITIES_TLS);
const struct ask MY_LOGIN =
    MY_PACKET("mysql.login", "user root with an empty answer: the first proof", "\x01", MY_ABILITIES MY_AS("root"));
const struct ask MY_LOGIN_TLS =
    MY_PACKET("mysql.login_tls", "the same inside TLS", "\x02", MY_ABILITIES_TLS MY_AS("root"));
const struct ask MY_LOGIN_ANONYMOUS =
    MY_PACKET("mysql.login_anonymous", "the account without a name, with an empty answer", "\x01",
              MY_ABILITIES MY_AS(""));
const struct ask MY_LOGIN_ANONYMOUS_TLS =
    MY_PACKET("mysql.login_anonymous_tls", "the same inside TLS", "\x02", MY_ABILITIES_TLS MY_AS(""));
const struct ask MY_LOGIN_ADMIN =
    MY_PACKET("mysql.login_admin", "user admin of Doris and StarRocks, with an empty answer", "\x01",
              MY_ABILITIES MY_AS("admin"));
const struct ask MY_LOGIN_ADMIN_TLS =
    MY_PACKET("mysql.login_admin_tls", "the same inside TLS", "\x02", MY_ABILITIES_TLS MY_AS("admin"));
/* An answer to a method that the server asks by: no bytes, or the one NUL that ends a text of none, as the
 * methods of SHA-2 write it. Its number follows that of the question: 3 in clear, 4 inside TLS, and 5 and 6
 * where the server then wants more. */
#define MY_EMPTY_ASK(n, byte)                                                                      \
    ASK_FIXED("mysql.empty_" n, "no password either, where the server asks by another method", "\0\0\0" byte)
#define MY_NUL_ASK(n, byte)                                                                        \
    ASK_FIXED("mysql.nul_" n, "the same as the methods of SHA-2 write it", "\x01\0\0" byte "\0")
const struct ask MY_EMPTY[MY_FIRST_ANSWERS] = { MY_EMPTY_ASK("3", "\x03"), MY_EMPTY_ASK("4", "\x04") };
const struct ask MY_NUL[MY_ANSWERS] = { MY_NUL_ASK("3", "\x03"), MY_NUL_ASK("4", "\x04"), MY_NUL_ASK("5", "\x05"),
                                        MY_NUL_ASK("6", "\x06") };

static const struct my_user MY_ROOT = { "root", &MY_LOGIN, &MY_LOGIN_TLS };
static const struct my_user MY_ANONYMOUS = { "anonymous", &MY_LOGIN_ANONYMOUS, &MY_LOGIN_ANONYMOUS_TLS };
static const struct my_user MY_ADMIN = { "admin", &MY_LOGIN_ADMIN, &MY_LOGIN_ADMIN_TLS };

static enum my_answer my_greet(struct my *m, struct my_entry *e)
{
    struct my_packet p;
    struct span head = wire_peek(m->w, MY_PEEK_MIN);
    if (!wire_ok(m->w) || head.at[3] != 0 || (head.at[4] != 10 && head.at[4] != 0xff))
        return MY_NOTHING;
    if (!my_read(m->w, &p))
        return MY_NOTHING;
    if (my_error_parse(p.body, &e->error))
        return MY_TURNED_AWAY;
    if (!my_greeting_parse(p.body, &m->greeting))
        return MY_NOTHING;
    e->plugin = m->greeting.plugin;
    return MY_GREETED;
}

/* Answers a method of the server with nothing, in the way of that method. A question that is out of turn
 * breaks the protocol. */
static void my_say_nothing(struct wire *w, struct span plugin, uint8_t sequence)
{
    bool nul = span_has(plugin, "sha2") || sequence >= 2 + MY_FIRST_ANSWERS;
    if (sequence < 2 || sequence >= 2 + MY_ANSWERS)
        wire_fail(w);
    else
        wire_ask(w, nul ? &MY_NUL[sequence - 2] : &MY_EMPTY[sequence - 2]);
}

/* ER_MUST_CHANGE_PASSWORD_LOGIN: told to those only whose answer was right. */
static enum my_answer my_denial(const struct my_error *e)
{
    return e->code == 1862 ? MY_EXPIRED : MY_DENIED;
}

/* More is asked for than nothing. Nothing is said once more, so that the server ends the handshake. */
static enum my_answer my_finish(struct my *m, struct my_entry *e, uint8_t sequence)
{
    struct my_packet p;
    my_say_nothing(m->w, e->plugin, sequence);
    if (!my_read(m->w, &p))
        return MY_ASKED;
    struct my_error error;
    if (my_error_parse(p.body, &error)) {
        e->error = error;
        e->proof = p.body;
        return my_denial(&error);
    }
    return p.body.at[0] == 0 && p.body.len >= 7 ? MY_IN : MY_ASKED;
}

/* Sends the login and follows the server through at most one change of method. */
static enum my_answer my_login(struct my *m, struct my_entry *e)
{
    struct my_packet p;
    bool switched = false;
    e->ask = e->tls ? e->user->login_tls : e->user->login;
    wire_ask(m->w, e->ask);
    for (unsigned i = 0; i < MY_LOGIN_PACKETS_MAX; i++) {
        if (!my_read(m->w, &p))
            return MY_GREETED;
        e->proof = p.body;
        uint8_t first = p.body.at[0];
        if (first == 0 && p.body.len >= 7)
            return MY_IN;
        if (my_error_parse(p.body, &e->error))
            return my_denial(&e->error);
        if (first == 0x01 && p.body.len == 2 && p.body.at[1] == 3)
            continue; /* caching_sha2_password: known, the OK packet follows */
        if (first == 0x01 || first == 0x02)
            return my_finish(m, e, p.sequence);
        if (first != 0xfe || switched)
            break;
        switched = true;
        if (p.body.len == 1) {
            e->plugin = SPAN("mysql_old_password");
            return my_finish(m, e, p.sequence);
        }
        struct span name = span_from(p.body, 1);
        e->plugin = span_first(name, span_index(name, 0));
        my_say_nothing(m->w, e->plugin, p.sequence);
    }
    wire_fail(m->w);
    return MY_GREETED;
}

/* Greeting, TLS where it is offered, login. Where the handshake fails, the login goes without. */
static enum my_answer my_enter(struct my *m, struct my_entry *e)
{
    if (!m->used)
        m->dress = wire_in_tls(m->w) ? WIRE_IN_TLS : WIRE_PLAIN;
    else if (!wire_again(m->w, m->dress))
        return MY_NOTHING;
    m->used = true;
    enum my_answer answer = my_greet(m, e);
    if (answer != MY_GREETED)
        return answer;
    if (!(m->greeting.abilities & MY_CAN_TLS) || wire_in_tls(m->w) || m->tls_failed)
        return my_login(m, e);
    e->tls = true;
    if (wire_ask(m->w, &MY_TLS_REQUEST) && !wire_heard(m->w).len && wire_start_tls(m->w)) {
        answer = my_login(m, e);
        if (answer != MY_GREETED)
            return answer;
    }
    e->tls = false;
    m->tls_failed = true;
    struct my_greeting first = m->greeting;
    if (!wire_again(m->w, WIRE_PLAIN) || my_greet(m, e) != MY_GREETED) {
        m->greeting = first;
        return MY_GREETED;
    }
    return my_login(m, e);
}

/* Refusals that speak of the account: wrong or missing credentials (1045, 1698, 4151), an account that
 * is locked (3118), an old hash (1251, 1275), a method that the server lacks (1524, 2059). */
static bool my_is_about_the_account(const struct my_entry *e)
{
    static const uint16_t CODES[] = { 1045, 1251, 1275, 1524, 1698, 2059, 3118, 4151 };
    if (e->answer == MY_ASKED)
        return true;
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++)
        if (e->answer == MY_DENIED && e->error.code == CODES[i])
            return true;
    return false;
}

static bool my_may_be_doris(const struct my *m)
{
    struct span version = m->greeting.version;
    return wire_endpoint(m->w)->port == 9030 || span_has(version, "doris") || span_has(version, "tarRocks") ||
           span_starts(version, SPAN("5.7.99"));
}

/* Tries one account, and keeps what came of it where that is more than what is known. True where the
 * account was refused, so that another may be tried. */
static bool my_try(struct my *m, const struct my_user *user)
{
    struct my_entry e = { .user = user };
    e.answer = my_enter(m, &e);
    m->broken = m->broken || (e.answer <= MY_GREETED && e.answer != MY_TURNED_AWAY && !wire_ok(m->w));
    bool refused_already = m->best.answer >= MY_ASKED;
    if (e.answer >= MY_EXPIRED || (!refused_already && e.answer > m->best.answer))
        m->best = e;
    return my_is_about_the_account(&e);
}

void my_find_door(struct my *m)
{
    struct my_greeting first;
    if (!my_try(m, &MY_ROOT))
        return;
    first = m->greeting;
    if (my_try(m, &MY_ANONYMOUS) && my_may_be_doris(m))
        my_try(m, &MY_ADMIN);
    if (m->best.answer < MY_EXPIRED)
        m->greeting = first;
}
