/** What a lab says about itself: the answer of its control socket and of `wayout lab status --json`. */
import { z } from "zod";

const serverStatusSchema = z.object({
  name: z.string(),
  id: z.string(),
  privateIp: z.string(),
  eip: z.string().nullable(),
  vpc: z.string(),
  subnet: z.string(),
  zone: z.string(),
  kind: z.enum(["machine", "light"]),
  image: z.enum(["debian", "sysv"]),
  /** Nova's word: BUILD, ACTIVE, SHUTOFF, REBOOT, ERROR. */
  state: z.string(),
});

export const faultStatusSchema = z.object({
  /** As it was broken and is mended: "mtu 1400". */
  id: z.string(),
  /** What it does to the lab, for people. */
  effect: z.string(),
  /** When it ends by itself, for people. */
  ends: z.string().exactOptional(),
});

export const labStatusSchema = z.object({
  name: z.string(),
  scenario: z.string(),
  apiUrl: z.string(),
  startedAt: z.string(),
  uptimeSeconds: z.number(),
  servers: z.array(serverStatusSchema),
  faults: z.array(faultStatusSchema),
});

/** A request that the lab's API answered. */
export const apiCallSchema = z.object({
  method: z.string(),
  /** With the query. */
  path: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** 0: the connection was closed without an answer. */
  status: z.number(),
  /** It is of the kind that changes the cloud; asking for a token is not. */
  writes: z.boolean(),
});

export type ApiCall = z.infer<typeof apiCallSchema>;
export type ServerStatus = z.infer<typeof serverStatusSchema>;
export type FaultStatus = z.infer<typeof faultStatusSchema>;
export type LabStatus = z.infer<typeof labStatusSchema>;
