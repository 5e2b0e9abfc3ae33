/**
 * Checks an answer of an IMI gateway in a browser, without a network and without believing the gateway.
 *
 * It is what package evidence/answer does in Go: it takes the evidence of the answer apart, checks every signature and every
 * proof under head keys that the caller trusts, makes the whole answer anew from that, and refuses it unless every byte is
 * the same. Then it verifies the same records by the caller's own clock and limits. The sentences are those of the Go
 * library, because they are part of the answer; testdata/vectors/answers.json holds both to the same results.
 *
 * It needs WebCrypto with Ed25519 (so a page served by https, or from this machine) and nothing else. Formats are those of
 * docs/format.md and docs/statetree.md. Whoever checks answers should not have this file from the gateway that gave them.
 *
 * @module
 */

const formatVersion = 1;
const maxAnswer = 16 << 20;
const maxTrust = 256 << 10;
const maxRecord = 256 << 10;
const maxHead = 16 << 10;
const maxPresentation = 64 << 10;
const maxNotarisations = 100; // that a finding about a document lists

/** Says why an answer, a trust file or a question is refused. The codes are those of the API and of the Go library. */
export class Refusal extends Error {
  /**
   * @param {string} code such as "invalid", "malformed", "not_allowed", "too_large"
   * @param {string} field what was refused, such as "evidence.head"; may be empty
   * @param {string} rule one English sentence: what must hold
   */
  constructor(code, field, rule) {
    super([code, field, rule].filter((part) => part !== "").join(": "));
    this.name = "Refusal";
    this.code = code;
    this.field = field;
    this.rule = rule;
  }
}

/**
 * @typedef {object} Question Exactly one thing: what was asked. Those of the API can be given as they were sent.
 * @property {{digest?: string, salt?: string, commitment?: string, method?: string}} [document] the digest of the file, that
 *   and the salt, or the commitment, and then perhaps how it was made
 * @property {string} [notarisation] its id
 * @property {string} [credential] its digest
 * @property {string} [record] the key of a record, such as "document/7365…"; it may be absent
 * @property {string} [presentation] SD-JWT VC with key binding; needs audience and nonce
 * @property {string} [audience]
 * @property {string} [nonce]
 * @property {number} [maxAgeSeconds] of the holder's signature; 120 if not given
 * @property {number} [skewSeconds] by which the holder's clock may differ; 60 if not given
 */

/**
 * Checks an answer about now. The finding it returns is indeterminate when the signatures of the head are older than
 * maxAgeSeconds, or fewer than the trust demands; its checks say who is missing.
 *
 * @param {string|ArrayBuffer|Uint8Array} answer the answer as it came, every byte of it
 * @param {string} trust the trust file, from where the caller trusts it
 * @param {Question} question what was asked
 * @param {Date|number|string} now the caller's time
 * @param {number} maxAgeSeconds how old signatures may be
 * @returns {Promise<object>} the finding: verdict, reason, checks, and the record or the claims
 * @throws {Refusal} when the answer is not what an honest gateway gives to this question
 */
export async function check(answer, trust, question, now, maxAgeSeconds) {
  const seconds = Math.floor(new Date(now).getTime() / 1000);
  if (Number.isNaN(seconds) || !Number.isSafeInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new TypeError("now must be a time, and maxAgeSeconds a whole number");
  }
  if (!globalThis.crypto?.subtle) throw new TypeError("there is no WebCrypto here: the page must be served by https");
  const text = textOf(answer);
  const trusted = await parseTrust(trust);
  const asked = await parseQuestion(question);
  const opened = await open(text, trusted, asked);
  if ((await remake(opened)) !== text) throw invalid("answer", "it is not what its evidence shows");
  const finding = await find(opened, new Recorder(opened.proven), seconds, trusted.threshold, maxAgeSeconds);
  return JSON.parse(write(finding));
}

/**
 * Takes a proof file (docs/format.md) apart: what was asked, and the answer to give to check. Nothing is checked here.
 * @param {string|ArrayBuffer|Uint8Array} file
 * @returns {{answer: string, question: Question}}
 * @throws {Refusal} when it is no proof file
 */
export function unpack(file) {
  const wrong = malformed("proof", "must be a proof file or a gateway's answer");
  const text = textOf(file);
  let kept;
  try {
    kept = JSON.parse(text);
  } catch {
    throw wrong;
  }
  if (isLongProof(kept)) return { answer: kept.answer, question: kept.question };
  if (!isShortProof(kept)) throw wrong;
  const { head, key, proof } = kept;
  const [begin, end] = [text.indexOf(',"record":'), text.lastIndexOf(',"version":2}')]; // no text holds the first: quotes are escaped
  const record = kept.record === undefined ? undefined : text.slice(begin + ',"record":'.length, end);
  const opened = { head: parseHead(head.slice(0, head.indexOf("\n\n") + 1)), cosigners: 0, maxAgeSeconds: 0, proven: { head } };
  const recorder = new Recorder({ records: [{ key, record, proof }] });
  return { answer: write(recordAnswer(key, recorder, opened)) + "\n", question: { record: key } };
}

/**
 * The SHA-256 of a file, as the API and the ledger write it. The file stays where it is.
 * @param {Blob|ArrayBuffer|Uint8Array} file
 * @returns {Promise<string>} 64 lower-case hexadecimal digits
 */
export async function digestOf(file) {
  return hex(await sha256(file instanceof Blob ? await file.arrayBuffer() : file));
}

const invalid = (field, rule) => new Refusal("invalid", field, rule);
const malformed = (field, rule) => new Refusal("malformed", field, rule);

// ---- Bytes

const bytesOf = (text) => new TextEncoder().encode(text);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const toBase64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));

/** Decodes base64 with padding; null for everything that does not encode to itself. */
function fromBase64(text) {
  try {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return toBase64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

const toBase64url = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Decodes base64url without padding; null for everything that does not encode to itself. */
function fromBase64url(text) {
  if (/[^A-Za-z0-9_-]/.test(text)) return null;
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4));
}

/** The bytes of an answer as text, and nothing lost on the way: no replaced characters, no byte order mark passed over. */
function textOf(answer) {
  if ((typeof answer === "string" ? answer.length : answer.byteLength) > maxAnswer) {
    throw new Refusal("too_large", "answer", `at most ${maxAnswer} bytes`);
  }
  if (typeof answer === "string") return answer;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(answer);
  } catch {
    throw malformed("answer", "must be the JSON of a gateway's answer");
  }
}

// ---- Times. A moment is text, "2026-01-31T08:00:00Z", whose order is that of time, or seconds since 1970.

const timeForm = /^2[01]\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const isTime = (v) => timeForm.test(v) && !Number.isNaN(Date.parse(v)) && timeText(secondsOf(v)) === v;
const secondsOf = (time) => Date.parse(time) / 1000;
const timeText = (seconds) => new Date(seconds * 1000).toISOString().replace(/^\+0*/, "").replace(".000Z", "Z");
const covers = (period, time) => time >= period.from && (period.until === undefined || time < period.until);

/** Whole seconds as Go writes durations: "1h0m30s". */
function durationText(seconds) {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return (h > 0 ? `${h}h` : "") + (seconds >= 60 ? `${m}m` : "") + `${s}s`;
}

// ---- JSON as gateways write it: members in a fixed order, claims sorted by name

/** JSON that is written as it came. */
class Raw {
  constructor(text) {
    this.text = text;
  }
}

/** Names in the order of their UTF-8 bytes, which is that of code points and not of JavaScript. */
function byCodePoint(a, b) {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((c, i) => c !== y[i]);
  return at < 0 ? x.length - y.length : at >= y.length ? 1 : x[at].codePointAt(0) - y[at].codePointAt(0);
}

function write(value) {
  if (value instanceof Raw) return value.text;
  if (typeof value === "string") {
    if (!value.isWellFormed()) { // half a character has no UTF-8
      throw malformed("answer", "must be the JSON of a gateway's answer");
    }
    return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  }
  if (Array.isArray(value)) return "[" + value.map(write).join(",") + "]";
  if (value instanceof Map) {
    return "{" + [...value.keys()].sort(byCodePoint).map((name) => write(name) + ":" + write(value.get(name))).join(",") + "}";
  }
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return "{" + members.map(([name, member]) => write(name) + ":" + write(member)).join(",") + "}";
  }
  return JSON.stringify(value);
}

/** The JSON of a record that may be in any form, without the blanks between its parts; undefined when it is no JSON. */
function compact(text) {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return new Raw(text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g, "$1"));
}

// ---- Records: canonical JSON (RFC 8785) with exactly the members of their kind. What is not is no record.

