// node xml-crypto: node xml_judge.js TASKS; a line of output for each line of tasks (xml_signatures.py).
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const { DOMParser } = require('@xmldom/xmldom');
const { SignedXml } = require('xml-crypto');

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const XMLENC = 'http://www.w3.org/2001/04/xmlenc#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const THING = "//*[local-name(.)='Thing']";

// xml-crypto has no ECDSA and no SHA-384; both are added by its own extension points.
function asymmetric(uri, hash, options) {
  return class {
    getSignature(info, key) {
      return crypto.sign(hash, Buffer.from(info), { key, ...options }).toString('base64');
    }
    verifySignature(info, key, value) {
      return crypto.verify(hash, Buffer.from(info), { key, ...options }, Buffer.from(value, 'base64'));
    }
    getAlgorithmName() {
      return uri;
    }
  };
}

function hashing(uri, hash) {
  return class {
    getHash(xml) {
      return crypto.createHash(hash).update(xml, 'utf8').digest('base64');
    }
    getAlgorithmName() {
      return uri;
    }
  };
}

function extended(signed) {
  for (const hash of ['sha256', 'sha384', 'sha512']) {
    const ecdsa = `${MORE}ecdsa-${hash}`;
    signed.SignatureAlgorithms[ecdsa] = asymmetric(ecdsa, hash, { dsaEncoding: 'ieee-p1363' });
    const rsa = `${MORE}rsa-${hash}`;
    signed.SignatureAlgorithms[rsa] = asymmetric(rsa, hash, {});
  }
  signed.HashAlgorithms[`${MORE}sha384`] = hashing(`${MORE}sha384`, 'sha384');
  signed.HashAlgorithms[`${XMLENC}sha512`] = hashing(`${XMLENC}sha512`, 'sha512');
  return signed;
}

function verify([, file, certificate]) {
  const xml = fs.readFileSync(file, 'utf8');
  const tree = new DOMParser().parseFromString(xml, 'text/xml');
  const signed = extended(new SignedXml({ publicCert: fs.readFileSync(certificate, 'utf8') }));
  signed.loadSignature(tree.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[0]);
  return String(signed.checkSignature(xml));
}

function sign([, file, key, certificate, algorithm, digest, transforms, inside, output]) {
  const signed = extended(
    new SignedXml({
      privateKey: fs.readFileSync(key, 'utf8'),
      publicCert: fs.readFileSync(certificate, 'utf8'),
      signatureAlgorithm: algorithm,
      canonicalizationAlgorithm: EXCLUSIVE,
    }),
  );
  signed.addReference({ xpath: THING, digestAlgorithm: digest, transforms: transforms.split('|') });
  const location = { reference: inside === 'inside' ? THING : '/*', action: 'append' };
  signed.computeSignature(fs.readFileSync(file, 'utf8'), { prefix: 'ds', location });
  fs.writeFileSync(output, signed.getSignedXml());
  return 'signed';
}

for (const line of fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const task = line.split('\t');
  let said;
  try {
    said = task[0] === 'sign' ? sign(task) : verify(task);
  } catch (error) {
    said = `error ${error.message}`;
  }
  console.log(said.replace(/\s+/g, ' '));
}
