import { type Fault, wordsOf } from "./fault.ts";

/** Tokens end when the cloud says so, not when their `expires_at` does: a role was changed, a password was. */
export const token: Fault = {
  name: "token",
  usage: "token",
  summary: "makes every API token that was given out invalid",
  async break(words, lab) {
    wordsOf(token, words, {}, { min: 0, max: 0 });
    // The API forgets them at the next call, whichever it is.
    const id = lab.api.add({ kind: "expire-tokens", calls: 1 });
    return {
      effect: "API tokens from before are invalid; new ones are given",
      ends: "with the next API call",
      mend: async () => lab.api.clear(id),
      isOver: () => !lab.api.list().some((active) => active.id === id),
    };
  },
};
