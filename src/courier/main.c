/* ajar-courier: carries one message by libcurl. An order comes on standard input, a receipt goes to
 * standard output (parcel.h); nobody calls it but `ajar watch`.
 *
 * All addresses of a host are tried; an interim answer (1xx) is none; https_proxy and no_proxy of the
 * environment count for HTTP. Certificates are always verified, redirects never followed. One recipient
 * whom a relay refuses keeps the mail from no other. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/io.h"
#include "courier/parcel.h"

enum { ANSWER_MAX = 64 * 1024, REPLY_MAX = 160, READ_BYTES = 64 * 1024, WORDS_MAX = 256 << 20 };

enum fate { FATE_OPEN, FATE_TAKEN, FATE_REFUSED };

struct recipient {
    const char *address; /* "<ops@example.org>" */
    enum fate fate;
    unsigned code;
};

struct order {
    struct arena arena;
    bool is_mail;
    const char *url, *method, *ca_file, *tls, *user, *password, *from;
    uint64_t timeout_ms;
    struct curl_slist *headers, *recipients;
    struct recipient *to;
    size_t to_count, to_max;
    struct span body;
};

/* ---- the order --------------------------------------------------------------------------- */

static bool read_input(struct buf *in)
{
    for (;;) {
        uint8_t *room = buf_room(in, READ_BYTES);
        ssize_t n = room ? read(STDIN_FILENO, room, READ_BYTES) : -1;
        if (n < 0 && room && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        in->len += (size_t)n;
    }
}

static bool add_to(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = text ? curl_slist_append(*list, text) : NULL;
    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool add_recipient(struct order *o, struct span address)
{
    const char *text = arena_printf(&o->arena, "<%.*s>", SPAN_FMT(address));
    if (o->to_count == o->to_max) {
        size_t max = o->to_max ? 2 * o->to_max : 16;
        struct recipient *wider = arena_array(&o->arena, max, sizeof(*wider));
        if (!wider)
            return false;
        if (o->to_count)
            memcpy(wider, o->to, o->to_count * sizeof(*wider));
        o->to = wider;
        o->to_max = max;
    }
    o->to[o->to_count++] = (struct recipient){ .address = text };
    return add_to(&o->recipients, text);
}

static bool keep_text(struct order *o, const char **to, struct span value)
{
    *to = arena_str(&o->arena, value);
    return *to != NULL;
}

static bool take_field(struct order *o, uint8_t tag, struct span value)
{
    switch (tag) {
    case PARCEL_MAIL:
        o->is_mail = true;
        return keep_text(o, &o->url, value);
    case PARCEL_POST:
        return keep_text(o, &o->url, value);
    case PARCEL_METHOD:
        return keep_text(o, &o->method, value);
    case PARCEL_TIMEOUT:
        return span_u64(value, INT32_MAX, &o->timeout_ms);
    case PARCEL_CA_FILE:
        return keep_text(o, &o->ca_file, value);
    case PARCEL_HEADER:
        return add_to(&o->headers, arena_str(&o->arena, value));
    case PARCEL_BODY:
        o->body = value;
        return true;
    case PARCEL_TLS:
        return keep_text(o, &o->tls, value);
    case PARCEL_USER:
        return keep_text(o, &o->user, value);
    case PARCEL_PASSWORD:
        return keep_text(o, &o->password, value);
    case PARCEL_FROM:
        o->from = arena_printf(&o->arena, "<%.*s>", SPAN_FMT(value));
        return o->from != NULL;
    case PARCEL_RECIPIENT:
        return add_recipient(o, value);
    default:
        return false;
    }
}

static bool read_order(struct order *o, struct span parcel)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, parcel);
    uint8_t tag;
    struct span value;
    while (parcel_next(&r, &tag, &value))
        if (!take_field(o, tag, value))
            return false;
    return reader_ok(&r) && o->url && o->timeout_ms && (!o->is_mail || (o->from && o->to_count && o->tls));
}

/* ---- one transfer ------------------------------------------------------------------------ */

struct transfer {
    const struct order *order;
    CURL *curl;
    bool ready; /* every option was taken */
    char why[CURL_ERROR_SIZE];
    struct buf answer;
    struct span left;      /* of a mail's text */
    size_t recipient;      /* whose RCPT was sent last; to_count: none yet, or past them */
    bool begun;            /* MAIL FROM was sent */
    char reply[REPLY_MAX]; /* the relay's last one that was no success */
};

