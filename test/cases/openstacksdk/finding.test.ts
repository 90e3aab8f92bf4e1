/** Wayout looks for clouds where openstacksdk does, and takes the same one. */
import { account, clouds, login, one } from "./entries.ts";
import { sameAsOpenstacksdk } from "./same-answer.ts";

const places = [
  "project/clouds.yaml",
  "project/clouds.yml",
  "project/clouds.json",
  "xdg/openstack/clouds.yaml",
  "home/.config/openstack/clouds.yaml",
  "xdg-site/openstack/clouds.yaml",
];

sameAsOpenstacksdk([
  ...places.map((place, first) => ({
    says: `${place} is the first that exists`,
    files: Object.fromEntries(
      places.slice(first).map((path) => [path, one(`u${places.indexOf(path)}`)] as const),
    ),
    cloud: "x",
  })),
  {
    says: "the file of OS_CLIENT_CONFIG_FILE comes before all of them",
    files: { "named.yaml": one("named"), "project/clouds.yaml": one("near") },
    env: { OS_CLIENT_CONFIG_FILE: "HERE/named.yaml" },
  },
  {
    says: "a file of OS_CLIENT_CONFIG_FILE that is not there is passed over",
    files: { "project/clouds.yaml": one("near") },
    env: { OS_CLIENT_CONFIG_FILE: "HERE/none.yaml" },
  },
  {
    says: "secure.yaml of another place is laid over it, key by key",
    files: {
      "project/clouds.yaml": one("near"),
      "home/.config/openstack/secure.yaml": "clouds: {x: {auth: {password: from the safe}, region_name: r1}}",
    },
  },
  {
    says: "the file of OS_CLIENT_SECURE_FILE comes before every other secure.yaml",
    files: {
      "project/clouds.yaml": one("near"),
      "project/secure.yaml": "clouds: {x: {auth: {password: near}}}",
      "safe.yaml": "clouds: {x: {auth: {password: named}}}",
    },
    env: { OS_CLIENT_SECURE_FILE: "HERE/safe.yaml" },
  },
  { says: "a cloud of secure.yaml alone", files: { "project/secure.yaml": one("safe") }, cloud: "x" },
  {
    says: "the only cloud is taken",
    files: { "project/clouds.yaml": one("only") },
  },
  {
    says: "OS_CLOUD comes before the variables",
    files: { "project/clouds.yaml": clouds(`a:\n  auth: ${login("a")}\nb:\n  auth: ${login("b")}`) },
    env: { ...account, OS_CLOUD: "b" },
  },
  {
    says: "the variables come before the only cloud",
    files: { "project/clouds.yaml": one("f") },
    env: account,
  },
  { says: "the variables alone", env: account },
  {
    says: "the variables' cloud by its name",
    files: { "project/clouds.yaml": one("f") },
    env: account,
    cloud: "envvars",
  },
  {
    says: "the variables' cloud by another name",
    env: { ...account, OS_CLOUD_NAME: "mine" },
    cloud: "mine",
  },
  {
    says: "a cloud of the file, whatever the variables",
    files: { "project/clouds.yaml": one("f") },
    env: account,
    cloud: "x",
  },
  {
    says: "selectors and variables of test runs are no account",
    files: { "project/clouds.yaml": one("f") },
    env: { OS_REGION_NAME: "r", OS_TEST_PATH: "t", OS_STDOUT_CAPTURE: "1", OS_LOG_CAPTURE: "1" },
  },
  {
    says: "the file and the variables with one name",
    files: { "project/clouds.yaml": clouds(`envvars:\n  auth: ${login("f")}`) },
    env: account,
  },
  { says: "a name that is not there", files: { "project/clouds.yaml": one("f") }, cloud: "y" },
]);
