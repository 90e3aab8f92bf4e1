import type { CloudTraits } from "../../cloud/cloud.ts";
import { Problem } from "../../report/problem.ts";
import type { SpecFile } from "../../spec/spec.ts";
import { recipeOf } from "../../steps/recipe.ts";
import { resolveGateways } from "../resolve/gateways.ts";
import type { Inventory } from "../resolve/inventory.ts";

/**
 * What was chosen by hand may not go together, and a plan would say so. Asks no cloud and no host.
 * @throws Problem init/not-possible, or what a plan says of names that do not go together.
 */
export function mustBePossible(file: SpecFile, inventory: Inventory, traits: CloudTraits): void {
  for (const gateway of resolveGateways(file, inventory)) {
    const recipe = recipeOf(gateway, traits);
    if (recipe.kind === "refused") {
      throw new Problem({
        code: "init/not-possible",
        summary: `a plan of this would be blocked: ${recipe.because}`,
        hint: recipe.hint,
      });
    }
  }
}
