/** What a Neutron can do besides its core: `/v2.0/extensions`. */
import { z } from "zod";
import { listOf } from "../answer-fields.ts";
import type { Api } from "../api.ts";

const schema = z.object({ extensions: listOf(z.object({ alias: z.string() })) });

export interface Extensions {
  has(alias: string): Promise<boolean>;
}

/** Asked once: a cloud does not learn while a command runs. */
export function openExtensions(api: Api): Extensions {
  let reading: Promise<ReadonlySet<string>> | undefined;
  const read = async (): Promise<ReadonlySet<string>> => {
    const { extensions } = await api.get({ service: "network", path: "/v2.0/extensions" }, schema);
    return new Set(extensions.map(({ alias }) => alias));
  };
  return {
    async has(alias) {
      reading ??= read().catch((error: unknown) => {
        // A cloud that did not answer is asked again the next time.
        reading = undefined;
        throw error;
      });
      return (await reading).has(alias);
    },
  };
}
