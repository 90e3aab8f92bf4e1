import { CST, Lexer } from "yaml";

/** Deeper than any file of ours has a meaning for, and far from where a parser that calls itself runs out of stack. */
const maxDepth = 64;

/** Tokens that the lexer adds; they are not in the text. */
const marks: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/** Where the text goes deeper than that: by brackets, or by `- - -` and `? ? ?` on one line. */
export function tooDeepAt(text: string): number | undefined {
  let offset = 0;
  let open = 0;
  let inLine = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") open += 1;
    else if (token === "]" || token === "}") open -= 1;
    else if (token === "-" || token === "?") inLine += 1;
    else if (token === "\n") inLine = 0;
    if (open + inLine > maxDepth) return offset;
    if (!marks.has(token)) offset += token.length;
  }
  return undefined;
}
