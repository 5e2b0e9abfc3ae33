// Runs verify.js against the vectors and against mangled answers, and tells the server what came out.
import { check, Refusal, unpack } from "./verify.js";

const report = { vectors: 0, proofs: 0, bytes: 0, fields: 0, foreign: 0, failures: [], seconds: {} };
const fail = (text) => report.failures.push(String(text).slice(0, 2000));

document.addEventListener("securitypolicyviolation", (e) => fail(`the policy forbids ${e.violatedDirective} ${e.blockedURI}`));

/** The outcome of a check as a vector has it; anything thrown but a refusal is a failure. */
async function outcome(vector, vectors, answer = vectors.answers[vector.answer]) {
  try {
    return { finding: await check(answer, vectors.trusts[vector.trust], vector.question, vector.now, vector.maxAgeSeconds) };
  } catch (e) {
    if (!(e instanceof Refusal)) {
      fail(`${vector.name}: threw ${e.stack ?? e}`);
    }
    return { refusal: { code: e.code, field: e.field || undefined, rule: e.rule } };
  }
}

/** JSON with sorted names, so that values can be compared. */
function sorted(value) {
  const order = (_, v) => (v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v);
  return JSON.stringify(value, order);
}

async function checkVectors(vectors) {
  for (const vector of vectors.checks) {
    const [got, want] = [await outcome(vector, vectors), { finding: vector.finding, refusal: vector.refusal }];
    if (sorted(got) !== sorted(want)) {
      fail(`${vector.name}: ${sorted(got)}\nwant ${sorted(want)}`);
    }
    report.vectors++;
  }
}

/** Proof files give the answers that they were made of; what is no proof file is refused. */
function checkProofs(vectors, proofs) {
  for (const [name, file] of Object.entries(proofs)) {
    const { answer, question } = unpack(file);
    const asked = vectors.checks.find((v) => v.name === name).question;
    if (answer !== vectors.answers[name] || sorted(question) !== sorted(asked)) {
      fail(`proof of ${name}: ${sorted(question)} ${answer}`);
    }
    report.proofs++;
  }
  for (const file of ["", "{}", "null", '{"head":"x","key":"k","proof":"p","version":2}\n', '{"answer":"","question":{},"version":2}\n']) {
    try {
      fail(`${file} is no proof, and gave ${sorted(unpack(file))}`);
    } catch (e) {
      if (!(e instanceof Refusal)) {
        fail(`${file}: threw ${e.stack ?? e}`);
      }
    }
  }
}

async function mustRefuse(vector, vectors, answer, what) {
  if ((await outcome(vector, vectors, answer)).finding !== undefined) {
    fail(`${vector.name}: ${what}, and accepted`);
  }
}

/** One bit of each byte changed, bytes dropped and doubled. */
async function changeBytes(vector, vectors, step) {
  const text = new TextEncoder().encode(vectors.answers[vector.answer]);
  for (let i = 0; i < text.length; i += step) {
    const changed = text.slice();
    changed[i] ^= 1 << (i % 8);
    const dropped = Uint8Array.from([...text.slice(0, i), ...text.slice(i + 1)]);
    const doubled = Uint8Array.from([...text.slice(0, i + 1), ...text.slice(i)]);
    for (const [what, answer] of Object.entries({ changed, dropped, doubled })) {
      await mustRefuse(vector, vectors, answer, `byte ${i} ${what}`);
      report.bytes++;
    }
  }
}

// A node is [open, members], members being [name, node]; or the JSON of what has no members.
const isNode = (node) => Array.isArray(node);
const nodeOf = (v) => (Array.isArray(v) ? ["[", v.map((m) => ["", nodeOf(m)])] : v && typeof v === "object" ? ["{", Object.entries(v).map(([n, m]) => [n, nodeOf(m)])] : JSON.stringify(v));
const textOf = (node) => (!isNode(node) ? node : node[0] + node[1].map(([name, m]) => (node[0] === "{" ? JSON.stringify(name) + ":" : "") + textOf(m)).join(",") + (node[0] === "{" ? "}" : "]"));

/** Lists an answer with each member in turn dropped, doubled, swapped with the next, and replaced by the donor's. */
function* mangled(text, donor) {
  const root = nodeOf(JSON.parse(text));
  if (textOf(root) + "\n" !== text) {
    fail("the test does not write what it reads: " + text);
  }
  function* walk(node, given) {
    const original = node[1];
    const forms = [];
    for (const [i, [name, value]] of original.entries()) {
      forms.push(original.toSpliced(i, 1), original.toSpliced(i, 0, original[i]));
      if (i + 1 < original.length) {
        const [nextName, nextValue] = original[i + 1];
        forms.push(original.toSpliced(i, 2, original[i + 1], original[i]), original.toSpliced(i, 2, [name, nextValue], [nextName, value]));
      }
      const other = isNode(given) && given[0] === node[0] ? given[1].find(([n], at) => n === name && (node[0] === "{" || at === i)) : undefined;
      if (other !== undefined) {
        forms.push(original.toSpliced(i, 1, [name, other[1]]));
      }
      for (const members of forms.splice(0)) {
        node[1] = members;
        yield textOf(root) + "\n";
        node[1] = original;
      }
      if (isNode(value)) {
        yield* walk(value, other?.[1]);
      }
    }
  }
  yield* walk(root, nodeOf(JSON.parse(donor)));
}

async function changeFields(vector, vectors, donor, step) {
  const [text, other] = [vectors.answers[vector.answer], vectors.answers[donor.answer]];
  let at = 0;
  for (const answer of mangled(text, other)) {
    if (answer !== text && at++ % step === 0) {
      await mustRefuse(vector, vectors, answer, `with parts of ${donor.name}: ${answer}`);
      report.fields++;
    }
  }
  if (other !== text) {
    await mustRefuse(vector, vectors, other, `the answer of ${donor.name}`);
    report.foreign++;
  }
}

async function timed(name, what) {
  const began = performance.now();
  await what();
  report.seconds[name] = (performance.now() - began) / 1000;
}

try {
  const [vectors, plan] = await Promise.all(["vectors.json", "plan.json"].map(async (name) => (await fetch(name)).json()));
  const named = (names) => names.map((name) => vectors.checks.find((v) => v.name === name) ?? fail("no vector called " + name));
  await timed("vectors", () => checkVectors(vectors));
  checkProofs(vectors, plan.proofs);
  await timed("bytes", async () => {
    for (const [name, step] of Object.entries(plan.bytes)) {
      await changeBytes(...named([name]), vectors, step);
    }
  });
  await timed("fields", async () => {
    for (const [name, step] of Object.entries(plan.fields)) {
      for (const donor of named(plan.donors)) {
        await changeFields(...named([name]), vectors, donor, step);
      }
    }
  });
} catch (e) {
  fail(e.stack ?? e);
}
await fetch("report", { method: "POST", body: JSON.stringify(report) });
