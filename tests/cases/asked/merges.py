"""What a second file does to the first, attribute by attribute."""

# Attribute of a service -> edge -> (first, second).
SERVICE = {
    "user": {"scalar": ("a", "b"), "null": ("a", "null"), "kind": ("a", "{b: c}"), "reset": ("a", "!reset null")},
    "command": {"replaced": ("a b", "[c]"), "null": ("a b", "null")},
    "entrypoint": {"replaced": ("[a, b]", "c")},
    "healthcheck": {"test": ("{test: [CMD, a], interval: 1s}", "{test: [CMD, b], retries: 2}")},
    "build": {
        "string-then-map": ("./a", "{dockerfile: X}"),
        "map-then-string": ("{context: ./a, args: {A: 1}}", "./b"),
        "args": ("{context: ., args: {A: 1, B: 2}}", "{args: [B=3, C=4]}"),
        "lists": ("{context: ., tags: [a], cache_from: [x]}", "{tags: [b, a], cache_from: [y]}"),
        "contexts": ("{context: ., additional_contexts: {a: ./a}}", "{additional_contexts: ['a=./b', 'c=./c']}"),
        "reset-key": ("{context: ., args: {A: 1, B: 2}}", "{args: {A: !reset null}}"),
    },
    "environment": {
        "map-map": ("{A: 1, B: 2}", "{B: 3, C: 4}"),
        "list-list": ("[A=1, B=2]", "[B=3, C]"),
        "list-map": ("[A=1, B]", "{B: 2, C: null}"),
        "map-list": ("{A: 1, B: 2}", "[B, C=3]"),
        "null": ("{A: 1}", "null"),
        "reset": ("{A: 1, B: 2}", "{A: !reset null}"),
        "reset-all": ("{A: 1}", "!reset {}"),
        "override": ("{A: 1}", "!override {B: 2}"),
    },
    "labels": {"mixed": ("{a: 1}", "[b=2, a=3]")},
    "annotations": {"mixed": ("[a=1]", "{a: 2}")},
    "sysctls": {"mixed": ("{a: 1}", "[b=2]")},
    "dns": {"string-list": ("1.1.1.1", "[8.8.8.8, 1.1.1.1]"), "null": ("[1.1.1.1]", "null")},
    "dns_search": {"strings": ("a", "b")},
    "tmpfs": {"string-list": ("/a", "[/b, /a]")},
    "env_file": {"same": ("a.env", "[{path: a.env, required: false}, b.env]")},
    "extra_hosts": {"mixed": ("['a:1.1.1.1', b=2.2.2.2]", "{a: 1.1.1.1, c: [3.3.3.3]}")},
    "depends_on": {
        "list-list": ("[db]", "[cache]"),
        "list-map": ("[db, cache]", "{db: {condition: service_healthy}}"),
        "map-map": ("{db: {condition: service_healthy, restart: true}}", "{db: {condition: service_started}}"),
        "partial": ("{db: {condition: service_healthy}}", "{db: {restart: true}}"),
        "reset-one": ("[db, cache]", "{db: !reset null}"),
    },
    "networks": {
        "list-map": ("[front]", "{front: {aliases: [x]}, back: }"),
        "map-map": ("{front: {aliases: [a]}}", "{front: {aliases: [b], priority: 1}}"),
    },
    "logging": {
        "same-driver": ("{driver: a, options: {x: 1}}", "{driver: a, options: {y: 2}}"),
        "no-driver": ("{driver: a, options: {x: 1}}", "{options: {y: 2}}"),
        "other-driver": ("{driver: a, options: {x: 1}}", "{driver: b, options: {y: 2}}"),
        "null": ("{driver: a}", "null"),
    },
    "ulimits": {"entry": ("{nofile: {soft: 1, hard: 2}, nproc: 3}", "{nofile: 5}")},
    "ports": {
        "append": ("['80:80']", "['81:81']"),
        "same": ("['80:80', '81:81']", "[{target: 80, published: '80'}, '81:81/udp']"),
        "other-address": ("['80:80']", "['127.0.0.1:80:80']"),
        "override": ("['80:80']", "!override ['81:81']"),
        "reset": ("['80:80']", "!reset []"),
        "kind": ("['80:80']", "{a: b}"),
    },
    "volumes": {
        "same-target": ("['./a:/x:ro', './b:/y']", "['./c:/x']"),
        "long": ("['./a:/x']", "[{type: tmpfs, target: /x}]"),
    },
    "devices": {"same-target": ("['/dev/a:/dev/x']", "['/dev/b:/dev/x:r', /dev/c]")},
    "secrets": {"same-target": ("[key]", "[{source: key, mode: 0400}, {source: key, target: other}]")},
    "configs": {"same-target": ("[site]", "[{source: site, mode: 0444}]")},
    "expose": {"append": ("[80]", "['80', 81]")},
    "cap_add": {"append": ("[A]", "[B, A]")},
    "security_opt": {"append": ("[a=1]", "[a=1, b]")},
    "group_add": {"append": ("[a]", "[a, 5]")},
    "profiles": {"append": ("[]", "[p]")},
    "links": {"append": ("['db:x']", "['db:x', 'cache:y']")},
    "deploy": {"deep": ("{replicas: 2, labels: {a: 1}, resources: {limits: {cpus: '1'}}}",
                        "{labels: [a=2, b=3], resources: {limits: {memory: 1g}}}")},
    "develop": {"append": ("{watch: [{path: a, action: rebuild}]}", "{watch: [{path: b, action: rebuild}]}")},
    "post_start": {"append": ("[{command: a}]", "[{command: b}]")},
    "x-extra": {"deep": ("{a: {b: 1}, c: [1]}", "{a: {d: 2}, c: [2]}")},
}