function canonical(value) {
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
  if (value !== null && typeof value === "object") {
    return "{" + Object.keys(value).sort().map((name) => JSON.stringify(name) + ":" + canonical(value[name])).join(",") + "}";
  }
  return JSON.stringify(value);
}

/** Reads the canonical form of what fits; null for everything else. */
function decode(fits, text, limit) {
  if (bytesOf(text).length > limit) return null;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return fits(value) && canonical(value) === text ? value : null;
}

const same = (a, b) => canonical(a) === canonical(b);

// A form is a function that says whether a value fits. A name with "?" at its end may be left out.
const isText = (v) => typeof v === "string" && v.isWellFormed();
const isWord = (v) => isText(v) && v !== "";
const isInteger = (v) => Number.isSafeInteger(v);
const isBoolean = (v) => typeof v === "boolean";
const isDigest = (v) => typeof v === "string" && /^[0-9a-f]{64}$/.test(v);
const isID = (v) => typeof v === "string" && /^[0-9a-f]{32}$/.test(v);
const isSignature = (v) => typeof v === "string" && v.length === 86 && fromBase64url(v) !== null;
const isMade = (v) => isSignature(v) && v !== "A".repeat(86); // all zero stands for no signature, which is left out
const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
const array = (fits) => (v) => Array.isArray(v) && v.every(fits);
const list = (fits) => (v) => array(fits)(v) && v.length > 0;
const orNull = (fits) => (v) => v === null || fits(v);

function form(members) {
  const needed = Object.keys(members).filter((name) => !name.endsWith("?"));
  const known = (name) => [name, name + "?"].find((n) => Object.hasOwn(members, n));
  return (v) => isObject(v) && needed.every((name) => Object.hasOwn(v, name)) &&
    Object.keys(v).every((name) => known(name) !== undefined && members[known(name)](v[name]));
}

const header = { record: isText, version: isInteger };
const period = { from: isTime, "until?": isTime };
const isKey = form({ crv: isText, kty: isText, x: isText, "y?": isWord });
const isTitle = form({ en: isText, zh: isText });
const isPlace = form({ index: isInteger, root: isDigest });
const isAuthor = form({ "batch?": isPlace, key: isText, organisation: isText, "signature?": isMade });
const isChange = form({ ...header, at: isTime, by: isText, key: isText, reason: isText, sequence: isInteger, state: isText });
const isStatus = form({ "author?": isAuthor, "change?": isChange, sequence: isInteger, state: isText });
const isKeyChange = form({
  change: form({ ...header, at: isTime, key: isKey, sequence: isInteger, subject: isID }),
  "enroller?": isAuthor, newKey: isSignature, "oldKey?": isMade, "witness?": isAuthor,
});
const record = (statement, more = {}) =>
  form({ author: isAuthor, statement: form({ ...header, ...statement }), status: isStatus, ...more });
const keys = list(form({ ...period, key: isKey }));

const forms = {
  attestation: record({
    credential: isDigest, issuedAt: isTime, issuer: isText, notAfter: isTime, notBefore: isTime, type: isText,
  }),
  document: record({
    commitment: isDigest, kind: isText, method: isText, registeredAt: isTime, registrar: isText, "supersedes?": isDigest,
  }),
  notarisation: record({
    certificate: isDigest, document: isDigest, finding: isText, id: isID, notarisedAt: isTime, notary: isText, notAfter: isTime,
    notBefore: isTime,
  }),
  subject: record({ assurance: isText, enrolledAt: isTime, enroller: isText, id: isID, key: isKey }, {
    holder: isSignature, "keys?": list(form({ ...period, "change?": isKeyChange, key: isKey })),
  }),
  batch: form({
    author: isAuthor, statement: form({ ...header, at: isTime, author: isText, of: isText, root: isDigest, size: isInteger }),
  }),
  organisation: form({
    ...header, "accreditations?": list(form({ ...period, role: isText, "scope?": isWord })), "headKeys?": keys, mspid: isText,
    sequence: isInteger, "signingKeys?": keys, title: isTitle,
  }),
  type: form({
    ...header, "claims?": list(form({ disclosable: isBoolean, name: isText, required: isBoolean })), longestValidityDays: isInteger,
    name: isText, title: isTitle,
  }),
};

// The forms of ids by kind of record.
const ids = {
  ...Object.fromEntries(["proposal", "subject", "notarisation"].map((kind) => [kind, /^[0-9a-f]{32}$/])),
  ...Object.fromEntries(["person", "attestation", "document", "batch"].map((kind) => [kind, /^[0-9a-f]{64}$/])),
  organisation: /^[A-Za-z][A-Za-z0-9.-]{0,63}$/,
  type: /^[a-z][a-z0-9-]{0,63}\/[1-9][0-9]{0,3}$/,
};

/** Refuses what is no key of the world state. */
function checkKey(key) {
  const kind = key.split("/", 1)[0];
  if (!Object.hasOwn(ids, kind)) {
    throw invalid("", "a key begins with a kind of record and '/', as in document/<64 hexadecimal digits>");
  }
  if (!ids[kind].test(key.slice(kind.length + 1))) {
    throw invalid("", "the id in this key has the wrong form for its kind of record");
  }
}

// ---- Signatures: ECDSA on P-256 with SHA-256, or Ed25519; 64 bytes

const is32 = (text) => fromBase64url(text ?? "")?.length === 32;
const isEd25519 = (key) => key.crv === "Ed25519" && key.kty === "OKP" && is32(key.x) && key.y === undefined;
const isP256 = (key) => key.crv === "P-256" && key.kty === "EC" && is32(key.x) && is32(key.y);

/** A key as WebCrypto has it, with the algorithm it is used with; null for what is no key. */
async function importKey(key) {
  const edwards = isEd25519(key);
  if (!edwards && !isP256(key)) return null;
  const bytes = edwards ? fromBase64url(key.x) : concat([4], fromBase64url(key.x), fromBase64url(key.y));
  const algorithm = edwards ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  try {
    return { algorithm, key: await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]) };
  } catch (cause) {
    if (cause.name === "DataError") { // a point that is not on the curve
      return null;
    }
    throw cause;
  }
}

/** Reports whether a key made a signature over a message. What is no key made nothing. */
async function verifies(key, message, signature) {
  const imported = await importKey(key);
  return imported !== null && crypto.subtle.verify(imported.algorithm, imported.key, signature, message);
}

const halfOrder = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"; // of P-256

/** Checks a signature of the ledger over a statement. Of the two forms of an ECDSA signature only that with the low s counts. */
async function signed(channel, key, signature, statement) {
  const bytes = signature === undefined ? null : fromBase64url(signature);
  if (bytes === null || (key.crv === "P-256" && hex(bytes.slice(32)) > halfOrder)) return false;
  const name = bytesOf(channel);
  const length = [(name.length >> 8) & 255, name.length & 255];
  return verifies(key, concat(bytesOf("imi ledger signature v1\0"), length, name, bytesOf(canonical(statement))), bytes);
}

/** The RFC 7638 thumbprint of a key. */
const keyID = async (key) => toBase64url(await sha256(bytesOf(canonical(key))));

// ---- Trust: all that a verifier has to know beforehand

const isTrust = form({
  channel: isText, genesis: isDigest, threshold: isInteger,
  organisations: orNull(array(form({ mspid: isText, headKeys: orNull(array(isKey)) }))),
});

async function parseTrust(text) {
  const trust = decode(isTrust, text.endsWith("\n") ? text.slice(0, -1) : text, maxTrust);
  if (trust === null) throw malformed("", "must be canonical JSON (RFC 8785) with exactly the fields of its type");
  trust.organisations ??= [];
  if (trust.channel === "") throw invalid("channel", "must not be empty");
  if (trust.threshold < 1 || trust.threshold > trust.organisations.length) {
    throw invalid("threshold", "must be from 1 to the number of organisations");
  }
  const seen = new Set();
  let last = "";
  for (const o of trust.organisations) {
    if (last !== "" && last >= o.mspid) throw invalid("organisations", "must be in the order of their ids, each once");
    last = o.mspid;
    checkKey("organisation/" + o.mspid);
    o.headKeys ??= [];
    for (const key of o.headKeys) {
      if (!isEd25519(key) || seen.has(key.x)) {
        throw invalid("organisations.headKeys", "must be Ed25519 keys, each of one organisation");
      }
      seen.add(key.x);
    }
  }
  return trust;
}

// ---- Question