#define SET(t, option, value) ((t)->ready = (t)->ready && curl_easy_setopt((t)->curl, option, value) == CURLE_OK)

static bool transfer_begin(struct transfer *t, const struct order *o)
{
    *t = (struct transfer){ .order = o, .curl = curl_easy_init(), .left = o->body, .recipient = o->to_count };
    t->ready = t->curl != NULL;
    buf_init(&t->answer, ANSWER_MAX);
    if (!t->ready)
        return false;
    SET(t, CURLOPT_ERRORBUFFER, t->why);
    SET(t, CURLOPT_URL, o->url);
    SET(t, CURLOPT_PROTOCOLS_STR, o->is_mail ? "smtp,smtps" : "http,https");
    SET(t, CURLOPT_FOLLOWLOCATION, 0L);
    SET(t, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
    SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (o->ca_file)
        SET(t, CURLOPT_CAINFO, o->ca_file);
    return t->ready;
}

/* ---- HTTP -------------------------------------------------------------------------------- */

static size_t take_answer(char *at, size_t one, size_t count, void *to)
{
    struct buf *answer = to;
    struct span s = span_of(at, one * count);
    buf_put(answer, span_first(s, ANSWER_MAX - answer->len));
    return answer->len < ANSWER_MAX ? s.len : 0; /* 0: enough was read */
}

static void post(struct transfer *t, struct buf *receipt)
{
    const struct order *o = t->order;
    long status = 0;
    SET(t, CURLOPT_USERAGENT, "ajar-watch");
    SET(t, CURLOPT_HTTPHEADER, o->headers);
    if (o->method && strcmp(o->method, "GET") == 0) {
        SET(t, CURLOPT_HTTPGET, 1L);
    } else {
        SET(t, CURLOPT_POST, 1L);
        SET(t, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.len);
        SET(t, CURLOPT_POSTFIELDS, (const char *)o->body.at);
        if (o->method)
            SET(t, CURLOPT_CUSTOMREQUEST, o->method);
    }
    SET(t, CURLOPT_WRITEFUNCTION, take_answer);
    SET(t, CURLOPT_WRITEDATA, &t->answer);
    CURLcode code = t->ready ? curl_easy_perform(t->curl) : CURLE_OUT_OF_MEMORY;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200) { /* what was answered counts, whatever goes wrong behind the status line */
        parcel_put(receipt, PARCEL_DONE, SPAN_NONE);
        parcel_put_number(receipt, PARCEL_STATUS, (uint64_t)status);
        parcel_put(receipt, PARCEL_BODY, buf_span(&t->answer));
        return;
    }
    parcel_put(receipt, PARCEL_WHY, span_str(t->why[0] ? t->why : curl_easy_strerror(code)));
}

/* ---- SMTP -------------------------------------------------------------------------------- */

static size_t give_text(char *to, size_t one, size_t count, void *self)
{
    struct transfer *t = self;
    struct span part = span_first(t->left, one * count);
    if (part.len)
        memcpy(to, part.at, part.len);
    t->left = span_from(t->left, part.len);
    return part.len;
}

static void heard_command(struct transfer *t, struct span line)
{
    size_t count = t->order->to_count;
    if (span_starts(line, SPAN("MAIL FROM")))
        t->begun = true;
    else if (span_starts(line, SPAN("RCPT TO")))
        t->recipient = t->recipient == count ? 0 : t->recipient + 1;
    else
        t->recipient = count;
}

/* "250 ok", "550-no such user": a reply of several lines counts by its last (RFC 5321 4.2.1). */
static void heard_reply(struct transfer *t, struct span line)
{
    uint64_t code;
    line = span_trim(line);
    if (!span_u64(span_first(line, 3), 599, &code) || (line.len > 3 && line.at[3] != ' '))
        return;
    if (code >= 400)
        snprintf(t->reply, sizeof(t->reply), "%.*s", SPAN_FMT(span_first(line, REPLY_MAX - 1)));
    if (t->recipient >= t->order->to_count)
        return;
    struct recipient *r = &t->order->to[t->recipient];
    r->code = (unsigned)code;
    if (code >= 500)
        r->fate = FATE_REFUSED;
}

