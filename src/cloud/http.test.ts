import { createServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { expect, test, vi } from "vitest";
import { CloudProblem } from "./errors.ts";
import { type HttpOptions, openHttp, type TracedCall } from "./http.ts";
import { testCertificate, testKey } from "./testing/certificate.ts";
import { fastClock } from "./testing/fast-clock.ts";
import { type Answerer, type Reply, startSmallCloud } from "./testing/small-cloud.ts";

const methods = ["GET", "PUT", "DELETE", "POST"] as const;
const fine: Reply = { status: 200, body: { fine: true } };
/** What says that a call may or may not have been carried out. */
const troubles = [
  { status: 408 },
  { status: 500 },
  { status: 502 },
  { status: 503 },
  { status: 504 },
  "reset",
] as const;

/** Answers in this order; the last one again and again. */
function inTurn(...replies: readonly Awaited<ReturnType<Answerer>>[]): Answerer {
  let at = -1;
  return () => {
    at = Math.min(at + 1, replies.length - 1);
    return replies[at] ?? fine;
  };
}

/** What a call came to, on a clock that does not wait. */
async function attempt(
  answer: Answerer,
  method: (typeof methods)[number] = "GET",
  options: HttpOptions = {},
): Promise<{ problem?: CloudProblem; status?: number; calls: number; sleeps: readonly number[] }> {
  await using cloud = await startSmallCloud(answer);
  const clock = fastClock(1);
  const http = openHttp({ clock, ...options });
  const body = method === "POST" || method === "PUT" ? { body: "{}" } : {};
  try {
    const { status } = await http.call({ method, url: new URL(cloud.origin), ...body });
    return { status, calls: cloud.seen.length, sleeps: clock.sleeps };
  } catch (error) {
    if (!(error instanceof CloudProblem)) throw error;
    return { problem: error, calls: cloud.seen.length, sleeps: clock.sleeps };
  } finally {
    http.close();
  }
}

test.each(methods)("429 to a %s is waited for as long as Retry-After says", async (method) => {
  const outcome = await attempt(inTurn({ status: 429, headers: { "Retry-After": "3" } }, fine), method);
  // A tenth more at most, so that not all come back at once.
  expect(outcome).toMatchObject({ status: 200, calls: 2, sleeps: [3300] });
});

test("429 without Retry-After is waited for longer each time, and told when it stays", async () => {
  const outcome = await attempt(
    inTurn({ status: 429, body: { error_code: "APIG.0308", error_msg: "200 per 60 s" } }),
  );
  expect(outcome).toMatchObject({ calls: 4, sleeps: [500, 1000, 2000] });
  expect(outcome.problem).toMatchObject({ code: "cloud/throttled", retry: true, cloudCode: "APIG.0308" });
  expect(outcome.problem?.detail).toContain("tried 4 times");
});

test.each(["GET", "PUT", "DELETE"] as const)(
  "a %s survives 408, 500, 502, 503, 504 and a cut connection",
  async (method) => {
    for (const trouble of troubles) {
      expect(await attempt(inTurn(trouble, fine), method)).toMatchObject({ status: 200, calls: 2 });
    }
  },
);

test("a POST is made once: it may have been carried out", async () => {
  for (const trouble of troubles) {
    const outcome = await attempt(inTurn(trouble, fine), "POST");
    expect(outcome).toMatchObject({ calls: 1, problem: { code: "cloud/unavailable", retry: true } });
  }
});

test.each([400, 401, 403, 404, 409, 501])("%i is an answer, not repeated", async (status) => {
  expect((await attempt(inTurn({ status }, fine))).calls).toBe(1);
});

test("a cloud that does not answer is given up in time, for a POST after one attempt", async () => {
  const outcome = await attempt(() => "hang", "GET", { timeoutMs: 40, attempts: 2 });
  expect(outcome).toMatchObject({ calls: 2, problem: { code: "cloud/unavailable", retry: true } });
  expect(outcome.problem?.summary).toContain("did not answer in time");
  expect((await attempt(() => "hang", "POST", { timeoutMs: 40 })).calls).toBe(1);
});

test("all attempts of a call and the waits between them have one deadline", async () => {
  const busy: Reply = { status: 429, headers: { "Retry-After": "20" } };
  const outcome = await attempt(() => busy, "GET", { attempts: 100, deadlineMs: 60_000 });
  expect(outcome).toMatchObject({ calls: 3, problem: { code: "cloud/throttled" } });
  expect(outcome.sleeps).toEqual([21_000, 21_000]);

  const startMs = performance.now();
  await using silent = await startSmallCloud(() => "hang");
  const http = openHttp({ timeoutMs: 30_000, attempts: 100, deadlineMs: 300 });
  const call = http.call({ method: "GET", url: new URL(silent.origin) });
  await expect(call).rejects.toMatchObject({ code: "cloud/unavailable" });
  expect(performance.now() - startMs).toBeLessThan(10_000);
});

test("an answer that stops half-way is given up in time and repeated", async () => {
  const half: Reply = { status: 200, headers: { "content-length": "100" }, body: "{" };
  const outcome = await attempt(inTurn(half, fine), "GET", { timeoutMs: 500 });
  expect(outcome).toMatchObject({ status: 200, calls: 2 });
});

test("a port where nobody listens is told with the place to look at", async () => {
  const cloud = await startSmallCloud(() => fine);
  await cloud[Symbol.asyncDispose]();
  const clock = fastClock();
  const call = openHttp({ clock }).call({ method: "POST", url: new URL(cloud.origin) });
  await expect(call).rejects.toMatchObject({ code: "cloud/unavailable", retry: true });
  await expect(call).rejects.toThrow("cannot be reached");
  // Never sent, so even a POST is tried again.
  expect(clock.sleeps).toHaveLength(3);
});

test("at most four calls are under way at the same time", async () => {
  let arrived = 0;
  let arrivedFirst = 0;
  const goOn = Promise.withResolvers<void>();
  await using cloud = await startSmallCloud(async ({ url }) => {
    if (url.pathname === "/outside") {
      arrivedFirst = arrived;
      goOn.resolve();
    } else {
      arrived += 1;
      await goOn.promise;
    }
    return fine;
  });
  const http = openHttp();
  const calls = Array.from({ length: 40 }, () => http.call({ method: "GET", url: new URL(cloud.origin) }));
  await vi.waitUntil(() => arrived >= 4);
  // Sent after all of them: a fifth one, if it might come, would be there before it.
  await fetch(new URL("/outside", cloud.origin));
  await Promise.all(calls);
  expect([arrivedFirst, arrived]).toEqual([4, 40]);
  http.close();
});

test("stopping ends a call that is under way, and one that waits to be repeated", async () => {
  const stop = new AbortController();
  const hanging = attempt(
    () => {
      stop.abort();
      return "hang";
    },
    "GET",
    { signal: stop.signal },
  );
  expect(await hanging).toMatchObject({ calls: 1, problem: { code: "cloud/stopped" } });

  const waiting = new AbortController();
  const clock = {
    ...fastClock(),
    sleep: async (_: number, signal?: AbortSignal) => {
      waiting.abort();
      signal?.throwIfAborted();
    },
  };
  const outcome = await attempt(() => ({ status: 503 }), "GET", { signal: waiting.signal, clock });
  expect(outcome).toMatchObject({ calls: 1, problem: { code: "cloud/stopped" } });
});

test("each attempt is told to whoever traces, without secrets of the URL", async () => {
  const traced: TracedCall[] = [];
  const busy: Reply = { status: 503, headers: { "X-Request-Id": "req-1" } };
  await attempt(inTurn(busy, "reset", fine), "GET", { trace: (call) => traced.push(call) });
  expect(traced).toMatchObject([
    { status: 503, requestId: "req-1", attempt: 1 },
    { failure: expect.stringMatching(/\w/), attempt: 2 },
    { status: 200, attempt: 3 },
  ]);
  expect(traced.every((call) => call.method === "GET" && call.url.startsWith("http://127.0.0.1:"))).toBe(
    true,
  );
});

test("a certificate counts when its authority is named, or when verification is off", async () => {
  const server = createServer({ key: testKey, cert: testCertificate }, (_, answer) => answer.end("{}"));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = new URL(`https://127.0.0.1:${address.port}/`);
  const calling = (tls: HttpOptions["tls"]) =>
    openHttp({ clock: fastClock(), ...(tls ? { tls } : {}) }).call({ method: "GET", url });
  try {
    await expect(calling(undefined)).rejects.toMatchObject({ code: "cloud/certificate", retry: false });
    expect((await calling({ verify: true, ca: testCertificate })).status).toBe(200);
    expect((await calling({ verify: false })).status).toBe(200);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.each(methods)("https:// on a port that speaks http is told at once, to a %s", async (method) => {
  await using cloud = await startSmallCloud(() => fine);
  const clock = fastClock();
  const url = new URL(cloud.origin.replace("http:", "https:"));
  const call = openHttp({ clock }).call({ method, url, repeatable: true });
  await expect(call).rejects.toMatchObject({
    code: "cloud/bad-answer",
    retry: false,
    summary: `port ${url.port} of 127.0.0.1 does not speak TLS`,
    hint: expect.stringMatching(/^Write http:\/\/ or another port in auth_url/),
  });
  expect(clock.sleeps).toEqual([]);
});

test("http:// on a port that speaks TLS is told where the port says so", async () => {
  // An alert of TLS 1.0: fatal, protocol version.
  const server = createTcpServer((socket) => socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 70])));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const clock = fastClock();
  const url = new URL(`http://127.0.0.1:${address.port}/`);
  const call = openHttp({ clock }).call({ method: "GET", url });
  await expect(call).rejects.toMatchObject({
    code: "cloud/bad-answer",
    summary: `port ${url.port} of 127.0.0.1 speaks TLS, and was called without`,
    hint: expect.stringMatching(/^Write https:\/\//),
  });
  expect(clock.sleeps).toEqual([]);
  server.close();
});

test.each([
  ["nginx", "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>"],
  ["Go", "Client sent an HTTP request to an HTTPS server.\n"],
  [
    "Apache",
    "<html><title>400 Bad Request</title>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br /></html>",
  ],
])("http:// on a port of %s that speaks TLS is told as such", async (_, body) => {
  expect((await attempt(() => ({ status: 400, body }))).problem).toMatchObject({
    code: "cloud/bad-answer",
    summary: expect.stringContaining("speaks TLS"),
  });
});

test("nothing is sent unencrypted to another machine", async () => {
  const http = openHttp({ clock: fastClock() });
  const call = http.call({ method: "GET", url: new URL("http://192.0.2.1/v3") });
  await expect(call).rejects.toMatchObject({ code: "cloud/config" });
});
