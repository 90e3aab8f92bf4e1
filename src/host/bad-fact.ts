import { Problem } from "../report/problem.ts";

/** What a host says of itself, and Wayout would write into its rules, files or commands, has another form than it can have. */
export function badFact(server: string, fact: string, value: string): Problem {
  return new Problem({
    code: "host/bad-fact",
    summary: `${server} reports ${fact} ${JSON.stringify(value.slice(0, 100))}, which has not the form of one`,
    hint: "Nothing was changed there. Log in and look at it; correct or rename it there, and run it again.",
  });
}
