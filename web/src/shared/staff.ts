// Who is signed in.

import { ask } from "./call.ts";
import { ApiError } from "./failure.ts";

export interface BranchFacts {
  id: string;
  display_name: string;
  time_zone: string;
}

export interface Staff {
  name: string;
  tenant: string;
  roles: readonly string[];
  branch: string | null;
  duties: readonly string[];
  branches: readonly BranchFacts[];
}

// Throws as `ask`; SIGN_IN_NEEDED and SIGN_IN_EXPIRED where nobody is signed in.
export async function whoAmI(): Promise<Staff> {
  return readStaff(await ask("/v1/staff/me"));
}

export async function signIn(name: string, password: string): Promise<Staff> {
  await ask("/v1/staff:signIn", { method: "POST", body: { name, password } });
  return whoAmI();
}

export async function signOut(): Promise<void> {
  await ask("/v1/staff:signOut", { method: "POST", body: {} });
}

function readStaff(json: unknown): Staff {
  const told = json as Partial<Staff> | null;
  if (!told?.name || !told.tenant) throw new ApiError("INTERNAL", "the answer cannot be read");
  return {
    name: told.name,
    tenant: told.tenant,
    roles: told.roles ?? [],
    branch: told.branch ?? null,
    duties: told.duties ?? [],
    branches: told.branches ?? [],
  };
}
