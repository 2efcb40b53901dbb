// SPDX-License-Identifier: Apache-2.0
// server.js PORT DIR NAME: a Socket.IO server with mutual TLS; NAME.crt, NAME.key and ca.crt are in
// DIR. Commands come by standard input, one a line; what happens goes to standard
// output, one line each.
'use strict';
const fs = require('fs');
const https = require('https');
const readline = require('readline');
const { Server } = require('socket.io');

const [port, dir, name] = process.argv.slice(2);
const server = https.createServer({
	key: fs.readFileSync(`${dir}/${name}.key`),
	cert: fs.readFileSync(`${dir}/${name}.crt`),
	ca: fs.readFileSync(`${dir}/ca.crt`),
	requestCert: true,
	rejectUnauthorized: true,
});
let agent = null;

function say(...words) {
	console.log(words.map((w) => (typeof w === 'string' ? w : JSON.stringify(w))).join(' '));
}

function ask(topic, message) {
	return agent.timeout(60000).emitWithAck(topic, message);
}

const commands = {
	// ask TOPIC JSON: with a callback
	async ask(topic, ...json) {
		say('ack', await ask(topic, JSON.parse(json.join(' '))));
	},
	// tell TOPIC JSON: without
	async tell(topic, ...json) {
		agent.emit(topic, JSON.parse(json.join(' ')));
	},
	// burst N: so many at once, each to be answered with its own id
	async burst(n) {
		const ids = [...Array(Number(n)).keys()];
		const acks = await Promise.all(ids.map((id) => ask('get_serial_devices', {
			device_id: `plc-${id}`, correlation_id: id,
		})));
		say('burst', acks.filter((ack, id) => ack.correlation_id === id).length);
	},
	// big BYTES: a message of that size
	async big(n) {
		say('ack', await ask('get_serial_devices', { device_id: 'x'.repeat(Number(n)) }));
	},
	async quit() {
		process.exit(0);
	},
	// binary: a message with an attachment
	async binary() {
		say('ack', await ask('get_serial_devices', Buffer.from('abc')));
	},
};

new Server(server).on('connection', (socket) => {
	const tls = socket.request.socket;
	agent = socket;
	socket.onAny((event, ...args) => say('event', event, ...args));
	socket.on('disconnect', (reason) => say('disconnected', reason));
	say('connected', tls.getPeerCertificate().subject.CN, tls.getProtocol());
});
server.on('tlsClientError', (error) => say('refused', error.code || String(error)));
server.listen(Number(port), '127.0.0.1', () => say('listening'));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
	const [command, ...words] = line.split(' ');
	commands[command](...words).catch((error) => say('failed', String(error)));
}).on('close', () => process.exit(0));