async function parseQuestion(q) {
  const kinds = ["document", "notarisation", "credential", "record", "presentation"];
  const asked = isObject(q) ? kinds.filter((name) => q[name] !== undefined) : [];
  if (asked.length !== 1) throw invalid("question", asked.length === 0 ? "nothing was asked" : "must be exactly one thing");
  const [kind] = asked;
  const allowed = kind === "presentation" ? [kind, "audience", "nonce", "maxAgeSeconds", "skewSeconds"] : [kind];
  const { maxAgeSeconds = 120, skewSeconds = 60 } = q;
  const good = Object.keys(q).every((name) => allowed.includes(name)) && {
    document: () => isObject(q.document),
    notarisation: () => isID(q.notarisation),
    credential: () => isDigest(q.credential),
    record: () => isWord(q.record),
    presentation: () => isText(q.presentation) && isWord(q.audience) && isWord(q.nonce) && isInteger(maxAgeSeconds) &&
      isInteger(skewSeconds) && maxAgeSeconds > 0 && skewSeconds >= 0,
  }[kind]();
  if (!good) throw invalid("question", "is not one of those an answer about now can be checked for");
  if (kind === "document") return { kind, ...(await commitmentOf(q.document)) };
  return { kind, what: q[kind], audience: q.audience, nonce: q.nonce, maxAge: maxAgeSeconds, skew: skewSeconds };
}

/** The commitment that a document has on the ledger, and how the asker made it, if it did. */
async function commitmentOf(document) {
  if (form({ commitment: isDigest, "method?": isWord })(document)) return { what: document.commitment, method: document.method };
  if (form({ digest: isDigest })(document)) return { what: document.digest, method: "sha256" };
  if (form({ digest: isDigest, salt: isDigest })(document)) {
    const salted = concat(bytesOf("imi document commitment v1\0"), unhex(document.salt), unhex(document.digest));
    return { what: hex(await sha256(salted)), method: "sha256-salted" };
  }
  throw invalid("question", "a document is asked for by digest, by digest and salt, or by commitment");
}

// ---- Head: a C2SP signed note with timestamped Ed25519 cosignatures

/** Checks every signature of a head; each must be of an organisation of the trust, and there is one form of the note. */
async function openHead(note, trust) {
  const unordered = invalid("evidence.head", "must have its signatures in order");
  const end = note.indexOf("\n\n");
  if (end < 0) throw malformed("head", "only signatures over the same head can be put together");
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2).split("\n");
  if (lines.pop() !== "" || lines.length === 0) throw unordered;
  const names = lines.map((line) => line.replace(/^— /, "").split(" ", 1)[0]);
  const rest = lines.slice(1);
  if (new Set(names).size !== names.length || rest.some((line, i) => i > 0 && byCodePoint(rest[i - 1], line) > 0)) throw unordered;
  if (bytesOf(note).length > maxHead) throw new Refusal("too_large", "head", `at most ${maxHead} bytes`);
  const results = await Promise.all(lines.map((line, i) => cosignature(line, names[i], text, trust)));
  if (results.includes("bad")) throw malformed("head", "must be a signed note with good signatures");
  if (results.every((result) => result === "unknown")) {
    throw new Refusal("not_allowed", "head", "no organisation of the trust registry signed this head");
  }
  if (results.includes("unknown")) {
    throw new Refusal("not_allowed", "head", "every signature must be of an organisation of the trust registry");
  }
  return { ...parseHead(text), first: names[0], times: new Map(names.map((name, i) => [name, results[i]])) };
}

/**
 * Checks one line: "— name base64(key hash | time | signature)". Returns the time of the signature in seconds, "unknown" when
 * no key of the trust is meant, or "bad".
 *
 * The signature covers "cosignature/v1" LF "time " seconds LF text.
 */
async function cosignature(line, name, text, trust) {
  const start = `— ${name} `;
  const bytes = line.startsWith(start) ? fromBase64(line.slice(start.length)) : null;
  if (name === "" || /[\s+]/u.test(name) || bytes === null || bytes.length < 5) return "bad";
  for (const key of trust.organisations.find((o) => o.mspid === name)?.headKeys ?? []) {
    const hash = await sha256(concat(bytesOf(name + "\n"), [4], fromBase64url(key.x)));
    if (hex(hash.slice(0, 4)) !== hex(bytes.slice(0, 4))) continue;
    const at = bytes.length === 76 ? Number(new DataView(bytes.buffer).getBigUint64(4)) : Infinity;
    const good = at <= 2 ** 40 && (await verifies(key, bytesOf(`cosignature/v1\ntime ${at}\n${text}`), bytes.slice(12)));
    return good ? at : "bad";
  }
  return "unknown";
}

