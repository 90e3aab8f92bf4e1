import { at, idAt, noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** Security groups, their rules, and the ports in them. */
export async function groupCalls(call: Call, stage: Stage): Promise<void> {
  const made = await call("group", "POST", "/v2.0/security-groups", {
    body: { security_group: { name: "calls-group", description: "made by the calls" } },
    same: ["security_group.name", "security_group.description", "security_group.security_group_rules.length"],
  });
  const groupId = idAt(made, "security_group.id");
  const rule = {
    security_group_id: groupId,
    direction: "ingress",
    ethertype: "IPv4",
    remote_ip_prefix: "192.168.125.0/24",
  };
  const add = (name: string, change: object): Promise<unknown> =>
    call(name, "POST", "/v2.0/security-group-rules", {
      body: { security_group_rule: { ...rule, ...change } },
      same: ["protocol", "port_range_min", "remote_ip_prefix"].map((key) => `security_group_rule.${key}`),
    });
  const added = await add("rule", {});
  await add("rule, again", {});
  await add("rule for TCP", { protocol: "tcp", port_range_min: 22, port_range_max: 22, description: "ssh" });
  await add("rule for ping", { protocol: "icmp" });
  await add("rule with a protocol that is none", { protocol: "no-such" });
  await add("rule with ports and no protocol", { port_range_min: 1, port_range_max: 2 });
  await add("rule with ports the wrong way round", { protocol: "tcp", port_range_min: 9, port_range_max: 2 });
  await add("rule with an address that is none", { remote_ip_prefix: "1.2.3.4/99" });
  await add("rule from a group that is not there", { remote_ip_prefix: null, remote_group_id: noId });
  await add("rule in a group that is not there", { security_group_id: noId });
  await call("group with its rules", "GET", `/v2.0/security-groups/${groupId}`);
  await call("groups by name", "GET", "/v2.0/security-groups?name=calls-group");
  await call("rules of a group", "GET", `/v2.0/security-group-rules?security_group_id=${groupId}`);
  const ruleId = idAt(added, "security_group_rule.id");
  await call("rule, deleted", "DELETE", `/v2.0/security-group-rules/${ruleId}`);
  await call("rule, deleted again", "DELETE", `/v2.0/security-group-rules/${ruleId}`);
  const groups = Array.isArray(stage.proxyGroupIds) ? stage.proxyGroupIds : [];
  const port = `/v2.0/ports/${stage.clientPortId}`;
  const before = await call("port before the group", "GET", port);
  await call("port into the group", "PUT", port, {
    body: { port: { security_groups: [...groups, groupId] } },
  });
  await call("group in use, deleted", "DELETE", `/v2.0/security-groups/${groupId}`);
  await call("port out of the group", "PUT", port, {
    body: { port: { security_groups: at(before, "port.security_groups") } },
  });
  await call("group, deleted", "DELETE", `/v2.0/security-groups/${groupId}`);
  await call("group, deleted again", "DELETE", `/v2.0/security-groups/${groupId}`);
  const byDefault = await call("default group", "GET", "/v2.0/security-groups?name=default");
  await call(
    "default group, deleted",
    "DELETE",
    `/v2.0/security-groups/${idAt(byDefault, "security_groups.0.id")}`,
  );
}
