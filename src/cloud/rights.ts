/** Which right a call needs, in the cloud's own words, so that a missing one can be named. Pure. */

export interface Right {
  /** Method and path as the driver has it: "PUT /v2.0/ports/{id}". */
  readonly call: string;
  /** As the cloud's policies name it: vpc:ports:update, update_port. */
  readonly action: string;
  /** What of Wayout needs it. */
  readonly for: string;
}

export type RightOf = (method: string, path: string) => string | undefined;

export function rightIn(rights: readonly Right[]): RightOf {
  const actions = new Map(rights.map(({ call, action }) => [call, action]));
  return (method, path) => actions.get(`${method} ${path}`);
}

/** How services say which rule turned a call down: Neutron, then Nova and OTC's gateway, then Keystone. */
const sayings = [
  /\brule:([a-z_]+(?::[a-z_]+)*)/g,
  /[Pp]olicy doesn'?t allow ([\w:.-]+) to be performed/g,
  /requested action:? ([a-z_]+:[a-z_]+)/g,
];

/** The action that a refusal names itself; several are joined. */
export function actionIn(message: string): string | undefined {
  for (const saying of sayings) {
    const named = [...new Set([...message.matchAll(saying)].flatMap((match) => match[1] ?? []))];
    if (named.length > 0) return named.join(" and ");
  }
  return undefined;
}
