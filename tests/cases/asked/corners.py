"""Combinations and rarely used attributes: several files, extends, include, reset, override and profiles together."""

WEB = "services: {web: {image: x, %s}}\n"
CORNERS = {}


def case(name, files, **more):
    CORNERS[name] = {"files": {"compose.yaml": files} if isinstance(files, str) else files, **more}


def web(name, body, more="", **others):
    case(name, WEB % body + more, **others)


def two(name, first, second, more="", **others):
    case(name, {"compose.yaml": WEB % first + more, "compose.override.yaml": "services: {web: {%s}}\n" % second}, **others)


# Items told apart by their target.
VOLUMES = "volumes: {a: , b: }\n"
two("corner-merge--volume-bind", 'volumes: ["a:/x"]', 'volumes: ["./b:/x"]', VOLUMES)
two("corner-merge--volume-slash", 'volumes: ["a:/x/"]', 'volumes: ["b:/x"]', VOLUMES)
two("corner-merge--volume-anonymous", 'volumes: ["b:/x"]', 'volumes: ["/x"]', VOLUMES)
two("corner-merge--volume-tmpfs", 'volumes: ["a:/x:ro"]', "volumes: [{type: tmpfs, target: /x}]", VOLUMES)
two("corner-merge--device-target", 'devices: ["/dev/a:/dev/x"]', 'devices: ["/dev/b:/dev/x:r"]')
two("corner-merge--device-long", 'devices: ["/dev/a:/dev/x"]', "devices: [{source: /dev/c, target: /dev/x}]")
two("corner-merge--device-alone", 'devices: ["/dev/a"]', 'devices: ["/dev/a:/dev/a:r"]')
two("corner-merge--ports-address", 'ports: ["127.0.0.1:80:80"]', 'ports: ["80:80"]')
two("corner-merge--ports-protocol", 'ports: ["80:80"]', 'ports: ["80:80/udp"]')
two("corner-merge--ports-range", 'ports: ["80-82:80-82"]', 'ports: ["81:81"]')
two("corner-merge--ports-long", 'ports: ["80:80"]', 'ports: [{target: 80, published: "80"}]')
two("corner-merge--ports-mode", 'ports: [{target: 80, published: 80, mode: host}]', 'ports: ["80:80"]')
two("corner-merge--secrets-target", "secrets: [k]", "secrets: [{source: k, target: /run/secrets/k}]", "secrets: {k: {file: ./k}}\n")
two("corner-merge--configs-mode", "configs: [k]", "configs: [{source: k, mode: 0400}]", "configs: {k: {file: ./k}}\n")
two("corner-merge--env-file", "env_file: [a.env]", "env_file: [{path: ./a.env, required: false}]", **{})
two("corner-merge--tmpfs-options", 'tmpfs: ["/x:size=1m"]', 'tmpfs: ["/x"]')
two("corner-merge--tmpfs-string", "tmpfs: /x", "tmpfs: [/y, /x]")
two("corner-merge--dns", "dns: 1.1.1.1", "dns: [8.8.8.8, 1.1.1.1]")
two("corner-merge--extra-hosts", 'extra_hosts: ["a:1.1.1.1"]', "extra_hosts: {a: 2.2.2.2, b: 3.3.3.3}")
two("corner-merge--extra-hosts-lists", 'extra_hosts: ["a:1.1.1.1"]', 'extra_hosts: ["a=1.1.1.1", "a:2.2.2.2"]')
two("corner-merge--sysctls", "sysctls: {a: 1}", "sysctls: [a=2, b=3]")
two("corner-merge--ulimits", "ulimits: {nofile: 5, nproc: 3}", "ulimits: {nofile: {soft: 1, hard: 2}}")
two("corner-merge--logging-other", "logging: {driver: a, options: {x: 1}}", "logging: {driver: b, options: {y: 2}}")
two("corner-merge--logging-none", "logging: {options: {x: 1}}", "logging: {driver: b, options: {y: 2}}")
two("corner-merge--logging-same", "logging: {driver: b, options: {x: 1}}", "logging: {options: {y: 2}}")
two("corner-merge--healthcheck", "healthcheck: {test: a b, interval: 1s}", "healthcheck: {test: [NONE], retries: 2}")
two("corner-merge--healthcheck-disable", "healthcheck: {test: a b, interval: 1s}", "healthcheck: {disable: true}")
two("corner-merge--command-null", "command: a b", "command: ")
two("corner-merge--command-empty", "command: a b", "command: []")
two("corner-merge--entrypoint-string", "entrypoint: [a, b]", 'entrypoint: ""')
two("corner-merge--build-string", "build: {context: ./a, args: {A: 1}}", "build: ./b")
two("corner-merge--build-args", "build: {context: ./a, args: [A=1]}", "build: {args: {A: 2, B: }}")
two("corner-merge--build-labels", "build: {context: ., labels: [a=1]}", "build: {labels: {a: 2}}")
two("corner-merge--build-tags", "build: {context: ., tags: [a, b]}", "build: {tags: [b, c]}")
two("corner-merge--build-contexts", "build: {context: ., additional_contexts: [a=./x]}", "build: {additional_contexts: {a: ./y, b: ./z}}")
two("corner-merge--build-secrets", "build: {context: ., secrets: [k]}", "build: {secrets: [{source: k, target: t}]}", "secrets: {k: {file: ./k}}\n")
two("corner-merge--build-ssh", "build: {context: ., ssh: [default]}", "build: {ssh: [a=./k]}")
two("corner-merge--build-cache", "build: {context: ., cache_from: [a]}", "build: {cache_from: [a, b], cache_to: [c]}")
two("corner-merge--deploy", "deploy: {replicas: 1, labels: [a=1], resources: {limits: {cpus: '1'}}}", "deploy: {labels: {b: 2}, resources: {limits: {memory: 1g}}}")
two("corner-merge--deploy-placement", "deploy: {placement: {constraints: [a==b], preferences: [{spread: x}]}}", "deploy: {placement: {constraints: [c==d], preferences: [{spread: y}]}}")
two("corner-merge--devices-reserved", "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 1}]}}}", "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 2}]}}}")
two("corner-merge--depends-short-long", "depends_on: [db]", "depends_on: {db: {condition: service_healthy, restart: true}}", "  db: {image: y}\n".join(["", ""]))
CORNERS["corner-merge--depends-short-long"]["files"]["compose.yaml"] = "services: {web: {image: x, depends_on: [db]}, db: {image: y}}\n"
two("corner-merge--networks-aliases", "networks: {n: {aliases: [a]}}", "networks: {n: {aliases: [a, b], ipv4_address: 10.0.0.2}}", "networks: {n: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}\n")
two("corner-merge--networks-list", "networks: [n, m]", "networks: {n: {priority: 3}}", "networks: {n: , m: }\n")
two("corner-merge--networks-null", "networks: {n: {priority: 3}}", "networks: {n: }", "networks: {n: }\n")
two("corner-merge--labels-forms", "labels: {a: 1, b: true, c: }", "labels: [a=x, c, d=]")
two("corner-merge--env-forms", "environment: {A: 1, B: true, C: , D: ''}", "environment: [A=x, C, D, E=]")
two("corner-merge--profiles", "profiles: [a, b]", "profiles: [b, c]", arguments=["--profile", "c"])
two("corner-merge--develop", "build: ., develop: {watch: [{path: ./a, action: rebuild}]}", "develop: {watch: [{path: ./b, action: sync, target: /b}]}")
two("corner-merge--blkio", "blkio_config: {weight: 1, device_read_bps: [{path: /a, rate: 1}]}", "blkio_config: {device_read_bps: [{path: /a, rate: 2}]}")
two("corner-merge--hooks", "post_start: [{command: a}]", "post_start: [{command: b, user: u}]")
two("corner-merge--gpus", "gpus: all", "gpus: [{driver: n, count: 2}]")
two("corner-merge--models", "models: [m]", "models: {m: {endpoint_var: E}}", "models: {m: {model: ai/x}}\n")
two("corner-merge--credential", "credential_spec: {file: a}", "credential_spec: {registry: b}")
two("corner-merge--storage", "storage_opt: {size: 1g}", "storage_opt: {a: b}")
two("corner-merge--links", "links: [db]", "links: ['db:alias', db]", "")
CORNERS["corner-merge--links"]["files"]["compose.yaml"] = "services: {web: {image: x, links: [db]}, db: {image: y}}\n"
two("corner-merge--volumes-from", "volumes_from: [db]", "volumes_from: ['db:ro']", "")
CORNERS["corner-merge--volumes-from"]["files"]["compose.yaml"] = "services: {web: {image: x, volumes_from: [db]}, db: {image: y}}\n"
two("corner-merge--scalars", "cpus: 1, mem_limit: 1g, privileged: true, restart: always", "cpus: '2.5', mem_limit: 5, privileged: false, restart: 'no'")
two("corner-merge--expose", "expose: [80, '81']", "expose: ['80', 82-84]")
two("corner-merge--cap", "cap_add: [A, B]", "cap_add: [B, C], cap_drop: [A]")
two("corner-merge--security", "security_opt: [a:b]", "security_opt: [a:b, c=d]")
two("corner-merge--group-add", "group_add: [1, a]", "group_add: ['1', b]")
two("corner-merge--annotations", "annotations: {a: 1}", "annotations: [a=2]")
two("corner-merge--device-rules", "device_cgroup_rules: ['c 1:3 mr']", "device_cgroup_rules: ['c 1:3 mr', 'a 7:* rmw']")
two("corner-merge--provider", "provider: {type: a, options: {x: 1}}", "provider: {options: {x: [2, 3]}}")
# Pools of addresses.
POOL = "networks: {n: {ipam: {config: [%s]}}}\n"
POOLS = {
    "other": ("{subnet: 10.0.0.0/24}", "{subnet: 10.1.0.0/24}"),
    "same": ("{subnet: 10.0.0.0/24, gateway: 10.0.0.1}", "{subnet: 10.0.0.0/24, ip_range: 10.0.0.128/25}"),
    "second": ("{subnet: 10.0.0.0/24}, {subnet: 10.1.0.0/24}", "{subnet: 10.1.0.0/24, gateway: 10.1.0.1}"),
    "without": ("{gateway: 10.0.0.1}", "{ip_range: 10.0.0.0/25}"),
    "aux": ("{subnet: 10.0.0.0/24, aux_addresses: {a: 10.0.0.5}}", "{subnet: 10.0.0.0/24, aux_addresses: {b: 10.0.0.6}}"),
}
for name, (first, second) in POOLS.items():
    case(f"corner-pools--{name}", {"compose.yaml": WEB % "networks: [n]" + POOL % first, "compose.override.yaml": POOL % second})
