/** What differs between the answers of two clouds to the same calls. Pure. */
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

/** Each difference once, however many calls show it. Objects are named as in a single answer: ports[] is port. */
export function differences(lab: readonly Exchange[], real: readonly Exchange[]): readonly Difference[] {
  const found = new Map<string, Difference>();
  const add = (difference: Difference): void => {
    found.set(lineOf(difference), difference);
  };
  for (const [index, theirs] of real.entries()) {
    const ours = lab[index];
    if (ours?.name !== theirs.name) throw new Error(`not the same calls: ${ours?.name}, ${theirs.name}`);
    for (const difference of ofOne(ours, theirs)) add(difference);
  }
  return [...found.values()].sort((a, b) => lineOf(a).localeCompare(lineOf(b)));
}

/** As it stands in docs/lab-differences.md. */
export function lineOf({ what, lab, real }: Difference): string {
  return `| \`${what}\` | ${lab} | ${real} |`;
}

function ofOne(lab: Exchange, real: Exchange): readonly Difference[] {
  const what = real.name;
  if (lab.status !== real.status) return [{ what, lab: said(lab), real: said(real) }];
  const [labError, realError] = [errorType(lab.body), errorType(real.body)];
  if (labError !== realError) return [{ what, lab: said(lab), real: said(real) }];
  const [ours, theirs] = [textOf(lab.picked), textOf(real.picked)];
  const picked = ours === theirs ? [] : [{ what, lab: ours, real: theirs }];
  return [...picked, ...ofShapes(shapeOf(lab.body), shapeOf(real.body))];
}

function ofShapes(lab: Shape, real: Shape): readonly Difference[] {
  const paths = [...new Set([...lab.keys(), ...real.keys()])].filter((path) => path !== "");
  return (
    paths
      // What a list or an object lacks as a whole is said once, not for each field in it.
      .filter((path) => parentsOf(path).every((parent) => lab.has(parent) && real.has(parent)))
      .flatMap((path) => {
        const [ours, theirs] = [typesAt(lab, path), typesAt(real, path)];
        // An empty list says nothing about its elements.
        if (path.endsWith("[]") && (!lab.has(path) || !real.has(path))) return [];
        return ours === theirs ? [] : [{ what: singular(path), lab: ours, real: theirs }];
      })
  );
}

/** Lists of objects are sets: Neutron gives them in any order. */
function textOf(picked: readonly unknown[]): string {
  return picked
    .map((value) =>
      Array.isArray(value)
        ? `[${value
            .map((each) => JSON.stringify(each))
            .sort()
            .join(",")}]`
        : JSON.stringify(value ?? null),
    )
    .join(", ");
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

/** ports[].name is port.name. */
function singular(path: string): string {
  return path.replace(/^([a-z_]+?)s\[\]/, "$1");
}

function said(exchange: Exchange): string {
  const type = errorType(exchange.body);
  return type === undefined ? `${exchange.status}` : `${exchange.status} ${type}`;
}

/** Neutron names an exception, Keystone a title, Nova wraps the error in its name. */
function errorType(body: unknown): string | undefined {
  const neutron = field(body, "NeutronError");
  if (neutron !== undefined) return String(field(neutron, "type") ?? "without a type");
  const keystone = field(field(body, "error"), "title");
  if (keystone !== undefined) return String(keystone);
  const keys = typeof body === "object" && body !== null ? Object.keys(body) : [];
  const [only, ...more] = keys;
  const code = only !== undefined && more.length === 0 ? field(field(body, only), "code") : undefined;
  return typeof code === "number" ? only : undefined;
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
