/** What OTC's v1 lists are asked. */

/** Without it, OTC's v1 lists search the default enterprise project alone (VPC API, "Querying VPCs"). */
export const everyEnterpriseProject = { enterprise_project_id: "all_granted_eps" } as const;
