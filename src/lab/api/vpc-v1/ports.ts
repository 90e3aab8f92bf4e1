/** Ports as Huawei Cloud has them: Neutron's bodies, v1's pages and statuses (huaweicloud-sdk-vpc, `v2/model/Port`). */
import { reads, writes } from "../endpoint.ts";
import { fitting } from "../neutron/collection.ts";
import { candidatePorts, changePort, createPort, describePort } from "../neutron/ports.ts";
import { removePort } from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { pageOfV1 } from "../pagination.ts";

export const vpcPortEndpoints = [
  reads("port", "/v1/:project/ports", (call, { state }) => {
    const ports = [...candidatePorts(state, call.query)].map((port) => describePort(state, port));
    return { status: 200, body: { ports: pageOfV1(fitting(ports, call.query), call.query) } };
  }),
  reads("port", "/v1/:project/ports/:id", (call, { state }) => ({
    status: 200,
    body: { port: describePort(state, found(state.ports, "port", call.param("id"))) },
  })),
  writes("port", "POST", "/v1/:project/ports", (call, { state, now }) => ({
    status: 200,
    body: { port: describePort(state, createPort(call, state, now())) },
  })),
  writes("port", "PUT", "/v1/:project/ports/:id", (call, { state }) => ({
    status: 200,
    body: { port: describePort(state, changePort(call, state)) },
  })),
  writes("port", "DELETE", "/v1/:project/ports/:id", (call, { state }) => {
    removePort(state, call.param("id"));
    return { status: 204 };
  }),
];