# Name -> (first file, second file).
FILES = {
    "network-labels": ("networks: {n: {labels: {a: 1}}}", "networks: {n: {labels: [b=2]}}"),
    "network-pools": ("networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}, {subnet: 10.1.0.0/16}]}}}",
                      "networks: {n: {ipam: {config: [{subnet: 10.1.0.0/16, gateway: 10.1.0.1}]}}}"),
    "network-null": ("networks: {n: {driver: x}}", "networks: {n: }"),
    "volume-options": ("volumes: {n: {driver: a, driver_opts: {x: 1}}}", "volumes: {n: {driver_opts: {y: 2}}}"),
    "service-reset": ("services: {other: {image: x}}", "services: {other: !reset null}"),
    "service-new": ("", "services: {other: {image: x}}"),
    "services-override": ("services: {other: {image: x}}", "services: !override {only: {image: y}}"),
    "name": ("name: one", "name: two"),
    "extension": ("x-a: {b: 1}", "x-a: {c: 2}"),
    "two-faults": ("services: {other: {iamge: x}}", "services: {other: {prots: ['80']}, web: {user: [x]}}"),
}


def merge_cases():
    cases = {}
    for attribute, edges in SERVICE.items():
        for edge, (first, second) in edges.items():
            files = {
                "compose.yaml": f"services:\n  web:\n    image: nginx\n    {attribute}: {first}\n{BESIDE}",
                "compose.override.yaml": f"services:\n  web:\n    {attribute}: {second}\n",
                "a.env": "A=1\n",
                "b.env": "B=1\n",
            }
            if attribute != "env_file":
                del files["a.env"], files["b.env"]
            cases[f"merge-{attribute.replace('_', '-')}--{edge}"] = {"files": files}
    for name, (first, second) in FILES.items():
        web = "services:\n  web:\n    image: nginx\n"
        first = first if first.startswith("services:") else f"{web}    networks: [n]\n    volumes: ['n:/n']\nNETWORK{first}\n"
        if "NETWORK" in first:
            absent = [section for section in ("networks", "volumes") if f"\n{section}:" not in first.replace("NETWORK", "\n")]
            first = first.replace("NETWORK", "") + "".join(f"{section}: {{n: {{}}}}\n" for section in absent)
        cases[f"merge-file--{name}"] = {"files": {"compose.yaml": first + "\n", "compose.override.yaml": second + "\n"}}
    return cases


BESIDE = """\
  db:
    image: postgres
    healthcheck: {test: x}
  cache:
    image: redis
networks: {front: {}, back: {}}
secrets: {key: {environment: HOME}}
configs: {site: {content: x}}
"""
