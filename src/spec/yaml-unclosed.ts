import { type Document, isCollection, isMap, isScalar, Scalar, visit, type YAMLError } from "yaml";

/** A quote or bracket that is never closed. */
interface Unclosed {
  readonly offset: number;
  /** What is wrong, in words. */
  readonly what: string;
}

/** Where the thing begins that the fault misses the end of: the fault itself is told where the search for it ended. */
export function unclosedIn(document: Document, text: string, fault: YAMLError): Unclosed | undefined {
  const end = fault.pos[0];
  let found: Unclosed | undefined;
  const look = (offset: number, after: number, opening: string, closing = opening): void => {
    if (offset >= end || (after > offset + 1 && text[after - 1] === closing)) return;
    // A bracket may be there, and too far to the left to belong to it.
    const indented = opening === closing ? "" : " (what belongs to it has to be indented)";
    found = { offset, what: `${opening} is not closed${indented}` };
  };
  // The innermost one is the last to be seen.
  visit(document, {
    Node(_, node) {
      if (!node.range) return;
      const [offset, after] = node.range;
      if (fault.code === "MISSING_CHAR" && isScalar(node)) {
        if (node.type === Scalar.QUOTE_DOUBLE) look(offset, after, '"');
        if (node.type === Scalar.QUOTE_SINGLE) look(offset, after, "'");
      }
      if (fault.code === "BAD_INDENT" && isCollection(node) && node.flow) {
        if (isMap(node)) look(offset, after, "{", "}");
        else look(offset, after, "[", "]");
      }
    },
  });
  return found;
}
