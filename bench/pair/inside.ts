/** Runs a shell script as root inside a server of a lab. */
import { commandInside } from "../../src/lab/client/actions.ts";
import { taken } from "../wayout.ts";

/** @throws Error with what it said where it fails */
export async function inside(lab: string, server: string, script: string): Promise<string> {
  const [program = "", ...words] = await commandInside(lab, server, ["sh", "-c", script]);
  const { code, stdout, stderr } = await taken(program, words);
  if (code !== 0) throw new Error(`${server}: ended with ${code}\n${script}\n${stdout}${stderr}`);
  return stdout;
}
