/** A plugin of rolldown that writes literals for members of `as const` tables. */
export function constantMembers(): {
  readonly name: string
  transform(code: string, id: string): { readonly code: string; readonly map: null } | null
}
