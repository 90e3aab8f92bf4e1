import type { LabState } from "../state.ts";

/** The fabric could not follow a change; the state is what it was before. */
export class CommitFailed extends Error {}

/**
 * One change of the state at a time, each all or nothing: the state changes, `commit` makes packets follow, and
 * only then does anybody read it.
 */
export class Changes {
  readonly #state: LabState;
  readonly #commit: () => Promise<void>;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(state: LabState, commit: () => Promise<void>) {
    this.#state = state;
    this.#commit = commit;
  }

  /** Reads between two changes, never in the middle of one. */
  read<T>(look: () => T): Promise<T> {
    return this.#inTurn(async () => look());
  }

  /** Where `change` throws or `keep` says no, the state is what it was. Throws CommitFailed. */
  write<T>(change: () => T, keep: (result: T) => boolean = () => true): Promise<T> {
    return this.#inTurn(async () => {
      const changed = remember(this.#state);
      const result = attempt(change, changed);
      const restore = changed();
      if (!keep(result)) {
        restore();
        return result;
      }
      await this.#commit().catch(async (cause: unknown) => {
        restore();
        // Packets may have followed half of the way: the fabric gets the old state to follow.
        await this.#commit().catch(() => undefined);
        throw new CommitFailed("The network could not follow the change.", { cause });
      });
      return result;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}

function attempt<T>(change: () => T, changed: () => () => void): T {
  try {
    return change();
  } catch (error) {
    changed()();
    throw error;
  }
}

/**
 * Remembers the state; the answer takes back what has changed since then and nothing that changes later on, such as
 * the status of a server that comes up meanwhile. Operations replace objects, so what changed is what is another object.
 */
function remember(state: LabState): () => () => void {
  const { quotas, macCount } = state;
  const differences = [
    rememberMap(state.vpcs),
    rememberMap(state.subnets),
    rememberMap(state.ports),
    rememberMap(state.servers),
    rememberMap(state.routeTables),
    rememberMap(state.publicIps),
    rememberMap(state.securityGroups),
  ];
  return () => {
    const undos = differences.map((difference) => difference());
    return () => {
      for (const undo of undos) undo();
      state.quotas = quotas;
      state.macCount = macCount;
    };
  };
}

function rememberMap<T>(objects: Map<string, T>): () => () => void {
  const before = new Map(objects);
  return () => {
    const added = [...objects.keys()].filter((id) => !before.has(id));
    const replaced = [...before].filter(([id, object]) => objects.get(id) !== object);
    return () => {
      for (const id of added) objects.delete(id);
      for (const [id, object] of replaced) objects.set(id, object);
    };
  };
}