/** Reads "imi/" channel LF block LF base64(state root) LF "block " hash LF. */
function parseHead(text) {
  const match = /^imi\/([^\n]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\nblock ([0-9a-f]{64})\n$/.exec(text);
  const root = match && fromBase64(match[3]);
  if (!root || !Number.isSafeInteger(Number(match[2]))) {
    throw malformed("head", "a head names a channel, a block, a state root and a block hash");
  }
  return { channel: match[1], block: Number(match[2]), root, blockHash: match[4] };
}

// ---- State tree: docs/statetree.md has the hashes, the encoding of a proof and its verification

const endsAtRecord = 1, endsEmpty = 2, endsAtOther = 3;
const emptyHash = () => sha256(bytesOf("imi state empty v1\0"));
const leafHash = (key, value) => sha256(concat(bytesOf("imi state leaf v1\0"), key, value));
const nodeHash = (left, right) => sha256(concat(bytesOf("imi state node v1\0"), left, right));
const bit = (bytes, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1;
const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Decodes a proof; null for everything but the one legal encoding. */
function parseProof(text, empty) {
  const data = text.length > 11055 ? null : fromBase64url(text);
  if (data === null || data.length < 3) return null;
  const [end, depth] = [data[0], (data[1] << 8) | data[2]];
  const size = (depth + 7) >> 3;
  const bitmap = data.slice(3, 3 + size);
  if (end < endsAtRecord || end > endsAtOther || depth > 256 || bitmap.length < size) return null;
  const has = Array.from({ length: 8 * size }, (_, i) => bit(bitmap, i) === 1);
  if (has.slice(depth).includes(true) || (depth > 0 && !has[depth - 1])) return null;
  const hashes = [];
  for (let at = 3 + size; at < data.length; at += 32) {
    hashes.push(data.slice(at, at + 32));
  }
  const count = has.filter(Boolean).length;
  const fits = data.length === 3 + size + 32 * (count + (end === endsAtOther ? 2 : 0));
  const other = hashes.splice(count);
  return fits && !hashes.some((hash) => equal(hash, empty)) ? { end, depth, has, hashes, other } : null;
}

/** Checks that the tree with this root has the record under the key, or, without a record, that it has none. */
async function checkProof(root, key, text, proof, empty) {
  const place = await sha256(bytesOf(key));
  const refused = (rule) => invalid("proof", "the proof " + rule);
  let hash = empty;
  if (text !== undefined) {
    if (proof.end !== endsAtRecord) throw refused("does not show that there is a record");
    hash = await leafHash(place, await sha256(bytesOf(text)));
  } else if (proof.end === endsAtRecord) {
    throw refused("does not show that there is no record");
  } else if (proof.end === endsAtOther) {
    const [otherPlace, otherValue] = proof.other;
    if (equal(otherPlace, place)) throw refused("shows that there is a record");
    for (let i = 0; i < proof.depth; i++) {
      if (bit(otherPlace, i) !== bit(place, i)) throw refused("ends at a key that has no place there");
    }
    hash = await leafHash(otherPlace, otherValue);
  }
  let next = proof.hashes.length;
  for (let level = proof.depth - 1; level >= 0; level--) {
    const sibling = proof.has[level] ? proof.hashes[--next] : empty;
    hash = bit(place, level) === 0 ? await nodeHash(hash, sibling) : await nodeHash(sibling, hash);
  }
  if (!equal(hash, root)) throw refused("does not lead to the root of this state");
}

// ---- Evidence: what an answer rests on, all of it checked

const isEvidence = form({
  head: isText, "cosigners?": isInteger, "maxAgeSeconds?": isInteger,
  records: array(form({ key: isText, "record?": isText, proof: isText })),
  "paths?": array(form({ root: isDigest, index: isInteger, path: orNull(array(isDigest)) })),
  "notarisations?": array(isText),
});

const isLongProof = form({ answer: isText, question: isObject, version: (v) => v === 1 });
const isShortProof = form({ head: isText, key: isText, proof: isText, "record?": isObject, version: (v) => v === 2 });

/** Takes an answer apart and checks the head's signatures and every proof. */
async function open(text, trust, question) {
  const unreadable = malformed("answer", "must be the JSON of a gateway's answer");
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw unreadable;
  }
  if (isObject(answer) && (answer.evidence ?? null) === null) throw invalid("evidence", "the answer carries none");
  const empty = await emptyHash();
  const evidence = answer?.evidence;
  const proofs = isEvidence(evidence) ? evidence.records.map((r) => parseProof(r.proof, empty)) : [null];
  if (proofs.includes(null)) throw unreadable;
  const { cosigners = 0, maxAgeSeconds = 0 } = evidence;
  const limited = cosigners !== 0 || maxAgeSeconds !== 0;
  if (cosigners < 0 || maxAgeSeconds < 0 || maxAgeSeconds > 2 ** 31 || (question.kind === "record" && limited)) {
    throw invalid("evidence", "its limits make no sense");
  }
  const head = await openHead(evidence.head, trust);
  if (head.channel !== trust.channel) throw invalid("evidence.head", "it is about another channel");
  for (const [i, r] of evidence.records.entries()) {
    checkKey(r.key);
    await checkProof(head.root, r.key, r.record, proofs[i], empty);
  }
  if ((evidence.paths ?? []).some((p) => p.path?.length === 0)) {
    throw invalid("evidence.paths", "an empty path is written null"); // one form
  }
  return { answer, trust, question, head, cosigners, maxAgeSeconds, proven: evidence };
}

/** Reads what the evidence shows, and notes in which order it was needed. */
class Recorder {
  constructor(evidence) {
    this.records = new Map(evidence.records.map((r) => [r.key, r]));
    this.paths = new Map((evidence.paths ?? []).map((p) => [`${p.root} ${p.index}`, p]));
    this.notarisations = evidence.notarisations ?? [];
    this.used = { records: new Set(), paths: new Set(), listed: [] };
  }

  /** The text of a record, undefined where there is none. */
  record(key) {
    return this.take("records", key).record;
  }

  path(root, index) {
    return this.take("paths", `${root} ${index}`).path ?? [];
  }

  take(what, name) {
    const found = this[what].get(name);
    if (found === undefined) throw invalid("evidence", "it does not show everything the answer rests on");
    this.used[what].add(found);
    return found;
  }

  /** That a gateway lists others than those it should changes no verdict: each is proven by itself. */
  list(limit) {
    this.used.listed = this.notarisations.slice(0, limit);
    return this.used.listed;
  }

  /** The evidence that an honest gateway gives: what was needed, and nothing else. */
  evidence({ proven, cosigners, maxAgeSeconds }) {
    const { records, paths, listed } = this.used;
    return {
      head: proven.head, cosigners: cosigners || undefined, maxAgeSeconds: maxAgeSeconds || undefined,
      records: [...records].map(({ key, record, proof }) => ({ key, record, proof })),
      paths: some([...paths].map(({ root, index, path }) => ({ root, index, path }))), notarisations: some(listed),
    };
  }
}

/** An empty list is left out of answers. */
const some = (items) => (items.length > 0 ? items : undefined);

// ---- Answer: made anew, in the one form that gateways write

async function remake(opened) {
  const { answer, question, head, cosigners, maxAgeSeconds, proven } = opened;
  const recorder = new Recorder(proven);
  if (question.kind === "record") return write(recordAnswer(question.what, recorder, opened)) + "\n";
  if (!isObject(answer.asOf) || !isTime(answer.asOf.time)) throw invalid("asOf", "must say when the answer was made");
  if (answer.organisation !== head.first) throw invalid("organisation", "must be the one whose signature on the head is the first");
  const finding = await find(opened, recorder, secondsOf(answer.asOf.time), cosigners, maxAgeSeconds);
  finding.ledger = { block: head.block, blockHash: head.blockHash };
  return write({ ...finding, organisation: head.first, audience: question.audience, evidence: recorder.evidence(opened) }) + "\n";
}

function recordAnswer(key, recorder, opened) {
  const text = recorder.record(key);
  const { block, blockHash } = opened.head;
  if (text !== undefined) {
    return { key, record: compact(text), asOf: block, ledger: { block, blockHash }, evidence: recorder.evidence(opened) };
  }
  return {
    type: "/#problem-not_found", title: "Not Found", status: 404, detail: "no such record in that state of the ledger",
    code: "not_found", field: "path", evidence: recorder.evidence(opened),
  };
}

/** Verifies the proven records at a time and by limits of somebody's choice. */
async function find({ trust, question, head }, recorder, now, needed, maxAge) {
  const e = new Examination({ trust, head, recorder, now, needed, maxAge });
  await {
    document: () => e.verifyDocument(question),
    notarisation: () => e.verifyNotarisation("notarisation/" + question.what),
    credential: () => e.verifyCredential("attestation/" + question.what),
    presentation: () => new Presented(e, question).verify(),
    record: () => e.verifyPresence(question.what),
  }[question.kind]();
  return e.result();
}

// ---- Examination: one verification under way. It collects checks and keeps the weightiest verdict.

const shownCheck = (check) => ({ ...check, lookedAt: some([...check.lookedAt].map((key) => ({ key }))) });
const verdicts = ["valid", "expired", "suspended", "revoked", "not_found", "mismatch", "indeterminate"]; // the last weighs most
const checkNames = ["integrity", "author", "accreditation", "status", "holder_binding", "evidence", "freshness"];

class Examination {
  constructor(setting) {
    this.setting = setting;
    this.at = timeText(setting.now);
    this.verdict = "valid";
    this.reason = "ok";
    this.finding = {};
    this.checks = new Map();
    this.certain = false; // the verdict does not depend on the ledger
  }

  /** An examination of another record in the same state. */
  beside() {
    return new Examination(this.setting);
  }

  /** Notes that a check looked at records; an entry is a key with what is under it. */
  look(name, ...looked) {
    if (!this.checks.has(name)) {
      this.checks.set(name, { name, result: "skipped", detail: "", lookedAt: new Set() });
    }
    const check = this.checks.get(name);
    looked.filter((entry) => entry.text !== undefined).forEach((entry) => check.lookedAt.add(entry.key));
    return check;
  }

  /** Notes that a check, or a part of it, went well. A failure noted before stays. */
  pass(name, detail, ...looked) {
    const check = this.look(name, ...looked);
    if (check.result === "skipped") {
      Object.assign(check, { result: "pass", detail });
    }
  }

  /** Notes that a check failed and what verdict follows. */
  fail(name, verdict, reason, detail, ...looked) {
    const check = this.look(name, ...looked);
    if (check.result !== "fail") {
      Object.assign(check, { result: "fail", detail });
    }
    if (verdicts.indexOf(verdict) > verdicts.indexOf(this.verdict)) {
      Object.assign(this, { verdict, reason });
    }
    return false;
  }

  mismatch(name, reason, detail, ...looked) {
    return this.fail(name, "mismatch", reason, detail, ...looked);
  }

  /** Says why a check is not made, unless it was, or another reason was given. */
  skip(name, detail) {
    const check = this.look(name);
    if (check.result === "skipped" && check.detail === "") {
      check.detail = detail;
    }
  }

  /** Reads a record of a kind. Its value is null where there is none, or none in canonical form. */
  read(kind, key) {
    const text = this.setting.recorder.record(key);
    return { key, text, value: text === undefined ? null : decode(forms[kind], text, maxRecord) };
  }

  /** Reads the record that a question is about and judges its presence and its form. */
  subjectOf(kind, key) {
    const entry = this.read(kind, key);
    this.show(entry);
    if (entry.text === undefined) {
      this.fail("integrity", "not_found", "no_record", "nothing is recorded under " + key);
    } else if (entry.value === null) {
      this.mismatch("integrity", "unsound_record",
        "what is recorded was not made by the rules of the ledger: it is not in its canonical form", entry);
    }
    return entry;
  }

  show(entry) {
    this.finding.key = entry.key;
    this.finding.record = entry.text === undefined ? undefined : compact(entry.text);
  }

  /** Completes the finding: freshness, the checks that were not reached, and what the answer speaks about. */
  result() {
    this.examineVouching();
    checkNames.forEach((name) => this.skip(name, "not reached"));
    const { key, record, status, subject, claims, disclosed, notarisations, moreNotarisations } = this.finding;
    const shown = this.verdict === "valid" ? { subject, claims, disclosed } : {};
    const block = this.setting.head.block;
    return {
      verdict: this.verdict, reason: this.reason,
      checks: checkNames.map((name) => this.checks.get(name)).map(shownCheck), key, record, status, ...shown,
      notarisations, moreNotarisations, asOf: { block, time: this.at }, ledger: { block },
    };
  }

  /** Judges whether enough organisations vouch for the state, and recently enough. */
  examineVouching() {
    const { trust, head, now, needed, maxAge } = this.setting;
    const all = trust.organisations.filter((o) => o.headKeys.length > 0).map((o) => o.mspid);
    const recent = [...head.times.keys()].filter((id) => Math.abs(now - head.times.get(id)) <= maxAge).sort();
    const times = (ids) => ids.map((id) => `${id} at ${timeText(head.times.get(id))}`).join(", ");
    const limits = `within ${durationText(maxAge)} before ${timeText(now)}`;
    if (recent.length >= needed) {
      this.pass("freshness", `block ${head.block} was the newest when they signed; ${needed} organisations are needed, ${limits}`);
      this.pass("evidence", `the state of block ${head.block} is signed by ${times(recent)}`);
      return;
    }
    const missing = all.filter((id) => !recent.includes(id)).sort().join(", ") || "nobody";
    const detail = `too few organisations signed the state of block ${head.block} recently: ${missing} missing; ` +
      `signed by ${times([...head.times.keys()].sort())}; ${needed} are needed, ${limits}`;
    for (const name of ["evidence", "freshness"]) {
      Object.assign(this.look(name), { result: "fail", detail });
    }
    // Newer blocks cannot improve these, and the records themselves show them.
    if (this.verdict !== "revoked" && this.verdict !== "expired" && !this.certain) {
      Object.assign(this, { verdict: "indeterminate", reason: "cosigners" });
    }
  }

  // ---- Questions

  async verifyDocument(question) {
    this.skip("holder_binding", "a document has no holder");
    if (await this.examineDocument(question)) {
      await this.listNotarisations(question.what);
    }
  }

  async examineDocument({ what, method }) {
    const entry = this.subjectOf("document", "document/" + what);
    if (entry.value === null) return false;
    const recorded = entry.value.statement.method;
    if (method !== undefined && method !== recorded) {
      const detail = `the document was registered by its ${recorded} commitment, not by ${method}`;
      this.mismatch("integrity", "other_content", detail, entry);
    }
    await this.examine(entry, "document");
    return true;
  }

  /** Adds every notarisation with a verdict of its own. The document's verdict does not depend on them. */
  async listNotarisations(document) {
    const found = this.setting.recorder.list(maxNotarisations + 1);
    const all = [];
    for (const key of found.slice(0, maxNotarisations)) {
      const n = this.beside();
      n.skip("holder_binding", "a notarisation has no holder");
      const about = await n.examineNotarisation(key);
      if (about !== undefined && about !== document) {
        n.mismatch("integrity", "other_content", "the notarisation is about another document");
      }
      all.push(n.result());
    }
    this.finding.notarisations = some(all);
    this.finding.moreNotarisations = found.length > maxNotarisations || undefined;
  }

  /** A notarisation of a document that is not valid is not valid either. */
  async verifyNotarisation(key) {
    this.skip("holder_binding", "a notarisation has no holder");
    const document = await this.examineNotarisation(key);
    if (document === undefined) return;
    const d = this.beside();
    await d.examineDocument({ what: document });
    const entry = { key: "document/" + document, text: d.finding.status && d.finding.record };
    if (d.verdict === "not_found") {
      this.mismatch("integrity", "document_not_valid", "the document it is about is not registered");
    } else if (d.verdict !== "valid") {
      this.fail("status", d.verdict, "document_not_valid", "the document it is about is not valid itself: " + d.verdict, entry);
    } else {
      this.look("status", entry);
    }
  }

  /** Examines the record and returns the commitment of the document it is about. */
  async examineNotarisation(key) {
    const entry = this.subjectOf("notarisation", key);
    if (entry.value === null) return undefined;
    await this.examine(entry, "notarisation");
    return entry.value.statement.document;
  }

  async verifyCredential(key) {
    this.skip("holder_binding", "nothing was presented: this is about the issuer's attestation only");
    await this.examineAttestation(key);
  }

  /** Examines the attestation and what the credential's type says about it. */
  async examineAttestation(key) {
    const entry = this.subjectOf("attestation", key);
    if (entry.value === null) return {};
    await this.examine(entry, "attestation");
    const statement = entry.value.statement;
    const kind = this.read("type", "type/" + statement.type);
    if (kind.value?.name !== statement.type) {
      const detail = `the trust registry has no sound credential type ${statement.type}`;
      this.mismatch("accreditation", "unknown_type", detail, kind);
      return { statement };
    }
    this.look("accreditation", kind);
    const days = kind.value.longestValidityDays;
    if (secondsOf(statement.notBefore) + days * 86400 < secondsOf(statement.notAfter)) {
      const detail = `a credential of type ${statement.type} may be valid for ${days} days at most`;
      this.mismatch("accreditation", "type_rules", detail, entry);
    }
    return { statement, kind: kind.value };
  }

  /** Says whether there is a record and, of one with a status, how it stands. Who made it is left to those who signed the state. */
  verifyPresence(key) {
    const kind = key.split("/", 1)[0];
    if (kind in statementOf) {
      this.examineAlone(kind, key);
      return;
    }
    const entry = { key, text: this.setting.recorder.record(key) };
    this.show(entry);
    if (entry.text === undefined) {
      this.fail("integrity", "not_found", "no_record", "nothing is recorded under " + key);
    } else {
      this.pass("integrity", "this is recorded", entry);
    }
  }

  /** Judges a statement by its record alone: its form, its status and its period. */
  examineAlone(kind, key) {
    const entry = this.subjectOf(kind, key);
    if (entry.value === null) return;
    for (const name of ["author", "accreditation"]) {
      this.skip(name, "left to those who signed the state: they keep out of it what the rules of the ledger do not make");
    }
    this.skip("holder_binding", "this is about the record only");
    const s = statementIn(entry, kind);
    this.examineHeader(s);
    this.showStatus(s);
    if (this.examineChange(s)) this.judgeStatus(s);
  }

  // ---- Statements: somebody entitled stated something at a time, and may have changed its status since

  async examine(entry, kind) {
    const s = statementIn(entry, kind);
    this.examineHeader(s);
    await this.examineAuthor(s);
    this.showStatus(s);
    if (this.examineChange(s) && (await this.examineChangeAuthor(s))) this.judgeStatus(s);
  }

  examineHeader({ entry, kind, key, content }) {
    if (key !== entry.key || content.record !== kind || content.version !== formatVersion) {
      this.mismatch("integrity", "other_content", "the record under this key is about something else", entry);
    } else {
      this.pass("integrity", "canonical, and recorded under the key that follows from it", entry);
    }
  }

  /** Finds out who made a statement, and whether they were entitled to at that time. */
  async examineAuthor(s) {
    const registered = this.organisation(s.by);
    if (registered === null) return;
    if (s.author.organisation !== s.by) {
      this.mismatch("author", "signature", "the author is not the organisation the statement speaks for", s.entry);
    } else if (s.author.batch !== undefined) {
      await this.examineBatch(s, registered);
    } else {
      await this.examineSignature(registered, s.author, s.content, s.at, "the statement");
    }
    const what = s.role + (s.scope === undefined ? "" : " of " + s.scope);
    if (accredited(registered.value, s.role, s.scope, s.at)) {
      this.pass("accreditation", `${s.by} was accredited as ${what} at ${s.at}`, registered);
    } else {
      this.mismatch("accreditation", "not_accredited", `${s.by} was not accredited as ${what} at ${s.at}`, registered);
    }
  }

  /** An organisation's entry in the trust registry. Entries are closed and never changed, so it tells about every time before. */
  organisation(id) {
    const entry = this.read("organisation", "organisation/" + id);
    if (entry.text === undefined) {
      this.mismatch("author", "unknown_author", id + " is not in the trust registry");
    } else if (entry.value?.mspid !== id) {
      const detail = `the trust registry's entry for ${id} was not made by the rules of the ledger`;
      this.mismatch("author", "unsound_record", detail, entry);
    } else {
      return entry;
    }
    return null;
  }

  /** Checks an organisation's own signature over something, with a key it had at the time. */
  async examineSignature(registered, author, content, at, what) {
    const good = await this.signature(registered, author, content, at, what);
    if (good) {
      this.pass("author", `signed by ${registered.value.mspid} with a key it had at ${at}`, registered);
    }
    return good;
  }

  /** As examineSignature, without a note of success. */
  async signature(registered, author, content, at, what) {
    const id = registered.value.mspid;
    const key = await signingKeyAt(registered.value, author.key, at);
    if (key === undefined) {
      const detail = `${what} is signed with a key that was not ${id}'s at ${at}`;
      return this.mismatch("author", "unknown_key", detail, registered);
    }
    const own = author.organisation === id && author.batch === undefined;
    if (!own || !(await signed(this.setting.trust.channel, key, author.signature, content))) {
      return this.mismatch("author", "signature", `the signature of ${what} does not verify`, registered);
    }
    return true;
  }

  /** Checks the signature of a batch and the statement's place in it. */
  async examineBatch(s, registered) {
    const place = s.author.batch;
    const batch = this.read("batch", "batch/" + place.root);
    const b = batch.value?.statement;
    const fits = batch.value !== null && b.record === "batch" && b.version === formatVersion && b.root === place.root &&
      b.author === s.by && b.at === s.at && b.of === s.kind && batch.value.author.key === s.author.key &&
      s.author.signature === undefined;
    if (!fits) {
      const detail = "the signed batch that the record names does not exist or does not fit it";
      this.mismatch("author", "signature", detail, batch);
      return;
    }
    if (!(await this.signature(registered, batch.value.author, b, b.at, "the batch"))) return;
    const path = this.setting.recorder.path(place.root, place.index);
    if (!(await standsInBatch(s.content, place, b.size, path))) {
      this.mismatch("author", "signature", "the statement does not stand in the signed batch where it says", batch);
      return;
    }
    const detail = `statement ${place.index + 1} of ${b.size} in a batch signed by ${s.by} with a key it had at ${b.at}`;
    this.pass("author", detail, registered, batch);
  }

  /** Judges a statement's status, whose every change its author signed, and its period of validity. */
  judgeStatus(s) {
    const { state, since, reason } = standing(s);
    const what = "the " + s.key.split("/", 1)[0];
    const { from, until } = s.validity ?? {};
    if (state === "revoked") {
      this.fail("status", "revoked", reason, `${what} was revoked at ${since}: ${reason}`, s.entry);
    } else if (state === "suspended") {
      this.fail("status", "suspended", reason, `${what} is suspended since ${since}: ${reason}`, s.entry);
    } else if (s.validity === undefined) {
      this.pass("status", what + " is active", s.entry);
    } else if (this.at < from) {
      this.fail("status", "expired", "not_yet_valid", `${what} is valid from ${from} only`, s.entry);
    } else if (this.at >= until) {
      this.fail("status", "expired", "period_over", `${what} was valid until ${until}`, s.entry);
    } else {
      this.pass("status", `${what} is active and valid from ${from} until ${until}`, s.entry);
    }
  }

  showStatus(s) {
    const { state, since, reason } = standing(s);
    if (this.finding.key === s.entry.key) this.finding.status = { state, reason: reason || undefined, since };
  }

  /** Sees that the status follows from the change that comes with it, or is that of a new record. */
  examineChange(s) {
    const { author, change, sequence, state } = s.status;
    const detail = "the status does not follow from a signed change";
    const unsound = () => this.mismatch("integrity", "unsound_record", detail, s.entry);
    if (change === undefined) return (state === "active" && sequence === 0 && author === undefined) || unsound();
    const { at, reason } = change;
    const expected = { at, by: s.by, key: s.key, reason, record: "status", sequence, state, version: formatVersion };
    if (author === undefined || author.batch !== undefined || !same(change, expected) || sequence < 1) return unsound();
    return true;
  }

  /** Sees that the author signed the change. */
  async examineChangeAuthor(s) {
    const { author, change } = s.status;
    if (change === undefined) return true;
    const registered = this.organisation(s.by);
    return registered !== null && (await this.examineSignature(registered, author, change, change.at, "the change of status"));
  }
}

function statementIn(entry, kind) {
  const { author, statement, status } = entry.value;
  return { entry, kind, author, content: statement, status, ...statementOf[kind](statement) };
}

/** Since when a statement has its status, and why. */
const standing = ({ at, status: { state, change } }) => ({ state, since: change?.at ?? at, reason: change?.reason ?? "" });

/** What a statement says of its key, its author and its validity. */
const statementOf = {
  attestation: (s) => ({
    key: "attestation/" + s.credential, by: s.issuer, at: s.issuedAt, role: "issuer", scope: s.type || undefined,
    validity: { from: s.notBefore, until: s.notAfter },
  }),
  document: (s) => ({
    key: "document/" + s.commitment, by: s.registrar, at: s.registeredAt, role: "registrar", scope: s.kind || undefined,
  }),
  notarisation: (s) => ({
    key: "notarisation/" + s.id, by: s.notary, at: s.notarisedAt, role: "notary",
    validity: { from: s.notBefore, until: s.notAfter },
  }),
  subject: (s) => ({ key: "subject/" + s.id, by: s.enroller, at: s.enrolledAt, role: "enroller" }),
};

async function signingKeyAt(organisation, id, at) {
  for (const k of organisation.signingKeys ?? []) {
    if (covers(k, at) && (await keyID(k.key)) === id) return k.key;
  }
  return undefined;
}

const accredited = (organisation, role, scope, at) =>
  (organisation.accreditations ?? []).some((a) => a.role === role && a.scope === scope && covers(a, at));

/** Checks an RFC 6962 audit path (RFC 9162, section 2.1.3.2). */
async function standsInBatch(statement, { index, root }, size, path) {
  if (index < 0 || index >= size) return false;
  const half = (n) => Math.floor(n / 2);
  let [at, last] = [index, size - 1];
  let hash = await sha256(concat([0], bytesOf(canonical(statement))));
  for (const text of path) {
    const sibling = unhex(text);
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = await sha256(concat([1], sibling, hash));
      while (at % 2 === 0 && at !== 0) {
        [at, last] = [half(at), half(last)];
      }
    } else {
      hash = await sha256(concat([1], hash, sibling));
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && hex(hash) === root;
}

// ---- Presentation: an SD-JWT VC with key binding (RFC 9901), held against what the ledger has about it

/** Says which check of a presentation failed, and how. It never leaves this module: it becomes part of the finding. */
class Unfit extends Error {
  constructor(check, detail, early = false) {
    super(detail);
    Object.assign(this, { check, early }); // early: not valid yet
  }
}

const maxDepth = 32;
const reservedNames = ["_sd", "...", "_sd_alg"];
const registeredClaims = ["iss", "sub", "iat", "nbf", "exp", "cnf", "vct"];
const neverHidden = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aud"];
const hashText = async (text) => toBase64url(await sha256(bytesOf(text)));

/** Go's %q: a name in quotes, everything that cannot be seen escaped. */
function quoted(text) {
  const short = new Map([...'"\\'].map((c) => [c, c]).concat([..."\x07\b\f\n\r\t\v"].map((c, i) => [c, "abfnrtv"[i]])));
  const escaped = (c) => {
    if (short.has(c)) return "\\" + short.get(c);
    if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(c)) return c;
    const code = c.codePointAt(0);
    const [mark, size] = code < 0x80 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
    return `\\${mark}${code.toString(16).padStart(size, "0")}`;
  };
  return '"' + Array.from(text, escaped).join("") + '"';
}

/** Reads JSON whose numbers stay text, with no name twice and no half characters. Objects are Maps. */
function parseStrictly(bytes, part) {
  const wrong = new Unfit("form", `${part} is not one JSON value in UTF-8`);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
  } catch {
    throw wrong;
  }
  const tokens = text.match(/[{}[\]:,]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\]:,"]+/g);
  if (tokens.some((t) => t[0] === '"' && !JSON.parse(t).isWellFormed())) throw wrong;
  let at = 0;
  const value = (depth) => {
    const token = tokens[at++];
    if (token !== "{" && token !== "[") return /^[-0-9]/.test(token) ? new Raw(token) : JSON.parse(token);
    if (depth === maxDepth) throw new Unfit("form", `${part} is nested deeper than ${maxDepth}`);
    const [object, items] = [new Map(), []];
    for (; !"}]".includes(tokens[at]); at += tokens[at] === "," ? 1 : 0) {
      if (token === "[") {
        items.push(value(depth + 1));
        continue;
      }
      const name = JSON.parse(tokens[at]);
      if (object.has(name)) throw new Unfit("form", `${part} has a name twice in one object`);
      at += 2; // the name and its colon
      object.set(name, value(depth + 1));
    }
    at++;
    return token === "[" ? items : object;
  };
  return value(0);
}

