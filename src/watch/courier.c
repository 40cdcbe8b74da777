#include "watch/courier.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { VERSION_NEEDED = 0x075500, REPLY_MAX = 160 };

struct courier {
    void *library;
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_perform)(CURL *);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    void (*easy_cleanup)(CURL *);
    const char *(*easy_strerror)(CURLcode);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
    curl_version_info_data *(*version_info)(CURLversion);
    void (*global_cleanup)(void);
};

/* ---- loading --------------------------------------------------------------------------- */

static bool find(struct courier *c, const char *name, void *to)
{
    void *symbol = dlsym(c->library, name);
    memcpy(to, &symbol, sizeof(symbol)); /* an object pointer becomes a function pointer, as POSIX allows */
    return symbol != NULL;
}

struct courier *courier_open(struct error *e)
{
    struct courier *c = calloc(1, sizeof(*c));
    if (!c) {
        error_set(e, "no memory to deliver with");
        return NULL;
    }
    c->library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    bool found = c->library && find(c, "curl_easy_init", &c->easy_init) &&
                 find(c, "curl_easy_setopt", &c->easy_setopt) && find(c, "curl_easy_perform", &c->easy_perform) &&
                 find(c, "curl_easy_getinfo", &c->easy_getinfo) && find(c, "curl_easy_cleanup", &c->easy_cleanup) &&
                 find(c, "curl_easy_strerror", &c->easy_strerror) &&
                 find(c, "curl_slist_append", &c->slist_append) &&
                 find(c, "curl_slist_free_all", &c->slist_free_all) &&
                 find(c, "curl_version_info", &c->version_info) &&
                 find(c, "curl_global_cleanup", &c->global_cleanup);
    if (found && c->version_info(CURLVERSION_NOW)->version_num >= VERSION_NEEDED)
        return c;
    error_set(e, "libcurl 7.85 or later is needed to deliver this; install the package libcurl4");
    courier_close(c);
    return NULL;
}

void courier_close(struct courier *c)
{
    if (!c)
        return;
    if (c->global_cleanup)
        c->global_cleanup();
    if (c->library)
        dlclose(c->library);
    free(c);
}

/* ---- one transfer ---------------------------------------------------------------------- */

struct transfer {
    struct courier *courier;
    CURL *curl;
    char why[CURL_ERROR_SIZE];
    bool ready; /* every option was taken */
};

#define SET(t, option, value) \
    ((t)->ready = (t)->ready && (t)->courier->easy_setopt((t)->curl, option, value) == CURLE_OK)

static bool transfer_begin(struct transfer *t, struct courier *c, const char *protocols, const char *ca_file,
                           int64_t timeout_ms, struct error *e)
{
    *t = (struct transfer){ .courier = c, .curl = c->easy_init(), .ready = true };
    if (!t->curl)
        return error_set(e, "libcurl cannot be set up");
    SET(t, CURLOPT_ERRORBUFFER, t->why);
    SET(t, CURLOPT_NOSIGNAL, 1L);
    SET(t, CURLOPT_PROTOCOLS_STR, protocols);
    SET(t, CURLOPT_FOLLOWLOCATION, 0L);
    SET(t, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca_file)
        SET(t, CURLOPT_CAINFO, ca_file);
    return true;
}

static bool transfer_failed(struct transfer *t, CURLcode code, struct error *e)
{
    return error_set(e, "%s", t->why[0] ? t->why : t->courier->easy_strerror(code));
}

/* ---- HTTP ------------------------------------------------------------------------------ */

static size_t take_answer(char *at, size_t one, size_t count, void *to)
{
    struct buf *answer = to;
    struct span s = span_of(at, one * count);
    buf_put(answer, span_first(s, COURIER_ANSWER_MAX - answer->len));
    return answer->len < COURIER_ANSWER_MAX ? s.len : 0; /* 0: enough was read */
}

bool courier_post(struct courier *c, const struct courier_post *p, unsigned *ret_status, struct buf *answer,
                  struct error *e)
{
    struct transfer t;
    struct curl_slist *headers = NULL;
    long status = 0;
    if (!transfer_begin(&t, c, "http,https", p->ca_file, p->timeout_ms, e))
        return false;
    headers = c->slist_append(headers, "Expect:");
    for (size_t i = 0; headers && i < p->header_count; i++)
        headers = c->slist_append(headers, p->headers[i]);
    SET(&t, CURLOPT_URL, p->url);
    SET(&t, CURLOPT_USERAGENT, "ajar-watch");
    SET(&t, CURLOPT_HTTPHEADER, headers);
    SET(&t, CURLOPT_POST, 1L);
    SET(&t, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->body.len);
    SET(&t, CURLOPT_POSTFIELDS, (const char *)p->body.at);
    SET(&t, CURLOPT_WRITEFUNCTION, take_answer);
    SET(&t, CURLOPT_WRITEDATA, answer);
    CURLcode code = t.ready && headers ? c->easy_perform(t.curl) : CURLE_OUT_OF_MEMORY;
    c->easy_getinfo(t.curl, CURLINFO_RESPONSE_CODE, &status);
    /* What the receiver answered counts, whatever goes wrong behind its status line. */
    bool answered = status >= 200;
    if (!answered)
        transfer_failed(&t, code, e);
    *ret_status = answered ? (unsigned)status : 0;
    c->slist_free_all(headers);
    c->easy_cleanup(t.curl);
    return answered;
}

/* ---- SMTP ------------------------------------------------------------------------------ */

