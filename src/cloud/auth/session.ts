import type { HttpCall } from "../http.ts";

/** The services that drivers speak to; `catalog.ts` says under which types clouds list them. */
export type ServiceName = "vpc" | "eip" | "nat" | "network" | "ecs" | "compute";

export interface Account {
  readonly projectId: string;
  readonly projectName?: string;
  /** As the cloud says it, ISO 8601; absent for keys, which do not end. */
  readonly tokenExpiresAt?: string;
}

/** Those without which a driver does not work; NAT gateways are only called by their names. */
export type NeededService = Exclude<ServiceName, "nat">;

/** Being logged in: what makes a call an authorised one, and where to send it. */
export interface Session {
  /** Headers to add to the call; logs in first where that is still to be done. */
  authorize(call: HttpCall): Promise<Readonly<Record<string, string>>>;
  /**
   * After a 401 for a call that carried `refused`. True: the same call may succeed now.
   * Many calls that were refused together lead to one new login.
   */
  renew(refused: Readonly<Record<string, string>>): Promise<boolean>;
  projectId(): Promise<string>;
  /** What the login came to. */
  account(): Promise<Account>;
  /** Types of the services that the catalog lists; none where there is no catalog. */
  services(): Promise<readonly string[]>;
  /** Scheme, host, port and unversioned prefix of a service, without a final slash. */
  endpoint(service: ServiceName): Promise<string>;
}
