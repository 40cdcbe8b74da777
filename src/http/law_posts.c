/* The rows for POST, PROPFIND and HEAD alone. Of each POST it is said why it changes nothing: it is
 * the product's way to ask, and its body can say nothing but what stands here. */
#include "http/law_rows.h"

#include <stddef.h>

#define POST(form, says, because) \
    { \
        .method = "POST", .path = (form), .body = (says), .why = (because) \
    }
#define POST_OF(names, form, says, because) \
    { \
        .method = "POST", .products = (names), .path = (form), .body = (says), .why = (because) \
    }
#define HEAD(names, form, tells) \
    { \
        .method = "HEAD", .products = (names), .path = (form), .why = (tells) \
    }

const struct law_row LAW_POSTS[] = {
    /* Stores. */
    POST("/_dbs_info", "{\"keys\":[<names>]}",
         "CouchDB: documents and bytes of the databases named; it takes POST for their number"),
    POST("/v3|v3beta|v3alpha/maintenance/status", "{}",
         "etcd: version and bytes; its gateway takes every call as a POST"),
    POST(
        "/v3|v3beta|v3alpha/kv/range",
        "{\"key\":\"AA==\",\"range_end\":\"AA==\",\"count_only\":true}",
        "etcd: how many keys there are; Range never writes, count_only leaves out keys and values"),
    POST("/v3|v3beta|v3alpha/kv/range",
         "{\"key\":\"AA==\",\"range_end\":\"AA==\",\"count_only\":true,\"serializable\":true}",
         "etcd: the same of one member, which need not ask the others"),
    POST("/v3|v3beta|v3alpha/cluster/member/list", "{}", "etcd: its members; the call only reads"),
    POST("/v3|v3beta|v3alpha/auth/status", "{}",
         "etcd: whether it asks for a login; the call only reads"),
    POST("/v2/vectordb/collections|databases/list", "{}",
         "Milvus: names; it takes every call as a POST"),
    POST("/v2/vectordb/collections/list", "{\"dbName\":\"default\"}",
         "Milvus: the same of one database"),
    POST("/v2/vectordb/collections/get_stats|describe", "{\"collectionName\":\"<name>\"}",
         "Milvus: rows or fields of one collection; the call only reads"),
    POST("/v2/vectordb/collections/get_stats|describe",
         "{\"dbName\":\"default\",\"collectionName\":\"<name>\"}",
         "Milvus: the same, the database named"),
    POST("/_sql", "{\"stmt\":\"<sql:crate>\"}",
         "CrateDB: one statement over names and sizes; it takes statements as a POST only"),
    POST_OF(
        "libsql sqld", "/v2/pipeline",
        "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"<sql:sqlite>\"}},{\"type\":\"close\"}]}",
        "sqld: one statement over names of tables"),
    POST_OF(
        "neo4j", "/db/neo4j|data|system/tx|transaction/commit",
        "{\"statements\":[{\"statement\":\"<sql:cypher>\"}]}",
        "Neo4j: a number out of its count store, or names of databases; what is committed read only"),
    POST_OF("gremlin gremlin-server janusgraph", "/", "{\"gremlin\":\"''\"}",
            "Gremlin: an empty text is the whole script; it touches no graph"),
    POST_OF("gremlin gremlin-server janusgraph", "/gremlin", "{\"gremlin\":\"''\"}",
            "Gremlin: an empty text is the whole script; it touches no graph"),
    POST("/api/v0/version|id", NULL, "IPFS: version; its whole interface takes POST"),
    POST("/api/v0/repo|stats/stat|repo", NULL,
         "IPFS: objects and bytes; its whole interface takes POST"),

    /* Learning, work flows, dashboards. */
    POST("/v2/repository/index", "{}", "Triton: names of models; loading is another call"),
    POST("/api/flows|deployments|flow_runs/count", "{}",
         "Prefect: a number; the filter is the body"),
    POST("/v1/metadata", "{\"type\":\"get_inconsistent_metadata\",\"args\":{}}",
         "Hasura: whether its description fits the database; this call only compares"),
    POST_OF("skywalking", "/graphql", "{\"query\":\"query{version}\"}",
            "SkyWalking: its version; a GraphQL query changes nothing"),
    POST_OF("xxl-job-executor", "/beat", "{}",
            "XXL-Job: whether a token is wanted; a heartbeat is answered and starts nothing"),
    POST_OF("cloudbeaver", "/api/gql", "{\"query\":\"{serverConfig{version}}\"}",
            "CloudBeaver: its version; a GraphQL query changes nothing"),
    POST_OF("cerebro", "/overview", "{\"host\":\"<name>\"}",
            "Cerebro: names and sizes of indices of a cluster that it listed itself"),
    { .method = "POST",
      .path = "/api/v0/repo/stat",
      .query = "!size-only=true",
      .why = "IPFS: bytes alone; its whole interface takes POST" },

    /* WebDAV. */
    { .method = "PROPFIND",
      .path = "/",
      .why = "WebDAV: names and sizes at the top; the method only reads, and goes one level deep" },
    { .method = "PROPFIND",
      .path = "/webdav|dav",
      .why = "WebDAV: names and sizes at the top; the method only reads, and goes one level deep" },

    /* What a GET would answer with records or secrets: only whether it is answered. */
    HEAD(NULL, "/{name}", "a bucket or a table: whether a stranger may read it, how much there is"),
    { .method = "HEAD",
      .products = "azure-blob",
      .path = "/",
      .query = "!restype=container",
      .why = "whether the container whose own path was asked for is public; no blob is named" },
    HEAD("etcd", "/v2/keys/", "whether a stranger may read in the second store"),
    HEAD("grafana", "/api/datasources", "whether a stranger may see the data sources"),
    HEAD("drill", "/storage.json", "whether a stranger may see the stores"),
    HEAD("jupyterhub", "/hub/api/users", "whether a stranger may see the users"),
    HEAD("parse-dashboard", "/parse-dashboard-config.json", "whether it is handed out"),
    HEAD("langflow flowise", "/api/v1/flows|chatflows",
         "whether a stranger may see the work flows"),
    HEAD("n8n", "/rest/workflows", "whether a stranger may see the work flows"),
    HEAD("spring-boot", "/actuator/env", "whether a stranger may see the environment"),
    { .method = "HEAD",
      .products = "spring-boot",
      .path = "/actuator/heapdump",
      .accept = "text/x-ajar-none",
      .why = "whether a stranger is refused; a dump is no text, so who is let in is told so, and none is made" },
    { .method = NULL },
};
