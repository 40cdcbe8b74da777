/* What tools and clouds write as JSON: one document, a list, or one document a line. A form is known by its members; an
 * object is looked at for each of them in turn. */
#include "import/inside.h"

#include "text/node.h"

enum { DOCUMENT_BYTES = 512 << 20, DEPTH_MAX = 24, NAMES_OF_CERTIFICATE_MAX = 1000 };

bool import_is_json(struct span text)
{
    text = span_trim(span_first(text, 4096));
    return text.len && (text.at[0] == '{' || text.at[0] == '[');
}

static struct span text_of(const struct node *n, const char *key)
{
    return node_text(node_get(n, key));
}

/* A port that is a number or text. */
static bool port_of(const struct node *n, uint64_t *ret)
{
    int64_t number;
    if (n && n->kind == NODE_TEXT)
        return span_u64(n->text, 65535, ret);
    bool good = node_i64(n, &number) && number > 0 && number <= 65535;
    *ret = good ? (uint64_t)number : 0;
    return good;
}

/* The text, or each text of a list. */
static void put_each(struct importing *x, const struct node *n)
{
    if (n && n->kind == NODE_TEXT && n->text.len)
        import_put(x, n->text, 0);
    for (const struct node *c = n && n->kind == NODE_LIST ? n->first : NULL; c; c = c->next)
        put_each(x, c->kind == NODE_TEXT ? c : NULL);
}

/* ---- scanners ---- */

/* {"ip": "10.0.0.1", "ports": [{"port": 80, "proto": "tcp", "status": "open"}]} */
static bool masscan(struct importing *x, const struct node *n)
{
    const struct node *ports = node_get(n, "ports");
    struct span ip = text_of(n, "ip");
    if (!ip.len || !ports || ports->kind != NODE_LIST)
        return false;
    for (const struct node *p = ports->first; p; p = p->next) {
        uint64_t port;
        struct span status = text_of(p, "status");
        bool open = !status.len || span_is(status, "open");
        if (open && span_is(text_of(p, "proto"), "tcp") && port_of(node_get(p, "port"), &port))
            import_put(x, ip, port);
        else if (!node_get(p, "service"))
            import_pass(x);
    }
    return true;
}

/* {"url": "https://db.corp:8443", "host": "10.0.0.1", "port": "8443", "failed": false} */
static bool httpx(struct importing *x, const struct node *n)
{
    struct span url = text_of(n, "url");
    if (!span_starts(url, SPAN("http://")) && !span_starts(url, SPAN("https://")))
        return false;
    import_put(x, url, 0);
    return true;
}

/* naabu: {"host": "db.corp", "ip": "10.0.0.1", "port": 6379, "protocol": "tcp"}; Shodan: {"ip_str": "192.0.2.1",
 * "port": 6379, "transport": "tcp"}; zmap: {"saddr": "10.0.0.1", "sport": 80, "success": 1} */
static bool one_port(struct importing *x, const struct node *n)
{
    static const char *const HOSTS[] = { "ip_str", "ip", "saddr", "host" };
    const struct node *at = node_get(n, "port") ? node_get(n, "port") : node_get(n, "sport");
    struct span host = SPAN_NONE, transport = text_of(n, "transport");
    transport = transport.len ? transport : text_of(n, "protocol");
    uint64_t port = 0;
    int64_t success = 1;
    if (import_is_name(text_of(n, "host"))) /* a name is part of what is asked */
        host = text_of(n, "host");
    for (size_t i = 0; !host.len && i < sizeof(HOSTS) / sizeof(*HOSTS); i++)
        host = text_of(n, HOSTS[i]);
    if (at && at->kind == NODE_MAP) /* naabu before 2.1.2 */
        at = node_get(at, "Port");
    if (!host.len || (!at && !node_get(n, "saddr")))
        return false;
    node_i64(node_get(n, "success"), &success);
    if (text_of(n, "ip_str").len && at && port_of(at, &port)) /* Shodan's own word for an address */
        import_saw(x, text_of(n, "ip_str"), port, span_eq_nocase(transport, SPAN("udp")),
                   text_of(n, "timestamp"), "Shodan");
    if (span_eq_nocase(transport, SPAN("udp")) || !success || (at && !port_of(at, &port)))
        import_pass(x);
    else
        import_put(x, host, port);
    return true;
}

