/** Huawei Cloud's own Node SDK, pointed at a lab's API. It is here for tests alone: Wayout does not use it. */
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core";
import { EcsClient } from "@huaweicloud/huaweicloud-sdk-ecs/v2/public-api.js";
import { VpcClient } from "@huaweicloud/huaweicloud-sdk-vpc/v2/public-api.js";
import { z } from "zod";
import type { AccessKey } from "../identity/signature.ts";

export function huaweiSdk(url: string, projectId: string, key: AccessKey) {
  const credential = new BasicCredentials().withAk(key.id).withSk(key.secret).withProjectId(projectId);
  return {
    vpc: VpcClient.newBuilder().withCredential(credential).withEndpoint(url).build(),
    ecs: EcsClient.newBuilder().withCredential(credential).withEndpoint(url).build(),
  };
}

const refusal = z.object({
  httpStatusCode: z.number(),
  errorCode: z.string().optional(),
  errorMsg: z.string().optional(),
  requestId: z.string().optional(),
});

/** How the SDK tells that a call was refused. It prints every refusal with all headers too, which is kept from the output. */
export async function refusalOf(call: () => Promise<unknown>): Promise<z.infer<typeof refusal>> {
  const write = process.stdout.write;
  process.stdout.write = () => true;
  try {
    return await call().then(
      () => Promise.reject(new Error("the call succeeded")),
      (error: unknown) => refusal.parse(error),
    );
  } finally {
    process.stdout.write = write;
  }
}
