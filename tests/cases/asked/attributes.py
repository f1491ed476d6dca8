"""One attribute, in every form, at its edges."""
import re
import textwrap

# Attribute of a service -> edge -> value. `None` leaves the value out (null).
SERVICE = {
    "annotations": {"map": "{a: 1, b: x, c: null}", "list": "[a=1, b]", "twice": "[a=1, a=2]", "nested": "{a: {b: c}}"},
    "attach": {"false": "false", "word": '"no"', "wrong": "2"},
    "blkio_config": {
        "all": "{weight: 300, weight_device: [{path: /dev/sda, weight: 400}], "
               "device_read_bps: [{path: /dev/sdb, rate: 12mb}], device_write_iops: [{path: /dev/sdb, rate: 30}]}",
        "unknown-key": "{wheight: 3}",
    },
    "build": {
        "context": "./dir",
        "empty": "{}",
        "remote": "https://github.com/org/repo.git#main:sub",
        "long": "{context: ., dockerfile: Containerfile, target: dev, network: host, pull: true, no_cache: true}",
        "args-list": "{context: ., args: [A=1, SET, UNSET]}",
        "args-map": "{context: ., args: {A: 1, SET: , UNSET: , B: true, C: 1.50}}",
        "inline": '{context: ., dockerfile_inline: "FROM scratch\\nCOPY . /"}',
        "inline-and-file": "{context: ., dockerfile: X, dockerfile_inline: FROM scratch}",
        "ssh": "{context: ., ssh: [default]}",
        "contexts": "{context: ., additional_contexts: [a=./a, b=https://x.org/y, c=docker-image://alpine]}",
        "contexts-bare": "{context: ., additional_contexts: [a]}",
        "contexts-service": "{context: ., additional_contexts: {base: 'service:db'}}",
        "lists": "{context: ., tags: [a:1, b:2], cache_from: [x], cache_to: [y], platforms: [linux/amd64], "
                 "entitlements: [network.host], no_cache_filter: stage}",
        "labels": "{context: ., labels: [a=b, c=d], extra_hosts: ['a:1.1.1.1', b=2.2.2.2], shm_size: 1gb}",
        "ulimits": "{context: ., ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}, isolation: default, privileged: true}",
        "provenance": "{context: ., provenance: true, sbom: false}",
        "provenance-mode": "{context: ., provenance: mode=max}",
        "unknown-key": "{context: ., dockerflie: X}",
        "null-context": "{context: null}",
        "list": "[.]",
    },
    "cap_add": {"list": "[NET_ADMIN, SYS_TIME]", "twice": "[A, A]", "string": "NET_ADMIN", "number": "[1]"},
    "cap_drop": {"all": "[ALL]", "empty": "[]"},
    "cgroup": {"host": "host", "private": "private", "other": "mine"},
    "cgroup_parent": {"name": "m-executor-abcd", "number": "5"},
    "command": {
        "string": "bundle exec 'thin -p 3000'",
        "list": "[bundle, exec, 'a b']",
        "empty": '""',
        "empty-list": "[]",
        "null": None,
        "operator": "a && b",
        "open-quote": "\"a 'b\"",
        "escapes": "'a\\ b \"c\\\"d\" $$HOME'",
        "numbers": "[1, 2]",
        "map": "{a: b}",
    },
    "configs": {
        "short": "[site]",
        "long": "[{source: site, target: /x, uid: '103', gid: '103', mode: 0440}]",
        "mode-text": "[{source: site, mode: '0440'}]",
        "unknown": "[stie]",
        "twice": "[site, {source: site, target: /site}]",
        "number": "[5]",
    },
    "container_name": {"name": "my-web.1", "one-letter": "w", "blank": "a b"},
    "cpu_count": {"int": "2", "text": "'3'", "negative": "-1", "variable": "${TWO}"},
    "cpu_percent": {"int": "50", "text": "'50'", "fraction": "'50.5'", "over": "101"},
    "cpu_period": {"int": "100000", "text": "'100000'", "word": "20ms"},
    "cpu_quota": {"int": "-1"},
    "cpu_rt_period": {"int": "1400"},
    "cpu_rt_runtime": {"int": "400"},
    "cpu_shares": {"int": "73", "float": "1.5"},
    "cpus": {"float": "0.5", "int": "2", "text": "'0.1'", "long": "1.123456789", "variable": "${HALF}", "word": "half"},
    "cpuset": {"text": "0,1", "number": "0"},
    "credential_spec": {"file": "{file: x.json}", "registry": "{registry: x}"},
    "depends_on": {
        "list": "[db]",
        "map": "{db: {condition: service_healthy, restart: true, required: false}}",
        "variable": "{db: {condition: service_started, required: '${NO}'}}",
        "no-condition": "{db: {restart: true}}",
        "bad-condition": "{db: {condition: healthy}}",
        "unknown": "[bd]",
        "optional-unknown": "{bd: {condition: service_started, required: false}}",
        "itself": "[web]",
        "twice": "[db, db]",
        "string": "db",
    },
    "deploy": {
        "replicas": "{replicas: 3}",
        "replicas-text": "{replicas: '${TWO}'}",
        "mode": "{mode: global}",
        "labels": "{labels: [a=b], endpoint_mode: vip}",
        "resources": "{resources: {limits: {cpus: '0.5', memory: 50M, pids: 1}, reservations: {cpus: 0.25, memory: 20m}}}",
        "devices": "{resources: {reservations: {devices: [{capabilities: [gpu]}, "
                   "{capabilities: [gpu], count: 2, driver: nvidia, options: {a: b}}, {capabilities: [x], device_ids: [a]}]}}}",
        "devices-no-capability": "{resources: {reservations: {devices: [{count: 1}]}}}",
        "devices-count-and-ids": "{resources: {reservations: {devices: [{capabilities: [gpu], count: 1, device_ids: [a]}]}}}",
        "generic": "{resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: ssd, value: 1}}]}}}",
        "restart": "{restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 120s}}",
        "update": "{update_config: {parallelism: 2, delay: 10s, order: stop-first, failure_action: pause, "
                  "max_failure_ratio: '0.3'}, rollback_config: {parallelism: 0, order: start-first}}",
        "placement": "{placement: {constraints: [node.role==manager], preferences: [{spread: zone}], max_replicas_per_node: 1}}",
        "bad-duration": "{restart_policy: {delay: 5 seconds}}",
        "bad-memory": "{resources: {limits: {memory: lots}}}",
        "null": None,
    },
    "develop": {
        "watch": "{watch: [{path: ./src, action: sync, target: /app, ignore: [node_modules/]}, {path: p.json, action: rebuild}]}",
        "exec": "{watch: [{path: ., action: sync+exec, target: /app, exec: {command: make}, include: '*.c', initial_sync: true}]}",
        "no-target": "{watch: [{path: ., action: sync}]}",
        "bad-action": "{watch: [{path: ., action: synk, target: /a}]}",
    },
    "device_cgroup_rules": {"list": "['c 1:3 mr', 'a 7:* rmw']"},
    "devices": {
        "short": "['/dev/ttyUSB0:/dev/ttyUSB1', /dev/fuse, '/dev/sda:/dev/xvda:r', '/dev/sda::r']",
        "long": "[{source: /dev/a, target: /dev/b, permissions: r}]",
        "cdi": "[vendor.com/class=name]",
        "colons": "['a:b:c:d']",
        "twice": "['/dev/a:/dev/b', '/dev/c:/dev/b']",
    },
    "dns": {"one": "8.8.8.8", "list": "[8.8.8.8, 9.9.9.9]", "empty": '""', "empty-variable": "['${EMPTY}', 1.1.1.1]", "number": "5"},
    "dns_opt": {"list": "[use-vc, no-tld-query]"},
    "dns_search": {"one": "example.com", "list": "[a.org, b.org]"},
    "domainname": {"name": "example.org"},
    "entrypoint": {"string": "php -d memory_limit=-1", "list": "[php, -d]", "empty": '""', "null": None},
    "env_file": {
        "one": "some.env",
        "list": "[some.env, other.env]",
        "long": "[{path: some.env, required: true}, {path: missing.env, required: false}]",
        "raw": "[{path: some.env, format: raw}]",
        "missing": "missing.env",
        "bad-format": "[{path: some.env, format: toml}]",
        "empty-list": "[]",
    },
    "environment": {
        "map": "{A: 1, B: x, C: true, D: 1.50, E: , F: '', G: 2001-01-01, H: 017, I: 1e3}",
        "list": "[A=1, B, SET, C=, 'D=a=b', 'E=x y']",
        "twice": "[A=1, A=2]",
        "set": "{SET: , UNSET: }",
        "variables": "{A: $SET, B: '${UNSET:-d}', C: '$$x', D: '${UNSET}'}",
        "required": "{A: '${UNSET:?must be there}'}",
        "malformed": "{A: '${SET'}",
        "trailing-space": "['A =b']",
        "nested": "{A: {b: c}}",
        "number-key": "{1: a}",
        "string": "A=1",
    },
    "expose": {"mixed": "[3000, '8000', '9000-9002', 53/udp]", "twice": "[80, '80']", "bad": "[http]"},
    "extends": {
        "name": "db",
        "long": "{service: db}",
        "unknown": "dbb",
        "itself": "web",
        "empty": "{}",
    },
    "external_links": {"list": "[redis, 'database:mysql']"},
    "extra_hosts": {
        "list": "['somehost:162.242.195.82', 'other=50.31.209.229', 'v6=[::1]', 'gw:host-gateway']",
        "map": "{a: 1.1.1.1, b: [2.2.2.2, '::1']}",
        "twice": "['a=1.1.1.1', 'a=2.2.2.2']",
        "no-address": "[a]",
    },
    "gpus": {"all": "all", "list": "[{driver: nvidia, count: 2}, {device_ids: [a]}, {}]", "other": "some"},
    "group_add": {"mixed": "[mail, 100]", "twice": "[a, a]"},
    "healthcheck": {
        "list": "{test: [CMD, curl, -f, 'http://localhost'], interval: 1m30s, timeout: 10s, retries: 3, start_period: 40s, start_interval: 5s}",
        "string": "{test: curl -f http://localhost || exit 1}",
        "disable": "{disable: true}",
        "none": "{test: [NONE]}",
        "none-string": "{test: NONE}",
        "no-kind": "{test: [curl]}",
        "interval-number": "{test: x, interval: 5}",
        "interval-bad": "{test: x, interval: 5 sec}",
        "interval-days": "{test: x, interval: 1d2h, timeout: 1w}",
        "start-interval-alone": "{test: x, start_interval: 5s}",
        "retries-text": "{test: x, retries: '${TWO}'}",
        "retries-word": "{test: x, retries: many}",
    },
    "hostname": {"name": "web.local"},
    "image": {"plain": "redis", "digest": "redis@sha256:0ed5d5928d4737458944eb604cc8509e245c3e19d02ad83935398bc4b991aac7",
              "variable": "'redis:${TAG:-7}'", "number": "5", "null": None},
    "init": {"true": "true", "word": '"yes"', "zero": "0", "false": "false"},
    "ipc": {"host": "host", "service": "service:db"},
    "isolation": {"name": "default"},
    "label_file": {"one": "some.labels", "list": "[some.labels]", "missing": "missing.labels"},
    "labels": {"map": "{a: 1, b: true, c: null, d: 1.10}", "list": "[a=1, b]", "dollar": "{a: '$$x ${SET}'}", "number-key": "{1: a}"},
    "links": {"alias": "['db:database']", "unknown": "[bd]"},
    "logging": {"options": "{driver: syslog, options: {syslog-address: 'tcp://1.2.3.4:123', max-file: 3, x: null}}", "driver": "{driver: none}"},
    "mac_address": {"text": "02:42:ac:11:00:02", "number": "22:22:22"},
    "mem_limit": {"text": "50m", "bytes": "52428800", "float": "1.5g", "bad": "lots", "whole-float": "1000000.0"},
    "mem_reservation": {"text": "1KiB"},
    "mem_swappiness": {"int": "60"},
    "memswap_limit": {"off": "-1", "text": "2gb"},
    "models": {"list": "[ai]", "map": "{ai: {endpoint_var: URL, model_var: NAME}}", "unknown": "[ia]"},
    "network_mode": {"host": "host", "service": "service:db", "unknown": "service:bd"},
    "networks": {
        "list": "[front]",
        "map": "{front: , back: {aliases: [a, b], priority: 10}}",
        "long": "{front: {ipv4_address: 172.16.238.10, ipv6_address: '2001:3984:3989::10', link_local_ips: [57.123.22.11], "
                "mac_address: '02:42:ac:11:00:02', driver_opts: {a: 1}, gw_priority: 1, interface_name: eth9}}",
        "default": "[default]",
        "unknown": "[frnt]",
        "twice": "[front, front]",
        "null": None,
        "empty": "[]",
    },
    "oom_kill_disable": {"true": "true"},
    "oom_score_adj": {"int": "500", "over": "1001"},
    "pid": {"host": "host", "service": "service:db"},
    "pids_limit": {"int": "10", "all": "-1"},
    "platform": {"text": "linux/arm64/v8"},
    "ports": {
        "short": "['3000', '8000:8000', '127.0.0.1:8001:8001', '6060:6060/udp', 53]",
        "ranges": "['3000-3005', '9090-9091:8080-8081', '8100-8102:80']",
        "ipv6": "['[::1]:80:80', '::1:81:81', '0.0.0.0::82']",
        "long": "[{name: http, target: 80, host_ip: 127.0.0.1, published: '8080', protocol: tcp, app_protocol: http, mode: host}]",
        "published-number": "[{target: 80, published: 8080}, {target: 81, published: 8000-8010}]",
        "variable": "['${TWO}000:80', {target: '${TWO}'}]",
        "twice": "['80:80', '80:80']",
        "short-and-long": "['80:80', {target: 80, published: '80'}]",
        "base-sixty": "[22:22]",
        "no-target": "[{published: 80}]",
        "too-high": "['99999:80']",
        "name": "['localhost:80:80']",
        "backwards": "['82-80:82-80']",
        "lengths": "['80-81:80-82']",
        "protocol": "['80:80/tpc']",
        "word": "[http]",
        "float": "[80.5]",
        "empty": "['']",
        "string": "80:80",
        "unknown-key": "[{target: 80, publish: 80}]",
    },
    "post_start": {"hook": "[{command: ./a.sh, user: root, privileged: true, working_dir: /x, environment: [A=1, SET]}]", "no-command": "[{user: x}]"},
    "pre_stop": {"hook": "[{command: [a, b]}]"},
    "pre_start": {"hook": "[{command: a b}]", "image": "[{command: a, image: alpine, environment: {X: 1}}]"},
    "privileged": {"true": "true", "word": "yes", "bad": "maybe"},
    "profiles": {"inactive": "[debug]", "empty": "[]", "bad": "['a b!']"},
    "provider": {"options": "{type: thing, options: {a: b, c: [d, e], n: 1}}", "no-type": "{options: {a: b}}"},
    "pull_policy": {"always": "always", "if-not-present": "if_not_present", "every": "every_12h", "bad": "sometimes"},
    "read_only": {"true": "true"},
    "restart": {"always": "always", "on-failure": "on-failure:3", "no": '"no"', "bare-no": "no", "boolean": "false"},
    "runtime": {"name": "runc"},
    "scale": {"int": "3", "text": "'${TWO}'", "negative": "-1", "word": "many", "empty": "'${EMPTY}'"},
    "secrets": {
        "short": "[key]",
        "long": "[{source: key, target: k, uid: '1', gid: '2', mode: 0400}]",
        "unknown": "[kye]",
    },
    "security_opt": {"list": "[label:user:USER, seccomp=unconfined]", "twice": "[a, a]"},
    "shm_size": {"text": "2gb", "bytes": "10000000"},
    "stdin_open": {"true": "true"},
    "stop_grace_period": {"text": "1m30s", "micro": "100us", "number": "10", "bad": "soon"},
    "stop_signal": {"name": "SIGUSR1"},
    "storage_opt": {"size": "{size: 1G}"},
    "sysctls": {"map": "{net.core.somaxconn: 1024}", "list": "[net.core.somaxconn=1024, net.ipv4.tcp_syncookies=0]"},
    "tmpfs": {"one": "/run", "list": "['/run:size=64m,mode=755', /tmp]"},
    "tty": {"true": "true"},
    "ulimits": {"mixed": "{nproc: 65535, nofile: {soft: 20000, hard: 40000}}", "text": "{nofile: '${TWO}'}", "no-hard": "{nofile: {soft: 1}}", "name": "{NOFILE: 1}"},
    "use_api_socket": {"true": "true"},
    "user": {"ids": "'1000:1000'", "number": "1000", "null": None},
    "userns_mode": {"host": "host"},
    "uts": {"host": "host"},
    "volumes": {
        "short": "['data:/data', ./dir:/dir, '/abs:/abs:ro', '~/x:/x', /anon]",
        "options": "['./a:/a:ro,z', './b:/b:rshared', 'data:/c:nocopy', 'data:/d:what']",
        "bind": "[{type: bind, source: ./a, target: /a, read_only: true, bind: {propagation: rslave, create_host_path: false, selinux: Z}}]",
        "volume": "[{type: volume, source: data, target: /a, volume: {nocopy: true, subpath: sub, labels: {a: b}}}]",
        "tmpfs": "[{type: tmpfs, target: /t, tmpfs: {size: 10m, mode: 01777}}]",
        "image": "[{type: image, source: alpine, target: /i, image: {subpath: etc}}]",
        "npipe": "[{type: npipe, source: '\\\\.\\pipe\\x', target: '\\\\.\\pipe\\x'}]",
        "windows": "['C:\\x:/x', 'C:\\a:D:\\b:ro']",
        "one-letter": "['v:/v']",
        "unknown": "['dta:/data']",
        "twice": "['/a:/b', '/c:/b']",
        "with-tmpfs": "['/a:/b', {type: tmpfs, target: /b}]",
        "colons": "['data:/b:ro:x']",
        "empty-part": "['data:/b:']",
        "empty": "['']",
        "no-type": "[{source: data, target: /a}]",
        "no-target": "[{type: volume, source: data}]",
        "variable": "['${EMPTY:-data}:/data', '${SET}:/b']",
    },
    "volumes_from": {"list": "[db, 'db:ro']", "container": "['container:x:rw']", "unknown": "[bd]"},
    "working_dir": {"path": "/app"},
    "iamge": {"unknown": "x"},
    "x-anything": {"map": "{a: 017, b: [1, null, 1.50], c: ~, d: '$SET'}"},
}