/* ---- certificates ---- */

/* crt.sh: {"issuer_ca_id": 1, "common_name": "a.corp", "name_value": "a.corp\n*.b.corp"} */
static bool crt_sh(struct importing *x, const struct node *n)
{
    struct span names = text_of(n, "name_value");
    if (!node_get(n, "issuer_ca_id") && !node_get(n, "issuer_name"))
        return false;
    for (size_t i = 0; names.len && i < NAMES_OF_CERTIFICATE_MAX; i++) {
        struct span name = span_trim(span_cut(&names, '\n'));
        if (import_is_name(name)) /* no wildcard and no address of mail */
            import_put(x, name, 0);
        else
            import_pass(x);
    }
    return true;
}

/* ---- kubectl get svc,ingress -o json ---- */

static void put_ports(struct importing *x, struct span host, const struct node *ports)
{
    for (const struct node *p = ports ? ports->first : NULL; p; p = p->next) {
        uint64_t port;
        struct span protocol = text_of(p, "protocol");
        if ((!protocol.len || span_is(protocol, "TCP")) && port_of(node_get(p, "port"), &port))
            import_put(x, host, port);
        else
            import_pass(x);
    }
}

static void service(struct importing *x, const struct node *spec, const struct node *status)
{
    static const char *const LISTS[] = { "clusterIPs", "externalIPs" };
    const struct node *ports = node_get(spec, "ports");
    bool listed = node_get(spec, "clusterIPs") != NULL;
    struct span one = text_of(spec, "clusterIP");
    if (!listed && one.len && !span_is(one, "None"))
        put_ports(x, one, ports);
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(*LISTS); i++) {
        const struct node *list = node_get(spec, LISTS[i]);
        for (const struct node *c = list ? list->first : NULL; c; c = c->next)
            if (c->kind == NODE_TEXT && !span_is(c->text, "None"))
                put_ports(x, c->text, ports);
    }
    const struct node *ingress = node_get(node_get(status, "loadBalancer"), "ingress");
    for (const struct node *c = ingress ? ingress->first : NULL; c; c = c->next)
        put_ports(x, text_of(c, "ip").len ? text_of(c, "ip") : text_of(c, "hostname"), ports);
}

static void ingress(struct importing *x, const struct node *spec, const struct node *status)
{
    const struct node *rules = node_get(spec, "rules"), *doors = node_get(node_get(status, "loadBalancer"), "ingress");
    bool tls = node_get(spec, "tls") != NULL;
    for (const struct node *r = rules ? rules->first : NULL; r; r = r->next) {
        struct span host = text_of(r, "host");
        if (!host.len)
            continue;
        import_put(x, host, 80);
        if (tls && host.at[0] != '*')
            import_put(x, host, 443);
    }
    for (const struct node *c = doors ? doors->first : NULL; c; c = c->next) {
        import_put(x, text_of(c, "ip").len ? text_of(c, "ip") : text_of(c, "hostname"), 80);
        if (tls)
            import_put(x, text_of(c, "ip").len ? text_of(c, "ip") : text_of(c, "hostname"), 443);
    }
}

static bool kubernetes(struct importing *x, const struct node *n)
{
    struct span kind = text_of(n, "kind");
    const struct node *items = node_get(n, "items"), *spec = node_get(n, "spec"), *status = node_get(n, "status");
    if (!node_get(n, "apiVersion") || !kind.len)
        return false;
    for (const struct node *c = items && items->kind == NODE_LIST ? items->first : NULL; c; c = c->next)
        kubernetes(x, c);
    if (span_is(kind, "Service"))
        service(x, spec, status);
    else if (span_is(kind, "Ingress"))
        ingress(x, spec, status);
    else if (!items)
        import_pass(x);
    return true;
}

/* ---- clouds ---- */

