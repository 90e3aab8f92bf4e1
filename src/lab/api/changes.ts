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
      const restore = remember(this.#state);
      const result = attempt(change, restore);
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

function attempt<T>(change: () => T, restore: () => void): T {
  try {
    return change();
  } catch (error) {
    restore();
    throw error;
  }
}

/** Operations replace objects and never change them, so copies of the maps are a copy of the state. */
function remember(state: LabState): () => void {
  const { quotas, macCount } = state;
  const restorers = [
    copyOf(state.vpcs),
    copyOf(state.subnets),
    copyOf(state.ports),
    copyOf(state.servers),
    copyOf(state.routeTables),
    copyOf(state.publicIps),
    copyOf(state.securityGroups),
  ];
  return () => {
    for (const restore of restorers) restore();
    state.quotas = quotas;
    state.macCount = macCount;
  };
}

function copyOf<T>(objects: Map<string, T>): () => void {
  const entries = [...objects];
  return () => {
    objects.clear();
    for (const [id, object] of entries) objects.set(id, object);
  };
}
