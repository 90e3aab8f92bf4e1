/** Names and addresses of hosts as they are handed on to programs: none may pass for an option or for a shell's words. */

/** RFC 1123, 2.1, with underscores, which DNS names of services have. */
const label = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/;

export function isHost(text: string): boolean {
  return (
    text.length <= 253 &&
    text
      .replace(/\.$/, "")
      .split(".")
      .every((part) => label.test(part))
  );
}

/** "1.1.1.1:443" */
export function isHostAndPort(text: string): boolean {
  const [, host = "", port = ""] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  return isHost(host) && Number(port) >= 1 && Number(port) <= 65535;
}
