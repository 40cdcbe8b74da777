/* One line a member (Reconfig of ZooKeeper 3.5 and later), between others that say nothing of addresses:
 *
 *     server.1=10.0.0.5:2888:3888:participant;10.0.0.5:2181
 *
 * Before ";" is where members speak to each other (several addresses between "|" from 3.6 on), behind it where clients
 * are served: the port alone, or with an address, which is of no use to others where it means all. Nothing stands there
 * where each member has it in its own file. */
#include "probe/zookeeper_config.h"

#include "record/peer.h"

enum { LINES_MAX = 512, MEMBERS_MAX = 64, MEMBERS_BYTES = 2048 };

struct member {
    struct span host;
    uint64_t port; /* 0: none is named */
};

static bool means_all(struct span host)
{
    return host.len == 0 || span_is(host, "0.0.0.0") || span_is(host, "::") || span_is(host, "0:0:0:0:0:0:0:0");
}

/* "10.0.0.5", "zoo1.corp" or "[fd00::5]" at the start of "host:port...". */
static struct span host_cut(struct span *text)
{
    if (!text->len || text->at[0] != '[')
        return span_cut(text, ':');
    *text = span_from(*text, 1);
    struct span host = span_cut(text, ']');
    (void)span_cut(text, ':');
    return host;
}

/* False where the line is none of a member, or says no host. */
static bool member_parse(struct span line, struct member *ret)
{
    struct span id = span_cut(&line, '='), spec = span_cut(&line, ';'), clients = span_trim(line);
    uint64_t number;
    if (!span_starts(id, SPAN("server.")) || !span_u64(span_from(id, 7), INT64_MAX, &number))
        return false;
    *ret = (struct member){ .host = host_cut(&spec) };
    if (clients.len) {
        struct span port = clients, host = SPAN_NONE;
        if (span_index(clients, ':') < clients.len)
            host = host_cut(&port);
        if (!span_u64(port, UINT16_MAX, &ret->port))
            return false;
        ret->host = means_all(host) ? ret->host : host;
    }
    return !means_all(ret->host);
}

/* By its host alone. */
static void host_put(struct writer *out, struct span host)
{
    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] <= ' ' || host.at[i] > '~' || host.at[i] == ',')
            return;
    if (out->cap - out->len < host.len + 2)
        return;
    writer_str(out, out->len ? ", " : "");
    writer_put(out, host);
}

void zookeeper_config_state(struct observation *o, struct span config, const char *ask)
{
    uint8_t peers[MEMBERS_BYTES], members[MEMBERS_BYTES];
    struct writer places = writer_over(peers, sizeof(peers)), hosts = writer_over(members, sizeof(members));
    struct span rest = config;
    struct member m;
    for (size_t lines = 0, named = 0; rest.len && lines < LINES_MAX && named < MEMBERS_MAX; lines++) {
        if (!member_parse(span_trim(span_cut(&rest, '\n')), &m))
            continue;
        named++;
        if (m.port)
            peer_put(&places, m.host, m.port);
        else
            host_put(&hosts, m.host);
    }
    if (writer_ok(&places) && places.len)
        fact_text(o, "peers", writer_span(&places), ask, config);
    if (writer_ok(&hosts) && hosts.len)
        fact_text(o, "members", writer_span(&hosts), ask, config);
}