function parseStrictObject(bytes, part) {
  const value = parseStrictly(bytes, part);
  if (!(value instanceof Map)) throw new Unfit("form", `${part} is not a JSON object`);
  return value;
}

function decodePart(text, part) {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new Unfit("form", `${part} is not base64url without padding`);
  return bytes;
}

/** A JWS in compact form, decoded but not verified. Keys in its header are never looked at. */
function parseJWT(jws, part) {
  const segments = jws.split(".");
  if (segments.length !== 3) throw new Unfit("form", `${part} has not three parts`);
  const names = ["header", "payload", "signature"];
  const [head, body, signature] = names.map((name, i) => decodePart(segments[i], `the ${name} of ${part}`));
  if (signature.length !== 64) throw new Unfit("form", `the signature of ${part} has not 64 bytes`);
  const header = parseStrictObject(head, "the header of " + part);
  for (const name of ["crit", "b64"]) {
    if (header.has(name)) throw new Unfit("form", `the header of ${part} has "${name}", which nothing here understands`);
  }
  const [algorithm, kid] = [header.get("alg"), header.get("kid")];
  if (algorithm !== "ES256" && algorithm !== "EdDSA") throw new Unfit("form", `${part} is not signed with ES256 or EdDSA`);
  if (header.has("kid") && typeof kid !== "string") throw new Unfit("form", `the kid of ${part} is not a string`);
  const payload = parseStrictObject(body, "the payload of " + part);
  const message = bytesOf(segments[0] + "." + segments[1]);
  const verify = async (key) => isP256(key) === (algorithm === "ES256") && verifies(key, message, signature);
  return { jws, payload, kid: kid ?? "", type: header.get("typ"), verify };
}

