/** How two who change one object at once meet. */
import { describe, expect, test } from "vitest";
import { type Answers, natPort, ok, withAnswers, writes } from "../testing/recorded-network.ts";

describe("two who change one object at once", () => {
  const path = `PUT /v2.0/ports/${String(natPort.id)}`;
  const pairs = [{ ip_address: "10.9.9.9" }];

  test("a write carries the revision that was read; where the rest of the object was changed, it is read and written again", async () => {
    let revision = 3;
    const answers: Answers = {
      [`GET /v2.0/ports/${String(natPort.id)}`]: () =>
        ok({ port: { ...natPort, revision_number: revision } }),
      [path]: ({ headers }) => {
        if (headers["if-match"] === "revision_number=4") return ok({ port: natPort });
        revision = 4;
        return {
          status: 412,
          body: { NeutronError: { type: "RevisionNumberConstraintFailed", message: "", detail: "" } },
        };
      },
    };
    await withAnswers(answers, async (cloud, seen) => {
      await cloud.setAddressPairs(String(natPort.id), pairs);
      expect(writes(seen).map(({ headers }) => headers["if-match"])).toEqual([
        "revision_number=3",
        "revision_number=4",
      ]);
    });
  });

  // Seen on Neutron Zed: its agents touch a port for some seconds after every change of it.
  test("agents that touch the object again and again do not keep a write from being made", async () => {
    let revision = 3;
    const answers: Answers = {
      [`GET /v2.0/ports/${String(natPort.id)}`]: () =>
        ok({ port: { ...natPort, revision_number: revision } }),
      [path]: () => {
        if (revision === 6) return ok({ port: natPort });
        revision += 1;
        return {
          status: 412,
          body: { NeutronError: { type: "RevisionNumberConstraintFailed", message: "", detail: "" } },
        };
      },
    };
    await withAnswers(answers, async (cloud, seen) => {
      await cloud.setAddressPairs(String(natPort.id), pairs);
      expect(writes(seen)).toHaveLength(4);
    });
  });

  test("where it is the same part that somebody else has changed, his change stays", async () => {
    let now: Readonly<Record<string, unknown>> = natPort;
    const answers: Answers = {
      [`GET /v2.0/ports/${String(natPort.id)}`]: () => ok({ port: now }),
      [path]: () => {
        now = { ...natPort, revision_number: 9, allowed_address_pairs: [{ ip_address: "10.8.8.8" }] };
        return {
          status: 412,
          body: { NeutronError: { type: "RevisionNumberConstraintFailed", message: "", detail: "" } },
        };
      },
    };
    await withAnswers(answers, async (cloud, seen) => {
      await expect(cloud.setAddressPairs(String(natPort.id), pairs)).rejects.toMatchObject({
        code: "cloud/conflict",
        summary: expect.stringContaining("changed by somebody else at the same time"),
      });
      expect(writes(seen)).toHaveLength(1);
    });
  });

  test("a floating IP that somebody else binds at the same moment is not taken from him", async () => {
    const free = { id: "eip-1", floating_ip_address: "203.0.113.20", port_id: null, revision_number: 3 };
    let now: Readonly<Record<string, unknown>> = free;
    const answers: Answers = {
      "GET /v2.0/floatingips/eip-1": () => ok({ floatingip: now }),
      "PUT /v2.0/floatingips/eip-1": () => {
        now = { ...free, revision_number: 4, port_id: "port-theirs" };
        return {
          status: 412,
          body: { NeutronError: { type: "RevisionNumberConstraintFailed", message: "", detail: "" } },
        };
      },
    };
    await withAnswers(answers, async (cloud, seen) => {
      await expect(cloud.bindPublicIp("eip-1", String(natPort.id))).rejects.toMatchObject({
        code: "cloud/conflict",
        summary: "EIP 203.0.113.20 is bound to another NIC (port-theirs)",
      });
      expect(writes(seen).map(({ headers }) => headers["if-match"])).toEqual(["revision_number=3"]);
    });
  });

  test("a cloud without revisions is written without them", async () => {
    const answers: Answers = {
      "GET /v2.0/extensions": ok({ extensions: [{ alias: "extraroute" }] }),
      [path]: ok({ port: natPort }),
    };
    await withAnswers(answers, async (cloud, seen) => {
      await cloud.setAddressPairs(String(natPort.id), pairs);
      expect(writes(seen)[0]?.headers["if-match"]).toBeUndefined();
    });
  });
});
