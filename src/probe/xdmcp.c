/* XDMCP (X Display Manager Control Protocol 1.1, "Query"): a display manager that offers its login to displays
 * elsewhere. Whatever is typed there, passwords too, crosses the network in clear.
 *
 *     > Query, no way to authenticate    < Willing: "", "host.example", "Linux 6.1"; or Unwilling
 *
 * No session is requested. */
#include "base/reader.h"
#include "probe/datagram.h"

enum { XDM_VERSION = 1, XDM_WILLING = 5, XDM_UNWILLING = 6 };

static const struct ask XDM_QUERY =
    ASK_FIXED("xdmcp.query", "whether it would manage a display of ours, and what the machine is called",
              "\0\x01\0\x02\0\x01\0");

struct xdm_answer {
    bool willing;
    struct span host, status;
};

static bool xdm_parse(struct span datagram, struct xdm_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    uint16_t version = reader_be16(&r), operation = reader_be16(&r), len = reader_be16(&r);
    struct xdm_answer a = { .willing = operation == XDM_WILLING };
    bool is_mine = version == XDM_VERSION && (a.willing || operation == XDM_UNWILLING) && len == reader_left(&r);
    if (a.willing)
        reader_skip(&r, reader_be16(&r)); /* its way to authenticate */
    a.host = reader_take(&r, reader_be16(&r));
    a.status = reader_take(&r, reader_be16(&r));
    reader_end(&r);
    *ret = a;
    return reader_ok(&r) && is_mine;
}

static bool xdm_is_answer(struct span datagram)
{
    struct xdm_answer a;
    return xdm_parse(datagram, &a);
}

static enum outcome xdmcp_run(struct wire *w, struct observation *o)
{
    struct xdm_answer a;
    wire_ask(w, &XDM_QUERY);
    struct span d = datagram_of(w, xdm_is_answer);
    if (!d.len || !xdm_parse(d, &a))
        return OUTCOME_NOT_MINE;
    o->product = "xdmcp";
    if (a.host.len)
        fact_text(o, "host", a.host, XDM_QUERY.name, d);
    if (a.status.len)
        fact_text(o, "status", a.status, XDM_QUERY.name, d);
    fact_bool(o, "login.offered", a.willing, XDM_QUERY.name, d);
    datagram_amplifies(w, o, d.len, &XDM_QUERY);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_XDMCP;
const struct probe PROBE_XDMCP = {
    .name = "xdmcp",
    .title = "XDMCP, logins of X",
    .products = { "xdmcp" },
    .kind = KIND_REMOTE,
    .transport = TRANSPORT_UDP,
    .ports = { 177 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it offers a login, and none is tried",
    .counts = "nothing",
    .asks = { &XDM_QUERY },
    .run = xdmcp_run,
};
