import type { Credentials } from "../cloud/config/cloud-config.ts";
import { seenLines } from "../report/human.ts";
import { linesOf } from "../report/visible.ts";
import type { ListedCloud, Told } from "./listed-cloud.ts";

const words: Readonly<Record<Credentials["kind"], string>> = {
  password: "a password",
  passcode: "a one-time code",
  token: "a token",
  "application-credential": "an application credential",
  "access-key": "an access key",
};

/** One cloud in words: where it was found, what it is, and what came of the login. */
export function cloudText(cloud: ListedCloud): string {
  const { name, place, securePlace, chosenBecause, credentials, region, driver, warnings, problem, login } =
    cloud;
  const project = cloud.project?.name ?? cloud.project?.id;
  return linesOf([
    `${name}${chosenBecause === undefined ? "" : ` (taken where none is named: ${chosenBecause})`}`,
    line("found", `${place}${securePlace === undefined ? "" : `, with ${securePlace}`}`),
    ...(credentials
      ? [
          line(
            "login",
            `${words[credentials.kind]}${credentials.user === undefined ? "" : ` of ${credentials.user}`} at ${cloud.authUrl}`,
          ),
          line(
            "project",
            `${project ?? "none is set"}, ${region === undefined ? "no region is set" : `region ${region}`}`,
          ),
        ]
      : []),
    ...Object.entries(cloud.endpoints ?? {}).map(([type, url]) => line("endpoint", `${type} ${url}, as set`)),
    ...(driver ? [line("driver", `${driver.name}, because ${driver.because}`)] : []),
    ...warnings.map((text) => line("warning", text)),
    ...(login
      ? [
          line(
            "check",
            `${credentials?.kind === "access-key" ? "signed for" : "logged in to"} project ${login.project.name ?? login.project.id}${login.tokenExpiresAt === null ? "" : `, token until ${login.tokenExpiresAt}`}`,
          ),
          ...login.services.map(({ service, ok, url, durationMs, problem: failed }) =>
            ok
              ? line("", `${service.padEnd(7)} ok, ${durationMs} ms, ${url}`)
              : line(
                  "",
                  `${service.padEnd(7)} FAILED: ${failed?.summary ?? ""}${url === null ? "" : `, ${url}`}`,
                ),
          ),
          ...differing(login.services.flatMap(({ problem: failed }) => failed ?? [])).flatMap(more),
        ]
      : []),
    ...(problem ? [line("PROBLEM", problem.summary), ...more(problem)] : []),
  ]);
}

/** What several services lack has one reason; each has a URL and a request id of its own. */
function differing(problems: readonly Told[]): Told[] {
  return [
    ...new Map(problems.toReversed().map((one) => [`${one.code} ${one.summary}`, one])).values(),
  ].reverse();
}

function more({ detail, hint }: Told): string[] {
  return [
    ...(detail === undefined ? [] : seenLines(detail).map((text) => line("", text))),
    ...(hint === undefined ? [] : [line("hint", hint)]),
  ];
}

function line(word: string, text: string): string {
  return `  ${word.padEnd(8)} ${text}`;
}