static int hear(CURL *curl, curl_infotype kind, char *at, size_t len, void *self)
{
    (void)curl;
    if (kind == CURLINFO_HEADER_OUT)
        heard_command(self, span_of(at, len));
    else if (kind == CURLINFO_HEADER_IN)
        heard_reply(self, span_of(at, len));
    return 0;
}

static void set_login(struct transfer *t)
{
    const struct order *o = t->order;
    bool never = strcmp(o->tls, "never") == 0, must = strcmp(o->tls, "must") == 0;
    SET(t, CURLOPT_USE_SSL, (long)(never ? CURLUSESSL_NONE : must ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (!o->user)
        return;
    SET(t, CURLOPT_USERNAME, o->user);
    SET(t, CURLOPT_PASSWORD, o->password ? o->password : "");
    SET(t, CURLOPT_SASL_IR, 1L);
}

static void put_fates(const struct order *o, bool handed_over, struct buf *receipt)
{
    static const char *const WORDS[] = { "open", "taken", "refused" };
    for (size_t i = 0; i < o->to_count; i++) {
        const struct recipient *r = &o->to[i];
        bool taken = handed_over && r->fate == FATE_OPEN && r->code >= 200 && r->code < 300;
        char text[32];
        int n = snprintf(text, sizeof(text), "%s %u", WORDS[taken ? FATE_TAKEN : r->fate], r->code);
        parcel_put(receipt, PARCEL_RECIPIENT, span_of(text, (size_t)n));
    }
}

static void mail(struct transfer *t, struct buf *receipt)
{
    const struct order *o = t->order;
    set_login(t);
    SET(t, CURLOPT_PROXY, "");
    SET(t, CURLOPT_MAIL_FROM, o->from);
    SET(t, CURLOPT_MAIL_RCPT, o->recipients);
    SET(t, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    SET(t, CURLOPT_UPLOAD, 1L);
    SET(t, CURLOPT_READFUNCTION, give_text);
    SET(t, CURLOPT_READDATA, t);
    SET(t, CURLOPT_VERBOSE, 1L);
    SET(t, CURLOPT_DEBUGFUNCTION, hear);
    SET(t, CURLOPT_DEBUGDATA, t);
    CURLcode code = t->ready ? curl_easy_perform(t->curl) : CURLE_OUT_OF_MEMORY;
    if (code == CURLE_OK)
        parcel_put(receipt, PARCEL_DONE, SPAN_NONE);
    if (t->begun)
        parcel_put(receipt, PARCEL_BEGUN, SPAN_NONE);
    put_fates(o, code == CURLE_OK, receipt);
    if (code == CURLE_OK)
        return;
    char why[REPLY_MAX + 32];
    snprintf(why, sizeof(why), "the relay answered %s", t->reply);
    parcel_put(receipt, PARCEL_WHY, span_str(t->reply[0] ? why : t->why[0] ? t->why : curl_easy_strerror(code)));
}

/* ---- the whole --------------------------------------------------------------------------- */

int main(void)
{
    struct order o = { .is_mail = false };
    struct buf in, receipt;
    struct transfer t;
    arena_init(&o.arena, WORDS_MAX);
    buf_init(&in, PARCEL_BYTES_MAX);
    buf_init(&receipt, PARCEL_BYTES_MAX);
    bool ok = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK && read_input(&in) && read_order(&o, buf_span(&in));
    if (!ok) {
        fputs("ajar-courier: carries the messages of `ajar watch`; it is not for calling\n", stderr);
        return 2;
    }
    if (!transfer_begin(&t, &o))
        parcel_put(&receipt, PARCEL_WHY, SPAN("libcurl cannot be set up"));
    else if (o.is_mail)
        mail(&t, &receipt);
    else
        post(&t, &receipt);
    ok = buf_ok(&receipt) && io_write_all(STDOUT_FILENO, buf_span(&receipt));
    curl_easy_cleanup(t.curl);
    curl_slist_free_all(o.headers);
    curl_slist_free_all(o.recipients);
    curl_global_cleanup();
    buf_release(&t.answer);
    buf_release(&in);
    buf_release(&receipt);
    arena_release(&o.arena);
    return ok ? 0 : 1;
}
