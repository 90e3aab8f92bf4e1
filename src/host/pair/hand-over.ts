/** On the active host of a pair: hands the role over. Pure. */
import { pairPaths, pairState } from "./paths.ts";

/**
 * The lower score lets the other one take over; the mark keeps this one open until the other one has everything. Where
 * nobody takes over, all is as before.
 */
export const handOverScript = `state=${pairState}
touch "$state/handing-over"
sh ${pairPaths.score} leaving -50
tries=0
while [ $tries -lt 50 ] && grep -q '^role=active' "$state/role"; do sleep 0.1; tries=$((tries + 1)); done
sh ${pairPaths.score} leaving 0
rm -f "$state/handing-over"
:`;
