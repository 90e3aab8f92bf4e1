/** What differs between the answers of two clouds to the same calls. Pure. */
import { at } from "./field.ts";
import { type Shape, shapeOf } from "./shape.ts";

export interface Exchange {
  /** What the call is for, in words; the same in both clouds. */
  readonly name: string;
  readonly status: number;
  readonly body: unknown;
  /** What must be equal, not only alike: what the caller picked of the answer. */
  readonly picked: readonly unknown[];
}

export interface Difference {
  /** "port.dns_name", or the name of a call. */
  readonly what: string;
  readonly lab: string;
  readonly real: string;
}

/**
 * Each difference once: of the calls, what they answer; of the objects, which fields they have, over all calls together.
 * An object is named as in a single answer: ports[] is port.
 */
export function differences(lab: readonly Exchange[], real: readonly Exchange[]): readonly Difference[] {
  const found: Difference[] = [];
  const [ours, theirs]: [Exchange[], Exchange[]] = [[], []];
  for (const [index, one] of real.entries()) {
    const other = lab[index];
    if (other?.name !== one.name) throw new Error(`not the same calls: ${other?.name}, ${one.name}`);
    found.push(...ofOne(other, one));
    // Answers to another outcome have another form; that is said already.
    if (said(other) !== said(one)) continue;
    ours.push(other);
    theirs.push(one);
  }
  found.push(...ofShapes(shapesOf(ours), shapesOf(theirs)));
  return found.sort((a, b) => lineOf(a).localeCompare(lineOf(b)));
}

function shapesOf(exchanges: readonly Exchange[]): Shape {
  const all = new Map<string, Set<string>>();
  for (const { body } of exchanges) {
    for (const [path, types] of shapeOf(body)) {
      const known = all.get(singular(path)) ?? new Set<string>();
      for (const type of types) known.add(type);
      all.set(singular(path), known);
    }
  }
  return all;
}

/** As it stands in docs/lab-differences.md. */
export function lineOf({ what, lab, real }: Difference): string {
  return `| \`${what}\` | ${lab} | ${real} |`;
}

function ofOne(lab: Exchange, real: Exchange): readonly Difference[] {
  const what = real.name;
  if (said(lab) !== said(real)) return [{ what, lab: said(lab), real: said(real) }];
  const [ours, theirs] = [textOf(lab.picked), textOf(real.picked)];
  return ours === theirs ? [] : [{ what, lab: ours, real: theirs }];
}

function ofShapes(lab: Shape, real: Shape): readonly Difference[] {
  const paths = [...new Set([...lab.keys(), ...real.keys()])].filter((path) => path !== "");
  return (
    paths
      // What a list or an object lacks as a whole is said once, not for each field in it.
      .filter((path) => parentsOf(path).every((parent) => knows(lab, parent) && knows(real, parent)))
      .flatMap((path) => {
        const [ours, theirs] = [typesAt(lab, path), typesAt(real, path)];
        // An empty list says nothing about its elements.
        if (path.endsWith("[]") && (!lab.has(path) || !real.has(path))) return [];
        return ours === theirs ? [] : [{ what: path, lab: ours, real: theirs }];
      })
  );
}

/** Lists of objects are sets: Neutron gives them in any order. */
function textOf(picked: readonly unknown[]): string {
  return picked
    .map((value) => JSON.stringify(Array.isArray(value) ? inOrder(value) : (value ?? null)))
    .join(", ");
}

function inOrder(list: readonly unknown[]): readonly unknown[] {
  return list.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

function knows(shape: Shape, path: string): boolean {
  return shape.has(path) || shape.keys().some((known) => known.startsWith(`${path}.`));
}

function parentsOf(path: string): readonly string[] {
  const cuts = [...path.matchAll(/\.|\[\]/g)].map((match) => path.slice(0, match.index));
  const elements = [...path.matchAll(/\[\]/g)].map((match) => path.slice(0, match.index + 2));
  return [...cuts, ...elements].filter((parent) => parent !== "" && parent !== path);
}

function typesAt(shape: Shape, path: string): string {
  const types = shape.get(path);
  return types === undefined ? "missing" : [...types].sort().join(" or ");
}

/** ports[].name is port.name, and port.fixed_ips[].subnet_id is fixed_ip.subnet_id: whose it is does not matter. */
function singular(path: string): string {
  // Nova's list of addresses has the networks' names as keys.
  return path
    .replace(/^(.*\.addresses)\.[^.[]+/, "$1.NETWORK")
    .replace(/^(?:.*[.\]])?([a-z_-]+?)s\[\](?=\.)(?!.*s\[\]\.)/, "$1");
}

function said(exchange: Exchange): string {
  const type = errorType(exchange.body);
  return type === undefined ? `${exchange.status}` : `${exchange.status} ${type}`;
}

/** Neutron names an exception, Keystone a title, Nova wraps the error in its name. */
function errorType(body: unknown): string | undefined {
  if (at(body, "NeutronError") !== undefined)
    return String(at(body, "NeutronError.type") ?? "without a type");
  const keystone = at(body, "error.title");
  if (keystone !== undefined) return String(keystone);
  const keys = typeof body === "object" && body !== null ? Object.keys(body) : [];
  const [only, ...more] = keys;
  const code = only !== undefined && more.length === 0 ? at(body, `${only}.code`) : undefined;
  return typeof code === "number" ? only : undefined;
}
