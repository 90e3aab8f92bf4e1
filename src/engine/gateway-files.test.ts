import { expect, test } from "vitest";
import { otherFilesOf } from "./gateway-files.ts";
import { entriesOfGateway, journalOfFiles } from "./testing/files.ts";

test("another file is named only where it is known, and another one", () => {
  const standing = [
    ...entriesOfGateway("first", "0001"),
    ...entriesOfGateway("second", "0002"),
    ...entriesOfGateway("old", "0003"),
  ];
  const journal = journalOfFiles("/a/one.yaml", standing);
  expect([...otherFilesOf(standing, journal)]).toEqual([["second", "/a/two.yaml"]]);
});

test("a gateway goes over to the file by which it was changed last", () => {
  const standing = [...entriesOfGateway("moved", "0001"), ...entriesOfGateway("moved", "0002")];
  const others = (file: string) => [...otherFilesOf(standing, journalOfFiles(file, standing))];
  expect(others("/a/one.yaml")).toEqual([["moved", "/a/two.yaml"]]);
  expect(others("/a/two.yaml")).toEqual([]);
});
