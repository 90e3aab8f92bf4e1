/** Everything that can be broken in a lab. */
import { api } from "./api.ts";
import { cable } from "./cable.ts";
import { check } from "./check.ts";
import { deaf } from "./deaf.ts";
import type { Fault } from "./fault.ts";
import { firewall } from "./firewall.ts";
import { mtu } from "./mtu.ts";
import { power } from "./power.ts";
import { route } from "./route.ts";
import { sshd } from "./sshd.ts";
import { token } from "./token.ts";

export const faults: readonly Fault[] = [cable, power, deaf, sshd, firewall, check, route, mtu, api, token];