# Resources in two files.
for name, first, second in [
    ("volume-driver", "volumes: {v: {driver: a, driver_opts: {x: 1}}}", "volumes: {v: {driver: b, driver_opts: {y: 2}}}"),
    ("volume-external", "volumes: {v: {driver: a}}", "volumes: {v: {external: true}}"),
    ("volume-name", "volumes: {v: {name: a}}", "volumes: {v: {name: 'b'}}"),
    ("volume-labels", "volumes: {v: {labels: [a=1]}}", "volumes: {v: {labels: {a: 2, b: 3}}}"),
    ("volume-null", "volumes: {v: {driver: a}}", "volumes: {v: }"),
    ("network-ipam", "networks: {v: {ipam: {driver: a, options: {x: 1}}}}", "networks: {v: {ipam: {options: {y: 2}}}}"),
    ("network-flags", "networks: {v: {internal: true, attachable: true}}", "networks: {v: {internal: false, enable_ipv6: true}}"),
    ("network-reset", "networks: {v: {driver: a, internal: true}}", "networks: {v: {driver: !reset , internal: !reset null}}"),
    ("network-override", "networks: {v: {driver: a, labels: {a: 1}}}", "networks: {v: !override {labels: {b: 1}}}"),
    ("secret-kind", "secrets: {v: {file: ./a}}", "secrets: {v: {environment: HOME}}"),
    ("secret-reset", "secrets: {v: {file: ./a}}", "secrets: {v: {file: !reset null, environment: HOME}}"),
    ("config-content", "configs: {v: {content: a}}", "configs: {v: {content: b$$}}"),
    ("config-labels", "configs: {v: {content: a, labels: [x=1]}}", "configs: {v: {labels: {y: 2}}}"),
    ("external-old", "volumes: {v: {external: {name: a}}}", "volumes: {v: {name: a}}"),
]:
    use = {"volumes": "volumes: ['v:/v']", "networks": "networks: [v]", "secrets": "secrets: [v]", "configs": "configs: [v]"}[first.split(":")[0]]
    case(f"corner-resource--{name}", {"compose.yaml": WEB % use + first + "\n", "compose.override.yaml": second + "\n"})
