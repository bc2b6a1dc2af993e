// node `soap`: node judge.js BASE_URL CALLS.json; the module is found by NODE_PATH.
'use strict';

const fs = require('fs');
const soap = require('soap');

const [baseUrl, file] = process.argv.slice(2);
const given = JSON.parse(fs.readFileSync(file, 'utf8'));
const TIMEOUT = 30000;

// An attribute is given under `attributes`; Id of a document is the only one.
function withAttributes(value) {
  if (Array.isArray(value)) return value.map(withAttributes);
  if (value === null || typeof value !== 'object') return value;
  const made = {};
  for (const [name, one] of Object.entries(value)) {
    if (name === 'Id') made.attributes = { Id: one };
    else made[name] = withAttributes(one);
  }
  return made;
}

function message(sender, recipient) {
  return {
    Sender: { Code: sender, Name: sender },
    Recipient: { Code: recipient, Name: recipient },
    TypeCode: 'GSRV',
    Status: 'REQUEST',
    Date: new Date().toISOString(),
    ExchangeType: '2',
  };
}

// A value of another type than the schema's is printed as "?"; the toolkit leaves restricted numbers as text.
function typed(value, kind) {
  return typeof value === kind ? String(value) : '?';
}

function list(value) {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function facts(name, answer) {
  switch (name) {
    case 'Errors':
      return list(answer.error).map((one) => `${one.code} ${one.path || ''}`).join(';');
    case 'UploadAttachmentPartResponse':
      return `${typed(answer.received, 'string')} ${typed(answer.complete, 'boolean')}`;
    case 'FetchReferralsResponse':
      return `${list(answer.item).length} ${typed(answer.retryAfterSeconds, 'string')} ${typed(answer.moreAvailable, 'boolean')}`;
    case 'GetServiceInformationResponse':
      return `${answer.onDate} ${list(answer.section).length} ${list(answer.term).length}`;
    default:
      return '';
  }
}

async function main() {
  const clients = {};
  for (const path of given.services) {
    clients[path] = await soap.createClientAsync(`${baseUrl}${path}?wsdl`);
  }
  console.log('generated');
  for (const call of given.calls) {
    const [answer] = await clients[call.path][`${call.operation}Async`]({
      Message: message(call.sender, call.recipient),
      MessageData: { AppData: { [`${call.operation}Request`]: withAttributes(call.request) } },
    }, { timeout: TIMEOUT });
    if (!(answer.Message.Date instanceof Date)) throw new Error('the date of the answer is not a date');
    const data = answer.MessageData.AppData;
    const [name] = Object.keys(data).filter((one) => one !== 'attributes');
    console.log(`${call.name}|${answer.Message.Status}|${name}|${facts(name, data[name])}`);
  }
}

main().catch((error) => {
  console.error(error.message.slice(0, 2000));
  process.exitCode = 1;
});
