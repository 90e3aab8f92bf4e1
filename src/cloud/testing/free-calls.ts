/** Whoever may log in may make them: no policy of Neutron's has a right for it, so that none can be missing. */
export const freeCalls: readonly string[] = ["GET /v2.0/extensions"];