# Taking back.
for name, first, second in [
    ("list-item", "ports: ['80', '81']", "ports: [!reset '80']"),
    ("whole-list", "ports: ['80', '81']", "ports: !reset []"),
    ("override-list", "ports: ['80', '81']", "ports: !override ['82']"),
    ("override-empty", "ports: ['80', '81']", "ports: !override []"),
    ("key-of-map", "environment: {A: 1, B: 2}", "environment: {A: !reset null}"),
    ("key-of-list", "environment: [A=1, B=2]", "environment: {A: !reset null}"),
    ("override-map", "environment: {A: 1}", "environment: !override {B: 2}"),
    ("override-in-map", "labels: {a: 1}", "labels: {a: !override 2}"),
    ("image", "build: .", "image: !reset null"),
    ("nested", "deploy: {resources: {limits: {cpus: '1', memory: 1g}}}", "deploy: {resources: {limits: {cpus: !reset null}}}"),
    ("depends", "depends_on: {db: {condition: service_started}}", "depends_on: !reset {}"),
    ("depends-one", "depends_on: {db: {condition: service_started}}", "depends_on: {db: !reset null}"),
    ("healthcheck", "healthcheck: {test: a}", "healthcheck: !reset {}"),
    ("networks", "networks: [n]", "networks: !override [m]"),
    ("command", "command: a", "command: !reset null"),
    ("both-tags", "ports: ['80'], expose: [1]", "ports: !override ['81'], expose: !reset []"),
    ("unset-before", "user: u", "hostname: !reset null"),
    ("volumes", "volumes: ['./a:/a', './b:/b']", "volumes: !override ['./c:/a']"),
]:
    case(f"corner-reset--{name}", {
        "compose.yaml": "services: {web: {image: x, %s}, db: {image: y}}\nnetworks: {n: , m: }\n" % first,
        "compose.override.yaml": "services: {web: {%s}}\n" % second})
