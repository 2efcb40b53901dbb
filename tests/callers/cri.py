#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
#
# A client of the Container Runtime Interface, version 1, as small as the tests need:
#
#   cri.py SOCKET METHOD [JSON]     one call; prints the response as JSON
#   cri.py SOCKET exec JSON         Exec, and then its streams: stdin to the program's, and so on;
#                                   ends with the program's status
import base64
import json
import os
import re
import socket
import struct
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

# Of each message the members that are used here: name number type, where "*" is repeated, "%" a map of
# strings, and a capital letter the name of another message.
MESSAGES = """
VersionRequest: version 1 string
VersionResponse: version 1 string; runtime_name 2 string; runtime_version 3 string
StatusRequest: verbose 1 bool
StatusResponse: status 1 RuntimeStatus; info 2 %
RuntimeStatus: conditions 1 *RuntimeCondition
RuntimeCondition: type 1 string; status 2 bool; reason 3 string; message 4 string
KeyValue: key 1 string; value 2 string
Int64Value: value 1 int64
UInt64Value: value 1 uint64
Metadata: name 1 string; uid 2 string; namespace 3 string; attempt 4 uint32
NamespaceOption: network 1 int32; pid 2 int32; ipc 3 int32; target_id 4 string
SecurityProfile: profile_type 1 int32; localhost_ref 2 string
SandboxSecurity: namespace_options 1 NamespaceOption; run_as_user 3 Int64Value;
    privileged 6 bool; seccomp 9 SecurityProfile
LinuxSandbox: cgroup_parent 1 string; security_context 2 SandboxSecurity; sysctls 3 %
DNSConfig: servers 1 *string; searches 2 *string; options 3 *string
PortMapping: protocol 1 int32; container_port 2 int32; host_port 3 int32; host_ip 4 string
PodSandboxConfig: metadata 1 Metadata; hostname 2 string; log_directory 3 string;
    dns_config 4 DNSConfig; port_mappings 5 *PortMapping; labels 6 %; annotations 7 %;
    linux 8 LinuxSandbox
RunPodSandboxRequest: config 1 PodSandboxConfig; runtime_handler 2 string
RunPodSandboxResponse: pod_sandbox_id 1 string
StopPodSandboxRequest: pod_sandbox_id 1 string
StopPodSandboxResponse:
RemovePodSandboxRequest: pod_sandbox_id 1 string
RemovePodSandboxResponse:
PodSandboxStatusRequest: pod_sandbox_id 1 string; verbose 2 bool
PodSandboxStatusResponse: status 1 PodSandboxStatus; info 2 %
PodSandboxStatus: id 1 string; metadata 2 Metadata; state 3 int32; created_at 4 int64;
    network 5 PodNetwork; runtime_handler 9 string
PodNetwork: ip 1 string
ListPodSandboxRequest:
ListPodSandboxResponse: items 1 *PodSandbox
PodSandbox: id 1 string; metadata 2 Metadata; state 3 int32
ImageSpec: image 1 string
Mount: container_path 1 string; host_path 2 string; readonly 3 bool; propagation 5 int32
Device: container_path 1 string; host_path 2 string; permissions 3 string
Capability: add_capabilities 1 *string; drop_capabilities 2 *string
Resources: cpu_period 1 int64; cpu_quota 2 int64; cpu_shares 3 int64;
    memory_limit_in_bytes 4 int64; oom_score_adj 5 int64; cpuset_cpus 6 string
ContainerSecurity: capabilities 1 Capability; privileged 2 bool;
    namespace_options 3 NamespaceOption; run_as_user 5 Int64Value; run_as_username 6 string;
    readonly_rootfs 7 bool; supplemental_groups 8 *int64; no_new_privs 11 bool;
    run_as_group 12 Int64Value; masked_paths 13 *string; readonly_paths 14 *string;
    seccomp 15 SecurityProfile
LinuxContainer: resources 1 Resources; security_context 2 ContainerSecurity
ContainerConfig: metadata 1 Metadata; image 2 ImageSpec; command 3 *string; args 4 *string;
    working_dir 5 string; envs 6 *KeyValue; mounts 7 *Mount; devices 8 *Device; labels 9 %;
    annotations 10 %; log_path 11 string; stdin 12 bool; stdin_once 13 bool; tty 14 bool;
    linux 15 LinuxContainer
CreateContainerRequest: pod_sandbox_id 1 string; config 2 ContainerConfig;
    sandbox_config 3 PodSandboxConfig
CreateContainerResponse: container_id 1 string
StartContainerRequest: container_id 1 string
StartContainerResponse:
StopContainerRequest: container_id 1 string; timeout 2 int64
StopContainerResponse:
RemoveContainerRequest: container_id 1 string
RemoveContainerResponse:
ListContainersRequest:
ListContainersResponse: containers 1 *Container
Container: id 1 string; pod_sandbox_id 2 string; metadata 3 Metadata; state 6 int32
ContainerStatusRequest: container_id 1 string; verbose 2 bool
ContainerStatusResponse: status 1 ContainerStatus; info 2 %
ContainerStatus: id 1 string; metadata 2 Metadata; state 3 int32; created_at 4 int64;
    started_at 5 int64; finished_at 6 int64; exit_code 7 int32; reason 10 string;
    message 11 string; log_path 15 string
UpdateContainerResourcesRequest: container_id 1 string; linux 2 Resources
UpdateContainerResourcesResponse:
ReopenContainerLogRequest: container_id 1 string
ReopenContainerLogResponse:
ExecSyncRequest: container_id 1 string; cmd 2 *string; timeout 3 int64
ExecSyncResponse: stdout 1 bytes; stderr 2 bytes; exit_code 3 int32
ExecRequest: container_id 1 string; cmd 2 *string; tty 3 bool; stdin 4 bool; stdout 5 bool;
    stderr 6 bool
ExecResponse: url 1 string
ContainerStatsRequest: container_id 1 string
ContainerStatsResponse: stats 1 ContainerStats
ContainerStats: attributes 1 ContainerAttributes; cpu 2 CpuUsage; memory 3 MemoryUsage
ContainerAttributes: id 1 string; metadata 2 Metadata
CpuUsage: timestamp 1 int64; usage_core_nano_seconds 2 UInt64Value
MemoryUsage: timestamp 1 int64; working_set_bytes 2 UInt64Value
"""
FIELD = descriptor_pb2.FieldDescriptorProto


