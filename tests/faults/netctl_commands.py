# SPDX-License-Identifier: Apache-2.0
"""The commands of netctl that are injured: what comes before each, and what removes what it made."""


class Command:
    """@argv: of netctl. @undo removes what it made, or what is there of it, and is content with nothing.
    @setup and @teardown are for the whole sweep, which is thinner by a factor when it is not complete. World
    knows what the words in capitals stand for."""

    def __init__(self, name, argv, undo, setup=(), teardown=(), thinner=1):
        self.thinner = thinner
        self.name, self.argv, self.undo = name, argv.split(), [u.split() for u in undo]
        self.setup, self.teardown = [s.split() for s in setup], [t.split() for t in teardown]
        self.before = self.after = None


OVS_BRIDGE = ("ovs add-br --db DB --datapath-type netdev fbr0",)
NO_OVS_BRIDGE = ("ovs del-br --db DB fbr0",)

# What WORK/NAME.json holds.
DOCUMENTS = {
    "vnics": [{"name": "net0", "parent_interface": "eth0", "network_mode": "manual", "ip_address": "10.99.0.20",
               "parent_subnet": "10.99.0.0/24", "parent_gateway": "10.99.0.1"},
              {"name": "net1", "parent_interface": "wire0", "network_mode": "manual",
               "ip_address": "10.97.0.20", "parent_subnet": "10.97.0.0/24", "parent_gateway": "10.97.0.1"}],
    "net": {"version": 1, "plugins": {"net": {"interfaces": [
        {"name": "abr0", "type": "bridge", "ports": ["wire0"],
         "ipv4": {"enabled": True, "address": [{"ip": "10.98.0.1", "prefix": 24}]}}]}}},
    # One address only, so that it is the same each time.
    "bridge": {"cniVersion": "1.0.0", "name": "fnet", "type": "bridge", "bridge": "cbr0", "isGateway": True,
               "ipMasq": True, "ipam": {
                   "type": "host-local", "dataDir": "WORK/state/ipam", "subnet": "10.96.0.0/24",
                   "rangeStart": "10.96.0.9", "rangeEnd": "10.96.0.9", "routes": [{"dst": "0.0.0.0/0"}]},
               "runtimeConfig": {"portMappings": [
                   {"hostPort": 8081, "containerPort": 80, "protocol": "tcp"}]}},
    "macvlan": {"cniVersion": "1.0.0", "name": "mnet", "type": "macvlan", "master": "eth0", "ipam": {
        "type": "static", "addresses": [{"address": "10.95.0.2/24", "gateway": "10.95.0.1"}]}},
}

COMMANDS = [
    Command("veth add", "veth add --netns INSIDE --address 10.1.0.2/24 --gateway 10.1.0.1 fveth0 eth0",
            ("veth del --if-exists fveth0",)),
    Command("veth add --bridge", "veth add --netns INSIDE --bridge kbr0 --mac 02:00:00:00:00:07 fveth0 eth0",
            ("veth del --if-exists fveth0",), ("bridge add kbr0",), ("bridge del kbr0",)),
    Command("macvlan add", "macvlan add --netns INSIDE --parent eth0 --address 10.1.0.2/24 --mtu 1400 mac0",
            ("macvlan del --if-exists --netns INSIDE mac0",)),
    Command("bridge add", "bridge add --address 10.1.0.1/24 kbr0", ("bridge del --if-exists kbr0",)),
    Command("attach", "attach --netns INSIDE --no-dns WORK/vnics.json", ("detach --netns INSIDE --forget",),
            thinner=2),
    Command("internal add", "internal add --netns INSIDE --name f1",
            ("internal del --netns INSIDE --name f1",), thinner=2),
    Command("portmap add", "portmap add --to 10.1.0.3/24 --masquerade f1 8080:80 5353:53/udp",
            ("portmap del f1",), ("veth add --netns INSIDE --address 10.1.0.2/24 fveth0 eth0",
                                  "addr add fveth0 10.1.0.1/24",
                                  "portmap add --to 10.1.0.2/24 f0 81:81"),
            ("portmap del f0", "veth del fveth0")),
    Command("apply", "apply WORK/net.json", ("bridge del --if-exists abr0",)),
    # The bridge stays, as those of the CNI project's plugin do.
    Command("cni ADD, bridge", "cni ADD WORK/bridge.json", ("cni DEL WORK/bridge.json",),
            ("cni ADD WORK/bridge.json", "cni DEL WORK/bridge.json"), ("bridge del cbr0",),
            thinner=2),
    Command("cni ADD, macvlan", "cni ADD WORK/macvlan.json", ("cni DEL WORK/macvlan.json",)),
    Command("ovs add-br", "ovs add-br --db DB --datapath-type netdev fbr1",
            ("ovs del-br --db DB --if-exists fbr1",)),
    Command("ovs add-port", "ovs add-port --db DB --tag 7 --container c1 fbr0 eth0",
            ("ovs del-port --db DB --if-exists eth0",), OVS_BRIDGE, NO_OVS_BRIDGE),
]
