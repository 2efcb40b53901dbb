# SPDX-License-Identifier: Apache-2.0
"""The commands of netctl that are injured: what comes before each, and what removes what it made."""


class Command:
    """@argv: of netctl, with INSIDE, DB and WORK filled in. @undo removes what it made, or what is there of
    it, and is content with nothing. @setup and @teardown are for the whole sweep."""

    def __init__(self, name, argv, undo, setup=(), teardown=()):
        self.name, self.argv, self.undo = name, argv.split(), [u.split() for u in undo]
        self.setup, self.teardown = [s.split() for s in setup], [t.split() for t in teardown]
        self.before = self.after = None


BRIDGE = ("ovs add-br --db DB --datapath-type netdev fbr0",)
NO_BRIDGE = ("ovs del-br --db DB fbr0",)

COMMANDS = [
    Command("ovs add-br", "ovs add-br --db DB --datapath-type netdev fbr1",
            ("ovs del-br --db DB --if-exists fbr1",)),
    Command("ovs add-port", "ovs add-port --db DB --tag 7 --container c1 fbr0 eth0",
            ("ovs del-port --db DB --if-exists eth0",), BRIDGE, NO_BRIDGE),
]
