/** Signals by which a user, or the machine, asks a run to stop: it does so between two steps. */
export interface StopSignals {
  readonly signal: AbortSignal;
  /** From here on signals do again what they do by default. */
  end(): void;
}

export function stopOnSignals(tell: (text: string) => void): StopSignals {
  const stop = new AbortController();
  const ask = (): void => {
    if (stop.signal.aborted) process.exit(130);
    tell("stopping after this step (once more: at once)");
    stop.abort();
  };
  // A lost terminal: nobody is there to be told, and it often comes twice, from the kernel and from the shell.
  const hangUp = (): void => stop.abort();
  process.on("SIGINT", ask).on("SIGTERM", ask).on("SIGHUP", hangUp);
  return {
    signal: stop.signal,
    end: () => {
      process.off("SIGINT", ask).off("SIGTERM", ask).off("SIGHUP", hangUp);
    },
  };
}
