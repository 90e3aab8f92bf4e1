/** Files of settings in memory, and what is wrong with them. */
import { loadCloud } from "../config/load-cloud.ts";
import type { ConfigSources } from "../config/settings-file.ts";
import { CloudProblem } from "../errors.ts";

export const otc = `clouds:
  otc:
    profile: otc
    auth:
      username: alice
      password: correct horse
      project_name: eu-nl_demo
      user_domain_name: OTC00000000001000000001
`;

/** A clouds.yaml of one cloud, x. */
export const entry = (lines: string): string => `clouds:\n  x:\n${lines.replace(/^/gm, "    ")}\n`;
/** The lines of x that are enough. */
export const login =
  'auth: {auth_url: "https://k.example/v3", username: u, password: pw-pw, user_domain_name: d, project_name: p}';

export function sources(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): ConfigSources {
  return { env, cwd: "/project", home: "/home/me", readFile: (path) => files[path] };
}

export function problemOf(name: string | undefined, from: ConfigSources): CloudProblem {
  try {
    loadCloud(name, from);
  } catch (error) {
    if (error instanceof CloudProblem) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
