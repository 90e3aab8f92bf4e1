/** Huawei Cloud's own Node SDK, which signs with its own code, at home in the lab's Huawei profile. */
import {
  ListServersDetailsRequest,
  ShowServerRequest,
} from "@huaweicloud/huaweicloud-sdk-ecs/v2/public-api.js";
import {
  ListPortsRequest,
  ListRouteTablesRequest,
  ListVpcsRequest,
  ShowRouteTableRequest,
} from "@huaweicloud/huaweicloud-sdk-vpc/v2/public-api.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LabState } from "../state.ts";
import { type DemoApi, demoApi, demoKey } from "./testing/demo-api.ts";
import { huaweiSdk, refusalOf } from "./testing/huawei-sdk.ts";

let demo: DemoApi;
let sdk: ReturnType<typeof huaweiSdk>;

beforeAll(async () => {
  demo = await demoApi({ state: new LabState("huawei") });
  sdk = huaweiSdk(demo.url, demo.state.project.id, demoKey);
});
afterAll(() => demo.close());

test("it lists VPCs", async () => {
  const { vpcs } = await sdk.vpc.listVpcs(
    new ListVpcsRequest().withLimit(10).withEnterpriseProjectId("all_granted_eps"),
  );
  expect(vpcs).toMatchObject([{ id: demo.vpc.id, name: "vpc-demo", cidr: "192.168.0.0/16" }]);
});

test("it lists route tables, without routes, and reads one with them", async () => {
  const { routetables } = await sdk.vpc.listRouteTables(new ListRouteTablesRequest().withVpcId(demo.vpc.id));
  expect(routetables).toMatchObject([
    { id: demo.table.id, default: true, subnets: [{ id: demo.subnet.id }] },
  ]);
  expect(routetables?.[0]).not.toHaveProperty("routes");
  const { routetable } = await sdk.vpc.showRouteTable(new ShowRouteTableRequest(demo.table.id));
  expect(routetable?.routes).toContainEqual(
    expect.objectContaining({ type: "local", destination: "192.168.125.0/24" }),
  );
});

test("it lists ports under VPC API v1, by server", async () => {
  const { ports } = await sdk.vpc.listPorts(new ListPortsRequest().withDeviceId(demo.proxy.id));
  expect(ports).toMatchObject([{ id: demo.proxyPort.id, device_owner: demo.proxyPort.owner }]);
});

test("it lists servers page by page", async () => {
  const page = (offset: number) =>
    sdk.ecs.listServersDetails(new ListServersDetailsRequest().withLimit(1).withOffset(offset));
  const [first, second] = await Promise.all([page(1), page(2)]);
  expect(first.count).toBe(2);
  const names = [...(first.servers ?? []), ...(second.servers ?? [])].map(({ name }) => name);
  expect(names.sort()).toEqual(["ecs-app-1", "ecs-proxy"]);
});

const nowhere = "00000000-0000-0000-0000-000000000000";

test("it gets the codes of ECS and of the API gateway", async () => {
  expect(await refusalOf(() => sdk.ecs.showServer(new ShowServerRequest(nowhere)))).toMatchObject({
    httpStatusCode: 404,
    errorCode: "Ecs.0114",
  });
  const stranger = huaweiSdk(demo.url, demo.state.project.id, { ...demoKey, secret: "another" });
  expect(await refusalOf(() => stranger.vpc.listVpcs(new ListVpcsRequest()))).toMatchObject({
    httpStatusCode: 401,
    errorCode: "APIGW.0301",
    errorMsg: expect.stringContaining("verify aksk signature fail"),
  });
});

test("of a VPC v1 refusal it gets the status and the request id: it does not look at a bare `code`", async () => {
  const refused = await refusalOf(() => sdk.vpc.showRouteTable(new ShowRouteTableRequest(nowhere)));
  expect(refused).toMatchObject({ httpStatusCode: 404, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(refused.errorCode).toBeUndefined();
  // The code was in the answer all the same.
  const answer = await demo.ask("GET", `/v1/PROJECT/routetables/${nowhere}`);
  expect(answer.body).toMatchObject({ code: "VPC.2808" });
});