def add_field(message, text):
    name, number, kind = text.split()
    field = message.field.add(name=name, number=int(number), label=FIELD.LABEL_OPTIONAL)
    if kind[0] in '*%':
        field.label = FIELD.LABEL_REPEATED
        kind = kind[1:] if kind[0] == '*' else name.title().replace('_', '') + 'Entry'
    if kind.endswith('Entry'):
        entry = message.nested_type.add(name=kind)
        entry.options.map_entry = True
        add_field(entry, 'key 1 string')
        add_field(entry, 'value 2 string')
        kind = message.name + '.' + kind
    if kind[0].isupper():
        field.type = FIELD.TYPE_MESSAGE
        field.type_name = '.runtime.v1.' + kind
    else:
        field.type = FIELD.Type.Value('TYPE_' + kind.upper())


def make_pool():
    file = descriptor_pb2.FileDescriptorProto(name='cri', package='runtime.v1', syntax='proto3')
    for line in re.split(r'\n(?! )', MESSAGES.strip()):
        name, _, members = line.partition(':')
        message = file.message_type.add(name=name)
        for text in filter(str.strip, members.split(';')):
            add_field(message, text)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def call(address, method, text):
    pool = make_pool()
    make = message_factory.MessageFactory(pool).GetPrototype
    request = make(pool.FindMessageTypeByName(f'runtime.v1.{method}Request'))
    response = make(pool.FindMessageTypeByName(f'runtime.v1.{method}Response'))
    with grpc.insecure_channel('unix://' + address) as channel:
        stub = channel.unary_unary('/runtime.v1.RuntimeService/' + method,
                                   request.SerializeToString, response.FromString)
        try:
            return stub(json_format.Parse(text, request()), timeout=60)
        except grpc.RpcError as error:
            sys.exit(f'{method}: {error.code().name}: {error.details()}')


class WebSocket:
    """As much of RFC 6455 as the streams need: a client's masked binary frames."""

    def __init__(self, url):
        host, port, path = re.fullmatch(r'http://([^:/]*):(\d+)(/.*)', url).groups()
        self.file = socket.create_connection((host, int(port)), 30).makefile('rwb')
        self.file.write((f'GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n'
                         'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                         f'Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n'
                         'Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n').encode())
        self.file.flush()
        status = self.file.readline().decode()
        if ' 101 ' not in status:
            sys.exit('no WebSocket: ' + status)
        while self.file.readline().strip():
            pass

    def send(self, data):
        mask = os.urandom(4)
        self.file.write(struct.pack('!BBH', 0x82, 0x80 | 126, len(data)) + mask +
                        bytes(c ^ mask[i % 4] for i, c in enumerate(data)))
        self.file.flush()

    def frames(self):
        while True:
            head = self.file.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                return
            size = head[1] & 127
            if size == 126:
                size, = struct.unpack('!H', self.file.read(2))
            elif size == 127:
                size, = struct.unpack('!Q', self.file.read(8))
            yield self.file.read(size)


def status_of(text):
    """The program's, from the last message on the channel for errors."""
    status = json.loads(text)
    if status['status'] == 'Success':
        return 0
    for cause in status.get('details', {}).get('causes', []):
        if cause.get('reason') == 'ExitCode':
            return int(cause['message'])
    sys.exit(status.get('message', text))


def stream(address, text):
    ws = WebSocket(call(address, 'Exec', text).url)
    if json.loads(text).get('stdin'):
        ws.send(b'\0' + sys.stdin.buffer.read())
    for data in ws.frames():
        if data[:1] == b'\3':
            return status_of(data[1:])
        if data[1:]:
            out = sys.stderr if data[:1] == b'\2' else sys.stdout
            out.buffer.write(data[1:])
            out.flush()
    return 255


def main():
    address, method, *rest = sys.argv[1:]
    text = rest[0] if rest else '{}'
    if method == 'exec':
        return stream(address, text)
    response = call(address, method, text)
    print(json_format.MessageToJson(response, preserving_proto_field_name=True,
                                    including_default_value_fields=True))
    return 0


sys.exit(main())
