// A message centre for the tests: it says on standard output what came, and does what standard input asks.
// One JSON object to the line. Without orders it takes every text; `behave` changes that.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { createRequire } = require('module');

const [, , modules, port, certificate, key] = process.argv;
const smpp = createRequire(path.join(modules, 'package.json'))('smpp');

const PASSWORD = 'rightpw';
const behaviour = { statuses: [], silent: false, hold: false, hex: false, quiet: false };
const taken = new Map(); // by message id: who wrote to whom
let next = 1000;
let current = null;

// The library shows the text only decoded; the tests want its octets.
const filter = smpp.commands.submit_sm.params.short_message.filter;
const decode = filter.decode;
filter.decode = function (value, skip) {
  if (Buffer.isBuffer(value)) this.octets = value.toString('hex');
  return decode.call(this, value, skip);
};

function say(event, more) {
  process.stdout.write(JSON.stringify({ event, ...more }) + '\n');
}

function bind(session, pdu) {
  const right = pdu.password === PASSWORD;
  say('bind', { system_id: pdu.system_id, system_type: pdu.system_type, version: pdu.interface_version, right });
  session.send(pdu.response({ command_status: right ? 0 : smpp.ESME_RINVPASWD }));
  if (right) current = session;
}

function submit(session, pdu) {
  const status = behaviour.statuses.shift() || 0;
  const id = String(next++);
  const { esm_class, data_coding, registered_delivery, octets, source_addr, destination_addr } = pdu;
  const { dest_addr_ton, dest_addr_npi } = pdu;
  if (!behaviour.quiet) {
    say('submit', {
      id, status, esm_class, data_coding, registered_delivery, octets, source_addr, destination_addr, dest_addr_ton,
      dest_addr_npi, sequence: pdu.sequence_number,
    });
  }
  if (behaviour.silent || behaviour.hold) return;
  if (status === 0) taken.set(id, { source_addr, destination_addr });
  const message_id = behaviour.hex ? Number(id).toString(16) : id;
  session.send(pdu.response(status ? { command_status: status } : { message_id }));
}

function receipt({ id, stat, state, err, tlv, words }) {
  const { source_addr, destination_addr } = taken.get(id) || {};
  const text = `id:${words || id} sub:001 dlvrd:001 submit date:2611210900 done date:2611210901 stat:${stat} err:${err || '000'} text:`;
  const more = tlv === false ? {} : { receipted_message_id: id, message_state: state };
  current.deliver_sm(
    { source_addr: destination_addr, destination_addr: source_addr, esm_class: 4, short_message: text, ...more },
    (answer) => say('answered', { status: answer.command_status }),
  );
}

function reply({ phone, octets, data_coding, esm_class, ton }) {
  current.deliver_sm(
    {
      source_addr: phone, source_addr_ton: ton || 0, esm_class: esm_class || 0, data_coding,
      short_message: Buffer.from(octets, 'hex'),
    },
    (answer) => say('answered', { status: answer.command_status }),
  );
}

function raw({ octets }) {
  current.socket.write(Buffer.from(octets, 'hex'));
}

const orders = {
  behave: (more) => Object.assign(behaviour, more),
  receipt,
  reply,
  raw,
  enquire: () => current.enquire_link((answer) => say('enquired', { command: answer.command })),
  unbind: () => current.unbind(() => current.close()),
  cut: () => current.destroy(),
};

function meet(session) {
  session.on('error', () => {});
  session.on('close', () => say('closed', {}));
  session.on('bind_transceiver', (pdu) => bind(session, pdu));
  session.on('submit_sm', (pdu) => submit(session, pdu));
  session.on('enquire_link', (pdu) => {
    say('enquire', {});
    if (!behaviour.silent) session.send(pdu.response());
  });
  session.on('generic_nack', (pdu) => say('nack', { status: pdu.command_status }));
  session.on('unbind', (pdu) => {
    say('unbind', {});
    session.send(pdu.response());
    session.close();
  });
}

const tls = certificate ? { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) } : {};
const server = smpp.createServer(tls, meet);
server.listen(Number(port), '127.0.0.1', () => say('listening', { port: server.address().port }));
readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { do: order, ...more } = JSON.parse(line);
    orders[order](more);
  })
  .on('close', () => process.exit(0)); // the tests have ended, or were killed