/* aws ec2 describe-instances, rds describe-db-instances, elasticache describe-cache-clusters --show-cache-node-info */
static bool aws(struct importing *x, const struct node *n)
{
    static const char *const LISTS[] = { "Reservations", "DBInstances", "CacheClusters", "Instances", "CacheNodes" };
    static const char *const ADDRESSES[] = { "PrivateIpAddress", "PublicIpAddress" };
    const struct node *endpoint = node_get(n, "Endpoint");
    uint64_t port;
    bool known = false;
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(*LISTS); i++) {
        const struct node *list = node_get(n, LISTS[i]);
        for (const struct node *c = list && list->kind == NODE_LIST ? list->first : NULL; c; c = c->next)
            aws(x, c);
        known |= list && list->kind == NODE_LIST;
    }
    if (endpoint && endpoint->kind == NODE_MAP && port_of(node_get(endpoint, "Port"), &port))
        import_put(x, text_of(endpoint, "Address"), port);
    if (!node_get(n, "InstanceId"))
        return known;
    for (size_t i = 0; i < sizeof(ADDRESSES) / sizeof(*ADDRESSES); i++)
        if (text_of(n, ADDRESSES[i]).len)
            import_put(x, text_of(n, ADDRESSES[i]), 0);
    return true;
}

/* aliyun ecs DescribeInstances */
static bool aliyun(struct importing *x, const struct node *n)
{
    const struct node *list = node_get(node_get(n, "Instances"), "Instance");
    if (!list || list->kind != NODE_LIST)
        return false;
    for (const struct node *c = list->first; c; c = c->next) {
        put_each(x, node_get(node_get(c, "PublicIpAddress"), "IpAddress"));
        put_each(x, node_get(node_get(c, "InnerIpAddress"), "IpAddress"));
        put_each(x, node_get(node_get(node_get(c, "VpcAttributes"), "PrivateIpAddress"), "IpAddress"));
        put_each(x, node_get(node_get(c, "EipAddress"), "IpAddress"));
    }
    return true;
}

/* az vm list-ip-addresses, and az vm list --show-details */
static bool azure(struct importing *x, const struct node *n)
{
    static const char *const DETAILS[] = { "privateIps", "publicIps", "fqdns" };
    const struct node *network = node_get(node_get(n, "virtualMachine"), "network");
    const struct node *outside = node_get(network, "publicIpAddresses");
    put_each(x, node_get(network, "privateIpAddresses"));
    for (const struct node *c = outside ? outside->first : NULL; c; c = c->next)
        put_each(x, node_get(c, "ipAddress"));
    for (size_t i = 0; !network && node_get(n, "vmId") && i < sizeof(DETAILS) / sizeof(*DETAILS); i++)
        for (struct span left = text_of(n, DETAILS[i]); left.len;) /* with commas between */
            import_put(x, span_cut(&left, ','), 0);
    return network || node_get(n, "vmId");
}

/* gcloud compute instances list --format=json */
static bool google(struct importing *x, const struct node *n)
{
    const struct node *list = node_get(n, "networkInterfaces");
    if (!list || list->kind != NODE_LIST || !span_is(text_of(n, "kind"), "compute#instance"))
        return false;
    for (const struct node *c = list->first; c; c = c->next) {
        put_each(x, node_get(c, "networkIP"));
        const struct node *doors = node_get(c, "accessConfigs");
        for (const struct node *d = doors ? doors->first : NULL; d; d = d->next)
            put_each(x, node_get(d, "natIP"));
    }
    return true;
}

/* ---- terraform ---- */

/* Members of resources of many makers that hold an address or a name; what one holds that is neither is passed over. */
static void attributes(struct importing *x, const struct node *n)
{
    static const char *const HOLD[] = { "public_ip", "private_ip", "ip_address", "public_ip_address",
                                        "private_ip_address", "ipv4_address", "ipv4_address_private", "ipv6_address",
                                        "access_ip_v4", "access_ip_v6", "network_ip", "nat_ip", "primary_ip_address",
                                        "eip", "private_ips", "fixed_ip_v4" };
    uint64_t port = 0;
    struct span address = text_of(n, "address");
    for (size_t i = 0; i < sizeof(HOLD) / sizeof(*HOLD); i++)
        put_each(x, node_get(n, HOLD[i]));
    if (address.len && port_of(node_get(n, "port"), &port)) /* a database, a cache */
        import_put(x, address, port);
}