# Extending.
BASE = "services:\n  base:\n    image: b\n    environment: {A: 1}\n    ports: ['80']\n    volumes: ['./d:/d', 'v:/v']\n    networks: [n]\n    depends_on: [o]\n    labels: [l=1]\n    healthcheck: {test: t}\n    profiles: [p]\n  o: {image: o}\nvolumes: {v: }\nnetworks: {n: }\n"
for name, body, arguments in [
    ("plain", "extends: {file: sub/base.yaml, service: base}", []),
    ("over", "extends: {file: sub/base.yaml, service: base}, environment: [A=2, B=3], ports: ['80', '81']", []),
    ("reset", "extends: {file: sub/base.yaml, service: base}, ports: !reset [], environment: !override {Z: 1}", []),
    ("no-paths", "extends: {file: sub/base.yaml, service: base}", ["--no-path-resolution"]),
    ("no-interpolate", "extends: {file: sub/base.yaml, service: base}, image: '$$X'", ["--no-interpolate"]),
    ("profile", "extends: {file: sub/base.yaml, service: base}, profiles: [q]", ["--profile", "q"]),
    ("depends", "extends: {file: sub/base.yaml, service: base}, depends_on: {o: {condition: service_healthy}}", ["--profile", "p"]),
    ("command", "extends: {file: sub/base.yaml, service: base}, command: [a]", ["--profile", "p"]),
]:
    case(f"corner-extends--{name}", {
        "compose.yaml": "services: {web: {%s}, o: {image: own}}\nvolumes: {v: }\nnetworks: {n: }\n" % body, "sub/base.yaml": BASE},
        arguments=arguments)
case("corner-extends--chain-files", {"compose.yaml": "services: {web: {extends: {file: a/a.yaml, service: a}}}\n",
                                     "a/a.yaml": "services: {a: {extends: {file: ../b/b.yaml, service: b}, volumes: ['./x:/x']}}\n",
                                     "b/b.yaml": "services: {b: {image: x, volumes: ['./x:/y'], env_file: e.env, build: ./c}}\n", "b/e.env": "E=1\n"})
case("corner-extends--then-override", {"compose.yaml": "services: {web: {extends: base, user: u}, base: {image: x, user: b, ports: ['80']}}\n",
                                       "compose.override.yaml": "services: {base: {ports: ['81']}, web: {ports: !override ['82']}}\n"})
case("corner-extends--in-override", {"compose.yaml": "services: {web: {image: x, user: w}, base: {image: b, user: b, hostname: h}}\n",
                                     "compose.override.yaml": "services: {web: {extends: base}, base: {hostname: i}}\n"})
case("corner-extends--of-included", {"compose.yaml": "include: [sub/i.yaml]\nservices: {web: {extends: inc, command: c}}\n",
                                     "sub/i.yaml": "services: {inc: {image: i, volumes: ['./v:/v']}}\n"})
