/** Without it, v1 lists search the default enterprise project alone (VPC API, "Querying VPCs"). */
export const everyEnterpriseProject = { enterprise_project_id: "all_granted_eps" } as const;
