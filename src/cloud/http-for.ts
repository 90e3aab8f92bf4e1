import { type CloudConfig, secretsOf, whereIs } from "./config/cloud-config.ts";
import { settingsHints } from "./error-texts.ts";
import { type Http, type HttpOptions, openHttp } from "./http.ts";
import { Redactor } from "./redactor.ts";

/** How a cloud is reached; certificates, secrets and what is said of them come from its configuration. */
export type CloudOptions = Omit<HttpOptions, "tls" | "redactor" | "settings">;

export function httpFor(config: CloudConfig, options: CloudOptions): Http {
  const { verify, ca, cert, key } = config.tls;
  return openHttp({
    ...options,
    settings: settingsHints(whereIs(config), config.credentials.kind),
    redactor: new Redactor(secretsOf(config)),
    tls: {
      verify,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key: key.reveal() }),
    },
  });
}