case("corner-extends--variables", {"compose.yaml": "services: {web: {extends: {file: 'sub/${F}.yaml', service: base}}}\n",
                                   "sub/base.yaml": "services: {base: {image: 'x:${T}', environment: [T]}}\n", ".env": "F=base\nT=1\n", "sub/.env": "T=2\n"})
case("corner-extends--job", "services: {a: {image: x}}\njobs: {j: {extends: k, command: c}, k: {image: y}}\n")
# Including.
case("corner-include--directory-and-env", {"compose.yaml": "include: [{path: sub/i.yaml, project_directory: ., env_file: [e1, e2]}]\n",
                                           "sub/i.yaml": "services: {a: {image: 'x:${A}${B}', volumes: ['./v:/v']}}\n", "e1": "A=1\nB=1\n", "e2": "B=2\n"})
case("corner-include--several-paths", {"compose.yaml": "include: [{path: [a/a.yaml, b/b.yaml]}]\n",
                                       "a/a.yaml": "services: {a: {image: x, ports: ['80'], volumes: ['./v:/v']}}\n", "b/b.yaml": "services: {a: {ports: ['81'], volumes: ['./w:/w']}}\n"})
case("corner-include--own-wins", {"compose.yaml": "include: [i.yaml]\nservices: {a: {image: own, environment: {A: 2}}}\n",
                                  "i.yaml": "services: {a: {image: inc, environment: [A=1, B=1], command: c}}\n"})
case("corner-include--override-file", {"compose.yaml": "include: [i.yaml]\n", "compose.override.yaml": "services: {a: {user: u, ports: !reset []}}\n",
                                       "i.yaml": "services: {a: {image: inc, ports: ['80']}}\n"})
case("corner-include--twice-same", {"compose.yaml": "include: [i.yaml, ./i.yaml]\n", "i.yaml": "services: {a: {image: x, ports: ['80']}}\n"})
case("corner-include--conflict", {"compose.yaml": "include: [i.yaml, j.yaml]\n", "i.yaml": "services: {a: {image: x}}\n", "j.yaml": "services: {a: {image: y}}\n"})
case("corner-include--networks-conflict", {"compose.yaml": "include: [i.yaml, j.yaml]\n", "i.yaml": "services: {a: {image: x, networks: [n]}}\nnetworks: {n: {driver: a}}\n",
                                           "j.yaml": "services: {b: {image: y, networks: [n]}}\nnetworks: {n: {driver: b}}\n"})
case("corner-include--nested-directories", {"compose.yaml": "include: [a/a.yaml]\n", "a/a.yaml": "include: [b/b.yaml]\nservices: {a: {image: x, build: .}}\n",
                                            "a/b/b.yaml": "services: {b: {image: y, build: ./c, env_file: e}}\n", "a/b/e": "E=1\n"})
case("corner-include--no-paths", {"compose.yaml": "include: [a/a.yaml]\n", "a/a.yaml": "services: {a: {image: x, build: ./b, volumes: ['./v:/v', '../w:/w', '/abs:/abs']}}\n"},
     arguments=["--no-path-resolution"])
case("corner-include--profiles", {"compose.yaml": "include: [i.yaml]\nservices: {a: {image: x, depends_on: [b]}}\n", "i.yaml": "services: {b: {image: y, profiles: [p]}}\n"},
     arguments=["--profile", "p"])
case("corner-include--secret-variable", {"compose.yaml": "include: [{path: s/i.yaml, env_file: e}]\nservices: {a: {image: x}}\n",
                                         "s/i.yaml": "services: {w: {image: '${T}', secrets: [k]}}\nsecrets: {k: {environment: K}}\n", "e": "K=1\nT=t\n"})
case("corner-include--default-env", {"compose.yaml": "include: [s/i.yaml]\nservices: {a: {image: '${T:-none}'}}\n",
                                     "s/i.yaml": "services: {w: {image: '${T:-none}', environment: [T]}}\n", "s/.env": "T=inner\n", ".env": "U=1\n"})