function textClaim(payload, name) {
  if (payload.has(name) && typeof payload.get(name) !== "string") throw new Unfit("form", `${name} is not a string`);
  return payload.get(name) ?? "";
}

/** A time in whole seconds, or undefined. */
function timeClaim(payload, name) {
  const value = payload.get(name);
  const good = value instanceof Raw && /^(0|[1-9][0-9]{0,11})$/.test(value.text) && Number(value.text) <= 253402300799;
  if (payload.has(name) && !good) {
    throw new Unfit("form", `${name} is not a time in whole seconds`);
  }
  return value && Number(value.text);
}

async function parsePresentation(text) {
  if (bytesOf(text).length > maxPresentation) throw new Unfit("form", `a credential has at most ${maxPresentation} bytes`);
  const parts = text.split("~");
  const last = parts.pop();
  if (parts.length === 0) throw new Unfit("form", 'a credential has a "~" after the issuer-signed JWT');
  const issuer = parseJWT(parts[0], "the issuer-signed JWT");
  const isCredential = issuer.type === "dc+sd-jwt" || issuer.type === "vc+sd-jwt";
  const presented = text.slice(0, text.length - last.length); // what sd_hash covers
  const credential = { issuer, presented, ...(await readClaims(issuer, isCredential)) };
  credential.disclosures = new Map(); // by digest
  for (const [i, disclosure] of parts.slice(1).entries()) {
    const d = await parseDisclosure(disclosure, `disclosure ${i}`);
    if (credential.disclosures.has(d.digest)) throw new Unfit("form", `disclosure ${i} is there twice`);
    credential.disclosures.set(d.digest, d);
  }
  credential.binding = last === "" ? null : parseBinding(last);
  if (!isCredential) throw new Unfit("form", "this is not a credential");
  return credential;
}

