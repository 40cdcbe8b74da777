/* NTP over UDP: the time (RFC 5905), the variables of the daemon (mode 6, RFC 9327), and the list of its latest clients
 * (mode 7, ntp_request.h of ntpd up to 4.2.7).
 *
 *     > mode 3, a client's question                        < mode 4, the time; our stamp is in it
 *     > mode 6, read variables of the system               < version="ntpd 4.2.8p15", system="Linux/6.1", ...
 *     > mode 7, the list of clients ("monlist")            < up to 600 addresses in 100 datagrams, or nothing
 *
 * The time is for everybody. The other two are for administrators, and what they say is many times as long as the
 * question. The list names other people's addresses: that it is given is all that is kept of it. */
#include "base/reader.h"
#include "probe/datagram.h"

#define NTP_STAMP "ajarajar"
static const struct ask NTP_TIME =
    ASK_FIXED("ntp.time", "whether it tells the time: who does is an NTP server",
              "\x23\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0" NTP_STAMP);
static const struct ask NTP_VARIABLES =
    ASK_FIXED("ntp.variables", "which version it is, for whoever asks, and how long the answer is",
              "\x16\x02\x6a\x72\0\0\0\0\0\0\0\0");
static const struct ask NTP_CLIENTS =
    ASK_FIXED("ntp.clients", "whether it lists its clients to strangers, and how long the answer is",
              "\x17\0\x03\x2a\0\0\0\0");

enum { NTP_SERVER = 4, NTP_CONTROL = 6, NTP_PRIVATE = 7, NTP_READ = 2, NTP_ID = 0x6a72, NTP_LIST = 0x2a, NTP_XNTPD = 3,
       NTP_ITEM_MAX = 256, NTP_VALUE_MAX = 128 };

static bool ntp_is_time(struct span datagram)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    uint8_t head = reader_u8(&r);
    reader_skip(&r, 23);
    bool is_mine = reader_literal(&r, SPAN(NTP_STAMP));
    reader_skip(&r, 16);
    return reader_ok(&r) && is_mine && (head & 7) == NTP_SERVER && (head >> 3 & 7) >= 1 && (head >> 3 & 7) <= 4;
}

/* Text of the system's variables; a long one comes in several. */
static bool ntp_control(struct span datagram, struct span *ret_text)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    uint8_t head = reader_u8(&r), operation = reader_u8(&r);
    uint16_t id = reader_be16(&r);
    reader_skip(&r, 2); /* status */
    uint16_t association = reader_be16(&r);
    reader_skip(&r, 2); /* offset */
    *ret_text = reader_take(&r, reader_be16(&r));
    bool answers = (operation & 0xc0) == 0x80 && (operation & 0x1f) == NTP_READ; /* an answer, and no error */
    return reader_ok(&r) && (head & 7) == NTP_CONTROL && answers && id == NTP_ID && association == 0;
}

static bool ntp_is_control(struct span datagram)
{
    struct span text;
    return ntp_control(datagram, &text);
}

/* An answer of mode 7 without an error, with whole items in it. */
static bool ntp_is_list(struct span datagram)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    uint8_t head = reader_u8(&r);
    reader_skip(&r, 1); /* its number */
    uint8_t implementation = reader_u8(&r), request = reader_u8(&r);
    uint16_t count = reader_be16(&r), size = reader_be16(&r);
    reader_skip(&r, (size_t)(count & 0xfff) * (size & 0xfff));
    bool answers = head >> 7 && (head & 7) == NTP_PRIVATE && implementation == NTP_XNTPD && request == NTP_LIST;
    return reader_ok(&r) && answers && count && !(count >> 12) && size && size <= NTP_ITEM_MAX;
}

/* The value of `name="..."`. */
static struct span ntp_value(struct span text, struct span name)
{
    size_t at = span_find(text, name);
    struct span rest = at == SIZE_MAX ? SPAN_NONE : span_from(text, at + name.len);
    size_t end = span_index(rest, '"');
    return end < rest.len && end <= NTP_VALUE_MAX ? span_first(rest, end) : SPAN_NONE;
}

/* "ntpd 4.2.8p15@1.3728-o Wed ...", "ntpd ntpsec-1.2.2". */
static void ntp_version(struct observation *o, struct span text)
{
    struct span rest = ntp_value(text, SPAN("version=\""));
    if (!span_starts(rest, SPAN("ntpd ")))
        return;
    rest = span_from(rest, 5);
    struct span version = span_cut(&rest, ' ');
    version = span_first(version, span_index(version, '@'));
    bool is_ntpsec = span_starts(version, SPAN("ntpsec-"));
    version = is_ntpsec ? span_from(version, 7) : version;
    fact_text(o, "software", is_ntpsec ? SPAN("NTPsec") : SPAN("ntpd"), NTP_VARIABLES.name, text);
    if (version.len && ascii_is_digit(version.at[0]))
        fact_text(o, "version", version, NTP_VARIABLES.name, text);
}

static enum outcome ntp_run(struct wire *w, struct observation *o)
{
    struct span text = SPAN_NONE;
    wire_ask(w, &NTP_TIME);
    struct span d = datagram_of(w, ntp_is_time);
    if (!d.len)
        return OUTCOME_NOT_MINE;
    o->product = "ntp";
    fact_number(o, "stratum", d.at[1], NTP_TIME.name, span_first(d, 4));
    d = datagram_perhaps(w, &NTP_CLIENTS, ntp_is_list);
    bool lists = d.len > 0;
    if (lists) { /* silence says nothing */
        fact_bool(o, "clients.told", true, NTP_CLIENTS.name, SPAN_NONE);
        datagram_amplifies(w, o, d.len + datagram_rest(w, ntp_is_list, NULL, o), &NTP_CLIENTS);
    }
    d = datagram_perhaps(w, &NTP_VARIABLES, ntp_is_control);
    if (!d.len || !ntp_control(d, &text))
        return OUTCOME_IDENTIFIED;
    ntp_version(o, text);
    struct span system = ntp_value(text, SPAN("system=\""));
    if (system.len)
        fact_text(o, "os", system, NTP_VARIABLES.name, text);
    if (!lists)
        datagram_amplifies(w, o, d.len + datagram_rest(w, ntp_is_control, NULL, o), &NTP_VARIABLES);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_NTP;
const struct probe PROBE_NTP = {
    .name = "ntp",
    .title = "NTP",
    .products = { "ntp" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 123 },
    .at_home = true,
    .rank = 50,
    .proof = "none: the time is for everybody",
    .counts = "nothing",
    .asks = { &NTP_TIME, &NTP_VARIABLES, &NTP_CLIENTS },
    .run = ntp_run,
};