case("corner-include--env-outer-wins", {"compose.yaml": "include: [s/i.yaml]\n", "s/i.yaml": "services: {w: {image: '${T}'}}\n", "s/.env": "T=inner\n", ".env": "T=outer\n"})
case("corner-include--name", {"compose.yaml": "include: [s/i.yaml]\nname: outer\n", "s/i.yaml": "name: inner\nservices: {w: {image: '${COMPOSE_PROJECT_NAME}'}}\n"})
# Several files by flags.
case("corner-files--directory-of-first", {"a/one.yaml": "services: {w: {image: x, volumes: ['./v:/v']}}\n", "b/two.yaml": "services: {w: {volumes: ['./w:/w'], env_file: e}}\n", "a/e": "E=1\n"},
     arguments=["-f", "a/one.yaml", "-f", "b/two.yaml"])
case("corner-files--project-directory", {"a/one.yaml": "services: {w: {image: x, build: ., env_file: e}}\n", "e": "E=1\n"}, arguments=["-f", "a/one.yaml", "--project-directory", "."])
case("corner-files--compose-file", {"one.yaml": "services: {w: {image: x}}\n", "two.yaml": "services: {w: {user: u}}\n"}, variables={"COMPOSE_FILE": "one.yaml:two.yaml"})
case("corner-files--separator", {"one.yaml": "services: {w: {image: x}}\n", "two.yaml": "services: {w: {user: u}}\n"}, variables={"COMPOSE_FILE": "one.yaml,two.yaml", "COMPOSE_PATH_SEPARATOR": ","})
case("corner-files--env-names-file", {"one.yaml": "services: {w: {image: x}}\n", ".env": "COMPOSE_FILE=one.yaml\nCOMPOSE_PROJECT_NAME=named\n"})
case("corner-files--documents", "services: {w: {image: x, ports: ['80']}}\n---\nservices: {w: {user: u, ports: !override ['81']}}\n---\nname: z\n")
case("corner-files--document-reset", "services: {w: {image: x, ports: ['80']}}\n---\nservices: {w: {ports: !reset null}}\n")
# Implied things under odd conditions.
case("corner-implied--disabled-dependency", "services: {a: {image: x, depends_on: {b: {condition: service_started, required: false}}, links: [c]}, b: {image: y, profiles: [p]}, c: {image: z}}\n")
case("corner-implied--network-none", "services: {a: {image: x, network_mode: none}, b: {image: y}}\nnetworks: {default: {name: other}}\n")
case("corner-implied--default-external", "services: {a: {image: x}}\nnetworks: {default: {external: true, name: e}}\n")
case("corner-implied--only-host", "services: {a: {image: x, network_mode: host}}\nnetworks: {default: {driver: d}}\n")
case("corner-implied--empty-networks", "services: {a: {image: x, networks: {}}, b: {image: y, networks: []}}\n")
case("corner-implied--hook-volumes", "services: {a: {image: x, volumes: ['./v:/v'], pre_start: [{command: m, volumes: ['./w:/w', {type: bind, source: ./z, target: /z}]}]}}\n")
case("corner-implied--provider", "services: {a: {provider: {type: t, options: {a: b}}}, b: {image: x, depends_on: [a]}}\n")
case("corner-implied--build-hook", "services: {a: {build: ., pre_start: [{command: m}], post_start: [{command: [n], user: u, environment: [A=1]}], pre_stop: [{command: o, privileged: true}]}}\n")
case("corner-implied--namespaces", "services: {a: {image: x, ipc: 'service:b', pid: 'service:b', network_mode: 'service:b', uts: host, cgroup: host}, b: {image: y}}\n")
case("corner-implied--ssh-contexts", "services: {a: {build: {context: https://github.com/a/b.git, additional_contexts: {x: 'service:b', y: ./y}}}, b: {build: ./b}}\n")
# Rare attributes.
for name, body in {
    "cpu": "cpu_count: 2, cpu_percent: 12.5, cpu_period: 1000, cpu_quota: '500', cpu_rt_period: '400', cpu_rt_runtime: 95000, cpuset: '0-1', cpu_shares: '20'",
    "cpu-rt-text": "cpu_rt_period: 1400us, cpu_rt_runtime: 400ms",
    "memory": "mem_limit: 1.5g, mem_reservation: 100MB, memswap_limit: -1, mem_swappiness: '60', shm_size: 64kb, oom_kill_disable: 'true', oom_score_adj: -500",
    "misc": "isolation: process, runtime: runc, userns_mode: host, uts: host, domainname: d, mac_address: '02:42:ac:11:65:43', stop_signal: SIGUSR1, stop_grace_period: 1m30s, init: 'yes'",
    "platform": "platform: linux/arm64/v8, pull_policy: every_12h",
    "pull-policy-days": "pull_policy: every_1w2d",
    "storage": "storage_opt: {size: 120G}, volume_driver: x",
    "scale-zero": "scale: 0",
    "api-socket": "use_api_socket: true",
    "attach-tty": "attach: false, tty: true, stdin_open: true",
    "label-file": "label_file: [l1, l2], labels: {b: own}",
    "restart-count": "restart: 'on-failure:3'",
    "ulimit-text": "ulimits: {nofile: '1024', core: {soft: '1', hard: -1}}",
    "devices-cdi": "devices: ['vendor.com/device=name']",
    "gpus-options": "gpus: [{driver: nvidia, device_ids: ['0'], capabilities: [gpu, utility], options: {a: b}}]",
    "tmpfs-long": "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 01777}}]",
    "image-mount": "volumes: [{type: image, source: alpine, target: /i, image: {subpath: etc}}]",
    "npipe": "volumes: [{type: npipe, source: '\\\\.\\pipe\\x', target: '\\\\.\\pipe\\x'}]",
    "cluster": "volumes: [{type: cluster, source: c, target: /c}]",
    "bind-options": "volumes: [{type: bind, source: ./x, target: /x, read_only: true, consistency: cached, bind: {propagation: rshared, selinux: Z, recursive: disabled, create_host_path: false}}]",
    "volume-options": "volumes: [{type: volume, source: v, target: /x, volume: {nocopy: true, subpath: s, labels: {a: b}}}]",
    "short-options": "volumes: ['./x:/x:ro,z,rshared', 'v:/v:nocopy', '/only', '~/h:/h:rw,cached']",
    "anonymous-long": "volumes: [{type: volume, target: /x}]",
    "port-everything": "ports: [{name: n, target: 80, published: 8080-8090, host_ip: 127.0.0.1, protocol: udp, app_protocol: http, mode: host}]",
    "port-ipv6": "ports: ['[::1]:80:80', '::1:81:81']",
    "port-forms": "ports: [80, '81/udp', '82:83', '84-85:86-87/sctp', '127.0.0.1::88', '1.2.3.4:89-90:89-90']",
    "port-text-target": "ports: [{target: '80', published: 81}]",
    "healthcheck-all": "healthcheck: {test: [CMD, a], interval: 1m, timeout: 1.5s, retries: '3', start_period: 1h, start_interval: 500ms}",
    "healthcheck-numbers": "healthcheck: {test: a, interval: 0, timeout: '0'}",
    "network-everything": "networks: {n: {aliases: [a], interface_name: eth7, ipv4_address: 10.0.0.2, ipv6_address: '2001::2', link_local_ips: [169.254.1.1], mac_address: '02:42:ac:11:00:01', driver_opts: {a: 1}, gw_priority: 2, priority: 3}}",
    "credential": "credential_spec: {config: c}",
    "security": "security_opt: ['seccomp:./s.json', no-new-privileges], privileged: 'false', read_only: 'true', cgroup: private, cgroup_parent: p",
    "deploy-all": "deploy: {mode: replicated-job, endpoint_mode: dnsrr, update_config: {parallelism: 2, delay: 10s, failure_action: pause, monitor: 1m, max_failure_ratio: 0.5, order: start-first}, rollback_config: {parallelism: 0}, restart_policy: {condition: any, delay: 5s, max_attempts: 3, window: 2m}}",
    "deploy-resources": "deploy: {resources: {limits: {cpus: 0.5, memory: 50M, pids: 10}, reservations: {cpus: '0.25', memory: 20M, generic_resources: [{discrete_resource_spec: {kind: g, value: 2}}]}}}",
    "blkio": "blkio_config: {weight: 300, weight_device: [{path: /a, weight: 400}], device_read_bps: [{path: /a, rate: 12mb}], device_read_iops: [{path: /a, rate: 120}], device_write_bps: [{path: /a, rate: '1024k'}], device_write_iops: [{path: /a, rate: '30'}]}",
    "models-long": "models: {m: {endpoint_var: E, model_var: M}}",
    "develop-all": "build: ., develop: {watch: [{path: ., action: sync+exec, target: /x, ignore: [a, b], include: c, initial_sync: true, exec: {command: x y, user: u}}]}",
    "build-everything": "build: {context: ., dockerfile: ../D, args: {A: }, target: t, cache_from: [a], no_cache: 'true', pull: true, shm_size: 1g, network: none, isolation: default, extra_hosts: {a: 1.1.1.1}, platforms: [linux/amd64], privileged: true, ulimits: {nofile: 1}, tags: [a:b], labels: {l: }, entitlements: [x], provenance: {mode: max}, sbom: true, secrets: [{source: k, target: t, uid: '1', gid: '2', mode: 0400}], ssh: {default: }, no_cache_filter: [s]}",
    "extension-keys": "x-a: {b: 1}, labels: {b: c}, deploy: {x-c: 1}, healthcheck: {test: a, x-d: 2}",
    "group-add-numbers": "group_add: [1000, root]",
    "external-links": "external_links: [a, 'b:c']",
    "env-values": "environment: {A: 1.0, B: 1e3, C: 0x10, D: 010, E: true, F: null, G: '', H: 2001-01-01, I: ~}",
    "label-values": "labels: {a: 1.50, b: yes, c: 1_000, d: 0o17, e: .5, f: +1}",
    "command-forms": "command: echo \"a b\" 'c d' e\\ f $$G, entrypoint: [sh, -c]",
    "hostname-number": "hostname: 5, user: 1000, working_dir: '7'",
}.items():
    web(f"corner-rare--{name}", body, "volumes: {v: }\nnetworks: {n: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}\nmodels: {m: {model: ai/x, context_size: 1024, runtime_flags: [--a]}}\nsecrets: {k: {file: ./k}}\nconfigs: {c: {content: x}}\n")
    CORNERS[f"corner-rare--{name}"]["files"].update({"l1": "a=1\nb=file\n", "l2": "a=2\n"} if name == "label-file" else {})
