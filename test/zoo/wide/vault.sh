#!/bin/sh
# Cuts the source of Vault 1.14.8, in whose folder this is run, down to what a server with a store of files needs. Of its parts in
# folders beside it the published ones take their place; the SDK is of a later release, whose names are put in.
set -eu

rm -r command/agent.go command/agent_*.go command/proxy.go command/agent command/proxy command/agentproxyshared
sed -i 's|=> \./api$|=> github.com/hashicorp/vault/api v1.9.2|; s|=> \./sdk$|=> github.com/hashicorp/vault/sdk v0.10.2|; /=> \.\/api\/auth/d' go.mod
sed -i '/^\t\t"\(agent\|agent generate-config\|proxy\)": func/,/^\t\t},/d
/"github.com\/hashicorp\/vault.*\/\(plugin-auth\|credential\|vault-plugin-auth\|physical\|logical\|serviceregistration\/\)/{/vault\/sdk\/\|physical\/\(raft\|file\|inmem\)\|credential\/\(token\|userpass\)/!d}
/vault-plugin-auth\|"database": *logicalDb\|[ck]sr\.New/d
/: *&\?\(cred\|phys\)[A-Z]/{/\(Token\|Userpass\|Raft\|File\|Inmem\)/!d}' command/commands.go
sed -i '/^\t\(cred\|db\|logical\)[A-Z].* "github/{/\(credUserpass\|credAppRole\|logicalKv\)/!d}
/"\(pcf\|ad\)": {/,/^\t\t\t},/d
/"[^"]*": *{Factory: *\(cred\|logical\|db\)/{/\(credUserpass\|credAppRole\|logicalKv\)/!d}' helper/builtinplugins/registry.go
sed -i '/wrappers\/\(alicloudkms\|awskms\|azurekeyvault\|gcpckms\|ocikms\)/d
/case wrapping.WrapperType\(AliCloudKms\|AwsKms\|AzureKeyVault\|GcpCkms\|OciKms\):/,/KMSFunc(/d
/^\(func\|var\) Get\(AliCloud\|AWS\|Azure\|GCPCKMS\|OCIKMS\)/,/^}/d' internalshared/configutil/kms.go
sed -i 's/^func (bus \*pluginEventBus) Send(/func (bus *pluginEventBus) SendEvent(/' vault/eventbus/bus.go
sed -i 's/logical\.ContextOriginalBodyValue(\([a-zA-Z.()]*\))$/\1.Value("body").(interface{ Read([]byte) (int, error); Close() error })/
s/logical\.CreateContextOriginalBody(\(ctx\|r.Context()\), /context.WithValue(\1, "body", /' vault/logical_system_raft.go vault/request_handling.go http/util.go
sed -i 's/\(RaftAutopilot[a-zA-Z]*\)WithDRToken([^)]*)/\1()/' command/operator_raft_autopilot_*.go

# What finds other servers in clouds is left out.
mkdir -p discover/provider/k8s
cat >discover/discover.go <<'END'
package discover

import (
	"errors"
	"log"
)

type Provider interface{}
type Discover struct{}
type Option func(*Discover) error

var Providers = map[string]Provider{}

func WithProviders(map[string]Provider) Option                { return nil }
func New(...Option) (*Discover, error)                        { return &Discover{}, nil }
func (*Discover) Addrs(string, *log.Logger) ([]string, error) { return nil, errors.New("left out") }
END
printf 'package k8s\n\ntype Provider struct{}\n' >discover/provider/k8s/k8s.go
for part in "" /provider/k8s; do
    echo "module github.com/hashicorp/go-discover$part" >"discover$part/go.mod"
    printf '\nreplace github.com/hashicorp/go-discover%s => ./discover%s\n' "$part" "$part" >>go.mod
done