async function readClaims({ payload, type }, isCredential) {
  if (typeof type !== "string" || !type.endsWith("+sd-jwt")) {
    throw new Unfit("form", "the typ of the issuer-signed JWT is not dc+sd-jwt");
  }
  if (payload.has("_sd_alg") && payload.get("_sd_alg") !== "sha-256") throw new Unfit("form", "the _sd_alg is not sha-256");
  const [author, kind] = [textClaim(payload, "iss"), textClaim(payload, "vct")];
  timeClaim(payload, "iat");
  const times = { notBefore: timeClaim(payload, "nbf"), expires: timeClaim(payload, "exp") };
  const holder = payload.has("cnf") ? await holderKey(payload.get("cnf")) : null;
  if (isCredential && (author === "" || kind === "")) throw new Unfit("form", "a credential has iss and vct");
  return { author, kind, holder, ...times };
}

/** The key that a credential is bound to, as the ledger writes keys. */
async function holderKey(confirmation) {
  const jwk = confirmation instanceof Map && confirmation.size === 1 ? confirmation.get("jwk") : undefined;
  if (!(jwk instanceof Map)) throw new Unfit("form", 'cnf is not {"jwk": …}');
  if (jwk.has("d")) throw new Unfit("form", "a public JWK holds a private key");
  const key = Object.fromEntries(["crv", "kty", "x", "y"].filter((name) => jwk.has(name)).map((name) => [name, jwk.get(name)]));
  if (!isKey(key) || (await importKey(key)) === null) throw new Unfit("form", "the JWK is not a P-256 or Ed25519 key");
  return key;
}

/** Reads base64url(JSON [salt, name, value]), or without a name for an element of an array. */
async function parseDisclosure(text, part) {
  const items = parseStrictly(decodePart(text, part), part);
  if (!Array.isArray(items) || (items.length !== 2 && items.length !== 3)) {
    throw new Unfit("form", `${part} is not an array of two or three`);
  }
  if (typeof items[0] !== "string" || items[0] === "") throw new Unfit("form", `the salt of ${part} is not a string`);
  const element = items.length === 2;
  const d = { digest: await hashText(text), element, name: element ? undefined : items[1], value: items.at(-1) };
  if (!d.element && typeof d.name !== "string") throw new Unfit("form", `the claim name of ${part} is not a string`);
  if (reservedNames.includes(d.name)) throw new Unfit("form", `${part} discloses a reserved name`);
  return d;
}

function parseBinding(text) {
  const jwt = parseJWT(text, "the key binding JWT");
  if (jwt.type !== "kb+jwt") throw new Unfit("form", "the typ of the key binding JWT is not kb+jwt");
  const { payload } = jwt;
  const [audience, nonce, hash] = ["aud", "nonce", "sd_hash"].map((name) => textClaim(payload, name));
  const [signedAt, notBefore, expires] = ["iat", "nbf", "exp"].map((name) => timeClaim(payload, name));
  if (audience === "" || nonce === "" || hash === "" || signedAt === undefined) {
    throw new Unfit("form", "a key binding JWT has aud, nonce, iat and sd_hash");
  }
  return { ...jwt, audience, nonce, hash, signedAt, notBefore, expires };
}

function checkPeriod(check, part, { notBefore, expires }, now, skew) {
  if (notBefore !== undefined && now + skew < notBefore) {
    throw new Unfit(check, `${part} is valid from ${timeText(notBefore)}`, true);
  }
  if (expires !== undefined && now - skew >= expires) throw new Unfit(check, `${part} was valid until ${timeText(expires)}`);
}

/** Puts each disclosure where the issuer has its digest, and refuses those that have no place or more than one. */
class Opener {
  constructor(disclosures) {
    Object.assign(this, { disclosures, paths: new Map(), digests: new Set() });
  }

  open(payload) {
    const claims = this.object(payload, "", 0);
    if (this.paths.size !== this.disclosures.size) {
      throw new Unfit("integrity", `${this.disclosures.size - this.paths.size} disclosures belong to no digest of the issuer`);
    }
    return { claims, disclosed: [...this.paths.values()].sort(byCodePoint) };
  }

  value(value, path, depth) {
    if (depth > maxDepth) throw new Unfit("integrity", `the payload is nested deeper than ${maxDepth}`);
    return value instanceof Map ? this.object(value, path, depth) : Array.isArray(value) ? this.array(value, path, depth) : value;
  }

  object(members, path, depth) {
    const out = new Map();
    for (const name of [...members.keys()].sort(byCodePoint)) {
      if (name === "_sd" || (name === "_sd_alg" && depth === 0)) continue;
      if (reservedNames.includes(name)) throw new Unfit("integrity", `"${name}" stands where it means nothing`);
      out.set(name, this.value(members.get(name), child(path, name), depth + 1));
    }
    const digests = members.has("_sd") ? members.get("_sd") : [];
    if (!Array.isArray(digests)) throw new Unfit("integrity", "_sd is not an array");
    for (const digest of digests) {
      const d = this.find(digest, false);
      if (d === undefined) continue; // undisclosed, or a decoy: nobody can tell
      if (depth === 0 && neverHidden.includes(d.name)) throw new Unfit("integrity", `${d.name} must not be selectively disclosed`);
      if (out.has(d.name)) throw new Unfit("integrity", "a disclosed claim has the name of another one");
      this.paths.set(d, child(path, d.name));
      out.set(d.name, this.value(d.value, child(path, d.name), depth + 1));
    }
    return out;
  }

  array(items, path, depth) {
    const out = [];
    for (let [i, item] of items.entries()) {
      if (item instanceof Map && (item.get("...") ?? null) !== null) {
        if (item.size !== 1) throw new Unfit("integrity", "a hidden array element has other members");
        const d = this.find(item.get("..."), true);
        if (d === undefined) continue;
        this.paths.set(d, `${path}[${i}]`);
        item = d.value;
      }
      out.push(this.value(item, `${path}[${i}]`, depth + 1));
    }
    return out;
  }

