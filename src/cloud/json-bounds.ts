/**
 * Looks at an answer's JSON before it is parsed: three bytes such as `{},` become an object of 64 bytes, and a value
 * that is a hundred thousand levels deep ends every function that walks it. Pure.
 */

/** The documented answers have less than ten levels. */
const deepest = 32;

/**
 * A page of 1,000 servers has about 100,000 values, one of 1,000 security groups with 40 rules each 640,000 and 42,000 lists
 * and objects. An object whose keys no other one has takes a kilobyte, once parsed; a plain value takes 8 bytes.
 */
const mostValues = 1_000_000;
const mostObjects = 120_000;

/** The longest text in a documented answer is a server's user data: 64 KB, in base64. */
const longestText = 128 * 1024;

const quote = 34;
const comma = 44;
const openList = 91;
const backslash = 92;
const closeList = 93;
const openObject = 123;
const closeObject = 125;

/** What is beyond an API's answer in this text; undefined where nothing is. Whether it is JSON is not judged. */
export function excessOf(text: string): string | undefined {
  let depth = 0;
  let values = 1;
  let objects = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfText(text, at + 1);
        if (end - at > longestText) return `a text of more than ${longestText} characters`;
        at = end;
        break;
      }
      case openList:
      case openObject:
        depth += 1;
        values += 1;
        objects += 1;
        if (objects > mostObjects) return `more than ${mostObjects} lists and objects`;
        if (depth > deepest) return `more than ${deepest} levels of lists and objects`;
        break;
      case closeList:
      case closeObject:
        depth -= 1;
        break;
      case comma:
        values += 1;
        break;
    }
    if (values > mostValues) return `more than ${mostValues} values`;
  }
  return undefined;
}

/** Where the text ends that began before `from`. */
function endOfText(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let first = at;
    while (first > from && text.charCodeAt(first - 1) === backslash) first -= 1;
    // An even number of backslashes ahead of it are escapes of each other.
    if ((at - first) % 2 === 0) return at;
  }
}
