import type { Answer } from "../answer.ts";
import type { Cause, Refused } from "../operations/refused.ts";
import {
  type ErrorFamily,
  failureStatus,
  gatewayAnswer,
  type RefusalTable,
  refusalStatus,
} from "./family.ts";
import { keystoneAnswer } from "./keystone.ts";

/** Names of Neutron's exceptions, as a Neutron of the Zed release answered them. */
const table: RefusalTable = {
  "vpc/missing": [404, "RouterNotFound"],
  "subnet/missing": [404, "NetworkNotFound"],
  "port/missing": [404, "PortNotFound"],
  "port/in-use": [409, "PortInUse"],
  "port/address-taken": [409, "IpAddressAlreadyAllocated"],
  "port/exhausted": [409, "IpAddressGenerationFailure"],
  "port/out-of-range": [400, "InvalidIpForSubnet"],
  "port/too-many-pairs": [400, "AllowedAddressPairExhausted"],
  "port/duplicate-pair": [400, "DuplicateAddressPairInRequest"],
  "port/security-off": [409, "AddressPairAndPortSecurityRequired"],
  "port/has-security-groups": [409, "PortSecurityPortHasSecurityGroup"],
  "public-ip/missing": [404, "FloatingIPNotFound"],
  "public-ip/foreign": [404, "ExternalGatewayForFloatingIPNotFound"],
  "subnet/quota": [400, "HostRoutesExhausted"],
  "subnet/in-use": [409, "GatewayIpInUse"],
  "subnet/address-taken": [409, "GatewayConflictWithAllocationPools"],
  "public-ip/port-taken": [409, "FloatingIPPortAlreadyAssociated"],
  "public-ip/exhausted": [409, "IpAddressGenerationFailure"],
  "public-ip/address-taken": [409, "IpAddressAlreadyAllocated"],
  "security-group/missing": [404, "SecurityGroupNotFound"],
  "security-group/in-use": [409, "SecurityGroupInUse"],
  "security-group/duplicate": [409, "SecurityGroupDefaultAlreadyExists"],
  "security-group/is-default": [409, "SecurityGroupCannotRemoveDefault"],
  "security-group-rule/missing": [404, "SecurityGroupRuleNotFound"],
  "security-group-rule/duplicate": [409, "SecurityGroupRuleExists"],
  "tag/missing": [404, "TagNotFound"],
  "tag/foreign": [404, "TagResourceNotFound"],
  "route/quota": [400, "RoutesExhausted"],
  "route/duplicate": [400, "InvalidRoutes"],
  "route/foreign": [400, "InvalidRoutes"],
  "route/overlap": [400, "InvalidRoutes"],
};

function byCause(why: Cause): readonly [number, string] {
  if (why === "quota") return [409, "OverQuota"];
  return [refusalStatus(why), "HTTPBadRequest"];
}

/** What is a VPC and its subnet elsewhere is a router and its network here. */
function inNeutronsWords({ subject, why, summary }: Refused): string {
  if (why !== "missing") return summary;
  return subject === "vpc" ? summary.replace(/^Vpc/, "Router") : summary.replace(/^Subnet/, "Network");
}

/** `{"NeutronError":{"type","message","detail"}}` (neutron `api/api_common.py`). */
function neutronAnswer(status: number, type: string, message: string): Answer {
  return { status, body: { NeutronError: { type, message, detail: "" } } };
}

export const neutronErrors: ErrorFamily = {
  refused(refused) {
    const [status, type] = table[`${refused.subject}/${refused.why}`] ?? byCause(refused.why);
    return neutronAnswer(status, type, inNeutronsWords(refused));
  },
  failed(failure, message) {
    const status = failureStatus[failure];
    const types = {
      "wrong-project": "HTTPBadRequest",
      unreadable: "HTTPBadRequest",
      forbidden: "PolicyNotAuthorized",
      missing: "HTTPNotFound",
      stale: "RevisionNumberConstraintFailed",
      "not-built": "HTTPNotImplemented",
      fault: "HTTPInternalServerError",
    } as const;
    if (failure === "unauthorized") return keystoneAnswer(status, message);
    if (failure === "throttled") return gatewayAnswer(failure, message);
    return neutronAnswer(status, types[failure], message);
  },
};