# Top-level section -> edge -> value of the one entry `it`.
TOP = {
    "networks": {
        "null": None,
        "all": "{driver: overlay, driver_opts: {a: 1, b: x}, attachable: true, internal: '${YES}', enable_ipv4: false, enable_ipv6: true, labels: [a=b], name: n}",
        "ipam": "{ipam: {driver: default, config: [{subnet: 172.28.0.0/16, ip_range: 172.28.5.0/24, gateway: 172.28.5.254, aux_addresses: {a: 172.28.1.5}}], options: {x: '0'}}}",
        "external": "{external: true}",
        "external-name": "{external: {name: other}}",
        "external-two-names": "{external: {name: other}, name: another}",
        "external-text": "{external: '${YES}', name: '${SET}'}",
        "unknown-key": "{drivr: x}",
    },
    "volumes": {
        "null": None,
        "all": "{driver: local, driver_opts: {type: nfs, o: 'addr=10.0.0.1,rw', device: ':/x'}, labels: {a: b}, name: v}",
        "bind": "{driver: local, driver_opts: {type: none, o: bind, device: ./x}}",
        "external": "{external: true}",
        "external-driver": "{external: true, driver: local}",
        "string": "x",
    },
    "secrets": {
        "file": "{file: ./key.txt}",
        "environment": "{environment: SET}",
        "external": "{external: true, name: k}",
        "none": "{}",
        "both": "{file: ./key.txt, environment: SET}",
    },
    "configs": {
        "file": "{file: ./site.conf}",
        "content": '{content: "a=${SET}\\n$$b"}',
        "environment": "{environment: SET}",
        "external": "{external: true}",
        "none": "{}",
    },
    "models": {"all": "{model: ai/smollm2, context_size: 1024, runtime_flags: [--a, b]}", "no-model": "{name: x}"},
    "jobs": {
        "manual": "{image: x, triggers: {manual: true}}",
        "schedule": "{image: x, triggers: {schedule: ['0 3 * * *', {cron: '@daily', timezone: UTC, concurrency: forbid}]}}",
        "no-triggers": "{image: x}",
        "short-forms": "{image: x, triggers: {manual: true}, environment: [A=1], volumes: ['./a:/a'], ports: ['80:80'], depends_on: [web]}",
    },
}

