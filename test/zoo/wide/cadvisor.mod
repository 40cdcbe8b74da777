module github.com/google/cadvisor

go 1.13

require (
	github.com/coreos/go-systemd v0.0.0-20190321100706-95778dfbb74e
	github.com/godbus/dbus v0.0.0-20181101234600-2ff6f7ffd60f
	github.com/sirupsen/logrus v1.4.2
	github.com/abbot/go-http-auth v0.4.0
	github.com/aws/aws-sdk-go v1.16.26
	github.com/blang/semver v3.5.0+incompatible
	github.com/checkpoint-restore/go-criu v0.0.0-20181120144056-17b0214f6c48
	github.com/containerd/console v1.0.5 // indirect
	github.com/containerd/containerd v1.0.2
	github.com/containerd/typeurl v0.0.0-20190228175220-2a93cfde8c20
	github.com/cyphar/filepath-securejoin v0.7.0 // indirect
	github.com/docker/distribution v2.7.1+incompatible
	github.com/docker/docker v0.7.3-0.20190327010347-be7ac8be2ae0
	github.com/docker/go-connections v0.3.0
	github.com/docker/go-units v0.5.0
	github.com/euank/go-kmsg-parser v2.0.0+incompatible
	github.com/garyburd/redigo v0.0.0-20150301180006-535138d7bcd7
	github.com/gogo/protobuf v1.1.1
	github.com/google/uuid v1.6.0 // indirect
	github.com/karrick/godirwalk v1.7.5
	github.com/mattn/go-shellwords v1.0.16 // indirect
	github.com/mindprince/gonvml v0.0.0-20190828220739-9ebdce4bb989
	github.com/mistifyio/go-zfs v2.1.2-0.20190413222219-f784269be439+incompatible
	github.com/mrunalp/fileutils v0.5.1
	github.com/opencontainers/image-spec v1.1.1 // indirect
	github.com/opencontainers/runc v1.0.0-rc9
	github.com/opencontainers/runtime-spec v1.0.0
	github.com/opencontainers/selinux v1.3.1-0.20190929122143-5215b1806f52
	github.com/pkg/errors v0.8.1
	github.com/prometheus/client_golang v1.0.0
	github.com/prometheus/client_model v0.2.0
	github.com/prometheus/common v0.4.1
	github.com/syndtr/gocapability v0.0.0-20200815063812-42c35b437635 // indirect
	github.com/vishvananda/netlink v1.1.0
	golang.org/x/net v0.0.0-20191004110552-13f9640d40b9
	golang.org/x/sys v0.26.0
	google.golang.org/grpc v1.26.0
	k8s.io/klog v1.0.0
	k8s.io/utils v0.0.0-20191114184206-e782cd3c129f
)
