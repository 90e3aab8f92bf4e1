import { Problem } from "../../../report/problem.ts";

/** What the refused operation was about. */
export type Subject =
  | "vpc"
  | "subnet"
  | "port"
  | "server"
  | "route-table"
  | "route"
  | "public-ip"
  | "security-group"
  | "security-group-rule"
  | "tag";

/** Why it was refused. Each API turns subject and cause into its own status and code. */
export type Cause =
  /** A value that can never be right. */
  | "invalid"
  | "missing"
  /** Something else still needs the object. */
  | "in-use"
  /** The same thing exists already. */
  | "duplicate"
  | "quota"
  /** No address is left. */
  | "exhausted"
  /** The address belongs to another port. */
  | "address-taken"
  /** Outside of the range that it has to be in. */
  | "out-of-range"
  /** Meets a range that is there already. */
  | "overlap"
  /** The EIP is bound to another port. */
  | "bound-elsewhere"
  /** The port has another EIP. */
  | "port-taken"
  /** Not of this VPC. */
  | "foreign"
  /** The project's default object, which stays. */
  | "is-default"
  | "too-many-pairs"
  | "duplicate-pair"
  | "security-off"
  | "has-security-groups";

/**
 * An operation that the cloud does not do, whichever API asked for it. What it had changed until then is
 * the caller's to take back: the API rolls the state back, a cloud that is being built is thrown away.
 */
export class Refused extends Problem {
  readonly subject: Subject;
  readonly why: Cause;

  constructor(subject: Subject, why: Cause, summary: string) {
    super({ code: `lab/${subject}-${why}`, summary });
    this.subject = subject;
    this.why = why;
  }
}

/** The object with this id, or `missing`. */
export function found<T>(objects: ReadonlyMap<string, T>, subject: Subject, id: string): T {
  const object = objects.get(id);
  if (object === undefined)
    throw new Refused(subject, "missing", `${words(subject)} ${id} could not be found.`);
  return object;
}

function words(subject: Subject): string {
  const text = subject.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
