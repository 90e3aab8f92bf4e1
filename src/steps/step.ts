import type { z } from "zod";
import type { HostAddress, HostFile } from "../host/host.ts";
import type { JsonValue } from "../report/json-value.ts";
import type { ReadOnlyWorld, World } from "./world.ts";

/** What is there now. `whose` tells a person who seems to have made a foreign object. */
export type Observed<Have> =
  | { readonly is: "absent" }
  | { readonly is: "ours"; readonly have: Have }
  | { readonly is: "foreign"; readonly have: Have; readonly whose: string };

/** What a step wants to do about what is there, and because of what. */
export type Decision =
  | { readonly action: "none"; readonly because: string; readonly warnings?: readonly string[] }
  | {
      readonly action: "create" | "change" | "adopt";
      readonly because: string;
      /** What it will be; a word for what only apply can tell ("known after apply"). */
      readonly after: JsonValue;
      /** What a client or an administrator could notice while it is made. */
      readonly notice: string;
      readonly warnings?: readonly string[];
    }
  | {
      readonly action: "blocked";
      readonly because: string;
      readonly hint: string;
      /** `--adopt` would take the foreign object over. */
      readonly adoptable: boolean;
    };

/** What is left to take back where the object that a step changed is gone from the cloud. */
export interface Gone<Have> {
  /** "NIC 192.168.125.4 of ecs-proxy is gone from the cloud". */
  readonly because: string;
  /** A state without what went with the object. Absent where nothing at all is left to take back. */
  readonly left?: (state: Observed<Have>) => Observed<Have>;
}

/**
 * One reversible change to one cloud object or one host. Reading, deciding, doing and undoing in one file.
 * `Want` says everything the step needs, as plain data: the journal keeps it, and undo needs nothing else.
 */
export interface Step<Want, Have> {
  /** "cloud/default-route": also the file's path below steps/. */
  readonly kind: string;
  readonly want: z.ZodType<Want>;
  readonly have: z.ZodType<Have>;
  /** The one object the step changes, in the user's words: "subnet-app", "ecs-proxy". */
  object(want: Want): string;
  /** "Send subnet-app's default route to ecs-proxy". */
  title(want: Want): string;
  observe(want: Want, world: ReadOnlyWorld): Promise<Observed<Have>>;
  /** Pure. */
  decide(want: Want, observed: Observed<Have>, options: { readonly adopt: boolean }): Decision;
  /** Makes `want` true. Repeating it after a crash at any line must lead to the same end. */
  apply(want: Want, observed: Observed<Have>, world: World): Promise<void>;
  /** Brings `before` back. Repeating it after a crash at any line must lead to the same end. */
  undo(want: Want, before: Observed<Have>, world: World): Promise<void>;
  /** One line for people: how `have` reads in a plan. */
  describe(have: Have): string;
  /**
   * The part of `have` that the step itself changes; all of it where this is left out. Undo compares it to see
   * whether somebody else changed the object since.
   */
  own?(have: Have, want: Want): JsonValue;
  /**
   * The state before, with what others made of it between two changes: `left` is how Wayout left the object, `found` how
   * it found it the next time. Where this is left out, the state before the first change comes back as it was.
   */
  withOthers?(before: Have, left: Have, found: Have): Have;
  /** What others changed since Wayout `left` it, one by one, where `describe` does not show it. */
  differences?(now: Have, left: Have, want: Want): readonly string[];
  /** What a client could notice when the step is taken back because the spec no longer asks for it. */
  takenBack?(want: Want): string;
  /** What only one gateway can have, and what to do where two gateways of a spec want it. */
  claim?(want: Want): Claim;
  /** A foreign object that stands on the steps before this one: undo must not take those away under it. */
  standsOn?(want: Want, have: Have): boolean;
  /** The server, NIC or EIP that is changed, by its id: of another one of the same name, undo keeps the state before apart. */
  subject?(want: Want): string;
  /**
   * A step of another place, with the same `have`, from which this one takes its object on to its own place. Taken back
   * together they are one way, from the state before the other one.
   */
  goesOnFrom?(want: Want): ChangedThing;
  /** How the host is logged in to, of a step on one. */
  login?(want: Want): HostAddress;
  /** Files that undo brings back with their contents. */
  contents?(have: Have): readonly HostFile[];
  /** Asked before anything else by undo: what is gone needs no taking back, and is not asked for its state. */
  gone?(want: Want, world: ReadOnlyWorld, before: Observed<Have>): Promise<Gone<Have> | undefined>;
}

export interface Claim {
  /** Alike for all that want the same thing. */
  readonly id: string;
  readonly thing: string;
  readonly hint: string;
}

/** What the changes of a step are about: its id, and which server, NIC or EIP it was. */
export interface ChangedThing {
  readonly stepId: string;
  readonly subject: string;
}

/** A step with its want: what the engine works with. Type parameters are closed over. */
export interface BoundStep {
  /** "egress: cloud/default-route@subnet-app", unique in a spec and stable over runs. */
  readonly id: string;
  readonly gateway: string;
  readonly kind: string;
  readonly object: string;
  readonly title: string;
  /** As the journal keeps it. */
  readonly want: JsonValue;
  readonly claim?: Claim;
  observe(world: ReadOnlyWorld): Promise<BoundObservation>;
}

/** One reading of a bound step, with what can be done from there. */
export interface BoundObservation {
  readonly observed: Observed<JsonValue>;
  /** How it reads for people; "none" when absent. */
  readonly text: string;
  decide(options: { readonly adopt: boolean }): Decision;
  apply(world: World): Promise<void>;
}

/** One change of a step, as the journal has it; one that was cut short has no `after`. */
export interface Change {
  readonly before: JsonValue;
  readonly after: JsonValue | null;
}

/** All changes of a step that are taken back together, oldest first. */
export type Changes = readonly [Change, ...Change[]];

/** A step that the journal remembers, with the state before it: what undo works with. */
export interface UndoableStep {
  readonly title: string;
  /** How the state before reads for people. */
  readonly beforeText: string;
  /** What a client could notice when it is undone. */
  readonly notice: string;
  /** How it was logged in to, where the step is on a host: by the record, which is not yet by where the cloud says that it is. */
  readonly login?: HostAddress;
  /** Files whose contents come back. */
  readonly files: readonly HostFile[];
  /** @throws Problem journal/unreadable for a state that is none of this step's. */
  mustFit(state: JsonValue): void;
  /** What it changed is gone from the cloud. */
  isGone(world: ReadOnlyWorld): Promise<boolean>;
  observe(world: ReadOnlyWorld): Promise<{
    readonly observed: Observed<JsonValue>;
    readonly text: string;
    /** Nothing to undo: it is as it was. */
    readonly isBefore: boolean;
    /** Not ours, but it needs what the steps before this one made. */
    readonly standsOn: boolean;
    /** Says so where what the step changed is gone from the cloud; `isBefore` and `isAsLeft` are about what is left then. */
    readonly gone?: string;
    /** It is as a run left it, or lacks something of that which was not there before: undo may go on. */
    isAsLeft(after: JsonValue): boolean;
    /** What is other than a run left it, in words, as far as the step can tell. */
    differences(after: JsonValue): readonly string[];
  }>;
  undo(world: World): Promise<void>;
}