struct mailing {
    const struct courier_mail *mail;
    struct span left;  /* of the text */
    size_t recipient;  /* whose RCPT was sent last; to_count: none yet, or past them */
    bool begun;        /* MAIL FROM was sent */
    char reply[REPLY_MAX]; /* the last one that was no success */
};

static size_t give_text(char *to, size_t one, size_t count, void *self)
{
    struct mailing *m = self;
    struct span part = span_first(m->left, one * count);
    if (part.len)
        memcpy(to, part.at, part.len);
    m->left = span_from(m->left, part.len);
    return part.len;
}

static void heard_command(struct mailing *m, struct span line)
{
    if (span_starts(line, SPAN("MAIL FROM"))) {
        m->begun = true;
    } else if (span_starts(line, SPAN("RCPT TO"))) {
        size_t next = m->recipient == m->mail->to_count ? 0 : m->recipient + 1;
        while (next < m->mail->to_count && m->mail->to[next].fate != FATE_OPEN)
            next++;
        m->recipient = next;
    } else {
        m->recipient = m->mail->to_count;
    }
}

/* "250 ok", "550-no such user": a reply of several lines counts by its last. */
static void heard_reply(struct mailing *m, struct span line)
{
    uint64_t code;
    line = span_trim(line);
    if (!span_u64(span_first(line, 3), 599, &code) || (line.len > 3 && line.at[3] != ' '))
        return;
    if (code >= 400)
        snprintf(m->reply, sizeof(m->reply), "%.*s", SPAN_FMT(span_first(line, REPLY_MAX - 1)));
    if (m->recipient < m->mail->to_count) {
        struct courier_recipient *r = &m->mail->to[m->recipient];
        r->code = (unsigned)code;
        if (code >= 500)
            r->fate = FATE_REFUSED;
    }
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

static void set_login(struct transfer *t, const struct courier_mail *m)
{
    static const long WISHES[] = { [STARTTLS_OFFERED] = CURLUSESSL_TRY, [STARTTLS_REQUIRED] = CURLUSESSL_ALL,
                                   [STARTTLS_NEVER] = CURLUSESSL_NONE, [STARTTLS_AT_ONCE] = CURLUSESSL_ALL };
    bool secret = m->user && m->starttls != STARTTLS_NEVER; /* never in clear unless the file says so */
    SET(t, CURLOPT_USE_SSL, secret ? (long)CURLUSESSL_ALL : WISHES[m->starttls]);
    if (!m->user)
        return;
    SET(t, CURLOPT_USERNAME, m->user);
    SET(t, CURLOPT_PASSWORD, m->password);
    SET(t, CURLOPT_SASL_IR, 1L);
}

static void set_mail(struct transfer *t, struct mailing *to, const char *url, const char *from,
                     struct curl_slist *recipients)
{
    SET(t, CURLOPT_URL, url);
    SET(t, CURLOPT_PROXY, "");
    SET(t, CURLOPT_MAIL_FROM, from);
    SET(t, CURLOPT_MAIL_RCPT, recipients);
    SET(t, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    SET(t, CURLOPT_UPLOAD, 1L);
    SET(t, CURLOPT_READFUNCTION, give_text);
    SET(t, CURLOPT_READDATA, to);
    SET(t, CURLOPT_VERBOSE, 1L);
    SET(t, CURLOPT_DEBUGFUNCTION, hear);
    SET(t, CURLOPT_DEBUGDATA, to);
}

/* What the relay said where it said why not, else what libcurl says. */
static bool mail_failed(struct transfer *t, const struct mailing *m, CURLcode code, struct error *e)
{
    if (m->reply[0])
        return error_set(e, "the relay answered %s", m->reply);
    return transfer_failed(t, code, e);
}

bool courier_mail(struct courier *c, const struct courier_mail *m, bool *ret_begun, struct error *e)
{
    struct transfer t;
    struct mailing to = { .mail = m, .left = m->text, .recipient = m->to_count };
    struct curl_slist *recipients = NULL;
    char url[ENDPOINT_NAME_MAX + 320], from[300], rcpt[300];
    bool six = strchr(m->relay->host, ':') != NULL;
    *ret_begun = false;
    if (!transfer_begin(&t, c, "smtp,smtps", m->ca_file, m->timeout_ms, e))
        return false;
    snprintf(url, sizeof(url), "%s://%s%s%s:%u/%s", m->starttls == STARTTLS_AT_ONCE ? "smtps" : "smtp", six ? "[" : "",
             m->relay->host, six ? "]" : "", m->relay->port, m->ehlo);
    snprintf(from, sizeof(from), "<%s>", m->from);
    for (size_t i = 0; i < m->to_count; i++) {
        if (m->to[i].fate != FATE_OPEN)
            continue;
        snprintf(rcpt, sizeof(rcpt), "<%s>", m->to[i].address);
        recipients = c->slist_append(recipients, rcpt);
    }
    set_login(&t, m);
    set_mail(&t, &to, url, from, recipients);
    CURLcode code = t.ready && recipients ? c->easy_perform(t.curl) : CURLE_OUT_OF_MEMORY;
    *ret_begun = to.begun;
    for (size_t i = 0; i < m->to_count; i++)
        if (code == CURLE_OK && m->to[i].fate == FATE_OPEN && m->to[i].code >= 200 && m->to[i].code < 300)
            m->to[i].fate = FATE_TAKEN;
    if (code != CURLE_OK)
        mail_failed(&t, &to, code, e);
    c->slist_free_all(recipients);
    c->easy_cleanup(t.curl);
    return code == CURLE_OK;
}