static void nested(struct importing *x, const struct node *n, size_t depth)
{
    if (!n || depth == DEPTH_MAX || (n->kind != NODE_MAP && n->kind != NODE_LIST))
        return;
    if (n->kind == NODE_MAP)
        attributes(x, n);
    for (const struct node *c = n->first; c; c = c->next)
        nested(x, c, depth + 1);
}

static bool terraform(struct importing *x, const struct node *n)
{
    const struct node *resources = node_get(n, "resources");
    if (!node_get(n, "terraform_version") || !resources || resources->kind != NODE_LIST)
        return false;
    for (const struct node *r = resources->first; r; r = r->next) {
        const struct node *instances = node_get(r, "instances");
        bool data = span_is(text_of(r, "mode"), "data"); /* what is only read belongs to others */
        for (const struct node *i = instances && !data ? instances->first : NULL; i; i = i->next)
            nested(x, node_get(i, "attributes"), 0);
    }
    return true;
}

/* ---- ansible-inventory --list ---- */

static bool ansible(struct importing *x, const struct node *n)
{
    const struct node *vars = node_get(node_get(n, "_meta"), "hostvars");
    if (!node_get(n, "_meta") && !(node_get(n, "all") && node_get(node_get(n, "all"), "children")))
        return false;
    for (const struct node *group = n->first; group; group = group->next) {
        const struct node *hosts = node_get(group, "hosts");
        for (const struct node *h = hosts && hosts->kind == NODE_LIST ? hosts->first : NULL; h; h = h->next) {
            struct span at = node_text(node_get(node_get_span(vars, node_text(h)), "ansible_host"));
            if (span_is(node_text(h), "localhost") || span_find(at, SPAN("{{")) != SIZE_MAX)
                import_pass(x);
            else
                import_put(x, at.len ? at : node_text(h), 0);
        }
    }
    return true;
}

/* ---- which ---- */

static const struct {
    const char *name;
    bool (*read)(struct importing *x, const struct node *n);
} FORMS[] = {
    { "masscan JSON", masscan },
    { "httpx JSON", httpx },
    { "crt.sh JSON", crt_sh },
    { "Kubernetes objects", kubernetes },
    { "a Terraform state", terraform },
    { "an Ansible inventory", ansible },
    { "an AWS list", aws },
    { "an Aliyun list", aliyun },
    { "a Google Cloud list", google },
    { "an Azure list", azure },
    { "JSON with addresses and ports", one_port },
};

/* The first object decides; what comes after it in the same form is read alike. */
static const char *read_value(struct importing *x, const struct node *n)
{
    const char *name = NULL;
    if (n->kind == NODE_LIST) {
        for (const struct node *c = n->first; c; c = c->next) {
            const char *mine = c->kind == NODE_MAP ? read_value(x, c) : NULL;
            name = name ? name : mine;
            if (!mine)
                import_pass(x);
        }
        return name ? name : n->first ? NULL : "an empty list";
    }
    for (size_t i = 0; n->kind == NODE_MAP && i < sizeof(FORMS) / sizeof(*FORMS); i++)
        if (FORMS[i].read(x, n))
            return FORMS[i].name;
    return NULL;
}

const char *import_json(struct importing *x, struct span text)
{
    const char *name = NULL;
    while ((text = span_trim(text)).len && !x->full) {
        struct arena a;
        enum json_end end;
        struct span rest;
        size_t values = IMPORT_VALUES_MAX;
        arena_init(&a, DOCUMENT_BYTES);
        x->line++;
        struct node *n = json_front(&a, text, &values, &end, &rest);
        const char *mine = n ? read_value(x, n) : NULL;
        arena_release(&a);
        name = name ? name : mine;
        x->told->cut |= end != JSON_WHOLE;
        if (end != JSON_WHOLE || (!mine && !name))
            break;
        if (!mine)
            import_pass(x);
        text = rest;
        if (text.len && text.at[0] == ',') /* lines of a list whose brackets are gone */
            text = span_from(text, 1);
    }
    return name;
}
