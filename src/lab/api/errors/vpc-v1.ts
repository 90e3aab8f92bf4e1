import type { Answer } from "../answer.ts";
import type { Subject } from "../operations/refused.ts";
import {
  type ErrorFamily,
  failureStatus,
  gatewayAnswer,
  type RefusalTable,
  refusalStatus,
} from "./family.ts";

/**
 * VPC API reference, "Error Codes". Route tables are missing there: 2808, 2809 and 2812 are known from Huawei's list
 * and from OTC's Terraform provider; 2801 stands for all others of theirs and is the lab's own choice.
 */
const table: RefusalTable = {
  "vpc/missing": [404, "VPC.0003"],
  "vpc/in-use": [409, "VPC.0104"],
  "vpc/quota": [409, "VPC.0114"],
  "vpc/duplicate": [400, "VPC.0115"],
  "vpc/out-of-range": [400, "VPC.0117"],
  "subnet/missing": [404, "VPC.0202"],
  "subnet/out-of-range": [400, "VPC.0203"],
  "subnet/overlap": [400, "VPC.0204"],
  "subnet/in-use": [500, "VPC.0208"],
  "route-table/missing": [404, "VPC.2808"],
  "route/duplicate": [400, "VPC.2812"],
  "route/overlap": [400, "VPC.2809"],
  "route/is-default": [400, "VPC.2809"],
  "public-ip/missing": [404, "VPC.0504"],
  "public-ip/bound-elsewhere": [409, "VPC.0510"],
  "public-ip/port-taken": [409, "VPC.0511"],
  "public-ip/in-use": [409, "VPC.0517"],
  "public-ip/quota": [409, "VPC.0521"],
  "public-ip/address-taken": [409, "VPC.0522"],
  "public-ip/exhausted": [409, "VPC.0532"],
  "port/missing": [404, "VPC.0514"],
  "security-group/missing": [404, "VPC.0603"],
  "security-group/quota": [409, "VPC.0604"],
  "security-group/in-use": [409, "VPC.0612"],
  "security-group/duplicate": [409, "VPC.0612"],
  "security-group/is-default": [409, "VPC.0612"],
  "security-group-rule/missing": [404, "VPC.0612"],
  "security-group-rule/duplicate": [409, "VPC.0612"],
  "security-group-rule/quota": [409, "VPC.0612"],
};

/** The code for "a parameter is wrong", by what the request is about. */
const parameterCodes: Readonly<Record<Subject, string>> = {
  vpc: "VPC.0101",
  subnet: "VPC.0201",
  port: "VPC.0702",
  server: "VPC.0101",
  "route-table": "VPC.2801",
  route: "VPC.2801",
  "public-ip": "VPC.0501",
  "security-group": "VPC.0601",
  "security-group-rule": "VPC.0601",
  tag: "VPC.0101",
};

/** The code for "Neutron behind this API failed". */
const faultCodes: Readonly<Record<Subject, string>> = {
  ...parameterCodes,
  vpc: "VPC.0105",
  subnet: "VPC.0202",
  "public-ip": "VPC.0514",
  "security-group": "VPC.0612",
  "security-group-rule": "VPC.0612",
};

function answer(status: number, code: string, message: string): Answer {
  return { status, body: { code, message } };
}

export const vpcErrors: ErrorFamily = {
  refused(refused) {
    const own = table[`${refused.subject}/${refused.why}`];
    return own
      ? answer(own[0], own[1], refused.summary)
      : answer(refusalStatus(refused.why), parameterCodes[refused.subject], refused.summary);
  },
  failed(failure, message, subject) {
    const status = failureStatus[failure];
    switch (failure) {
      case "unauthorized":
        return answer(status, "VPC.0008", "Invalid token in the header.");
      case "wrong-project":
        return answer(status, "VPC.0007", "urlTenantId is not equal tokenTenantId");
      case "forbidden":
        return answer(status, "VPC.2701", message);
      case "throttled":
        return gatewayAnswer(failure, message);
      case "fault":
        return answer(status, faultCodes[subject], message);
      default:
        return answer(status, parameterCodes[subject], message);
    }
  },
};