  /** The disclosure of a digest, undefined when it is not disclosed. */
  find(digest, element) {
    if (typeof digest !== "string" || fromBase64url(digest)?.length !== 32) {
      throw new Unfit("integrity", "a digest is not SHA-256 in base64url");
    }
    if (this.digests.has(digest)) throw new Unfit("integrity", "a digest is there twice");
    this.digests.add(digest);
    const d = this.disclosures.get(digest);
    if (d !== undefined && d.element !== element) {
      throw new Unfit("integrity", "a member is disclosed as an array element, or the reverse");
    }
    return d;
  }
}

/** The path of a member: a name that could be mistaken for something else stands in brackets and quotes. */
function child(path, name) {
  if (name === "" || /[.[\]"\\]/.test(name)) return `${path}[${quoted(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** The examination of one presentation. */
class Presented {
  constructor(examination, question) {
    Object.assign(this, { e: examination, question, claims: new Map(), disclosed: [] });
  }

  async verify() {
    if (!(await this.attempt(async () => (this.credential = await parsePresentation(this.question.what))))) return;
    const { now } = this.e.setting;
    await this.attempt(() => this.examineBinding(now));
    await this.attempt(() => {
      Object.assign(this, new Opener(this.credential.disclosures).open(this.credential.issuer.payload));
      Object.assign(this.e.finding, { claims: this.claims.size > 0 ? this.claims : undefined, disclosed: some(this.disclosed) });
      checkPeriod("validity", "the credential", this.credential, now, 0);
    });
    const digest = hex(await sha256(bytesOf(this.credential.issuer.jws)));
    const { statement, kind } = await this.e.examineAttestation("attestation/" + digest);
    if (statement !== undefined && statement.issuer !== "") {
      await this.examineIssuer(statement);
    }
    if (kind !== undefined) {
      this.examineClaims(kind);
      await this.examineHolder();
    }
  }

  /** Makes a failed check part of the finding. What needs no ledger to be known stays certain whatever the ledger says. */
  async attempt(what) {
    try {
      await what();
      return true;
    } catch (cause) {
      if (!(cause instanceof Unfit)) throw cause;
      const [check, reason] = {
        author: ["author", "signature"], holder_binding: ["holder_binding", "presentation"],
        validity: ["status", cause.early ? "not_yet_valid" : "period_over"],
      }[cause.check] ?? ["integrity", "malformed"];
      const verdict = cause.check === "validity" ? "expired" : "mismatch";
      this.e.certain ||= verdict === "mismatch" && check !== "author";
      return this.e.fail(check, verdict, reason, cause.message);
    }
  }

  /** Checks what the holder signed: this choice of claims, for this verifier, nonce and time. */
  async examineBinding(now) {
    const { holder, binding, presented } = this.credential;
    const { audience, nonce, maxAge, skew } = this.question;
    const unless = (good, detail) => {
      if (!good) throw new Unfit("holder_binding", detail);
    };
    unless(holder !== null, "the credential is bound to no holder");
    unless(binding !== null, "the holder has not signed the presentation");
    unless(await binding.verify(holder), "the key binding JWT is not signed by the holder's key");
    unless(binding.hash === (await hashText(presented)), "the holder signed another choice of claims");
    unless(binding.audience === audience, "the presentation is for another verifier");
    unless(binding.nonce === nonce, "the presentation answers another request");
    const ofNow = binding.signedAt <= now + skew && binding.signedAt >= now - maxAge - skew;
    unless(ofNow, "the holder's signature is not of this moment");
    checkPeriod("holder_binding", "the key binding JWT", binding, now, skew);
    this.e.pass("holder_binding", `signed by the holder at ${timeText(binding.signedAt)} for this verifier and nonce`);
  }

  /** Checks that the attestation is about this credential and that the same issuer signed both. */
  async examineIssuer(s) {
    const { author, kind, issuer } = this.credential;
    const [, name, version] = /^urn:imi:credential:([a-z][a-z0-9-]{0,63}):([1-9][0-9]*)$/.exec(kind) ?? [];
    if (author !== s.issuer || (name === undefined ? "" : `${name}/${version}`) !== s.type) {
      const detail = "the issuer or the type of the credential is not what the issuer attested";
      this.e.mismatch("integrity", "other_content", detail);
      return;
    }
    const registered = this.e.organisation(s.issuer);
    const key = registered && (await signingKeyAt(registered.value, issuer.kid, s.issuedAt));
    if (key === undefined) {
      const detail = `the credential is signed with a key that was not ${s.issuer}'s at ${s.issuedAt}`;
      this.e.mismatch("author", "unknown_key", detail, registered);
    } else if (key !== null && (await issuer.verify(key))) {
      this.e.pass("author", "the credential and its attestation are signed by " + author, registered);
    } else if (key !== null) {
      await this.attempt(() => {
        throw new Unfit("author", "the issuer-signed JWT is not signed by the issuer's key");
      });
    }
  }

  /** Holds the claims against the type: none that it does not know, none hidden that must be shown, none of those missing. */
  examineClaims({ name, claims = [] }) {
    const wrong = (detail) => this.e.mismatch("integrity", "type_rules", detail);
    for (const claim of [...this.claims.keys()].sort(byCodePoint)) {
      if (!registeredClaims.includes(claim) && !claims.some((rule) => rule.name === claim)) {
        wrong(`the type ${name} has no claim ${quoted(claim)}`);
      }
    }
    for (const rule of claims.filter((r) => !r.disclosable)) {
      if (this.disclosed.includes(rule.name)) {
        wrong(`the type ${name} does not let the holder hide ${quoted(rule.name)}`);
      } else if (rule.required && !this.claims.has(rule.name)) {
        wrong(`the type ${name} demands ${quoted(rule.name)} for everybody to see`);
      }
    }
  }

  /** Checks that the key the credential is bound to is that of its subject now. */
  async examineHolder() {
    const wrong = (reason, detail, ...looked) => this.e.mismatch("holder_binding", reason, detail, ...looked);
    const id = this.claims.get("sub");
    if (!isID(id)) {
      wrong("subject", "the credential does not say whom it is about");
      return;
    }
    this.e.finding.subject = id;
    const entry = this.e.read("subject", "subject/" + id);
    if (entry.value === null) {
      wrong("subject", "the ledger has no sound record of whom the credential is about", entry);
      return;
    }
    await this.examineSubject(entry, wrong);
    const registered = (entry.value.keys ?? []).find((k) => covers(k, this.e.at));
    if (registered === undefined || this.credential.holder === null || !same(registered.key, this.credential.holder)) {
      wrong("holder_key", `the credential is bound to a key that is not its holder's at ${this.e.at}`, entry);
      return;
    }
    this.e.look("holder_binding", entry);
  }

  /** Examines an identity: its enrolment, its status, and every key it ever had. */
  async examineSubject(entry, wrong) {
    const { holder, keys = [], statement } = entry.value;
    await this.e.examine(entry, "subject");
    const [first] = keys;
    const enrolled = first !== undefined && first.change === undefined && same(first.key, statement.key) &&
      first.from === statement.enrolledAt && (await signed(this.e.setting.trust.channel, statement.key, holder, statement));
    if (!enrolled) {
      wrong("holder_key", "the holder did not sign the enrolment with the first key", entry);
      return;
    }
    for (let i = 1; i < keys.length; i++) {
      if (!(await this.follows(entry.value, keys, i))) {
        wrong("holder_key", `the change to key ${i + 1} of the holder is not properly signed`, entry);
        return;
      }
    }
    if (keys.at(-1).until !== undefined) {
      wrong("holder_key", "the holder's last key was closed without another", entry);
    }
  }

  /** Checks one key change: signed by the new key, and by the old one or else by the enroller and an accredited witness. */
  async follows({ statement }, keys, i) {
    const [former, next] = [keys[i - 1], keys[i]];
    const { channel } = this.e.setting.trust;
    if (next.change === undefined) return false;
    const { change, newKey, oldKey, enroller, witness } = next.change;
    const [subject, version] = [statement.id, formatVersion];
    const expected = { at: next.from, key: next.key, record: "key-change", sequence: i, subject, version };
    const inOrder = same(change, expected) && former.until === next.from && former.from < next.from;
    if (!inOrder || !(await signed(channel, next.key, newKey, change))) {
      return false;
    }
    if (enroller === undefined && witness === undefined) return signed(channel, former.key, oldKey, change);
    return enroller !== undefined && witness !== undefined && enroller.organisation === statement.enroller &&
      witness.organisation !== enroller.organisation && (await this.party(enroller, "enroller", change)) &&
      (await this.party(witness, "witness", change));
  }

  async party(author, role, change) {
    const registered = this.e.organisation(author.organisation);
    return registered !== null && accredited(registered.value, role, undefined, change.at) &&
      (await this.e.examineSignature(registered, author, change, change.at, "the change of the holder's key"));
  }
}