# What an attribute refers to.
BESIDE = {
    "configs": "configs: {site: {content: x}}",
    "secrets": "secrets: {key: {environment: SET}}",
    "models": "models: {ai: {model: ai/smollm2}}",
    "networks": "networks: {front: {}, back: {}}",
    "volumes": "volumes: {data: {}}",
}
FILES_BESIDE = {
    "env_file": {"some.env": "A=1\nB='two words'\nC=$SET\n", "other.env": "A=3\n"},
    "label_file": {"some.labels": "a=1\nb=two\n"},
}
NEEDS_DB = {"depends_on", "extends", "links", "volumes_from", "network_mode", "ipc", "pid", "build"}
VARIABLES = {"SET": "value", "EMPTY": "", "TWO": "2", "HALF": "0.5", "YES": "true", "NO": "false"}


def attribute_cases():
    cases = {}
    for attribute, edges in SERVICE.items():
        for edge, value in edges.items():
            lines = ["services:", "  web:"]
            if attribute not in ("image", "extends") and not attribute.startswith("build"):
                lines.append("    image: nginx")
            lines.append(f"    {attribute}:{'' if value is None else ' ' + value}")
            if attribute in NEEDS_DB:
                lines += ["  db:", "    image: postgres", "    build: ./db"]
            if attribute in BESIDE:
                lines.append(BESIDE[attribute])
            name = f"service-{attribute.replace('_', '-')}--{edge}"
            files = {"compose.yaml": "\n".join(lines) + "\n", **FILES_BESIDE.get(attribute, {})}
            cases[name] = {"files": files, "variables": mentioned(files)}
    for section, edges in TOP.items():
        for edge, value in edges.items():
            text = f"{section}:\n  it:{'' if value is None else ' ' + value}\n" + USERS[section]
            files = {"compose.yaml": text}
            cases[f"{section}--{edge}"] = {"files": files, "variables": mentioned(files)}
    return cases


def mentioned(files):
    text = "".join(files.values())
    return {name: value for name, value in VARIABLES.items() if re.search(rf"\b{name}\b", text)}


def user(line):
    return textwrap.dedent(f"""\
        services:
          web:
            image: nginx
            {line}
        """)


USERS = {
    "networks": user("networks: [it]"),
    "volumes": user("volumes: ['it:/it']"),
    "secrets": user("secrets: [it]"),
    "configs": user("configs: [it]"),
    "models": user("models: [it]"),
    "jobs": user("restart: always"),
}
