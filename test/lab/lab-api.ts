/** Speaks to a lab's API as any HTTP client does. */
import { expect } from "vitest";
import { openLab } from "../../src/lab/client/labs.ts";

/** The lab's API with a fresh token. PROJECT in a path stands for the project's id; status 0: no answer came. */
export async function openApi(lab: string) {
  const { apiUrl, cloud } = await openLab(lab);
  const { username, password, user_domain_name, project_id } = cloud.auth;
  const user = { name: username, password, domain: { name: user_domain_name } };
  const auth = {
    identity: { methods: ["password"], password: { user } },
    scope: { project: { id: project_id } },
  };
  const answer = await fetch(`${cloud.auth.auth_url}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth }),
  });
  expect(answer.status).toBe(201);
  const token = answer.headers.get("x-subject-token") ?? "";
  const call = async (method: string, path: string, body?: unknown) => {
    try {
      const response = await fetch(apiUrl + path.replace("PROJECT", project_id), {
        method,
        headers: { "x-auth-token": token, "content-type": "application/json" },
        signal: AbortSignal.timeout(1_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const retryAfter = response.headers.get("retry-after");
      return { status: response.status, body: await response.text(), retryAfter };
    } catch {
      return { status: 0, body: "", retryAfter: null };
    }
  };
  return {
    get: (path: string) => call("GET", path),
    put: (path: string, body: unknown) => call("PUT", path, body),
    post: (path: string, body: unknown) => call("POST", path, body),
  };
}