CORNERS["corner-merge--env-file"]["files"]["a.env"] = "A=1\n"
# Jobs.
for name, body in {
    "schedule": "image: x, triggers: {schedule: ['0 2 * * *']}",
    "schedule-long": "image: x, triggers: {schedule: [{cron: '0 2 * * *', timezone: Europe/Berlin}]}",
    "manual": "image: x, triggers: {manual: true}",
    "none": "image: x",
    "build": "build: ., command: c, environment: {A: 1}, depends_on: [web]",
    "profiles": "image: x, profiles: [p]",
    "ports": "image: x, ports: ['80'], restart: always",
    "unknown": "image: x, triggers: {event: x}",
    "twice-profiles": "image: x, triggers: {manual: true}, profiles: [p, p]",
    "twice-ports": "image: x, triggers: {manual: true}, ports: ['80:80', '80:80']",
    "twice-target": "image: x, triggers: {manual: true}, volumes: ['/a:/b', '/c:/b']",
    "twice-name": "image: x, triggers: {manual: true}, environment: [A=b, A=c], cap_add: [A, B]",
}.items():
    case(f"corner-jobs--{name}", "services: {web: {image: y}}\njobs: {j: {%s}}\n" % body)
# Values that the two parsers read each in its way.
for name, value in {"apostrophe": '"it\\\'s"', "glued": "'x'#c", "glued-plain": "x#c", "huge": "99999999999999999999", "huge-negative": "-99999999999999999999", "u64": "18446744073709551615", "sexagesimal": "190:20:30", "float": "1.50", "date": "2001-01-01"}.items():
    case(f"corner-value--{name}", f"services:\n  web:\n    image: x\n    labels:\n      a: {value}\n    command: [a, {value if 'glued' != name else 'b'}]\n    environment:\n      A: {value}\n")
case("corner-value--glued-many", "services:\n  web:\n    image: x\n    labels:\n" + "".join(f"      a{i}: 'x'#c\n" for i in range(150)))
# Flags together.
FLAGS = {"compose.yaml": "services: {web: {image: 'x:${T:-1}', build: {context: ./b, args: []}, env_file: [e], environment: [], volumes: ['./v:/v'], links: [db], networks: [n]}, db: {image: y}}\nvolumes: {u: }\nnetworks: {n: , q: {external: true}}\nx-a: {b: 1}\n",
         "e": "C=1\nD=${T}\n", ".env": "T=t\nA=a\n"}
for number, flags in enumerate(["--no-consistency --no-normalize", "--no-path-resolution --no-env-resolution", "--no-interpolate --no-normalize", "--no-interpolate --no-path-resolution",
                                "--no-interpolate --no-env-resolution", "--no-normalize --no-path-resolution --no-env-resolution", "--no-interpolate"]):
    case(f"corner-flags--{number}", FLAGS, arguments=flags.split())


def corner_cases():
    return CORNERS
