import type { Call } from "./call.ts";

/** Calls of Keystone. */
export async function identityCalls(call: Call): Promise<void> {
  const identity = { service: "identity" } as const;
  await call("versions of Keystone", "GET", "/v3", identity);
  await call("projects of the token", "GET", "/v3/auth/projects", identity);
  await call("token for a wrong password", "POST", "/v3/auth/tokens", {
    ...identity,
    body: {
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: "nobody", password: "wrong", domain: { name: "Default" } } },
        },
      },
    },
  });
  await call("token for an empty body", "POST", "/v3/auth/tokens", { ...identity, body: {} });
  await call("ports with a wrong token", "GET", "/v2.0/ports", { headers: { "x-auth-token": "wrong" } });
}
