/** Clouds to describe in files and variables. */
export const login = (user: string): string =>
  `{auth_url: "https://k.example/v3", username: ${user}, password: pw-${user}, project_name: p, user_domain_name: d, project_domain_name: e}`;
export const clouds = (entries: string): string => `clouds:\n${entries.replace(/^/gm, "  ")}\n`;
export const one = (user: string, more = ""): string => clouds(`x:\n  auth: ${login(user)}\n${more}`);
export const account = {
  OS_AUTH_URL: "https://v.example/v3",
  OS_USERNAME: "v",
  OS_PASSWORD: "pw-v",
  OS_PROJECT_NAME: "vp",
  OS_USER_DOMAIN_NAME: "vd",
  OS_PROJECT_DOMAIN_NAME: "ve",
};
