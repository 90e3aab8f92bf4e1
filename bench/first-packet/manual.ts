/**
 * The procedure of the OTC ECS manual, "Enabling Internet Connectivity for an ECS Without an EIP", command by command,
 * as a script would do it: each command over an SSH connection of its own, the console's two clicks as API calls.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { type LabConnection, openLab } from "../../src/lab/client/labs.ts";

const run = promisify(execFile);

const proxy = { eip: "203.0.113.10", address: "192.168.125.4" };
const snat = `iptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to ${proxy.address}`;

/** In the page's order; `service iptables save` in Debian's words. */
export const manualCommands: readonly string[] = [
  "ping -c 1 198.51.100.10",
  "cat /proc/sys/net/ipv4/ip_forward",
  "echo net.ipv4.ip_forward = 1 >> /etc/sysctl.conf",
  "sysctl -p /etc/sysctl.conf",
  "iptables -P INPUT ACCEPT",
  "iptables -P OUTPUT ACCEPT",
  "iptables -P FORWARD ACCEPT",
  snat,
  `printf '#!/bin/sh\\n%s\\n' '${snat}' > /etc/rc.local`,
  "chmod +x /etc/rc.local",
  "iptables-save > /etc/iptables.rules",
  "iptables -t nat --list",
];

const portsSchema = z.object({ ports: z.array(z.object({ id: z.string(), device_id: z.string() })) });
const tablesSchema = z.object({ routetables: z.array(z.object({ id: z.string() })) });

export async function followManual(lab: string): Promise<void> {
  const connection = await openLab(lab);
  const api = await signedIn(connection);
  const { ports } = portsSchema.parse(
    await api("GET", `/v2.0/ports?fixed_ips=ip_address%3D${proxy.address}`),
  );
  const [nic] = ports;
  if (!nic || ports.length > 1) throw new Error(`${ports.length} NICs have the address ${proxy.address}`);
  const allowed_address_pairs = [{ ip_address: "1.1.1.1/0" }];
  await api("PUT", `/v2.0/ports/${nic.id}`, { port: { allowed_address_pairs } });
  for (const command of manualCommands) {
    await run("ssh", ["-F", connection.sshConfig, `root@${proxy.eip}`, command]);
  }
  const tables = tablesSchema.parse(await api("GET", "/v1/PROJECT/routetables"));
  const [table] = tables.routetables;
  if (!table || tables.routetables.length > 1) throw new Error("the VPC has not one route table");
  const add = [{ type: "ecs", destination: "0.0.0.0/0", nexthop: nic.device_id }];
  await api("PUT", `/v1/PROJECT/routetables/${table.id}`, { routetable: { routes: { add } } });
}

/** PROJECT in a path stands for the project's id. */
async function signedIn({ apiUrl, cloud }: LabConnection) {
  const { auth_url, username, password, user_domain_name, project_id } = cloud.auth;
  const user = { name: username, password, domain: { name: user_domain_name } };
  const body = {
    auth: {
      identity: { methods: ["password"], password: { user } },
      scope: { project: { id: project_id } },
    },
  };
  const answer = await send("POST", `${auth_url}/auth/tokens`, {}, body);
  const token = { "x-auth-token": answer.headers.get("x-subject-token") ?? "" };
  return async (method: string, path: string, content?: unknown): Promise<unknown> =>
    await (await send(method, apiUrl + path.replace("PROJECT", project_id), token, content)).json();
}

async function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  content?: unknown,
): Promise<Response> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
